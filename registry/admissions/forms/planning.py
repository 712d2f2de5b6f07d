"""What those who plan cohorts enter."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from wtforms import BooleanField, Field, SelectField, StringField, TextAreaField
from wtforms.validators import NumberRange, ValidationError

from registry.admissions.operations.cohorts import CohortConditions, CohortDates, CohortSelection
from registry.admissions.queries.cohorts import PoolRow
from registry.admissions.rules.eligibility import Scope
from registry.admissions.rules.planning import compute_closing, show_closing
from registry.catalogue.enums import NominationMode, QuotaBasis, SelectionMethod, WithoutFocalPoint
from registry.catalogue.models import GENERAL, Cohort
from registry.core.forms import (
    ChecksField,
    DatePartsField,
    Filled,
    Length,
    Optional,
    RegistryForm,
    SelectChoice,
    VersionedForm,
    WholeNumberField,
    plain_digits,
)
from registry.core.i18n import _, _l, country_name, list_languages
from registry.people.enums import Education, LanguageLevel
from registry.places.enums import Standing
from registry.places.queries import Choice

NOT_ASKED = SelectChoice("", _l("No condition"))
MOST_LANGUAGES = 3
MOST_SEATS = 100_000
LAST_MINUTE = "23:59"


def _at_most(limit: int) -> Length:
    return Length(max=limit, message=_l("This is too long: at most %(max)d characters."))


def _within(low: int, high: int) -> NumberRange:
    return NumberRange(low, high, message=_l("Enter a whole number from %(min)s to %(max)s."))


class TimeField(StringField):
    """A time of day like 23:59; `at` is read from what was typed."""

    at: time | None = None

    def pre_validate(self, form: Any) -> None:
        if not self.data:
            return
        match = re.fullmatch(r"([01]?\d|2[0-3])[:.]([0-5]\d)", plain_digits(self.data))
        if match is None:
            raise ValidationError(_("Enter a time from 00:00 to 23:59, like 18:30."))
        self.at = time(int(match[1]), int(match[2]))


class DatesForm(VersionedForm):
    """Names, window, dates and place; times are the host's."""

    name_en: Any = StringField(_l("Name in English"), validators=[Filled(), _at_most(80)])
    name_ru: Any = StringField(_l("Name in Russian"), validators=[Optional(), _at_most(80)])
    name_zh: Any = StringField(_l("Name in Chinese"), validators=[Optional(), _at_most(80)])
    zone: Any = SelectField(
        _l("Time zone of the host"), description=_l("Opening, closing and decisions are told in this zone.")
    )
    opens_on: Any = DatePartsField(_l("Applications open: day"))
    opens_time: Any = TimeField(_l("Applications open: time"), validators=[Filled()])
    closes_on: Any = DatePartsField(_l("Applications close: day"))
    closes_time: Any = TimeField(
        _l("Applications close: time"),
        description=_l("The last minute that is in time. 23:59 is understood everywhere."),
        validators=[Filled()],
    )
    release_on: Any = DatePartsField(_l("Decisions are announced: day"), required=False)
    release_time: Any = TimeField(_l("Decisions are announced: time"))
    accept_by_days: Any = WholeNumberField(
        _l("Days to answer an offer"), validators=[Filled(), _within(1, 60)], default=7
    )
    starts_on: Any = DatePartsField(_l("First day of the training"))
    ends_on: Any = DatePartsField(_l("Last day of the training"))
    place: Any = StringField(
        _l("Place"),
        description=_l("City and country, as everybody may read it. Empty for online training."),
        validators=[Optional(), _at_most(120)],
    )
    reason: Any = TextAreaField(
        _l("Reason for the change"),
        description=_l("Needed when you close earlier, or move the training after people have applied."),
        validators=[Optional(), _at_most(500)],
    )

    def __init__(
        self, zones: Sequence[Choice], cohort: Cohort | None = None, *, own_zone: str = "UTC"
    ) -> None:
        first = {"opens_time": "09:00", "closes_time": LAST_MINUTE}
        first["zone"] = own_zone if own_zone in {each.value for each in zones} else "UTC"
        super().__init__(
            data=date_values(cohort) if cohort else first,
            stored_version=cohort.version if cohort else 0,
        )
        self.zone.choices = [SelectChoice(each.value, each.label) for each in zones]

    def validate_release_time(self, field: Field) -> None:
        if bool(field.data) != bool(self.release_on.data):
            raise ValidationError(_("Enter both day and time, or neither."))

    @property
    def dates(self) -> CohortDates:
        """What was entered, once the form is valid."""
        names = {"en": self.name_en.data, "ru": self.name_ru.data, "zh": self.name_zh.data}
        return CohortDates(
            names={locale: name for locale, name in names.items() if name},
            zone=self.zone.data,
            opens_at=self._instant(self.opens_on.data, self.opens_time.at),
            closes_at=compute_closing(self._instant(self.closes_on.data, self.closes_time.at)),
            release_at=self._instant(self.release_on.data, self.release_time.at)
            if self.release_on.data
            else None,
            accept_by_days=self.accept_by_days.data,
            starts_on=self.starts_on.data,
            ends_on=self.ends_on.data,
            place=self.place.data or "",
        )

    def _instant(self, day: date, at: time | None) -> datetime:
        return datetime.combine(day, at or time(), tzinfo=ZoneInfo(self.zone.data))


def date_values(cohort: Cohort) -> dict[str, Any]:
    """The stored dates as the form shows them."""
    zone = ZoneInfo(cohort.zone)
    opens, closes = cohort.opens_at.astimezone(zone), show_closing(cohort.closes_at, cohort.zone)
    release = cohort.release_at.astimezone(zone) if cohort.release_at else None
    return {
        "name_en": cohort.names.get("en", ""),
        "name_ru": cohort.names.get("ru", ""),
        "name_zh": cohort.names.get("zh", ""),
        "zone": cohort.zone,
        "opens_on": opens.date(),
        "opens_time": opens.strftime("%H:%M"),
        "closes_on": closes.date(),
        "closes_time": closes.strftime("%H:%M"),
        "release_on": release.date() if release else None,
        "release_time": release.strftime("%H:%M") if release else "",
        "accept_by_days": cohort.accept_by_days,
        "starts_on": cohort.starts_on,
        "ends_on": cohort.ends_on,
        "place": cohort.place,
    }


class NewCohortForm(DatesForm):
    """A cohort to be planned."""

    capacity: Any = WholeNumberField(_l("Seats in all"), validators=[Filled(), _within(1, MOST_SEATS)])


class ConditionsForm(VersionedForm):
    """Who may apply."""

    age_min: Any = WholeNumberField(_l("Youngest age"), validators=[Optional(), _within(10, 99)])
    age_max: Any = WholeNumberField(_l("Oldest age"), validators=[Optional(), _within(10, 99)])
    age_on: Any = DatePartsField(
        _l("Day on which age counts"), description=_l("Both ages are included: 18 to 35 takes people of 35.")
    )
    blocs: Any = ChecksField(_l("Countries by their standing in a bloc"))
    countries: Any = ChecksField(_l("Single countries"))
    standing_on: Any = DatePartsField(_l("Day on which a country’s standing counts"))
    education_min: Any = SelectField(_l("Education, at least"))
    language_1: Any = SelectField(_l("First language"))
    level_1: Any = SelectField(_l("Level of the first language, at least"))
    language_2: Any = SelectField(_l("Second language"))
    level_2: Any = SelectField(_l("Level of the second language, at least"))
    language_3: Any = SelectField(_l("Third language"))
    level_3: Any = SelectField(_l("Level of the third language, at least"))
    needs_latin_name: Any = BooleanField(_l("Ask for the name in Latin letters, as in the passport"))

    def __init__(self, cohort: Cohort, standings: Sequence[Choice], countries: Sequence[Choice]) -> None:
        super().__init__(data=condition_values(cohort), stored_version=cohort.version)
        self.blocs.choices = [SelectChoice(each.value, each.label) for each in standings]
        self.countries.choices = [SelectChoice(each.value, each.label) for each in countries]
        self.education_min.choices = [NOT_ASKED, *Education.choices()]
        languages = [NOT_ASKED, *(SelectChoice(*each) for each in list_languages())]
        known = {each.value for each in languages}
        languages += [
            SelectChoice(rule.tag, rule.tag) for rule in cohort.language_rules if rule.tag not in known
        ]
        for language, level in self.language_fields:
            language.choices = languages
            level.choices = [SelectChoice("", _l("Not chosen")), *LanguageLevel.choices()]

    @property
    def language_fields(self) -> list[tuple[Any, Any]]:
        """Pairs of language and level."""
        numbers = range(1, MOST_LANGUAGES + 1)
        return [(self[f"language_{number}"], self[f"level_{number}"]) for number in numbers]

    def validate(self, extra_validators: Any = None) -> bool:
        fine = super().validate(extra_validators)
        chosen = [language.data for language, _level in self.language_fields if language.data]
        for language, level in self.language_fields:
            if bool(language.data) != bool(level.data):
                level.errors = [*level.errors, _("Choose both a language and its level, or neither.")]
                fine = False
            elif language.data and chosen.count(language.data) > 1:
                language.errors = [*language.errors, _("This language is chosen twice.")]
                fine = False
        return fine

    @property
    def conditions(self) -> CohortConditions:
        """What was entered, once the form is valid."""
        blocs = (value.split(":") for value in self.blocs.data or ())
        return CohortConditions(
            age_on=self.age_on.data,
            standing_on=self.standing_on.data,
            age_min=self.age_min.data,
            age_max=self.age_max.data,
            scopes=frozenset(
                [
                    *(Scope(bloc=bloc, standing=Standing.of(standing)) for bloc, standing in blocs),
                    *(Scope(country=country) for country in self.countries.data or ()),
                ]
            ),
            education_min=Education.of(self.education_min.data) if self.education_min.data else None,
            languages=tuple(
                sorted(
                    (language.data, LanguageLevel.of(level.data))
                    for language, level in self.language_fields
                    if language.data
                )
            ),
            needs_latin_name=self.needs_latin_name.data,
        )


def condition_values(cohort: Cohort) -> dict[str, Any]:
    """The stored conditions as the form shows them."""
    values: dict[str, Any] = {
        "age_min": cohort.age_min,
        "age_max": cohort.age_max,
        "age_on": cohort.age_on,
        "blocs": sorted(f"{each.bloc}:{each.standing}" for each in cohort.scopes if each.bloc),
        "countries": sorted(each.country for each in cohort.scopes if each.country),
        "standing_on": cohort.standing_on,
        "education_min": cohort.education_min or "",
        "needs_latin_name": cohort.needs_latin_name,
    }
    for number in range(1, MOST_LANGUAGES + 1):
        rule = cohort.language_rules[number - 1] if len(cohort.language_rules) >= number else None
        values[f"language_{number}"] = rule.tag if rule else ""
        values[f"level_{number}"] = rule.level.value if rule else ""
    return values


class SelectionForm(VersionedForm):
    """How seats are given."""

    selection: Any = SelectField(_l("How seats are given"), choices=SelectionMethod.choices)
    nomination: Any = SelectField(_l("Part of the focal points"), choices=NominationMode.choices)
    without_focal_point: Any = SelectField(
        _l("Applications from a state without a focal point"), choices=WithoutFocalPoint.choices
    )
    endorse_by_on: Any = DatePartsField(
        _l("The states endorse by: day"),
        description=_l("After applications have closed, and before decisions are announced."),
        required=False,
    )
    endorse_by_time: Any = TimeField(_l("The states endorse by: time"))
    quota_basis: Any = SelectField(_l("Which country decides whose seat it is"), choices=QuotaBasis.choices)
    general_serves_all: Any = BooleanField(
        _l("General seats also serve states with seats of their own, once those are taken")
    )
    is_blind: Any = BooleanField(_l("Reviewers see no names"))
    reviews_due_on: Any = DatePartsField(
        _l("Reviews are due: day"),
        description=_l(
            "After applications have closed, and before decisions are announced. Reviewers are reminded three "
            "days before, and once when it has passed."
        ),
        required=False,
    )
    reviews_due_time: Any = TimeField(_l("Reviews are due: time"))

    def __init__(self, cohort: Cohort) -> None:
        super().__init__(data=selection_values(cohort), stored_version=cohort.version)
        self._zone = ZoneInfo(cohort.zone)

    def validate_endorse_by_time(self, field: Field) -> None:
        if bool(field.data) != bool(self.endorse_by_on.data):
            raise ValidationError(_("Enter both day and time, or neither."))

    def validate_reviews_due_time(self, field: Field) -> None:
        if bool(field.data) != bool(self.reviews_due_on.data):
            raise ValidationError(_("Enter both day and time, or neither."))

    def _instant(self, day: date | None, at: time | None) -> datetime | None:
        return compute_closing(datetime.combine(day, at, self._zone)) if day and at else None

    @property
    def chosen(self) -> CohortSelection:
        """What was entered, once the form is valid."""
        return CohortSelection(
            selection=SelectionMethod.of(self.selection.data),
            nomination=NominationMode.of(self.nomination.data),
            quota_basis=QuotaBasis.of(self.quota_basis.data),
            general_serves_all=self.general_serves_all.data,
            is_blind=self.is_blind.data,
            endorse_by_at=self._instant(self.endorse_by_on.data, self.endorse_by_time.at),
            without_focal_point=WithoutFocalPoint.of(self.without_focal_point.data),
            reviews_due_at=self._instant(self.reviews_due_on.data, self.reviews_due_time.at),
        )


def selection_values(cohort: Cohort) -> dict[str, Any]:
    """The stored selection as the form shows it."""
    endorse_by = show_closing(cohort.endorse_by_at, cohort.zone) if cohort.endorse_by_at else None
    due = show_closing(cohort.reviews_due_at, cohort.zone) if cohort.reviews_due_at else None
    return {
        "reviews_due_on": due.date() if due else None,
        "reviews_due_time": due.strftime("%H:%M") if due else "",
        "endorse_by_on": endorse_by.date() if endorse_by else None,
        "endorse_by_time": endorse_by.strftime("%H:%M") if endorse_by else "",
        "without_focal_point": cohort.without_focal_point.value,
        "selection": cohort.selection.value,
        "nomination": cohort.nomination.value,
        "quota_basis": cohort.quota_basis.value,
        "general_serves_all": cohort.general_serves_all,
        "is_blind": cohort.is_blind,
    }


_SEATS = "seats_"
_GENERAL = "general"


class QuotasForm(VersionedForm):
    """Seats in all, and a field per state; empty means none of its own."""

    capacity: Any = WholeNumberField(_l("Seats in all"), validators=[Filled(), _within(1, MOST_SEATS)])

    @property
    def seats(self) -> dict[str, int]:
        """Member state (or GENERAL) -> seats, of the filled fields."""
        return {
            _state(name): field.data
            for name, field in self._fields.items()
            if name.startswith(_SEATS) and field.data is not None
        }

    def seats_of(self, member_state: str) -> Any:
        """The field of a state."""
        return self[_SEATS + (member_state or _GENERAL)]


def make_quotas_form(cohort: Cohort, rows: Sequence[PoolRow]) -> QuotasForm:
    """The form with a field for each row, filled from the request or the stored seats."""
    fields = {
        _SEATS + (row.member_state or _GENERAL): WholeNumberField(
            country_name(row.member_state) or _("General seats"),
            validators=[Optional(), _within(0, MOST_SEATS)],
        )
        for row in rows
    }
    form: QuotasForm = type("QuotasForm", (QuotasForm,), fields)(
        data=quota_values(cohort, rows), stored_version=cohort.version
    )
    return form


def quota_values(cohort: Cohort, rows: Sequence[PoolRow]) -> Mapping[str, Any]:
    """The stored seats as the form shows them."""
    seats = {_SEATS + (row.member_state or _GENERAL): row.seats for row in rows}
    return {"capacity": cohort.capacity, **seats}


def _state(name: str) -> str:
    state = name.removeprefix(_SEATS)
    return GENERAL if state == _GENERAL else state


class ConfirmForm(RegistryForm):
    """A step that needs nothing but the wish to take it."""
