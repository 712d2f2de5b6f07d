"""A form with sections that repeat and conditions: composed, tried out, published, answered, and changed meanwhile."""

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import OpenPage
from tests.e2e.prepared import prepare
from tests.e2e.reader import Reader, sign_in
from tests.e2e.site import Site
from tests.factories.documents import make_pdf

Texts = tuple[str, str, str]
LOCALES = ("en", "ru", "zh")
PLANS: Texts = ("Your plans", "Ваши планы", "你的计划")
SHOPS: Texts = ("Your shops", "Ваши магазины", "你的网店")
SHOP: Texts = ("Shop", "Магазин", "网店")
SELLS: Texts = ("Do you sell online?", "Продаёте ли вы в интернете?", "你在网上销售吗？")
NAME: Texts = ("What is it called?", "Как он называется?", "它叫什么名字？")
GOODS: Texts = ("What does it sell?", "Что в нём продаётся?", "它卖什么？")
FOOD: Texts = ("Food", "Продукты", "食品")
CLOTHES: Texts = ("Clothes", "Одежда", "服装")
ORDERS: Texts = ("Orders in a month", "Заказов в месяц", "每月订单数")
CERTIFICATE: Texts = ("Food certificate", "Сертификат на продукты", "食品证书")
SCHOOL: Texts = ("Which school do you go to?", "В какой школе вы учитесь?", "你在哪所学校上学？")
GOAL: Texts = ("What is your goal?", "Какова ваша цель?", "你的目标是什么？")


def fill(reader: Reader, name: str, texts: Texts) -> None:
    for locale, text in zip(LOCALES, texts, strict=True):
        reader.field(f"{name}{locale}").fill(text)


class Composer(Reader):
    """A coordinator at the form of one cohort."""

    form: str

    def add_section(self, titles: Texts, *, entry: Texts | None = None) -> None:
        self.follow("Add a section")
        fill(self, "title_", titles)
        if entry:
            self.field("repeats").check()
            self.field("least_entries").fill("1")
            self.field("most_entries").fill("3")
            fill(self, "entry_label_", entry)
        self.press("Add the section")

    def add_question(self, section: str, kind: str, labels: Texts, **settings: str) -> None:
        adder = self.page.locator(f"#section-{section} .adder")
        adder.locator("select").select_option(kind)
        adder.get_by_role("button").click()
        self.check()
        fill(self, "label_", labels)
        for name, value in settings.items():
            self.field(name.replace("__", "-")).fill(value)
        self.press("Add the question")

    def add_condition(self, part: str, subject: str, operator: str, *values: str) -> None:
        self.open(f"{self.form}/{part}/conditions?subject={subject}")
        self.choose("operator", operator)
        for value in values:
            field = self.field("values")
            if field.first.get_attribute("type") == "checkbox":
                self.page.locator(f"[name='values'][value='{value}']").check()
            else:
                field.fill(value)
        self.press("Add the condition")
        self.open(self.form)


def compose(reader: Composer) -> None:
    reader.open(reader.form)
    reader.field("source").select_option("empty")
    reader.press("Begin a new version")
    reader.add_section(PLANS)
    reader.add_section(SHOPS, entry=SHOP)
    reader.add_question("your_plans", "yes_no", SELLS, key="sells")
    reader.add_question("your_plans", "short_text", SCHOOL, key="school")
    reader.add_question("your_shops", "short_text", NAME, key="name")
    options = {
        f"option__{row}__{locale}": text
        for row, texts in enumerate((FOOD, CLOTHES))
        for locale, text in zip(LOCALES, texts, strict=True)
    }
    reader.add_question("your_shops", "choice", GOODS, key="goods", **options)
    reader.add_question("your_shops", "number", ORDERS, key="orders", least="0", most="1000")
    reader.add_question("your_shops", "file", CERTIFICATE, key="certificate")
    reader.add_condition("sections/your_shops", "answer:sells", "is", "yes")
    reader.add_condition("questions/certificate", "answer:goods", "is", "food")
    reader.add_condition("questions/school", "age", "at_most", "17")


def go_on(reader: Reader, answer: str | None = None, *, choose: str | None = None) -> None:
    if answer is not None:
        reader.field("answer").fill(answer)
    if choose is not None:
        reader.choose("answer", choose)
    reader.press("Continue")


def attach(reader: Reader) -> None:
    file = {"name": "food.pdf", "mimeType": "application/pdf", "buffer": make_pdf()}
    reader.page.locator("input[type='file']").set_input_files(file)
    reader.press("Upload this file")
    expect(reader.page.locator(".file-row")).to_contain_text("food.pdf")


def fill_shop(reader: Reader, name: str, goods: str, orders: str) -> None:
    """With Enter where a person would press it, and a number first that is out of bounds."""
    reader.field("answer").fill(name)
    reader.field("answer").press("Enter")
    reader.check()
    go_on(reader, choose=goods)
    reader.field("answer").fill("5000")
    reader.page.get_by_role("button", name=reader.say("Continue"), exact=True).click()
    expect(reader.page.locator(".error-summary")).to_contain_text(
        reader.say("Enter at most %(bound)s.", bound="1,000")
    )
    go_on(reader, orders)


def try_out(reader: Composer, chinese: Reader) -> None:
    """The draft as a girl of 16 from China meets it, in Chinese."""
    reader.open(reader.form)
    reader.follow("Preview as an applicant")
    bar, main = reader.page.locator("aside.trial"), reader.page.locator("main")
    bar.locator("[name='language']").select_option("zh")
    bar.locator("[name='age']").fill("16")
    bar.locator("[name='country']").select_option("CN")
    bar.get_by_role("button").click()
    chinese.check()
    expect(bar).to_contain_text("Nothing you enter here is stored")
    expect(main).to_contain_text(SCHOOL[2])
    expect(main).not_to_contain_text(NAME[2])
    chinese.follow_to(reader.form)
    go_on(chinese, choose="yes")
    go_on(chinese, "第一中学")
    fill_shop(chinese, "蜂蜜小铺", "food", "12")
    attach(chinese)
    chinese.press("Continue")
    expect(main).to_contain_text("蜂蜜小铺")
    chinese.press("Continue")
    expect(main).to_contain_text(f"{SHOP[2]} 1：{NAME[2]}")
    bar.locator("[name='age']").fill("18")
    bar.get_by_role("button").click()
    chinese.check()
    expect(main).not_to_contain_text(SCHOOL[2])


def apply(reader: Reader, cohort: str) -> None:
    """Two shops; the second sells clothes, so no certificate is asked there."""
    main = reader.page.locator("main")
    reader.open(f"/apply/{cohort}")
    reader.press("Start now")
    expect(main).to_contain_text(SELLS[2])
    expect(main).not_to_contain_text(NAME[2])
    reader.open(f"/apply/{cohort}/questions/sells")
    go_on(reader, choose="yes")
    fill_shop(reader, "蜂蜜小铺", "food", "12")
    expect(main).to_contain_text(CERTIFICATE[2])
    attach(reader)
    reader.press("Continue")
    reader.page.get_by_role("button", name=f"添加：{SHOP[2]}", exact=True).click()
    reader.check()
    expect(main).to_contain_text(f"{SHOP[2]} 2")
    fill_shop(reader, "丝绸小铺", "clothes", "3")
    expect(main.get_by_role("heading", level=2)).to_have_text([f"{SHOP[2]} 1", f"{SHOP[2]} 2"])
    reader.press("Continue")
    for _purpose in range(2):
        reader.choose("agrees", "yes")
        reader.press("Continue")
    expect(main).to_contain_text(f"{SHOP[2]} 2：{NAME[2]}")


def send_after_the_change(reader: Reader, cohort: str) -> str:
    """The code of the application."""
    main = reader.page.locator("main")
    reader.open(f"/apply/{cohort}/tasks")
    notice = main.locator(".notice", has_text=reader.say("The form has changed"))
    expect(notice).to_contain_text(GOAL[2])
    reader.press("I have read this")
    expect(notice).to_have_count(0)
    reader.follow("Continue")
    go_on(reader, "开一家网店")
    reader.press("Send the application")
    return reader.path.split("/")[-2]


@pytest.mark.parametrize("has_script", [True, False], ids=["script", "no script"])
def test_form_from_composing_to_a_changed_draft(site: Site, open_page: OpenPage, has_script: bool) -> None:
    name = f"form-{has_script}".casefold()
    prepared = prepare(site, name, "en")
    someone = prepared.introduce(f"{name}@example.org", "CN", "zh")

    def say(locale: str) -> Any:
        return lambda sentence, **values: prepared.say(locale, sentence, **values)

    desk = open_page(script=has_script)
    coordinator = Composer(desk, "en", say("en"))
    coordinator.form = f"/manage/cohorts/{prepared.cohort}/form"
    sign_in(coordinator, prepared.coordinator)
    compose(coordinator)
    try_out(coordinator, Reader(desk, "zh-Hans", say("zh")))
    coordinator.open(coordinator.form)
    coordinator.follow("Publish this version")
    coordinator.press("Publish this version")

    phone = open_page(script=has_script, phone=True, locale="zh-CN", zone="Asia/Shanghai")
    applicant = Reader(phone, "zh-Hans", say("zh"))
    sign_in(applicant, someone)
    apply(applicant, prepared.cohort)

    coordinator.field("source").select_option("current")
    coordinator.press("Begin a new version")
    coordinator.add_question("your_plans", "short_text", GOAL, key="goal")
    coordinator.follow("Publish this version")
    expect(desk.locator("main")).to_contain_text(GOAL[0])
    coordinator.press("Publish this version")
    code = send_after_the_change(applicant, prepared.cohort)

    coordinator.open(f"/manage/applications/{code}")
    answers = coordinator.page.locator("main")
    for label, value in (
        (f"Shop 1: {NAME[0]}", "蜂蜜小铺"),
        (f"Shop 2: {NAME[0]}", "丝绸小铺"),
        (GOAL[0], "开一家网店"),
    ):
        expect(answers.locator("dl > div", has_text=label)).to_contain_text(value)
