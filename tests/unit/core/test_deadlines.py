"""How the end of a window is told."""

import random
from datetime import UTC, date, datetime

import pytest
from flask import Flask

from registry.core.i18n import format_day, format_deadline, format_opening, in_locale, sort_key


@pytest.mark.parametrize(
    ("at", "zone", "expected"),
    [
        ((2027, 6, 30, 18, 59, 59), "Asia/Tashkent", "23:59 on 30 June 2027, Tashkent time (UTC+5)"),
        ((2027, 6, 30, 19, 0, 0), "Asia/Tashkent", "23:59 on 30 June 2027, Tashkent time (UTC+5)"),
        ((2027, 6, 30, 19, 0, 1), "Asia/Tashkent", "00:00 on 1 July 2027, Tashkent time (UTC+5)"),
        ((2027, 7, 1, 0, 0, 0), "UTC", "23:59 on 30 June 2027, UTC"),
        ((2027, 6, 30, 13, 0, 0), "Asia/Tashkent", "18:00 on 30 June 2027, Tashkent time (UTC+5)"),
    ],
)
def test_format_deadline_tells_the_end_of_a_day_as_its_last_minute(
    app: Flask, at: tuple[int, ...], zone: str, expected: str
) -> None:
    with app.test_request_context(), in_locale("en"):
        assert format_deadline(datetime(*at, tzinfo=UTC), zone) == expected


@pytest.mark.parametrize(
    ("locale", "expected"),
    [("en", "27 March 2027"), ("ru", "27 марта 2027"), ("zh", "2027年3月27日")],
)
def test_format_day_ends_without_a_full_stop_of_its_own(app: Flask, locale: str, expected: str) -> None:
    with app.test_request_context(), in_locale(locale):
        assert format_day(date(2027, 3, 27)) == expected


@pytest.mark.parametrize(
    ("at", "zone", "expected"),
    [
        ((2027, 6, 3, 4, 0, 0), "Asia/Tashkent", "09:00 on 3 June 2027, Tashkent time (UTC+5)"),
        ((2027, 6, 2, 19, 0, 0), "Asia/Tashkent", "00:00 on 3 June 2027, Tashkent time (UTC+5)"),
        ((2027, 6, 3, 0, 0, 0), "UTC", "00:00 on 3 June 2027, UTC"),
    ],
)
def test_format_opening_tells_the_beginning_of_a_day_as_its_first_minute(
    app: Flask, at: tuple[int, ...], zone: str, expected: str
) -> None:
    with app.test_request_context(), in_locale("en"):
        assert format_opening(datetime(*at, tzinfo=UTC), zone) == expected


@pytest.mark.parametrize(
    ("locale", "words"),
    [
        ("en", ["Åland Islands", "Albania", "Côte d’Ivoire", "Türkiye", "Tuvalu", "UAE"]),
        ("ru", ["Ёлка", "Ель", "Индия", "Йемен", "Казахстан"]),
        ("zh", ["埃及", "白俄罗斯", "哈萨克斯坦", "吉尔吉斯斯坦", "中国"]),
    ],
)
def test_sort_key_follows_the_alphabet_of_the_language(locale: str, words: list[str]) -> None:
    shuffled = random.sample(words, len(words))

    assert sorted(shuffled, key=lambda word: sort_key(word, locale)) == words
