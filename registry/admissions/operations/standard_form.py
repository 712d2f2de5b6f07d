"""The questions of the form that a cohort has until somebody composes another one."""

from typing import Any

from registry.admissions.enums import QuestionKind
from registry.admissions.models import FormSection, FormVersion, Question
from registry.core.database import db

MOTIVATION_WORDS = 150

_EXPERIENCE = (
    ("none", "I have not sold anything online", "Пока без опыта продаж в интернете", "没有在网上卖过东西"),
    ("learning", "I have tried it once or twice", "Одна-две пробные продажи", "尝试过一两次"),
    ("some", "I sell online from time to time", "Продажи в интернете время от времени", "偶尔在网上销售"),
    ("regular", "I sell online regularly", "Регулярные продажи в интернете", "经常在网上销售"),
)


def _texts(en: str, ru: str, zh: str) -> dict[str, str]:
    return {"en": en, "ru": ru, "zh": zh}


TITLES = _texts("Your plans", "Ваши планы", "你的计划")
QUESTIONS: tuple[dict[str, Any], ...] = (
    {
        "key": "motivation",
        "kind": QuestionKind.LONG_TEXT,
        "labels": _texts(
            "Why do you want to take part?", "Почему вы хотите участвовать?", "你为什么想参加这个项目？"
        ),
        "helps": _texts(
            "What do you want to learn, and why now?",
            "Чему вы хотите научиться и почему именно сейчас?",
            "你想学到什么？为什么是现在？",
        ),
        "max_words": MOTIVATION_WORDS,
    },
    {
        "key": "goods",
        "kind": QuestionKind.SHORT_TEXT,
        "labels": _texts(
            "What do you sell, or what would you like to sell?",
            "Что вы продаёте или хотели бы продавать?",
            "你在销售什么，或者想销售什么？",
        ),
        "helps": _texts(
            "For instance: honey from our village, or repairs of telephones.",
            "Например: мёд из нашего села или ремонт телефонов.",
            "例如：家乡的蜂蜜，或者手机维修服务。",
        ),
    },
    {
        "key": "experience",
        "kind": QuestionKind.CHOICE,
        "labels": _texts(
            "How much experience do you have with selling online?",
            "Какой у вас опыт продаж в интернете?",
            "你有多少网上销售经验？",
        ),
        "helps": _texts(
            "All answers are welcome: the programme is for beginners too.",
            "Подходит любой ответ: программа открыта и для начинающих.",
            "任何回答都可以：项目也欢迎初学者。",
        ),
        "options": [{"value": value, "labels": _texts(en, ru, zh)} for value, en, ru, zh in _EXPERIENCE],
    },
    {
        "key": "shop_link",
        "kind": QuestionKind.LINK,
        "labels": _texts("Link to your shop", "Ссылка на ваш магазин", "你的网店链接"),
        "helps": _texts(
            "A page on a marketplace or in a social network is fine.",
            "Подойдёт страница на торговой площадке или в социальной сети.",
            "电商平台或社交网络上的页面也可以。",
        ),
        "is_required": False,
    },
    {
        "key": "plans",
        "kind": QuestionKind.LONG_TEXT,
        "labels": _texts(
            "How will you use what you learn?",
            "Как вы будете применять полученные знания?",
            "你将如何运用所学知识？",
        ),
        "helps": _texts(
            "Say what you plan to do in the months after the training.",
            "Расскажите, что вы планируете делать в первые месяцы после обучения.",
            "请说说培训结束后几个月内的打算。",
        ),
        "max_words": MOTIVATION_WORDS,
    },
)


def add_standard_questions(draft: FormVersion) -> None:
    """Fill an empty version with the standard questions, under one heading."""
    section = FormSection(form_version=draft, key="plans", position=1, titles=TITLES, conditions=[])
    db.session.add(section)
    for position, question in enumerate(QUESTIONS, 1):
        db.session.add(
            Question(form_version=draft, section=section, position=position, conditions=[], **question)
        )
    db.session.flush()
