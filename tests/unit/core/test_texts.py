"""Texts of authors, folded for the search, and amounts of money."""

from datetime import date

import pytest
from flask import Flask

from registry.core.i18n import (
    fold,
    format_day,
    format_listing,
    format_money,
    in_locale,
    major_units,
    show_translation,
)


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("E-Commerce", "ecommerce"),
        ("Café", "cafe"),
        ("ЁЛКА", "елка"),
        ("Йод", "иод"),
        ("Oʻzbekiston", "ozbekiston"),
        ("ＡＢＣ１２３", "abc123"),
        ("电子商务", "电子商务"),
        ("Straße", "strasse"),
    ],
)
def test_fold(text: str, folded: str) -> None:
    assert fold(text) == folded


@pytest.mark.parametrize(
    ("minor", "currency", "amount"),
    [(150050, "USD", "1500.50"), (1500, "JPY", "1500"), (1500, "KWD", "1.500")],
)
def test_major_units_follow_the_currency(minor: int, currency: str, amount: str) -> None:
    assert str(major_units(minor, currency)) == amount


@pytest.mark.parametrize(
    ("locale", "text"), [("en", "US$1,500.50"), ("ru", "1 500,50 $"), ("zh", "US$1,500.50")]
)
def test_format_money(app: Flask, locale: str, text: str) -> None:
    with app.test_request_context(), in_locale(locale):
        assert format_money(150050, "USD").replace("\xa0", " ").replace("\u202f", " ") == text


@pytest.mark.parametrize(
    ("locale", "style", "text"),
    [
        ("en", "standard", "a, b and c"),
        ("en", "or", "a, b or c"),
        ("ru", "or", "a, b или c"),
        ("zh", "or", "a、b或c"),
    ],
)
def test_format_listing(app: Flask, locale: str, style: str, text: str) -> None:
    with app.test_request_context(), in_locale(locale):
        assert format_listing(["a", "b", "c"], style) == text  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("texts", "shown"),
    [
        ({"en": "Shop", "ru": "Магазин"}, "Магазин"),
        ({"en": "Shop & co"}, '<span lang="en">Shop &amp; co</span>'),
        ({"zh": "商店"}, '<span lang="zh-Hans">商店</span>'),
        ({"ru": "<b>"}, "&lt;b&gt;"),
    ],
)
def test_show_translation_marks_another_language(app: Flask, texts: dict[str, str], shown: str) -> None:
    with app.test_request_context(), in_locale("ru"):
        assert show_translation(texts) == shown


@pytest.mark.parametrize(
    ("locale", "text"), [("en", "7 December 2026"), ("ru", "7 декабря 2026"), ("zh", "2026年12月7日")]
)
def test_format_day_ends_without_a_stop_so_that_a_sentence_can_end_with_it(
    app: Flask, locale: str, text: str
) -> None:
    with app.test_request_context(), in_locale(locale):
        assert format_day(date(2026, 12, 7)) == text
