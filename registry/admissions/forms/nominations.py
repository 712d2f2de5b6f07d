"""What focal points send about their state's applicants."""

from collections.abc import Sequence
from typing import Any

from wtforms import EmailField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import NumberRange, ValidationError

from registry.admissions.models import Invitation
from registry.admissions.queries.nominations import Nominated
from registry.admissions.rules.invitations import InvitationState
from registry.admissions.rules.nominations import HIGHEST_RANK, RANKED_STATUSES
from registry.core.forms import (
    Filled,
    FilterForm,
    InputRequired,
    Length,
    Optional,
    RegistryForm,
    SelectChoice,
    VersionedForm,
    WholeNumberField,
)
from registry.core.i18n import LOCALES, _, _l
from registry.places.queries import Choice

NO_RANK = _l("Enter the rank as a number from 1.")
A_RANK = NumberRange(1, HIGHEST_RANK, NO_RANK)
ENDORSE, DECLINE = "endorse", "decline"
ANSWERS = (SelectChoice(ENDORSE, _l("Endorse")), SelectChoice(DECLINE, _l("Do not endorse")))


class EndorseManyForm(RegistryForm):
    """One answer for the rows that are ticked."""

    answer = RadioField(
        _l("Your answer"),
        choices=ANSWERS,
        validators=[InputRequired(_l("Choose endorse or do not endorse."))],
    )
    reason = TextAreaField(
        _l("Reason"),
        description=_l("Needed when you do not endorse. The coordinator reads it, the applicant does not."),
        validators=[Length(max=300, message=_l("Write at most 300 characters."))],
    )

    def validate_reason(self, field: Any) -> None:
        if self.answer.data == DECLINE and not field.data:
            raise ValidationError(_("Give a reason."))

    @property
    def endorses(self) -> bool:
        return bool(self.answer.data == ENDORSE)


class EndorseForm(EndorseManyForm):
    """The answer for one application."""

    rank = WholeNumberField(
        _l("Rank among those endorsed"),
        description=_l("1 is the first. Left empty, it comes after all others."),
        validators=[Optional(), A_RANK],
    )


class RanksForm(VersionedForm):
    """A field per nominee, named by the application's code."""

    @property
    def ranks(self) -> dict[str, int]:
        """Code -> rank, once the form is valid."""
        return {
            name: field.data
            for name, field in self._fields.items()
            if isinstance(field, WholeNumberField) and field.data is not None
        }


def make_ranks_form(nominated: Sequence[Nominated]) -> RanksForm:
    """The form with a field for each nominee whose rank may still change."""
    open_ones = [each for each in nominated if each.application.status in RANKED_STATUSES]
    fields = {
        each.application.code: WholeNumberField(
            _("Rank of %(name)s", name=each.application.listed_name),
            validators=[Filled(NO_RANK), A_RANK],
        )
        for each in open_ones
    }
    form: RanksForm = type("RanksForm", (RanksForm,), fields)(data=rank_values(open_ones))
    return form


def rank_values(nominated: Sequence[Nominated]) -> dict[str, int | None]:
    """The stored ranks as the form shows them."""
    return {
        each.application.code: each.nomination.rank
        for each in nominated
        if each.application.status in RANKED_STATUSES
    }


class InviteForm(RegistryForm):
    """Whom a focal point invites."""

    email = EmailField(
        _l("E-mail address"),
        validators=[InputRequired(_l("Enter an e-mail address, like name@example.org."))],
    )
    name = StringField(
        _l("Name"),
        description=_l("As the invitation addresses the person."),
        validators=[Optional(), Length(max=160, message=_l("This is too long: at most %(max)d characters."))],
    )
    locale = SelectField(_l("Language of the invitation"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.locale.choices = [SelectChoice(code, name) for code, name in LOCALES.items()]


class InviteForStateForm(InviteForm):
    """Whom a coordinator invites for a state without a focal point."""

    state = SelectField(_l("Member state"))

    def __init__(self, *args: Any, states: Sequence[Choice], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.state.choices = [SelectChoice(each.value, each.label) for each in states]


class CorrectInvitationForm(InviteForm, VersionedForm):
    """An invitation that was sent, written anew."""


def invitation_values(invitation: Invitation) -> dict[str, str]:
    """What is stored, as the form shows it."""
    return {"email": invitation.email, "name": invitation.name, "locale": invitation.locale}


class InvitationFilterForm(FilterForm):
    """Narrows the list of invitations; what the address cannot mean narrows nothing."""

    status = SelectField(_l("Status"), validators=[Optional()], validate_choice=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.status.choices = [SelectChoice("", _("All")), *InvitationState.choices()]

    @property
    def asked(self) -> InvitationState | None:
        return next((each for each in InvitationState if each.value == self.status.data), None)
