"""Organisations that provide, help or fund."""

from collections.abc import Mapping
from dataclasses import dataclass, fields

from registry.access import policy
from registry.access.actor import Actor
from registry.access.permissions import Permission
from registry.accounts.enums import OrganisationKind
from registry.accounts.errors import ONE_ORGANISATION
from registry.accounts.models import Organisation
from registry.core import audit
from registry.core.edition import publish_edition
from registry.core.errors import InvalidInput, StaleWrite
from registry.core.i18n import _l
from registry.core.transaction import storing


@dataclass(frozen=True)
class OrganisationText:
    """What can be said of an organisation; `names` by locale, English at least."""

    kind: OrganisationKind
    country: str | None
    names: Mapping[str, str]
    website: str | None = None
    source: str | None = None


def create_organisation(code: str, text: OrganisationText, *, actor: Actor) -> Organisation:
    """Errors: NotAllowed, InvalidInput, Conflict("code")."""
    policy.require(actor, Permission.ORGANISATION_EDIT)
    _check(text)
    with storing(ONE_ORGANISATION) as session:
        organisation = Organisation(code=code, **_values(text))
        session.add(organisation)
        audit.record(organisation, "accounts:organisation:create", actor)
    return organisation


def edit_organisation(
    organisation: Organisation, text: OrganisationText, *, version: int, actor: Actor
) -> Organisation:
    """Errors: NotAllowed, InvalidInput, StaleWrite."""
    policy.require(actor, Permission.ORGANISATION_EDIT, organisation)
    _check(text)
    if organisation.version != version:
        raise StaleWrite
    for field, value in _values(text).items():
        setattr(organisation, field, value)
    audit.record(organisation, "accounts:organisation:edit", actor)
    publish_edition()
    return organisation


def _values(text: OrganisationText) -> dict[str, object]:
    values: dict[str, object] = {each.name: getattr(text, each.name) for each in fields(text)}
    return values | {"names": {locale: name for locale, name in text.names.items() if name}}


def _check(text: OrganisationText) -> None:
    if not text.names.get("en"):
        raise InvalidInput(_l("Enter the name in English."), field="name_en")
    if text.website and not text.website.startswith(("https://", "http://")):
        raise InvalidInput(_l("Enter the address of the website with https:// in front."), field="website")
