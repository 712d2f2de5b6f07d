"""Forms of the administrators' pages."""

from collections.abc import Iterable
from typing import Any

from wtforms import EmailField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import Regexp

from registry.access.roles import GRANTABLE_ROLES
from registry.accounts.enums import OrganisationKind
from registry.accounts.operations.organisations import OrganisationText
from registry.core.forms import (
    DatePartsField,
    FilterForm,
    InputRequired,
    Length,
    Optional,
    RegistryForm,
    VersionedForm,
)
from registry.core.i18n import SelectChoice, _, _l

Choices = Iterable[tuple[str, Any]]

_SHORT = Length(max=160, message=_l("Shorten the name to 160 characters."))


def _optional(nothing: str, choices: Choices) -> list[SelectChoice]:
    return [SelectChoice("", nothing), *(SelectChoice(value, label) for value, label in choices)]


class RoleFilterForm(FilterForm):
    """Narrows the list of roles."""

    role = SelectField(_l("Role"), default="", validators=[Optional()])
    email = StringField(_l("E-mail address"), validators=[Optional(), Length(max=254)])
    programme = SelectField(_l("Programme"), default="", validators=[Optional()])
    which = SelectField(_l("Show"), default="", validators=[Optional()])

    def __init__(self, *args: Any, programmes: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.role.choices = _optional(_("All roles"), [(role.value, role.label) for role in GRANTABLE_ROLES])
        self.programme.choices = _optional(_("All programmes"), programmes)
        self.which.choices = _optional(_("In force and to come"), [("ended", _("Ended"))])


class GrantForm(RegistryForm):
    """A role for an account, with its scope and dates."""

    email = EmailField(
        _l("E-mail address of the account"),
        validators=[InputRequired(_l("Enter the e-mail address of the account.")), Length(max=254)],
    )
    role = RadioField(
        _l("Role"),
        choices=[SelectChoice(role.value, role.label) for role in GRANTABLE_ROLES],
        validators=[InputRequired(_l("Choose a role."))],
    )
    programme = SelectField(_l("Programme"), default="", validators=[Optional()])
    country = SelectField(_l("Member state"), default="", validators=[Optional()])
    organisation = SelectField(_l("Organisation"), default="", validators=[Optional()])
    since = DatePartsField(_l("First day"), required=False)
    until = DatePartsField(_l("Last day"), required=False)

    def __init__(
        self,
        *args: Any,
        programmes: Choices,
        countries: Choices,
        organisations: Choices,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.programme.choices = _optional(_("None in particular"), programmes)
        self.country.choices = _optional(_("None in particular"), countries)
        self.organisation.choices = _optional(_("None in particular"), organisations)


class ReasonForm(RegistryForm):
    """Why something is ended or taken away."""

    reason = TextAreaField(
        _l("Reason"),
        validators=[
            InputRequired(_l("Give a reason.")),
            Length(max=1000, message=_l("Shorten the reason to 1,000 characters.")),
        ],
    )


class OrganisationForm(VersionedForm):
    """An organisation, by its names in the registry's languages."""

    code = StringField(
        _l("Code"),
        description=_l("Small letters, digits and hyphens, like “unctad”. It cannot be changed later."),
        validators=[
            InputRequired(_l("Enter a code.")),
            Length(max=40, message=_l("Shorten the code to 40 characters.")),
            Regexp(r"^[a-z0-9]+(-[a-z0-9]+)*$", message=_l("Use small letters, digits and hyphens only.")),
        ],
    )
    kind = SelectField(
        _l("Kind"), choices=[SelectChoice(kind.value, kind.label) for kind in OrganisationKind]
    )
    country = SelectField(_l("Country"), default="", validators=[Optional()])
    name_en = StringField(
        _l("Name in English"), validators=[InputRequired(_l("Enter the name in English.")), _SHORT]
    )
    name_ru = StringField(_l("Name in Russian"), validators=[Optional(), _SHORT])
    name_zh = StringField(_l("Name in Chinese"), validators=[Optional(), _SHORT])
    website = StringField(
        _l("Website"),
        validators=[Optional(), Length(max=200, message=_l("Shorten the address to 200 characters."))],
    )
    source = TextAreaField(
        _l("Source"),
        description=_l("Where this is known from."),
        validators=[Optional(), Length(max=2000, message=_l("Shorten this to 2,000 characters."))],
    )

    def __init__(self, *args: Any, countries: Choices, new: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.country.choices = _optional(_("None in particular"), countries)
        if not new:
            del self.code

    @property
    def text(self) -> OrganisationText:
        return OrganisationText(
            kind=OrganisationKind.of(self.kind.data),
            country=self.country.data or None,
            names={
                "en": self.name_en.data or "",
                "ru": self.name_ru.data or "",
                "zh": self.name_zh.data or "",
            },
            website=self.website.data or None,
            source=self.source.data or None,
        )


class UserFilterForm(FilterForm):
    """Looks for accounts."""

    text = StringField(_l("E-mail address or name"), validators=[Optional(), Length(max=254)])


class AuditFilterForm(FilterForm):
    """Narrows the audit trail."""

    code = StringField(_l("Code of the record"), validators=[Optional(), Length(max=80)])
    actor = StringField(
        _l("Who"),
        description=_l("E-mail address or code of the account, or “system:cli”."),
        validators=[Optional(), Length(max=254)],
    )
    action = StringField(_l("Beginning of the action"), validators=[Optional(), Length(max=120)])


__all__ = [
    "AuditFilterForm",
    "GrantForm",
    "OrganisationForm",
    "ReasonForm",
    "RoleFilterForm",
    "UserFilterForm",
]
