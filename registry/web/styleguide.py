"""What the style guide shows: every kind of field, and figures for the charts. Development only."""

from datetime import UTC, datetime
from typing import Any

from wtforms import (
    BooleanField,
    DecimalField,
    EmailField,
    FileField,
    IntegerField,
    PasswordField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from registry.core.forms import DatePartsField, RegistryForm, SelectChoice, VersionField
from registry.core.i18n import LOCALES, _l, country_name

PAGES = {"confirm": "styleguide_confirm", "question": "styleguide_question"}
"""Whole pages, by the `part` of the address."""

EDUCATION = [
    SelectChoice("school", _l("Secondary school")),
    SelectChoice("vocational", _l("Vocational school")),
    SelectChoice("bachelor", _l("Bachelor's degree")),
]
LANGUAGES = [SelectChoice(*each) for each in LOCALES.items()]


def sample_countries() -> list[SelectChoice]:
    """Three countries in the reader's language, and none."""
    return [SelectChoice("", ""), *(SelectChoice(code, country_name(code)) for code in ("CN", "KZ", "UZ"))]


class SampleForm(RegistryForm):
    """One field of every kind."""

    version = VersionField()
    name = StringField(
        _l("Family name"),
        description=_l("As it is written in your passport."),
        validators=[InputRequired(), Length(max=80)],
    )
    email = EmailField(_l("E-mail address"), validators=[InputRequired()])
    password = PasswordField(_l("Password"), validators=[InputRequired()])
    born_on = DatePartsField(_l("Date of birth"))
    education = RadioField(_l("What is your highest level of education?"), choices=EDUCATION)
    languages = SelectMultipleField(
        _l("Which languages can you study in?"),
        choices=LANGUAGES,
        validators=[InputRequired(_l("Choose at least one language."))],
    )
    country = SelectField(_l("Where do you live?"), choices=sample_countries)
    motivation = TextAreaField(_l("Why do you want to take part?"), validators=[Optional(), Length(max=3000)])
    people = IntegerField(_l("How many people do you employ?"), validators=[Optional(), NumberRange(0, 9999)])
    share = DecimalField(_l("Share of sales made online, in percent"), validators=[Optional()])
    diploma = FileField(_l("Diploma"))
    consent = BooleanField(
        _l("I agree that my application is shown to the focal point of my state."),
        validators=[InputRequired()],
    )


def sample_errors() -> SampleForm:
    """The form as it comes back when somebody sends it with mistakes."""
    form = SampleForm(formdata=None, prefix="failed", meta={"csrf": False})
    messages: dict[str, Any] = {
        "name": _l("Enter your family name."),
        "email": _l("Enter an address like aigerim@example.org."),
        "password": _l("Enter a password of at least twelve characters."),
        "born_on": _l("Enter your date of birth, like 27 3 2007."),
        "education": _l("Choose your highest level of education."),
        "languages": _l("Choose at least one language."),
        "country": _l("Choose the country you live in."),
        "motivation": _l("Your answer has 612 words. Shorten it to 500 words."),
        "people": _l("Enter a whole number, like 12."),
        "diploma": _l("Choose a PDF, JPEG or PNG file of at most 2 MB."),
        "consent": _l("Tick the box if you agree. Without it we cannot send your application."),
    }
    for name, message in messages.items():
        form[name].errors = [str(message)]
    form.form_errors.append(str(_l("The application window closed while you were writing.")))
    return form


TILES = {
    "BY": [1, 1],
    "RU": [3, 1],
    "KZ": [3, 2],
    "UZ": [2, 3],
    "KG": [3, 3],
    "CN": [4, 3],
    "IR": [1, 4],
    "TJ": [2, 4],
    "PK": [3, 4],
    "IN": [4, 4],
}
CELLS = {
    "BY": {"value": 12},
    "RU": {"value": 64},
    "KZ": {"value": 118},
    "UZ": {"value": 96},
    "KG": {"value": 41},
    "CN": {"value": 87},
    "IR": {"value": 0},
    "TJ": {"value": None, "hidden": True},
    "PK": {"value": 33},
}
STAGES = [
    {"label": _l("Applied"), "value": 1240},
    {"label": _l("Eligible"), "value": 1015, "share": 0.8185},
    {"label": _l("Offered"), "value": 480, "share": 0.473},
    {"label": _l("Accepted"), "value": 451, "share": 0.9396},
    {"label": _l("Completed"), "value": None, "hidden": True},
]
BARS = [
    {"label": _l("Under 18"), "value": 0},
    {"label": _l("18 to 24"), "value": 212, "target": 200},
    {"label": _l("25 to 29"), "value": 143, "target": 180},
    {"label": _l("30 to 35"), "value": None, "hidden": True, "target": 60},
    {"label": _l("Not known"), "value": None},
]
MONTHS = ["01/2027", "02/2027", "03/2027", "04/2027", "05/2027"]
LINES = [
    {"label": _l("Applied"), "values": [120, 340, 610, 990, 1240]},
    {"label": _l("Offered"), "values": [0, 0, 90, 310, 480]},
    {"label": _l("Accepted"), "values": [0, 0, None, 290, 451], "hidden": [2]},
]


def sample_page() -> dict[str, Any]:
    """Everything that templates/web/styleguide.html shows."""
    return {
        "form": SampleForm(formdata=None, meta={"csrf": False}),
        "failed": sample_errors(),
        "filters": SampleForm(formdata=None, prefix="filter", meta={"csrf": False}),
        "places": TILES,
        "cells": CELLS,
        "stages": STAGES,
        "bars": BARS,
        "months": MONTHS,
        "lines": LINES,
        "closes_at": datetime(2027, 6, 30, 18, 59, tzinfo=UTC),
    }
