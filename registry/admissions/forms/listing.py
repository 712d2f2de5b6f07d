"""The filters and columns of the coordinators' table of applications, its tags, and filters kept."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, HiddenField, SearchField, SelectField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # Newer than the stubs (3.2).

from registry.admissions.enums import (
    DRAFT_STATUSES,
    AgeBand,
    ApplicationStatus,
    BulkAction,
    RejectionReason,
)
from registry.admissions.forms.applications import member_of
from registry.admissions.operations.bulk import BulkInput
from registry.admissions.queries.listing import SORTS, ApplicationFilter
from registry.admissions.queries.work import TO_CHECK, TO_DECIDE, WAITING
from registry.admissions.rules.lists import MAX_COLUMNS, Column, choose_columns
from registry.core.forms import ChecksField, Filled, FilterForm, Length, Optional, RegistryForm
from registry.core.i18n import _, _l
from registry.people.enums import Sex
from registry.places.queries import sort_countries

GROUPS: Mapping[str, tuple[tuple[ApplicationStatus, ...], object]] = {
    "to_check": (TO_CHECK, _l("To check")),
    "waiting": (WAITING, _l("Waiting for others")),
    "to_decide": (TO_DECIDE, _l("To decide")),
}
"""Groups of statuses that the table can be narrowed to, by their name in the address."""

MAX_SEARCH = 80


class ApplicationFilterForm(FilterForm):
    """The filters above the table. They stand in the address; what it cannot mean narrows nothing."""

    q = SearchField(_l("Name or code"), validators=[Optional()])
    status = SelectField(_l("Status"), validators=[Optional()], validate_choice=False)
    member_state = SelectField(_l("Member state"), validators=[Optional()], validate_choice=False)
    sex = SelectField(_l("Sex"), validators=[Optional()], validate_choice=False)
    age = SelectField(_l("Age"), validators=[Optional()], validate_choice=False)
    tag = SelectField(_l("Tag"), validators=[Optional()], validate_choice=False)
    column = ChecksField(_l("Columns beside the name"), validators=[Optional()], validate_choice=False)
    sort = HiddenField()
    order = HiddenField()

    def __init__(
        self,
        arguments: MultiDict[str, str],
        member_states: Collection[str] = (),
        *,
        tags: Sequence[str] = (),
        columns: Sequence[Column] = (),
    ) -> None:
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
        self.tag.choices = [everything, *(SelectChoice(tag, tag) for tag in tags)]
        self.column.choices = [SelectChoice(column.name, column.label) for column in columns]
        named = [name[:MAX_SEARCH] for name in self.column.data or []][:MAX_COLUMNS]
        self.chosen = choose_columns(named, columns)
        shown = [column.name for column in self.chosen]
        # A page that shows no columns hands on what the address names.
        self._kept = [name for name in shown if name in named] if columns else named
        # The boxes say what is shown, also where the address says nothing.
        self.column.data = shown

    @property
    def asked(self) -> ApplicationFilter:
        """The filter that the address means."""
        group = GROUPS.get(self.status.data or "")
        status = member_of(ApplicationStatus, self.status.data)
        member_state = (self.member_state.data or "").upper()
        return ApplicationFilter(
            statuses=group[0] if group else tuple(filter(None, (status,))),
            member_state=member_state if len(member_state) == 2 and member_state.isascii() else "",
            sex=member_of(Sex, self.sex.data),
            age_band=member_of(AgeBand, self.age.data),
            tag=(self.tag.data or "")[:MAX_SEARCH],
            text=(self.q.data or "")[:MAX_SEARCH],
            sort=self.sort.data if self.sort.data and self.sort.data in SORTS else "submitted",
            is_descending=self.order.data == "desc",
        )

    @property
    def arguments(self) -> dict[str, Any]:
        """The address's part that brings the same table back."""
        fields = (self.q, self.status, self.member_state, self.sex, self.age, self.tag, self.sort, self.order)
        given: dict[str, Any] = {field.name: field.data[:MAX_SEARCH] for field in fields if field.data}
        if self._kept:
            given["column"] = self._kept
        return given


class BulkForm(RegistryForm):
    """One action for the rows that are ticked, or for all that the filters show."""

    action = SelectField(_l("With the selected applications"), choices=BulkAction.choices())
    # The filters on the same page have a tag, too.
    tag = StringField(_l("Tag, only to add or remove one"), id="bulk-tag", validators=[Optional()])
    rejection = SelectField(_l("Reason, only for refusing"), validators=[Optional()])
    everything = BooleanField(_l("All that the filters show, on every page"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # The other reason stands in a note, and each applicant gets one of their own.
        reasons = [each for each in RejectionReason.choices() if each.value != RejectionReason.OTHER]
        self.rejection.choices = [SelectChoice("", _("No reason chosen")), *reasons]

    @property
    def given(self) -> BulkInput:
        """What is to be done."""
        return BulkInput(
            action=BulkAction.of(self.action.data),
            tag=self.tag.data or "",
            rejection=member_of(RejectionReason, self.rejection.data),
        )


class StartForm(RegistryForm):
    """A bulk action is begun by a button."""


class TagForm(RegistryForm):
    """A tag by its name; whether it can be one is the operation's to say."""

    tag = StringField(_l("Tag"))


class SaveFilterForm(RegistryForm):
    """The name a filter is kept under."""

    name = StringField(
        _l("Name of the filter"),
        validators=[
            Filled(_l("Give the filter a name, like “Girls from Tashkent”.")),
            Length(max=80, message=_l("Write at most 80 characters.")),
        ],
    )
    is_shared = BooleanField(_l("Show it to the other coordinators of this programme"))
