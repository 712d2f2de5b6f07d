"""What coordinators enter about reviews: criteria, and who reads what."""

from collections.abc import Mapping, Sequence
from typing import Any

from wtforms import HiddenField, SelectField, StringField, TextAreaField
from wtforms.validators import NumberRange

from registry.admissions.models import Criterion
from registry.admissions.operations.criteria import CriterionInput
from registry.admissions.queries.reviewers import Reviewer
from registry.admissions.rules.scoring import SCORES
from registry.core.forms import (
    Filled,
    FilterForm,
    Length,
    Optional,
    RegistryForm,
    SelectChoice,
    VersionedForm,
    WholeNumberField,
)
from registry.core.i18n import LOCALES, _, _l, ngettext
from registry.places.queries import sort_countries

DEFAULT_WEIGHT = 20
MOST_REVIEWERS = 5
_LABEL, _ANCHOR = "label_", "anchor_"
_TOO_LONG = _l("This is too long: at most %(max)d characters.")


class CriterionForm(VersionedForm):
    """One criterion: a name and anchors per language, and its weight."""

    label_en: Any = StringField(
        _l("Name in English"), validators=[Filled(), Length(max=120, message=_TOO_LONG)]
    )
    label_ru: Any = StringField(
        _l("Name in Russian"), validators=[Optional(), Length(max=120, message=_TOO_LONG)]
    )
    label_zh: Any = StringField(
        _l("Name in Chinese"), validators=[Optional(), Length(max=120, message=_TOO_LONG)]
    )
    weight: Any = WholeNumberField(
        _l("Weight"),
        description=_l("From 1 to 100. Only the proportions of the weights matter."),
        validators=[
            Filled(),
            NumberRange(1, 100, message=_l("Enter a whole number from %(min)s to %(max)s.")),
        ],
    )

    def anchors_of(self, score: int) -> list[Any]:
        """The fields that say in each language what earns the score."""
        return [self[f"{_ANCHOR}{score}_{locale}"] for locale in LOCALES]

    @property
    def given(self) -> CriterionInput:
        """What was entered, once the form is valid. Texts that are empty are left out."""
        anchors = {}
        for score in SCORES:
            texts = {locale: self[f"{_ANCHOR}{score}_{locale}"].data for locale in LOCALES}
            if any(texts.values()):
                anchors[str(score)] = {locale: text for locale, text in texts.items() if text}
        labels = {locale: self[_LABEL + locale].data for locale in LOCALES}
        return CriterionInput(
            labels={locale: label for locale, label in labels.items() if label},
            weight=self.weight.data or 0,
            anchors=anchors,
        )


def make_criterion_form(criterion: Criterion | None) -> CriterionForm:
    """The form with a field for each score and language, filled from the request or the criterion."""
    fields = {
        f"{_ANCHOR}{score}_{locale}": StringField(
            _("Score %(score)s in %(language)s", score=score, language=name),
            validators=[Optional(), Length(max=300, message=_TOO_LONG)],
        )
        for score in SCORES
        for locale, name in LOCALES.items()
    }
    form: CriterionForm = type("CriterionForm", (CriterionForm,), fields)(
        data=criterion_values(criterion) if criterion else {"weight": DEFAULT_WEIGHT},
        stored_version=criterion.version if criterion else 0,
    )
    return form


def criterion_values(criterion: Criterion) -> Mapping[str, Any]:
    """The stored criterion as the form shows it."""
    return {
        "weight": criterion.weight,
        **{_LABEL + locale: criterion.labels.get(locale, "") for locale in LOCALES},
        **{
            f"{_ANCHOR}{score}_{locale}": criterion.anchors.get(str(score), {}).get(locale, "")
            for score in SCORES
            for locale in LOCALES
        },
    }


class PlanForm(FilterForm):
    """How many reviewers each application shall have; stands in the address of the preview."""

    n = SelectField(
        _l("Reviewers per application"),
        default="2",
        choices=[SelectChoice(str(n), str(n)) for n in range(1, MOST_REVIEWERS + 1)],
        validators=[Optional()],
    )


class AssignForm(RegistryForm):
    """Applies the plan that was shown."""

    digest = HiddenField()


class ReviewerForm(RegistryForm):
    """One reviewer for one application."""

    reviewer: Any = SelectField(_l("Reviewer"), validators=[Filled(_l("Choose a reviewer."))])

    def __init__(self, reviewers: Sequence[Reviewer], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.reviewer.choices = [
            SelectChoice("", _("Choose a reviewer")),
            *(SelectChoice(each.user.code, _describe(each)) for each in reviewers),
        ]


def _describe(reviewer: Reviewer) -> str:
    n = reviewer.share.load
    return ngettext(
        "%(name)s: %(num)s application so far", "%(name)s: %(num)s applications so far", n, name=reviewer.name
    )


class ReopenForm(RegistryForm):
    """Why a review that was sent goes back."""

    reason = TextAreaField(
        _l("Reason"),
        description=_l("The reviewer reads it. In a blind cohort, name neither the applicant nor the state."),
        validators=[
            Filled(_l("Give a reason.")),
            Length(max=500, message=_l("Write at most 500 characters.")),
        ],
    )


class RankingForm(FilterForm):
    """Which state's ranking is shown, and by which of the two figures."""

    state = SelectField(_l("Member state"), default="", validators=[Optional()])
    by = SelectField(
        _l("Order by"),
        default="normalised",
        choices=[
            SelectChoice("normalised", _l("Corrected score")),
            SelectChoice("raw", _l("Raw score")),
        ],
        validators=[Optional()],
    )

    def __init__(self, states: Sequence[str], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.state.choices = [
            SelectChoice("", _("All states")),
            *(SelectChoice(each.value, each.label) for each in sort_countries(set(states))),
        ]
