"""Texts that reviewers read lose what would tell them who wrote."""

import pytest

from registry.admissions.models import Application
from registry.admissions.rules.blindness import collect_names, mask


def names_of(*forms: str) -> list[str]:
    return collect_names(Application(listed_name=forms[0], search_name=" ".join(forms[1:]), profile={}))


@pytest.mark.parametrize(
    ("forms", "text", "expected"),
    [
        (["Karimova Dilnoza"], "I am Dilnoza, Mrs KARIMOVA.", "I am [hidden], Mrs [hidden]."),
        (["Каримова Дильноза"], "Пишет Дильнозы брат, из Каримовых.", "Пишет [hidden] брат, из [hidden]."),
        (["王小明"], "我叫王小明，来自乡村。", "我叫[hidden]，来自乡村。"),
        (["王 小明"], "我叫王小明，小明很好。", "我叫[hidden]，[hidden]很好。"),
        (["Ли Ан"], "Ли продаёт лимоны, Анна тоже.", "[hidden] продаёт лимоны, Анна тоже."),
        (["Sukarno"], "Batik by Sukarno's family", "Batik by [hidden]'s family"),
        (["مریم رضایی"], "من مریم هستم", "من [hidden] هستم"),
        (["X Y"], "Mail a.b+c@mail.example.org now", "Mail [hidden] now"),
        (["X Y"], "Call +998 90 123-45-67 or (8) 701 123 45 67.", "Call [hidden] or ([hidden]."),
        (["X Y"], "See https://shop.example/me and www.me.example", "See [hidden] and [hidden]"),
        (
            ["X Y"],
            "Telegram @my_shop, 20 kg for 1500 a year 2026",
            "Telegram [hidden], 20 kg for 1500 a year 2026",
        ),
        (["Anna-Maria O’Neil"], "Maria O’Neil sells honey", "[hidden] [hidden] sells honey"),
    ],
    ids=str,
)
def test_mask_hides_names_and_addresses_only(forms, text, expected) -> None:
    assert mask(text, names_of(*forms)) == expected


@pytest.mark.parametrize("value", [True, False, None, {"en": "Karimova"}], ids=str)
def test_mask_leaves_what_is_no_text(value) -> None:
    assert mask(value, ["karimova"]) == value
