"""The language of own wordings: names in braces, and nothing that could run."""

import pytest
from flask import Flask

from registry.messages.wordings import clean_wording, fill_wording, find_wording_faults

KNOWN = ("name", "programme", "offer_link")


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        ("{name}, welcome to {programme}", []),
        ("no placeholder at all", []),
        ("{programmme}", ["not know the placeholder {programmme}. Did you mean {programme}?"]),
        ("{offerlink} {xyz}", ["Did you mean {offer_link}?", "{xyz}. Use those that the list names."]),
        ("{name", ["A brace is missing, or one too many."]),
        ("name}", ["A brace is missing, or one too many."]),
        ("{{name}}", ["A brace is missing, or one too many."]),
        ("{na\nme}", ["A brace is missing, or one too many."]),
        ("{}", ["the placeholder {}."]),
        ("{name.__class__}", ["the placeholder {name.__class__}."]),
        ("{name!r:>10}", ["the placeholder {name!r:>10}."]),
        ("{% for x in y %}", ["the placeholder {% for x in y %}."]),
        ("{0}", ["the placeholder {0}."]),
    ],
)
def test_what_no_mail_knows_is_named_with_the_nearest(app: Flask, text: str, faults: list[str]) -> None:
    with app.test_request_context():
        found = [str(each) for each in find_wording_faults(text, KNOWN)]

    assert len(found) == len(faults)
    assert all(part in said for part, said in zip(faults, found, strict=True)), found


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("｛name｝", "{name}"),
        ("{ Name }", "{name}"),
        ("{NAME} and Words", "{name} and Words"),
        ("{ name", "{ name"),
    ],
)
def test_messy_braces_are_understood(typed: str, stored: str) -> None:
    assert clean_wording(typed) == stored


def test_a_value_is_not_read_again() -> None:
    values = {"name": "{offer_link} \\1 %(x)s", "programme": "Shop & <b>"}

    assert fill_wording("{name}: {programme}", values) == "{offer_link} \\1 %(x)s: Shop & <b>"
