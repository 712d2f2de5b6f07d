"""What those who run programmes enter about them."""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from babel.numbers import get_currency_precision, is_currency
from wtforms import (
    Field,
    SelectField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.validators import NumberRange, Regexp

from registry.catalogue.enums import Credential, Level, Mode, PartnershipRole, ProgrammeKind
from registry.catalogue.models import FrameworkDocument, Programme, Topic
from registry.catalogue.operations.programmes import ProgrammeFacts, ProgrammeText, facts_of
from registry.core.forms import (
    ChecksField,
    Filled,
    Length,
    Optional,
    RegistryForm,
    SelectChoice,
    VersionedForm,
    WholeNumberField,
    plain_digits,
)
from registry.core.i18n import Labelled, _, _l, list_languages, pick_translation
from registry.places.queries import Choice

NOT_KNOWN = SelectChoice("", _l("Not known"))
SLUG = Regexp(
    r"[a-z0-9]+(-[a-z0-9]+)*\Z",
    message=_l("Use small Latin letters, digits and hyphens only, like online-trade-school."),
)


def _at_most(limit: int) -> Length:
    return Length(max=limit, message=_l("This is too long: at most %(max)d characters."))


def _within(low: int, high: int) -> NumberRange:
    return NumberRange(low, high, message=_l("Enter a whole number from %(min)s to %(max)s."))


class NewProgrammeForm(RegistryForm):
    """What a programme needs to exist."""

    slug: Any = StringField(
        _l("Address of the page"),
        description=_l("The last part of the address, for instance online-trade-school. It never changes."),
        validators=[Filled(), _at_most(80), SLUG],
    )
    kind: Any = SelectField(_l("Kind"), choices=ProgrammeKind.choices)
    title: Any = StringField(_l("Title in English"), validators=[Filled(), _at_most(200)])
    summary: Any = TextAreaField(
        _l("Summary in English"),
        description=_l("One or two sentences: what it is, and for whom."),
        validators=[Filled(), _at_most(500)],
    )


class ProgrammeForm(VersionedForm):
    """The facts; what is not known stays empty."""

    kind: Any = SelectField(_l("Kind"))
    level: Any = SelectField(_l("Level"))
    weeks: Any = WholeNumberField(_l("Length in weeks"), validators=[Optional(), _within(1, 260)])
    hours_per_week: Any = WholeNumberField(_l("Hours a week"), validators=[Optional(), _within(1, 80)])
    mode: Any = SelectField(_l("Mode"))
    languages: Any = ChecksField(_l("Teaching languages"))
    cost: Any = StringField(
        _l("Fee for participants"),
        description=_l("0 if it is free of charge; empty if it is not known."),
        validators=[_at_most(20)],
        filters=[plain_digits],
    )
    currency: Any = StringField(
        _l("Currency"),
        description=_l("Three letters, for instance USD or KZT. Only needed with a fee."),
        validators=[_at_most(3)],
    )
    credential: Any = SelectField(_l("Credential"))
    topics: Any = ChecksField(_l("Topics"))
    documents: Any = ChecksField(_l("Framework documents"))
    source: Any = TextAreaField(
        _l("Source"),
        description=_l("Where these facts come from, with a date. Visitors read it."),
        validators=[_at_most(1000)],
    )

    def __init__(
        self,
        programme: Programme,
        topics: Sequence[Topic],
        documents: Sequence[FrameworkDocument],
    ) -> None:
        super().__init__(data=values_of(programme), stored_version=programme.version)
        self.kind.choices = ProgrammeKind.choices()
        for field, choices in ((self.level, Level), (self.mode, Mode), (self.credential, Credential)):
            field.choices = [NOT_KNOWN, *choices.choices()]
        self.languages.choices = [SelectChoice(*each) for each in list_languages()]
        self.topics.choices = [SelectChoice(each.slug, pick_translation(each.names)[1]) for each in topics]
        self.documents.choices = [
            SelectChoice(each.slug, pick_translation(each.titles)[1]) for each in documents
        ]

    def validate_currency(self, field: Field) -> None:
        field.data = field.data.upper()
        if field.data and not is_currency(field.data):
            raise ValidationError(_("This is not a currency code. Enter three letters, like USD."))

    def validate_cost(self, field: Field) -> None:
        if field.data and self._read_cost() is None:
            raise ValidationError(_("Enter the fee as a number, like 120 or 49.50."))

    def _read_cost(self) -> Decimal | None:
        try:
            amount = Decimal(self.cost.data.replace(" ", "").replace(",", "."))
        except InvalidOperation:
            return None
        return amount if amount.is_finite() and 0 <= amount < 10**9 else None

    @property
    def facts(self) -> ProgrammeFacts:
        """What was entered, once the form is valid."""
        cost = self._read_cost() if self.cost.data else None
        return ProgrammeFacts(
            kind=ProgrammeKind.of(self.kind.data),
            level=_chosen(Level, self.level),
            weeks=self.weeks.data,
            hours_per_week=self.hours_per_week.data,
            mode=_chosen(Mode, self.mode),
            languages=tuple(sorted(self.languages.data or ())),
            cost_minor=None if cost is None else _to_minor(cost, self.currency.data),
            currency=self.currency.data or None,
            credential=_chosen(Credential, self.credential),
            topics=tuple(sorted(self.topics.data or ())),
            documents=tuple(sorted(self.documents.data or ())),
            source=self.source.data,
        )


def values_of(programme: Programme) -> dict[str, Any]:
    """The stored facts as the form shows them."""
    facts = facts_of(programme)
    cost = ""
    if facts.cost_minor is not None:
        precision = get_currency_precision(facts.currency or "USD")
        cost = str(Decimal(facts.cost_minor).scaleb(-precision))
    return {
        "kind": facts.kind.value,
        "level": facts.level or "",
        "weeks": facts.weeks,
        "hours_per_week": facts.hours_per_week,
        "mode": facts.mode or "",
        "languages": list(facts.languages),
        "cost": cost,
        "currency": facts.currency or "",
        "credential": facts.credential or "",
        "topics": list(facts.topics),
        "documents": list(facts.documents),
        "source": facts.source,
    }


def _to_minor(amount: Decimal, currency: str) -> int:
    precision = get_currency_precision(currency or "USD")
    return int(amount.scaleb(precision).to_integral_value(ROUND_HALF_UP))


def _chosen(choices: type[Labelled], field: Field) -> Any:
    return choices.of(field.data) if field.data else None


class TextForm(VersionedForm):
    """A programme's texts in one language."""

    title: Any = StringField(_l("Title"), validators=[Filled(), _at_most(200)])
    summary: Any = TextAreaField(
        _l("Summary"),
        description=_l("One or two sentences for lists."),
        validators=[Optional(), _at_most(500)],
    )
    description: Any = TextAreaField(
        _l("Description"),
        description=_l("Markdown: **bold**, - lists, [links](https://example.org), ## headings."),
        validators=[Optional(), _at_most(20_000)],
    )

    @property
    def text(self) -> ProgrammeText:
        return ProgrammeText(self.title.data, self.summary.data or "", self.description.data or "")


class StepForm(RegistryForm):
    """A reason, for steps that need one."""

    reason: Any = TextAreaField(_l("Reason"), validators=[Optional(), _at_most(500)])


class PartnerForm(RegistryForm):
    """An organisation and what it does for the programme."""

    organisation: Any = SelectField(_l("Organisation"))
    role: Any = SelectField(_l("Role"), choices=PartnershipRole.choices)
    source: Any = StringField(
        _l("Source"), description=_l("Where this is recorded, with a date."), validators=[_at_most(500)]
    )

    def __init__(self, organisations: Sequence[Choice]) -> None:
        super().__init__()
        self.organisation.choices = [SelectChoice(each.value, each.label) for each in organisations]


class CoordinatorForm(RegistryForm):
    """The account of somebody who is to run the programme."""

    email: Any = StringField(
        _l("E-mail address of the account"),
        description=_l("The person needs an account already."),
        validators=[Filled(), _at_most(254)],
    )
