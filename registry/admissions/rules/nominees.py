"""What stands in a file of nominees: which column is what, and how people write it. Pure."""

import hashlib
import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from registry.core.forms import plain_digits
from registry.core.i18n import LOCALES, Labelled, _l, is_script
from registry.people.enums import Sex
from registry.people.rules import Names


class Particular(Labelled):
    """What a column can hold."""

    EMAIL = "email", _l("E-mail address")
    FULL_NAME = "full_name", _l("Full name, the family name first")
    FAMILY_NAME = "family_name", _l("Family name")
    GIVEN_NAMES = "given_names", _l("Given names")
    PATRONYMIC = "patronymic", _l("Patronymic")
    BORN_ON = "born_on", _l("Date of birth")
    SEX = "sex", _l("Sex")
    CITIZENSHIP = "citizenship", _l("Citizenship")
    RESIDENCE = "residence", _l("Country of residence")
    PHONE = "phone", _l("Phone")
    LOCALE = "locale", _l("Language of the invitation")


P = Particular

HEADINGS: Mapping[Particular, Sequence[str]] = {
    P.EMAIL: (
        *(
            "email",
            "mail",
            "email address",
            "электронная почта",
            "эл почта",
            "адрес электронной почты",
            "почта",
        ),
        *("имейл", "электронный адрес", "电子邮件", "电子邮箱", "邮箱", "邮件地址", "邮箱地址"),
    ),
    P.FULL_NAME: (
        *("full name", "name", "fio", "фио", "ф и о", "полное имя", "фамилия имя отчество", "фамилия имя"),
        *("姓名", "名字", "全名"),
    ),
    P.FAMILY_NAME: ("family name", "surname", "last name", "lastname", "фамилия", "姓", "姓氏"),
    P.GIVEN_NAMES: ("given names", "given name", "first name", "firstname", "имя", "имена", "名"),
    P.PATRONYMIC: ("patronymic", "middle name", "отчество", "父名", "父称"),
    P.BORN_ON: (
        *("date of birth", "birth date", "birthdate", "birthday", "born", "born on", "dob"),
        *("дата рождения", "др", "родился", "родилась", "день рождения", "出生日期", "生日", "出生年月日"),
    ),
    P.SEX: ("sex", "gender", "пол", "性别"),
    P.CITIZENSHIP: ("citizenship", "nationality", "гражданство", "国籍", "公民身份"),
    P.RESIDENCE: (
        *("country of residence", "residence", "country", "страна проживания", "страна", "проживание"),
        *("居住国", "常住国", "国家"),
    ),
    P.PHONE: (
        *("phone", "phone number", "telephone", "mobile", "tel", "телефон", "номер телефона", "моб телефон"),
        *("мобильный", "тел", "电话", "手机", "手机号", "电话号码"),
    ),
    P.LOCALE: (
        *("language", "language of the invitation", "language of correspondence", "язык", "язык приглашения"),
        *("язык переписки", "语言", "邀请函语言", "通信语言"),
    ),
}
"""How people head such columns, in our three languages; small letters, without signs."""

SEXES: Mapping[str, Sex] = {
    **dict.fromkeys(("f", "female", "woman", "w", "ж", "жен", "женский", "女", "女性"), Sex.FEMALE),
    **dict.fromkeys(("m", "male", "man", "м", "муж", "мужской", "男", "男性"), Sex.MALE),
    **dict.fromkeys(("x", "other", "другой", "другое", "其他"), Sex.NOT_APPLICABLE),
}
LANGUAGES: Mapping[str, str] = {
    **dict.fromkeys(("en", "eng", "english", "английский", "англ", "英语", "英文"), "en"),
    **dict.fromkeys(("ru", "rus", "russian", "русский", "рус", "俄语", "俄文"), "ru"),
    **dict.fromkeys(("zh", "cn", "chi", "chinese", "китайский", "кит", "中文", "汉语", "简体中文"), "zh"),
}
_DAYS = (
    re.compile(r"(?P<year>\d{4})[-./](?P<month>\d{1,2})[-./](?P<day>\d{1,2})(?:[T ]0?0:00(?::00)?)?"),
    re.compile(r"(?P<day>\d{1,2})[-./ ](?P<month>\d{1,2})[-./ ](?P<year>\d{4})"),
    re.compile(r"(?P<year>\d{4})年(?P<month>\d{1,2})月(?P<day>\d{1,2})日"),
)


def fold_heading(text: str) -> str:
    """Small letters and digits only, single blanks between words; e-mail as one word."""
    text = unicodedata.normalize("NFKC", text).casefold().replace("ё", "е").replace("e-mail", "email")
    return " ".join(re.sub(r"[^\w]+|_", " ", text).split())


def guess_columns(head: Sequence[str]) -> dict[str, int]:
    """Particular -> number of the column that most likely holds it. Each column is given away once."""
    folded = [fold_heading(text) for text in head]
    found: dict[str, int] = {}

    def give(fits: Any) -> None:
        for particular, words in HEADINGS.items():
            for column, text in enumerate(folded):
                if particular not in found and column not in found.values() and text and fits(text, words):
                    found[particular.value] = column

    give(lambda text, words: text in words)
    give(lambda text, words: any(len(word) > 3 and word in text for word in words))
    if P.FAMILY_NAME in found or P.GIVEN_NAMES in found:
        found.pop(P.FULL_NAME.value, None)
    return found


def read_day(text: str) -> date | None:
    """The day as written in any of our languages, the day before the month; None for what is none."""
    typed = plain_digits(text)
    for pattern in _DAYS:
        if match := pattern.fullmatch(typed):
            try:
                return date(*(int(match[part]) for part in ("year", "month", "day")))
            except ValueError:
                return None
    return None


def read_sex(text: str) -> Sex | None:
    """None for what is none of our words."""
    return SEXES.get(fold_heading(text)) or next((each for each in Sex if each.value == text), None)


def read_locale(text: str) -> str | None:
    """None for a language we do not write in."""
    return LANGUAGES.get(fold_heading(text)) or (text if text in LOCALES else None)


def split_name(text: str) -> Names:
    """A full name whose family name stands first. Chinese names need no blank between."""
    parts = text.split()
    if len(parts) == 1 and is_script(text, "han") and 1 < len(text) <= 4:
        return Names(family_name=text[0], given_names=text[1:])
    if len(parts) == 3 and is_script(text, "cyrillic"):
        return Names(family_name=parts[0], given_names=parts[1], patronymic=parts[2])
    return Names(family_name=parts[0], given_names=" ".join(parts[1:])) if parts else Names()


def hash_row(values: Mapping[str, str]) -> str:
    """The same for rows that say the same, whatever the order of their columns."""
    filled = {name: fold_value(value) for name, value in values.items() if value}
    return hashlib.sha256(json.dumps(filled, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def fold_value(text: str) -> str:
    """Without differences that say nothing."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def column_letter(number: int) -> str:
    """As spreadsheets name it: 0 is A, 26 is AA."""
    letters = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
