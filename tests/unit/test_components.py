"""What the macros in templates/components write."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from xml.etree.ElementTree import Element

import html5lib
import pytest
from flask import Flask, render_template_string
from wtforms import (
    DecimalField,
    EmailField,
    IntegerField,
    MultipleFileField,
    PasswordField,
    StringField,
    TelField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from registry.core.forms import RegistryForm

Render = Callable[..., Element]


class Form(RegistryForm):
    name = StringField("Name", validators=[InputRequired(), Length(min=2, max=80)])
    email = EmailField("E-mail", validators=[Optional()])
    phone = TelField("Phone")
    password = PasswordField("Password")
    people = IntegerField("People", validators=[NumberRange(0, 9)])
    share = DecimalField("Share")
    scans = MultipleFileField("Scans")
    motivation = TextAreaField("Motivation", validators=[Length(max=3000)])


@pytest.fixture
def render(app: Flask) -> Render:
    """Renders a template's text with a form and gives the tree."""

    def render(text: str, **context: Any) -> Element:
        with app.test_request_context():
            form = Form(formdata=None, meta={"csrf": False})
            html = render_template_string(text, form=form, **context)
        return html5lib.parse(html, namespaceHTMLElements=False)

    return render


def find(tree: Element, tag: str, **attributes: str) -> list[Element]:
    return [
        each
        for each in tree.iter()
        if each.tag in {tag, f"{{http://www.w3.org/2000/svg}}{tag}"}
        and all(each.get(name.rstrip("_")) == value for name, value in attributes.items())
    ]


def text_of(element: Element) -> str:
    return " ".join("".join(element.itertext()).split())


FIELD = '{% from "components/forms.html" import field %}'


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        ("field(form.name)", {"type": "text"}),
        (
            'field(form.name, autocomplete="family-name", lang="kk")',
            {"type": "text", "autocomplete": "family-name", "lang": "kk"},
        ),
        (
            "field(form.email)",
            {
                "type": "email",
                "autocomplete": "email",
                "inputmode": "email",
                "spellcheck": "false",
                "autocapitalize": "none",
            },
        ),
        ("field(form.phone)", {"type": "tel", "autocomplete": "tel", "inputmode": "tel"}),
        (
            'field(form.password, autocomplete="new-password")',
            {
                "type": "password",
                "autocomplete": "new-password",
                "spellcheck": "false",
                "autocapitalize": "none",
            },
        ),
        ("field(form.people)", {"type": "text", "autocomplete": "off", "inputmode": "numeric"}),
        ('field(form.scans, accept=".pdf")', {"type": "file", "multiple": "", "accept": ".pdf"}),
        ("field(form.share)", {"type": "text", "autocomplete": "off", "inputmode": "decimal"}),
    ],
)
def test_field_leaves_checks_to_the_server_and_tells_the_keyboard(
    render: Render, call: str, expected: dict[str, str]
) -> None:
    (control,) = find(render(f"{FIELD}{{{{ {call} }}}}"), "input")

    common = {"id", "name", "value", "class"}
    assert {name: value for name, value in control.attrib.items() if name not in common} == expected


def test_field_marks_what_is_optional_and_nothing_else(render: Render) -> None:
    tree = render(
        FIELD + "{{ field(form.email) }}{{ field(form.name) }}{{ field(form.phone, optional=True) }}"
    )

    assert [text_of(label) for label in find(tree, "label")] == [
        "E-mail (optional)",
        "Name",
        "Phone (optional)",
    ]


def test_field_as_heading_makes_the_label_the_pages_h1(render: Render) -> None:
    tree = render(FIELD + "{{ field(form.name, heading=True) }}")

    (heading,) = find(tree, "h1")
    assert [(label.get("for"), text_of(label)) for label in find(heading, "label")] == [("name", "Name")]


@pytest.mark.parametrize(("words", "hint"), [(1, "Up to 1 word."), (150, "Up to 150 words.")])
def test_field_tells_the_limit_of_words_in_its_hint(render: Render, words: int, hint: str) -> None:
    tree = render(FIELD + '{{ field(form.motivation, words=words, hint="Two sentences.") }}', words=words)

    (paragraph,) = find(tree, "p", class_="hint")
    (area,) = find(tree, "textarea")
    assert text_of(paragraph) == f"Two sentences. {hint}"
    assert area.get("aria-describedby") == paragraph.get("id")
    assert area.get("maxlength") is None


@pytest.mark.parametrize(
    ("call", "words"),
    [
        ("figure(0)", "0"),
        ("figure(1240)", "1,240"),
        ("figure(0.875, percent=True)", "88%"),
        ("figure(None)", "not known"),
        ("figure(3, hidden=True)", "hidden"),
    ],
)
def test_figure_never_shows_a_hidden_number_nor_a_blank(render: Render, call: str, words: str) -> None:
    tree = render('{% from "components/tables.html" import figure %}<p>{{ ' + call + " }}</p>")

    assert text_of(find(tree, "p")[0]) == words


def test_column_links_to_the_other_direction_of_the_sorted_column_only(render: Render) -> None:
    tree = render(
        '{% from "components/tables.html" import data_table %}'
        "{% macro href(key, descending) %}?{{ key }}{{ '-' if descending }}{% endmacro %}"
        '{% call data_table("Cases", heads, sort="age", sort_href=href) %}{% endcall %}',
        heads=[{"label": "Name", "sort": "name"}, {"label": "Age", "sort": "age", "number": True}],
    )

    assert [(head.get("aria-sort"), find(head, "a")[0].get("href")) for head in find(tree, "th")] == [
        (None, "?name"),
        ("ascending", "?age-"),
    ]


def test_deadline_tells_the_hosts_time_and_utc_and_leaves_a_slot_for_the_readers(render: Render) -> None:
    tree = render(
        '{% from "components/deadline.html" import deadline %}{{ deadline(at, "Asia/Tashkent") }}',
        at=datetime(2027, 6, 30, 18, 59, tzinfo=UTC),
    )

    lines = [(text_of(each), "hidden" in each.attrib) for each in find(tree, "p")]
    assert lines == [
        ("23:59 on 30 June 2027, Tashkent time (UTC+5)", False),
        ("18:59 on 30 June 2027, UTC", False),
        ("", True),
    ]
    assert [each.get("datetime") for each in find(tree, "time")] == ["2027-06-30T18:59:00Z"]


def test_bar_chart_draws_a_hidden_figure_as_hatch_with_words(render: Render) -> None:
    tree = render(
        '{% from "components/charts.html" import bar_chart %}'
        '{{ bar_chart("c", "Finding", "Summary", rows, "people") }}',
        rows=[{"label": "A", "value": 50}, {"label": "B", "value": 4, "hidden": True}],
    )

    bars = [find(bar, "rect") for bar in find(tree, "svg", class_="bar")]
    assert [[(rect.get("width"), rect.get("fill")) for rect in bar] for bar in bars] == [
        [("100.0%", None)],
        [("20%", "url(#c-hatch)")],
    ]
    assert [text_of(cell) for cell in find(tree, "td")] == ["50", "hidden"]
    assert "4" not in [text_of(each) for each in tree.iter()]


def test_summary_list_says_what_was_not_answered(render: Render) -> None:
    tree = render(
        '{% from "components/summary.html" import summary_list %}{{ summary_list(rows) }}',
        rows=[
            {"key": "Phone", "value": ""},
            {"key": "Children", "value": 0},
            {"key": "Name", "value": "Aida"},
        ],
    )

    assert [text_of(each) for each in find(tree, "dd")] == ["Not answered", "0", "Aida"]
