"""Creating and editing programmes: facts, texts, partners, status."""

from dataclasses import asdict, dataclass
from typing import Any

from registry.access import policy
from registry.access.actor import Actor
from registry.access.permissions import Permission
from registry.access.roles import Role
from registry.accounts import queries as accounts
from registry.accounts.models import Organisation, RoleGrant
from registry.accounts.operations.roles import NewGrant, grant_role
from registry.catalogue import errors
from registry.catalogue.enums import Credential, Level, Mode, PartnershipRole, ProgrammeKind
from registry.catalogue.lifecycle import PROGRAMME
from registry.catalogue.models import Partnership, Programme, ProgrammeTranslation
from registry.catalogue.operations.editions import touch_catalogue
from registry.catalogue.queries import managing as queries
from registry.core import audit, clock
from registry.core.database import db
from registry.core.errors import Conflict, InvalidInput
from registry.core.i18n import _l
from registry.core.transaction import storing
from registry.core.versions import bump_version, refuse_stale


@dataclass(frozen=True)
class ProgrammeFacts:
    """What is recorded of a programme besides its texts; None and empty mean not known."""

    kind: ProgrammeKind
    level: Level | None = None
    weeks: int | None = None
    hours_per_week: int | None = None
    mode: Mode | None = None
    languages: tuple[str, ...] = ()
    """BCP 47."""
    cost_minor: int | None = None
    currency: str | None = None
    credential: Credential | None = None
    topics: tuple[str, ...] = ()
    """Slugs, sorted."""
    documents: tuple[str, ...] = ()
    """Slugs, sorted."""
    source: str = ""


@dataclass(frozen=True)
class ProgrammeText:
    """A programme's texts in one language; the description is Markdown."""

    title: str
    summary: str = ""
    description: str = ""


def facts_of(programme: Programme) -> ProgrammeFacts:
    """The facts as stored; topics and documents must be loaded."""
    return ProgrammeFacts(
        kind=programme.kind,
        level=programme.level,
        weeks=programme.weeks,
        hours_per_week=programme.hours_per_week,
        mode=programme.mode,
        languages=tuple(sorted(programme.language_tags)),
        cost_minor=programme.cost_minor,
        currency=programme.currency,
        credential=programme.credential,
        topics=tuple(sorted(topic.slug for topic in programme.topics)),
        documents=tuple(sorted(document.slug for document in programme.documents)),
        source=programme.source,
    )


def text_of(translation: ProgrammeTranslation | None) -> ProgrammeText:
    """The texts as stored; empty ones where there are none in the language."""
    if translation is None:
        return ProgrammeText(title="")
    return ProgrammeText(translation.title, translation.summary, translation.description)


def create_programme(
    slug: str, kind: ProgrammeKind, text: ProgrammeText, *, locale: str, actor: Actor
) -> Programme:
    """Record a proposed programme with its texts in one language.

    Errors: NotAllowed; Conflict("slug").
    """
    policy.require(actor, Permission.PROGRAMME_CREATE)
    programme = Programme(slug=slug, kind=kind, created_at=clock.now())
    with storing(errors.PROGRAMME) as session:
        session.add(programme)
    db.session.add(ProgrammeTranslation(programme=programme, locale=locale, **asdict(text)))
    audit.record(programme, "catalogue:programme:create", actor, about={"kind": [None, kind.value]})
    db.session.flush()
    touch_catalogue()
    return programme


def edit_programme(
    programme: Programme, facts: ProgrammeFacts, *, version: int | None, actor: Actor
) -> Programme:
    """Set the facts.

    Errors: NotAllowed; StaleWrite; InvalidInput("currency", "topics", "documents").
    """
    policy.require(actor, Permission.PROGRAMME_EDIT, programme)
    before = facts_of(programme)
    refuse_stale(programme, version, given=asdict(facts), stored=asdict(before))
    if facts.cost_minor is not None and not facts.currency:
        raise InvalidInput(_l("Choose the currency of the fee."), field="currency")
    topics, documents = queries.map_topics(facts.topics), queries.map_documents(facts.documents)
    if len(topics) != len(facts.topics):
        raise InvalidInput(field="topics")
    if len(documents) != len(facts.documents):
        raise InvalidInput(field="documents")
    for name in ("kind", "level", "weeks", "hours_per_week", "mode", "cost_minor", "credential", "source"):
        setattr(programme, name, getattr(facts, name))
    programme.currency = facts.currency if facts.cost_minor is not None else None
    programme.teaching_languages = " ".join(facts.languages)
    programme.topics[:] = sorted(topics.values(), key=lambda topic: topic.position)
    programme.documents[:] = sorted(documents.values(), key=lambda document: document.slug)
    about: dict[str, Any] = {
        name: [list(getattr(before, name)), list(getattr(facts, name))]
        for name in ("topics", "documents")
        if getattr(before, name) != getattr(facts, name)
    }
    _record_edit(programme, "edit", actor, about)
    return programme


def edit_text(
    programme: Programme, locale: str, text: ProgrammeText, *, version: int | None, actor: Actor
) -> ProgrammeTranslation:
    """Set the texts in one language; version 0 means that there were none yet.

    Errors: NotAllowed; StaleWrite.
    """
    policy.require(actor, Permission.PROGRAMME_EDIT, programme)
    translation = next((each for each in programme.translations if each.locale == locale), None)
    before = text_of(translation)
    changes = {name: value for name, value in asdict(text).items() if value != getattr(before, name)}
    if translation is None:
        translation = ProgrammeTranslation(programme=programme, locale=locale, version=0, **asdict(text))
        refuse_stale(translation, version, given=asdict(text), stored=asdict(before))
        translation.version = 1
        db.session.add(translation)
    else:
        refuse_stale(translation, version, given=asdict(text), stored=asdict(before))
        for name, value in changes.items():
            setattr(translation, name, value)
    about = {f"{locale}.{name}": [getattr(before, name), value] for name, value in changes.items()}
    _record_edit(programme, "edit_text", actor, about)
    return translation


def change_programme_status(
    programme: Programme, action: str, *, reason: str | None, actor: Actor
) -> Programme:
    """Take a step of the programme's lifecycle.

    Errors: those of `Lifecycle.apply`; Conflict for archiving one with cohorts that have not ended.
    """
    if action == "archive" and queries.count_live_cohorts(programme):
        raise Conflict(_l("Cohorts of this programme have not ended yet. Cancel them or wait, then archive."))
    PROGRAMME.apply(programme, action, actor=actor, reason=reason)
    touch_catalogue()
    return programme


def add_partner(
    programme: Programme, organisation: Organisation, role: PartnershipRole, *, source: str, actor: Actor
) -> Partnership:
    """Record what an organisation does for the programme.

    Errors: NotAllowed; Conflict("organisation").
    """
    policy.require(actor, Permission.PROGRAMME_EDIT, programme)
    partnership = Partnership(programme_id=programme.id, organisation=organisation, role=role, source=source)
    with storing(errors.PARTNERSHIP) as session:
        session.add(partnership)
    _record_edit(programme, "add_partner", actor, {"partner": [None, f"{role.value}:{organisation.code}"]})
    return partnership


def remove_partner(programme: Programme, partnership: Partnership, *, actor: Actor) -> None:
    """Take the partnership away. Errors: NotAllowed."""
    policy.require(actor, Permission.PROGRAMME_EDIT, programme)
    partner = f"{partnership.role.value}:{partnership.organisation.code}"
    db.session.delete(partnership)
    _record_edit(programme, "remove_partner", actor, {"partner": [partner, None]})


def name_coordinator(programme: Programme, email: str, *, actor: Actor) -> RoleGrant:
    """Let the account with this address run the programme.

    Errors: NotAllowed; InvalidInput("email"); Conflict when it does so already.
    """
    policy.require(actor, Permission.ROLE_GRANT)
    user = accounts.find_user(email.strip().lower())
    if user is None:
        raise InvalidInput(
            _l("There is no account with this address. Ask the person to sign up first."), field="email"
        )
    grant = grant_role(user, NewGrant(Role.COORDINATOR, programme=programme.slug), actor=actor)
    _record_edit(programme, "name_coordinator", actor, {"coordinator": [None, user.code]})
    return grant


def _record_edit(programme: Programme, action: str, actor: Actor, about: dict[str, Any]) -> None:
    audit.record(programme, f"catalogue:programme:{action}", actor, about=about)
    if action == "edit":
        bump_version(programme)
    db.session.flush()
    touch_catalogue()
