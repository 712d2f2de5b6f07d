"""The form of one cohort: shops, each with its goods and, for food, a certificate as a file."""

from functools import cache
from io import BytesIO
from random import Random
from typing import Any

from PIL import Image, ImageDraw

from registry.access.actor import Actor
from registry.admissions.enums import ConditionOperator, ConditionSubject, QuestionKind
from registry.admissions.models import FormVersion
from registry.admissions.operations.attachments import add_attachment
from registry.admissions.operations.entries import add_entry
from registry.admissions.operations.form_versions import start_form_draft
from registry.admissions.operations.journey import save_answer
from registry.admissions.operations.question_conditions import ConditionInput, add_condition
from registry.admissions.operations.questions import QuestionInput, SectionInput, add_question, add_section
from registry.admissions.queries.form_versions import get_question, get_section
from registry.admissions.rules.journey import Journey
from registry.catalogue.models import Cohort
from registry.core import storage
from registry.core.documents import Document, read_document
from registry.demo.texts import write_shop

SHOPS = "your_shops"
MOST_SHOPS = 3


def _texts(en: str, ru: str, zh: str) -> dict[str, str]:
    return {"en": en, "ru": ru, "zh": zh}


_GOODS = (
    ("food", _texts("Food", "Продукты питания", "食品")),
    ("clothes", _texts("Clothes and fabric", "Одежда и ткани", "服装和布料")),
    ("other", _texts("Something else", "Другое", "其他")),
)
_QUESTIONS: tuple[tuple[str, QuestionKind, dict[str, str], dict[str, Any]], ...] = (
    (
        "sells",
        QuestionKind.YES_NO,
        _texts(
            "Do you sell anything online now?",
            "Продаёте ли вы что-нибудь в интернете сейчас?",
            "你现在在网上销售商品吗？",
        ),
        {"section": "plans"},
    ),
    (
        "shop_name",
        QuestionKind.SHORT_TEXT,
        _texts("What is the shop called?", "Как называется магазин?", "网店叫什么名字？"),
        {},
    ),
    (
        "shop_goods",
        QuestionKind.CHOICE,
        _texts("What does it sell most of all?", "Что в нём продаётся чаще всего?", "主要销售什么？"),
        {"options": [{"value": value, "labels": labels} for value, labels in _GOODS]},
    ),
    (
        "shop_orders",
        QuestionKind.NUMBER,
        _texts(
            "How many orders did it have last month?",
            "Сколько заказов было за прошлый месяц?",
            "上个月有多少订单？",
        ),
        {"units": _texts("orders", "заказов", "单"), "least": 0, "most": 100_000},
    ),
    (
        "shop_certificate",
        QuestionKind.FILE,
        _texts("Food safety certificate", "Сертификат безопасности продуктов", "食品安全证书"),
        {
            "is_required": False,
            "helps": _texts("A photograph of it is enough.", "Достаточно фотографии.", "拍一张照片即可。"),
        },
    ),
)


def compose_form(cohort: Cohort, *, actor: Actor) -> FormVersion:
    """The standard questions, and a section for each shop of whoever sells already."""
    draft = start_form_draft(cohort, actor=actor)
    shops = SectionInput(
        _texts("Your shops", "Ваши магазины", "你的网店"),
        _texts(
            "Tell us about each shop you have.", "Расскажите о каждом своём магазине.", "请介绍你的每家网店。"
        ),
        least_entries=1,
        most_entries=MOST_SHOPS,
        entry_labels=_texts("Shop", "Магазин", "网店"),
    )
    add_section(draft, shops, actor=actor)
    for key, kind, labels, settings in _QUESTIONS:
        add_question(
            draft, kind, QuestionInput(labels, **{"section": SHOPS} | settings), key=key, actor=actor
        )
    sells, food = (
        ConditionInput(ConditionSubject.ANSWER, ConditionOperator.IS, [value], source)
        for source, value in (("sells", "yes"), ("shop_goods", "food"))
    )
    add_condition(get_section(draft, SHOPS), sells, actor=actor)
    add_condition(get_question(draft, "shop_certificate"), food, actor=actor)
    return draft


def answer_about_shops(way: Journey, locale: str, random: Random, *, actor: Actor) -> None:
    """Some sell already, a few of them in several shops."""
    application, questions = way.application, {each.key: each for each in way.questions}
    shops = random.choice((0, 0, 1, 1, 1, 2))
    save_answer(application, questions["sells"], bool(shops), actor=actor)
    for entry in range(1, shops + 1):
        if entry > 1:
            add_entry(way, questions["shop_name"].section, actor=actor)  # type: ignore[arg-type]
        name, goods, orders = write_shop(locale, random)
        for key, value in (("shop_name", name), ("shop_goods", goods), ("shop_orders", orders)):
            save_answer(application, questions[key], value, entry=entry, actor=actor)
        if goods == "food" and random.random() < 0.8:
            document = _make_certificate()
            digest = storage.store(document.data)
            question = questions["shop_certificate"]
            add_attachment(application, question, document, digest, entry=entry, actor=actor)


@cache
def _make_certificate() -> Document:
    """A picture that says of itself that it proves nothing."""
    picture = Image.new("RGB", (640, 400), "white")
    pen = ImageDraw.Draw(picture)
    pen.rectangle((12, 12, 627, 387), outline="black", width=3)
    pen.text((40, 60), "FOOD SAFETY CERTIFICATE", fill="black", font_size=32)
    pen.text((40, 130), "Fictional, of the demo. It proves nothing.", fill="black", font_size=24)
    written = BytesIO()
    picture.save(written, "PNG")
    return read_document(written.getvalue(), "certificate.png")
