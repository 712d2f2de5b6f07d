"""Every field of every staff form with what nobody should send: words at the field, nothing typed is lost."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from xml.etree.ElementTree import Element

import html5lib
from flask import Flask, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from tests.client import RegistryClient
from tests.forms_table import CONTROL, HOSTILE, OVERSIZED
from tests.integration.access_matrix import ACCESS
from tests.integration.access_objects import World, make_world
from tests.integration.test_access_matrix import _undone

STAFF = ("coordinator", "administrator")
BAD = {
    "empty": "",
    "oversized": OVERSIZED,
    "hostile": HOSTILE,
    "another script": "中文，ещё и кириллица",
    "control characters": CONTROL,
    "negative": "-1",
    "a number too large for any column": "9" * 25,
}
MACHINE_WORDS = (
    "Not a valid",
    "This field is required",
    "Invalid Choice",
    "Field must be",
    "None",
    "Traceback",
)


@dataclass(frozen=True)
class Field:
    name: str
    id: str
    is_choice: bool


def test_every_field_of_every_staff_form_survives_bad_input(
    app: Flask, client: RegistryClient, sign_in: Callable[..., RegistryClient]
) -> None:
    world = make_world()
    wrong = []
    seen = set()

    for role in STAFF:
        sign_in(world.users[role], browser=client)
        for path in _form_pages(app, world, role):
            values, fields = _read_form(client.get(path).text)
            seen |= {field.name for field in fields}
            for what, bad, chosen in _list_attempts(fields):
                with _undone(client):
                    sent = MultiDict(values)
                    for field in chosen:
                        sent.setlist(field.name, [bad])
                    response = client.post(path, data=sent)
                    trouble = _find_trouble(response, chosen, bad)
                if trouble:
                    wrong.append(f"{path} {[field.name for field in chosen]}, {what}: {trouble}")

    assert {"rank", "name_en", "capacity", "first_online_sale_on-day", "slug", "purpose"} <= seen
    assert not wrong, "\n".join(wrong)


def _list_attempts(fields: Sequence[Field]) -> Iterator[tuple[str, str, list[Field]]]:
    """All that can be typed into at once, and each choice by itself: what is sent, and for which fields."""
    typed = [field for field in fields if not field.is_choice]
    if typed:
        yield from ((what, bad, typed) for what, bad in BAD.items())
    yield from (("forged", HOSTILE, [field]) for field in fields if field.is_choice)


def _form_pages(app: Flask, world: World, role: str) -> Iterator[str]:
    """Pages of the staff with a form; administrators open those that coordinators may not."""
    for rule in app.url_map.iter_rules():
        row = ACCESS[rule.endpoint]
        is_staff_page = row.statuses["applicant"] == 403
        if role != STAFF[0] and row.statuses[STAFF[0]] != 403:
            continue
        if (
            is_staff_page
            and {"GET", "POST"} <= set(rule.methods or ())
            and row.expected(role, own=True) == 200
        ):
            with app.test_request_context():
                yield url_for(rule.endpoint, **world.values(row.of, role, own=True), **row.args)


def _read_form(page: str) -> tuple[MultiDict[str, str], list[Field]]:
    """What a browser would send unchanged, and the fields that can be typed into or chosen from."""
    tree = html5lib.parse(page, namespaceHTMLElements=False)
    form = next(
        (form for form in tree.iter("form") if form.get("method") == "post" and not form.get("action")), None
    )
    values: MultiDict[str, str] = MultiDict()
    fields: dict[str, Field] = {}
    for element in form.iter() if form is not None else ():
        name, kind = element.get("name"), element.get("type", "text")
        if element.tag not in {"input", "select", "textarea"} or not name:
            continue
        is_choice = element.tag == "select" or kind in {"radio", "checkbox"}
        if kind != "hidden":
            fields.setdefault(name, Field(name, element.get("id") or "", is_choice))
        if kind in {"radio", "checkbox"} and element.get("checked") is None:
            continue
        for value in _values_of(element):
            values.add(name, value)
    return values, list(fields.values())


def _values_of(element: Element) -> list[str]:
    if element.tag == "textarea":
        return ["".join(element.itertext()).removeprefix("\n")]
    if element.tag == "select":
        options = list(element.iter("option"))
        chosen = [option for option in options if option.get("selected") is not None] or options[:1]
        return [option.get("value") or "" for option in chosen]
    return [element.get("value") or ("on" if element.get("type") == "checkbox" else "")]


def _find_errors(page: str) -> dict[str, str]:
    """Id of the field -> the words there."""
    tree = html5lib.parse(page, namespaceHTMLElements=False)
    return {
        key.removesuffix("-error"): " ".join("".join(element.itertext()).split())
        for element in tree.iter()
        if (key := element.get("id") or "").endswith("-error")
    }


def _find_trouble(response: TestResponse, fields: Sequence[Field], bad: str) -> str:
    if response.status_code == 303 or response.mimetype == "text/csv":
        return ""
    if response.status_code not in {422, 409}:
        return f"status {response.status_code}"
    if HOSTILE in response.text:
        return "hostile text stands in the page as it was typed"
    tree = html5lib.parse(response.text, namespaceHTMLElements=False)
    ids = {element.get("id"): element for element in tree.iter()}
    if "error-summary-title" not in ids:
        return "no summary of errors"
    errors = _find_errors(tree)
    if response.status_code == 422 and not errors:
        return "no words at any field"
    if machine := [text for text in errors.values() if any(words in text for words in MACHINE_WORDS)]:
        return f"says {machine}"
    if bad == CONTROL or fields[0].is_choice:
        return ""
    shown = {field.name: _values_of(ids[field.id])[0] for field in fields}
    lost = [name for name, value in shown.items() if value.casefold() != bad.casefold()]
    return f"what was typed is gone from {lost}" if lost else ""


def _find_errors(tree: Element) -> dict[str, str]:
    """Id of the field -> the words there."""
    return {
        key.removesuffix("-error"): " ".join("".join(element.itertext()).split())
        for element in tree.iter()
        if (key := element.get("id") or "").endswith("-error")
    }
