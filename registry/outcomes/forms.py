"""What a coordinator writes down of a follow-up, and the way out of it."""

from typing import Any

from wtforms import RadioField, SelectChoice  # type: ignore[attr-defined]  # Newer than the stubs.
from wtforms.validators import NumberRange

from registry.core.forms import DatePartsField, Optional, RegistryForm, VersionedForm, WholeNumberField
from registry.core.i18n import _l
from registry.outcomes.models import SurveyResponse
from registry.outcomes.operations import MAX_EMPLOYED, FollowUp

_ANSWERS = (
    SelectChoice("yes", _l("Yes")),
    SelectChoice("no", _l("No")),
    SelectChoice("", _l("Not answered")),
)


class FollowUpForm(VersionedForm):
    """Four questions, each of which may stay open."""

    works_in_ecommerce = RadioField(
        _l("Works in e-commerce"), choices=_ANSWERS, default="", validators=[Optional()]
    )
    started_business = RadioField(
        _l("Has started a business"), choices=_ANSWERS, default="", validators=[Optional()]
    )
    people_employed = WholeNumberField(
        _l("People employed, the participant included"),
        validators=[
            Optional(),
            NumberRange(0, MAX_EMPLOYED, _l("Enter a number from 0 to 100,000.")),
        ],
    )
    first_online_sale_on = DatePartsField(_l("First online sale"), required=False)

    @property
    def given(self) -> FollowUp:
        return FollowUp(
            works_in_ecommerce=_truth(self.works_in_ecommerce.data),
            started_business=_truth(self.started_business.data),
            people_employed=self.people_employed.data,
            first_online_sale_on=self.first_online_sale_on.data,
        )


class WithdrawFollowUpForm(RegistryForm):
    """A button that asks once more."""


def answer_values(response: SurveyResponse | None) -> dict[str, Any]:
    """The fields of the form as they are stored."""
    if response is None:
        return dict.fromkeys(("works_in_ecommerce", "started_business"), "")
    return {
        "works_in_ecommerce": _word(response.works_in_ecommerce),
        "started_business": _word(response.started_business),
        "people_employed": response.people_employed,
        "first_online_sale_on": response.first_online_sale_on,
    }


def _word(answer: bool | None) -> str:
    return "" if answer is None else "yes" if answer else "no"


def _truth(word: Any) -> bool | None:
    return {"yes": True, "no": False}.get(word)
