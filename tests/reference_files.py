"""Reads the files of registry/reference as they are, without the application."""

import csv
import re
from pathlib import Path

from babel import Locale

FOLDER = Path(__file__).resolve().parents[1] / "registry" / "reference"
HAN, CYRILLIC, LATIN = r"[一-鿿]", r"[а-яёА-ЯЁ]", r"[A-Za-z]"
CLDR = {"en": Locale.parse("en"), "ru": Locale.parse("ru"), "zh": Locale.parse("zh_Hans_CN")}

COLUMNS = {
    "blocs": "bloc name_en name_ru name_zh short_en short_ru short_zh official_languages tile_columns tiles"
    " source",
    "countries": "country zone",
    "documents": "slug kind title_en title_ru title_zh adopted_on adopted_at provision_en provision_ru"
    " provision_zh source",
    "indicators": "code title_en title_ru title_zh numerator_en numerator_ru numerator_zh denominator_en"
    " denominator_ru denominator_zh unit source_standard version",
    "jurisdictions": "country age_of_consent youth_from youth_to valid_from valid_to source",
    "memberships": "bloc country standing valid_from valid_to source",
    "names": "country locale name reason",
    "organisations": "code kind country name_en name_ru name_zh website source",
    "partnerships": "programme organisation role source",
    "phrases": "key en ru zh",
    "programme_translations": "slug locale title summary description",
    "programmes": "slug kind status provider level weeks hours_per_week mode teaching_languages cost_minor"
    " currency credential topics documents source",
    "quotations": "key text_en text_ru text_zh speaker_en speaker_ru speaker_zh said_on source",
    "reported_results": "programme indicator value qualifier place reported_on note_en note_ru note_zh"
    " source",
    "topics": "slug name_en name_ru name_zh position source",
}


def read(name: str) -> list[dict[str, str]]:
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


def column(name: str, key: str) -> list[str]:
    return [row[key] for row in read(name)]


def has_script(text: str, locale: str) -> bool:
    """Names of organisations stay Latin in every language; the sentence around them does not."""
    if locale == "zh":
        return bool(re.search(HAN, text)) and not re.search(CYRILLIC, text)
    if locale == "ru":
        return bool(re.search(CYRILLIC, text)) and not re.search(HAN, text)
    return bool(re.search(LATIN, text)) and not re.search(f"{HAN}|{CYRILLIC}", text)
