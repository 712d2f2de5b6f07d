"""Pages of an application about the person."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from wtforms import EmailField, RadioField, SelectField, StringField, TelField
from wtforms.validators import Email, InputRequired, Length, Optional

from registry.admissions.rules.journey import Journey
from registry.core.errors import RegistryError, StaleWrite
from registry.core.forms import DatePartsField, RegistryForm, SelectChoice, ShownField
from registry.core.i18n import LOCALES, _, _l, format_day, language_name, sort_key
from registry.people.enums import KNOWN_LANGUAGES, Education, LanguageLevel, Occupation, Settlement, Sex
from registry.people.rules import Names, plain, why_not_names
from registry.places.queries import Choice

TOO_LONG = _l("Use at most %(max)d characters.")
NOTHING = SelectChoice("", "")
LOCALE_CHOICES = [SelectChoice(code, name) for code, name in LOCALES.items()]
LEAST_ROWS = 4
MOST_ROWS = 10


def _at_most(number: int) -> Length:
    return Length(max=number, message=TOO_LONG)


class PageForm(RegistryForm):
    """A page with the values it was shown with."""

    shown = ShownField()

    FIELDS = {"citizenship_codes": "citizenship", "language_levels": "language_1"}
    """What is stored under another name than the field that asks for it."""

    @property
    def shown_values(self) -> Mapping[str, Any] | None:
        return self.shown.data or None

    def set_shown(self, values: Mapping[str, Any]) -> None:
        """From now on the form counts as rendered with these values."""
        self.shown.data = dict(values)

    def show(self, error: RegistryError) -> None:
        """As everywhere; what changed meanwhile is told in the words of the page."""
        if isinstance(error, StaleWrite):
            # Whoever has seen what changed may save over it.
            current = {name: after for name, (_before, after) in error.changes.items()}
            self.set_shown({**(self.shown_values or {}), **current})
            error = StaleWrite(
                {
                    self.FIELDS.get(name, name): (self._describe(name, before), self._describe(name, after))
                    for name, (before, after) in error.changes.items()
                }
            )
        super().show(error)

    def _describe(self, name: str, value: Any) -> Any:
        if isinstance(value, (list, tuple, dict)):
            return ", ".join(str(self._describe(name, each)) for each in value) or None
        field = self._fields.get(self.FIELDS.get(name, name))
        if isinstance(field, DatePartsField) and value:
            return format_day(date.fromisoformat(value))
        choices = getattr(field, "choices", None) or ()
        return next((choice.label for choice in choices if choice.value == value), value)


class NamesForm(PageForm):
    family_name = StringField(_l("Family name"), [Optional(), _at_most(80)])
    given_names = StringField(_l("Given names"), [Optional(), _at_most(80)])
    patronymic = StringField(_l("Patronymic"), [Optional(), _at_most(80)])
    native_name = StringField(
        _l("Full name in your own script"),
        [Optional(), _at_most(160)],
        description=_l("If you write it in another script than above, like 王小明 or محمد رضایی."),
    )
    latin_name = StringField(
        _l("Name in Latin letters, as in the passport"),
        [InputRequired(_l("Enter your name in Latin letters, as in the passport.")), _at_most(160)],
    )

    def validate(self, extra_validators: Any = None) -> bool:
        fine = super().validate(extra_validators)
        for name, message in why_not_names(self.names).items():
            if name in self and not self[name].errors:
                self[name].errors = [str(message)]
                fine = False
        return fine

    @property
    def names(self) -> Names:
        """What was typed; without the question for the Latin name, the one known stays."""
        given = {key: (self[key].data or "") if key in self else "" for key in vars(Names())}
        return Names(**given)


class BirthForm(PageForm):
    born_on = DatePartsField(
        _l("Date of birth"),
        missing=_l("Enter your date of birth, like 27 3 2007."),
        description=_l("For example, 27 3 2007."),
    )
    sex = RadioField(
        _l("Sex"),
        [InputRequired(_l("Choose one of the answers. You may prefer not to say."))],
        choices=Sex.choices(),
    )


class CountriesForm(PageForm):
    citizenship = SelectField(
        _l("Citizenship"), [InputRequired(_l("Choose the country you are a citizen of."))]
    )
    second_citizenship = SelectField(_l("Second citizenship"), [Optional()])
    third_citizenship = SelectField(_l("Third citizenship"), [Optional()])
    residence = SelectField(
        _l("Country where you live"), [InputRequired(_l("Choose the country where you live."))]
    )
    settlement = RadioField(_l("Where do you live there?"), [Optional()], choices=Settlement.choices())

    @property
    def citizenships(self) -> list[str]:
        fields = (self.citizenship, self.second_citizenship, self.third_citizenship)
        return [field.data for field in fields if field.data]


class StateForm(PageForm):
    state = RadioField(
        _l("For which state do you apply?"),
        [InputRequired(_l("Choose one of the states."))],
        description=_l(
            "You have a choice. Seats are set aside by state; after sending it changes only when we ask you to check it."
        ),
    )


class ContactForm(PageForm):
    phone = TelField(
        _l("Phone"),
        [Optional(), _at_most(40)],
        description=_l("With the country code, like +998 90 123 45 67. Only used if a mail does not arrive."),
    )
    locale = RadioField(
        _l("In which language should we write to you?"),
        [InputRequired(_l("Choose one of the languages."))],
        choices=LOCALE_CHOICES,
    )


class BackgroundForm(PageForm):
    education = RadioField(
        _l("What is the highest level of education you have completed?"),
        [InputRequired(_l("Choose the level you have completed."))],
        choices=Education.choices(),
    )
    occupation = RadioField(
        _l("What do you mainly do now?"),
        [InputRequired(_l("Choose what you mainly do."))],
        choices=Occupation.choices(),
    )


class LanguagesForm(PageForm):
    """Rows of a language and its level; empty rows are left out."""

    @property
    def rows(self) -> list[tuple[Any, Any]]:
        """Pairs of fields."""
        return [
            (self[f"language_{number}"], self[f"level_{number}"])
            for number in range(1, MOST_ROWS + 1)
            if f"language_{number}" in self
        ]

    @property
    def languages(self) -> dict[str, LanguageLevel]:
        return {tag.data: LanguageLevel.of(level.data) for tag, level in self.rows if tag.data and level.data}

    def validate(self, extra_validators: Any = None) -> bool:
        fine = super().validate(extra_validators)
        seen: set[str] = set()
        for tag, level in self.rows:
            if tag.data and not level.data and not level.errors:
                level.errors = [_("Choose how well you know this language.")]
            if level.data and not tag.data and not tag.errors:
                tag.errors = [_("Choose the language.")]
            if tag.data and tag.data in seen:
                tag.errors = [_("You have chosen this language twice.")]
            seen.add(tag.data)
            fine = fine and not tag.errors and not level.errors
        if fine and not self.languages:
            self.rows[0][0].errors = [_("Choose at least one language that you know.")]
            return False
        return fine


class GuardianForm(PageForm):
    name = StringField(
        _l("Name of the parent or guardian"),
        [InputRequired(_l("Enter the name of the parent or guardian.")), _at_most(160)],
    )
    email = EmailField(
        _l("E-mail address of the parent or guardian"),
        [
            InputRequired(_l("Enter the e-mail address of the parent or guardian.")),
            _at_most(254),
            Email(_l("Enter an e-mail address, like name@example.org.")),
        ],
        description=_l("We send one link to this address. The guardian needs no account."),
    )
    locale = RadioField(
        _l("In which language should we write to them?"),
        [InputRequired(_l("Choose one of the languages."))],
        choices=LOCALE_CHOICES,
    )

    @property
    def given(self) -> dict[str, Any]:
        """Who the guardian is, as the operations take it, once the form is valid."""
        return {
            "name": self["name"].data,
            "email": self.email.data,
            "locale": self.locale.data,
            "shown": self.shown_values,
        }


def make_names_form(journey: Journey) -> NamesForm:
    """With the Latin name only where the cohort needs it."""
    form = NamesForm(data=_shown(journey.person, *vars(Names())))
    if not journey.cohort.needs_latin_name:
        del form.latin_name
    return form


def make_birth_form(journey: Journey) -> BirthForm:
    person = journey.person
    form = BirthForm(data={**_shown(person, "born_on", "sex"), "born_on": person.born_on})
    form.born_on.latest = journey.today
    return form


def make_countries_form(journey: Journey, countries: Sequence[Choice]) -> CountriesForm:
    person = journey.person
    known = dict(
        zip(
            ("citizenship", "second_citizenship", "third_citizenship"), person.citizenship_codes, strict=False
        )
    )
    form = CountriesForm(data=_shown(person, "citizenship_codes", "residence", "settlement") | known)
    choices = [NOTHING, *(SelectChoice(country.value, country.label) for country in countries)]
    for field in (form.citizenship, form.second_citizenship, form.third_citizenship, form.residence):
        field.choices = choices
    return form


def make_state_form(journey: Journey, states: Sequence[Choice]) -> StateForm:
    form = StateForm(data={"state": journey.member_state or None})
    form.state.choices = [SelectChoice(state.value, state.label) for state in states]
    return form


def make_contact_form(journey: Journey) -> ContactForm:
    return ContactForm(data=_shown(journey.person, "phone", "locale"))


def make_background_form(journey: Journey) -> BackgroundForm:
    return BackgroundForm(data=_shown(journey.person, "education", "occupation"))


def make_languages_form(journey: Journey) -> LanguagesForm:
    """A row for each language known or needed, and at least two more."""
    known: Mapping[str, Any] = journey.person.language_levels
    needed = {tag: None for tag, _level in journey.conditions.languages if tag not in known}
    rows = [*known.items(), *needed.items()][:MOST_ROWS]
    number = min(MOST_ROWS, max(LEAST_ROWS, len(rows) + 2))
    names = sorted(
        ((tag, language_name(tag)) for tag in {*KNOWN_LANGUAGES, *known, *needed}),
        key=lambda pair: sort_key(pair[1]),
    )
    languages = [NOTHING, *(SelectChoice(tag, name) for tag, name in names)]
    levels = [NOTHING, *LanguageLevel.choices()]
    fields: dict[str, Any] = {}
    data: dict[str, Any] = {"shown": {"language_levels": dict(known)}}
    for row in range(1, number + 1):
        fields[f"language_{row}"] = SelectField(
            _("Language %(number)s", number=row), [Optional()], choices=languages
        )
        fields[f"level_{row}"] = SelectField(
            _("Level of language %(number)s", number=row), [Optional()], choices=levels
        )
        if row <= len(rows):
            data[f"language_{row}"], data[f"level_{row}"] = rows[row - 1]
    form: LanguagesForm = type("LanguagesForm", (LanguagesForm,), fields)(data=data)
    return form


def make_guardian_form(journey: Journey) -> GuardianForm:
    guardianship = journey.guardianship
    known = {key: getattr(guardianship, key) for key in ("name", "email", "locale")} if guardianship else {}
    return GuardianForm(data={**known, "shown": known})


def _shown(person: Any, *names: str) -> dict[str, Any]:
    values = {name: plain(getattr(person, name)) for name in names}
    return {**values, "shown": values}
