"""The questions of the anonymous check: only those the cohort has rules for, and none must be answered."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from wtforms import SelectField

from registry.admissions.enums import RuleName
from registry.admissions.rules.eligibility import Birth, Conditions, Facts
from registry.catalogue.enums import QuotaBasis
from registry.core.forms import DatePartsField, RegistryForm, SelectChoice
from registry.core.i18n import _, _l, language_name
from registry.people.enums import Education, LanguageLevel
from registry.places.queries import Choice

NOT_ANSWERED = SelectChoice("", _l("Not answered"))
ELSEWHERE = SelectChoice("ZZ", _l("A country that is not in this list"))
"""ISO 3166-1 leaves ZZ to its users; no bloc has it as a member."""
DO_NOT_KNOW = SelectChoice("none", _l("I do not know this language"))
_LANGUAGE = "language_"


class BirthField(DatePartsField):
    """A birth date as far as the person knows it: `birth` is a year, a year and month, or a day."""

    birth: Birth | None = None

    def validate(self, form: Any, extra_validators: Any = ()) -> bool:
        values = {name: self.form[name].data or "" for name in ("day", "month", "year")}
        if all(values.values()) or not any(values.values()):
            fine = super().validate(form, extra_validators)
            self.birth = Birth(self.data.year, self.data.month, self.data.day) if self.data else None
            return fine
        return self._validate_partial(values)

    def _validate_partial(self, values: dict[str, str]) -> bool:
        try:
            if values["day"] or len(values["year"]) != 4:
                raise ValueError
            month = int(values["month"]) if values["month"] else None
            self.birth = Birth(int(values["year"]), month)
        except ValueError:
            self.own_errors = [
                _("Enter day, month and year, like 27 3 2007. If you only know the year, enter the year.")
            ]
            return False
        if not self.earliest.year <= self.birth.year <= self.latest.year:
            self.own_errors = [_("This date is too far away. Check the year.")]
            return False
        self.own_errors = []
        return True


class EligibilityForm(RegistryForm):
    """At most four questions. Fields without a rule behind them are taken away."""

    class Meta(RegistryForm.Meta):
        # The check stores nothing and sets no cookie, so there is nothing a foreign page could abuse.
        csrf = False

    birth: Any = BirthField(_l("When were you born?"), required=False)
    citizenship: Any = SelectField(_l("Of which country are you a citizen?"))
    second_citizenship: Any = SelectField(_l("Second citizenship, if you have one"))
    residence: Any = SelectField(_l("In which country do you live?"))
    education: Any = SelectField(_l("What is the highest level of education you have completed?"))

    @property
    def language_fields(self) -> list[Any]:
        """One select per language the cohort asks for."""
        return [field for name, field in self._fields.items() if name.startswith(_LANGUAGE)]

    @property
    def facts(self) -> Facts:
        """What the person told, once the form is valid."""
        languages = {field.name.removeprefix(_LANGUAGE): field.data for field in self.language_fields}
        return Facts(
            birth=self.birth.birth if "birth" in self else None,
            citizenships=tuple(
                self[name].data
                for name in ("citizenship", "second_citizenship")
                if name in self and self[name].data
            ),
            residence=(self.residence.data or None) if "residence" in self else None,
            education=Education.of(self.education.data)
            if "education" in self and self.education.data
            else None,
            languages={
                tag: LanguageLevel.of(level) if level else None
                for tag, level in languages.items()
                if level != DO_NOT_KNOW.value
            }
            if any(languages.values())
            else None,
        )

    def validate(self, extra_validators: Any = None) -> bool:
        if not super().validate(extra_validators):
            return False
        if self.facts == Facts():
            self.form_errors.append(_("Answer at least one question."))
            return False
        return True


def make_eligibility_form(
    conditions: Conditions, countries: Sequence[Choice], today: date
) -> EligibilityForm:
    """The form with the questions of these conditions, filled from the request."""
    fields = {
        f"{_LANGUAGE}{tag}": SelectField(
            language_name(tag), choices=[NOT_ANSWERED, *LanguageLevel.choices(), DO_NOT_KNOW]
        )
        for tag, _level in conditions.languages
    }
    form: EligibilityForm = type("EligibilityForm", (EligibilityForm,), fields)()
    places = [NOT_ANSWERED, *(SelectChoice(country.value, country.label) for country in countries), ELSEWHERE]
    for name in ("citizenship", "second_citizenship", "residence"):
        form[name].choices = places
    form.education.choices = [NOT_ANSWERED, *Education.choices()]
    form.birth.latest = today
    for name in _without_rule(conditions):
        del form[name]
    return form


def _without_rule(conditions: Conditions) -> list[str]:
    unused = []
    if RuleName.AGE not in conditions.rules:
        unused.append("birth")
    asked = {
        QuotaBasis.CITIZENSHIP: {"citizenship", "second_citizenship"},
        QuotaBasis.RESIDENCE: {"residence"},
        QuotaBasis.NOMINATION: {"citizenship", "second_citizenship", "residence"},
    }[conditions.quota_basis]
    if RuleName.COUNTRY not in conditions.rules:
        asked = set()
    unused.extend({"citizenship", "second_citizenship", "residence"} - asked)
    if RuleName.EDUCATION not in conditions.rules:
        unused.append("education")
    return unused
