"""What coordinators send about applications."""

from collections.abc import Collection, Mapping
from typing import TypeVar

from werkzeug.datastructures import MultiDict
from wtforms import HiddenField, IntegerField, RadioField, SearchField, SelectField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # Newer than the stubs (3.2).
from wtforms.validators import NumberRange

from registry.admissions.enums import (
    DRAFT_STATUSES,
    AgeBand,
    ApplicationStatus,
    Decision,
    RejectionReason,
)
from registry.admissions.forms.rooms import FilterForm
from registry.admissions.queries.applications import SORTS, ApplicationFilter
from registry.admissions.queries.work import TO_CHECK, TO_DECIDE, WAITING
from registry.core.forms import (
    InputRequired,
    Length,
    Optional,
    RegistryForm,
    VersionField,
)
from registry.core.i18n import Labelled, _, _l
from registry.people.enums import Sex
from registry.places.queries import sort_countries

GROUPS: Mapping[str, tuple[tuple[ApplicationStatus, ...], object]] = {
    "to_check": (TO_CHECK, _l("To check")),
    "waiting": (WAITING, _l("Waiting for others")),
    "to_decide": (TO_DECIDE, _l("To decide")),
}
"""Groups of statuses that the table can be narrowed to, by their name in the address."""

MAX_SEARCH = 80
Member = TypeVar("Member", bound=Labelled)


class ApplicationFilterForm(FilterForm):
    """The filters above the table. They stand in the address; what it cannot mean narrows nothing."""

    q = SearchField(_l("Name or code"), validators=[Optional()])
    status = SelectField(_l("Status"), validators=[Optional()], validate_choice=False)
    member_state = SelectField(_l("Member state"), validators=[Optional()], validate_choice=False)
    sex = SelectField(_l("Sex"), validators=[Optional()], validate_choice=False)
    age = SelectField(_l("Age"), validators=[Optional()], validate_choice=False)
    sort = HiddenField()
    order = HiddenField()

    def __init__(self, arguments: MultiDict[str, str], member_states: Collection[str]) -> None:
        super().__init__(formdata=arguments)
        everything = SelectChoice("", _("All"))
        self.status.choices = [
            everything,
            *(SelectChoice(name, label) for name, (_statuses, label) in GROUPS.items()),
            *(
                SelectChoice(each.value, each.label)
                for each in ApplicationStatus
                if each not in DRAFT_STATUSES
            ),
        ]
        self.member_state.choices = [
            everything,
            *(SelectChoice(state.value, state.label) for state in sort_countries(member_states)),
        ]
        self.sex.choices = [everything, *Sex.choices()]
        self.age.choices = [everything, *AgeBand.choices()]

    @property
    def asked(self) -> ApplicationFilter:
        """The filter that the address means."""
        group = GROUPS.get(self.status.data or "")
        status = _member(ApplicationStatus, self.status.data)
        member_state = (self.member_state.data or "").upper()
        return ApplicationFilter(
            statuses=group[0] if group else tuple(filter(None, (status,))),
            member_state=member_state if len(member_state) == 2 and member_state.isascii() else "",
            sex=_member(Sex, self.sex.data),
            age_band=_member(AgeBand, self.age.data),
            text=(self.q.data or "")[:MAX_SEARCH],
            sort=self.sort.data if self.sort.data and self.sort.data in SORTS else "submitted",
            is_descending=self.order.data == "desc",
        )

    @property
    def arguments(self) -> dict[str, str]:
        """The address's part that brings the same filter back."""
        fields = (self.q, self.status, self.member_state, self.sex, self.age, self.sort, self.order)
        return {field.name: field.data[:MAX_SEARCH] for field in fields if field.data}


def _member(enum: type[Member], value: str | None) -> Member | None:
    return next((member for member in enum if member.value == value), None)


class DecisionForm(RegistryForm):
    """One staged decision."""

    decision = RadioField(
        _l("Decision"),
        choices=Decision.choices(),
        validators=[InputRequired(_l("Choose what to stage."))],
    )
    rejection = SelectField(_l("Reason for refusing"), validators=[Optional()])
    note = TextAreaField(
        _l("Note to the applicant"),
        validators=[Optional(), Length(max=1000, message=_l("Write at most 1,000 characters."))],
    )
    rank = IntegerField(
        _l("Place on the waiting list"),
        validators=[
            Optional(),
            NumberRange(1, 100_000, _l("Enter the place as a number from 1 to 100,000.")),
        ],
    )
    version = VersionField()

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.rejection.choices = [SelectChoice("", _("No reason chosen")), *RejectionReason.choices()]

    @property
    def decided(self) -> Decision:
        return next(each for each in Decision if each.value == self.decision.data)

    @property
    def rejection_reason(self) -> RejectionReason | None:
        return _member(RejectionReason, self.rejection.data)

    @property
    def shown_version(self) -> int:
        return int(self.version.data or 0)


class BulkForm(RegistryForm):
    """One action for the rows that are ticked."""

    ACTIONS = (
        SelectChoice("review", _l("Start the review")),
        SelectChoice("offer", _l("Stage: offer a place")),
        SelectChoice("waitlist", _l("Stage: put on the waiting list")),
        SelectChoice("reject", _l("Stage: refuse")),
        SelectChoice("unstage", _l("Take the staged decision back")),
    )

    action = SelectField(_l("With the selected applications"), choices=ACTIONS)
    rejection = SelectField(_l("Reason, only for refusing"), validators=[Optional()])

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.rejection.choices = [SelectChoice("", _("No reason chosen")), *RejectionReason.choices()]

    @property
    def decision(self) -> Decision:
        return next(each for each in Decision if each.value == self.action.data)

    @property
    def rejection_reason(self) -> RejectionReason | None:
        return _member(RejectionReason, self.rejection.data)


class ReasonForm(RegistryForm):
    """A step that needs a reason in words."""

    reason = TextAreaField(
        _l("Reason"),
        validators=[
            InputRequired(_l("Give a reason.")),
            Length(max=300, message=_l("Write at most 300 characters.")),
        ],
    )


class ReleaseForm(RegistryForm):
    """The release is confirmed by a button."""


class ExportForm(RegistryForm):
    """What the exported rows are for; it is logged."""

    purpose = TextAreaField(
        _l("What do you need the file for?"),
        validators=[
            InputRequired(_l("Write down what you need the file for. It is kept in the log.")),
            Length(min=10, max=300, message=_l("Write between 10 and 300 characters.")),
        ],
    )
