"""Names of other scripts as they sound in Latin letters."""

import pytest

from registry.core.transliteration import CYRILLIC, sound_out, spell_latin
from registry.demo.scripts import PINYIN


@pytest.mark.parametrize(
    ("written", "spelled"),
    [
        ("Айгерім Нұрланова", ["aigerim", "nurlanova"]),
        ("Щёголева-Юй", ["shchegolevaiui"]),
        ("Ўғилой Қўчқорова", ["ughiloi", "quchqorova"]),
        ("李娜", ["li", "na"]),
        ("欧阳婷婷", ["ou", "yang", "ting", "ting"]),
        ("Çiğdem O’Neil", ["cigdem", "oneil"]),
        ("محمد", ["محمد"]),
        ("龘", ["龘"]),  # A character whose sound we do not know stays.
        ("", []),
    ],
)
def test_spell_latin(written, spelled) -> None:

    assert spell_latin(written) == spelled


@pytest.mark.parametrize(
    "spellings",
    [
        ("Юлия", "Yuliya", "Iuliia", "Yulia"),
        ("Хасанов", "Khasanov", "Hasanov", "Xasanov"),
        ("Евгений", "Evgeny", "Yevgeniy", "Evgenii"),
        ("Щербакова", "Shcherbakova", "Scherbakova"),
        ("Алиев", "Aliev", "Aliyev"),
        ("Жанар", "Zhanar", "Janar"),
        ("Қайрат", "Qairat", "Kairat", "Kayrat"),
        ("Цой", "Tsoi", "Tsoy"),
        ("Фёдор", "Fedor", "ФЕДОР"),
        ("张婷婷", "Zhang Tingting", "ZHANG TING TING"),
        ("吕", "Lu", "Lv"),
    ],
)
def test_sound_out_of_all_spellings_is_one(spellings) -> None:
    assert len({sound_out(each) for each in spellings}) == 1, [sound_out(each) for each in spellings]


@pytest.mark.parametrize(
    ("one", "other"), [("Анна", "Инна"), ("李娜", "李丽"), ("Aliyev", "Valiyev"), ("Шамиль", "Камиль")]
)
def test_sound_out_of_different_names_differs(one, other) -> None:
    assert sound_out(one) != sound_out(other)


def test_spell_latin_knows_the_pinyin_of_common_names() -> None:
    """The demo's list was written by hand, character by character."""
    assert {character: "".join(spell_latin(character)) for character in PINYIN} == PINYIN
    assert all(letter.isalpha() for letter in CYRILLIC)
