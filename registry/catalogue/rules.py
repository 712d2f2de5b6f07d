"""What is true of programmes and cohorts, and who may change them. Pure."""

from collections.abc import Collection
from datetime import date, datetime, time, timedelta
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from registry.access import policy
from registry.access.actor import Actor
from registry.access.permissions import Permission
from registry.catalogue.enums import Availability, CohortStatus, Phase, ProgrammeStatus
from registry.catalogue.models import Cohort, Programme
from registry.core import clock
from registry.core.i18n import LOCALES, _, _l, pick_translation


class Dated(Protocol):
    """Whatever has a cohort's dates."""

    @property
    def zone(self) -> str: ...
    @property
    def opens_at(self) -> datetime: ...
    @property
    def closes_at(self) -> datetime: ...
    @property
    def starts_on(self) -> date: ...
    @property
    def ends_on(self) -> date: ...


def compute_phase(cohort: Dated, at: datetime) -> Phase:
    """Where the cohort stands at an instant; days are the host's."""
    if at < cohort.opens_at:
        return Phase.UPCOMING
    if at < cohort.closes_at:
        return Phase.OPEN
    day = at.astimezone(ZoneInfo(cohort.zone)).date()
    if day > cohort.ends_on:
        return Phase.ENDED
    if day >= cohort.starts_on:
        return Phase.RUNNING
    return Phase.CLOSED


def find_next_change(cohort: Dated, at: datetime) -> datetime | None:
    """The first instant after `at` at which the cohort is in another phase; None once it has ended."""
    zone = ZoneInfo(cohort.zone)
    changes = (
        cohort.opens_at,
        cohort.closes_at,
        datetime.combine(cohort.starts_on, time.min, zone),
        datetime.combine(cohort.ends_on + timedelta(days=1), time.min, zone),
    )
    return min((change for change in changes if change > at), default=None)


def compute_availability(status: ProgrammeStatus, phases: Collection[Phase]) -> Availability:
    """What a programme of this status, with published cohorts in these phases, is to visitors."""
    fixed = {
        ProgrammeStatus.PROPOSED: Availability.PROPOSED,
        ProgrammeStatus.SUSPENDED: Availability.SUSPENDED,
        ProgrammeStatus.ARCHIVED: Availability.ENDED,
    }
    if status in fixed:
        return fixed[status]
    if Phase.OPEN in phases:
        return Availability.OPEN
    return Availability.UPCOMING if Phase.UPCOMING in phases else Availability.CLOSED


def is_open(cohort: Cohort, at: datetime) -> bool:
    """Whether an application submitted at this instant is in time."""
    return cohort.status is CohortStatus.PUBLISHED and compute_phase(cohort, at) is Phase.OPEN


def takes_applications(cohort: Cohort) -> bool:
    """Whether its window counts at all: both it and its programme are published."""
    return cohort.status is CohortStatus.PUBLISHED and cohort.programme.status is ProgrammeStatus.PUBLISHED


def takes_interest(programme: Programme) -> bool:
    """Whether it may still open, so that people can ask to be told."""
    return programme.status in {ProgrammeStatus.PROPOSED, ProgrammeStatus.PUBLISHED}


def has_started(cohort: Cohort, at: datetime) -> bool:
    """Whether the cohort's first day, in the host's zone, has come."""
    return at.astimezone(ZoneInfo(cohort.zone)).date() >= cohort.starts_on


def is_public(cohort: Cohort) -> bool:
    """Whether visitors see it."""
    return cohort.status in {CohortStatus.PUBLISHED, CohortStatus.ARCHIVED, CohortStatus.CANCELLED}


def why_not_publishable(cohort: Cohort) -> Any:
    """The sentence that says why this cohort cannot be published, or None."""
    if cohort.programme.status is not ProgrammeStatus.PUBLISHED:
        return _l("Publish the programme first.")
    if cohort.capacity < 1:
        return _l("Give the cohort at least one seat first.")
    if cohort.closes_at <= clock.now():
        return _l("The application window has already closed. Move it to the future first.")
    return None


def why_not_archivable(cohort: Cohort) -> Any:
    """The sentence that says why this cohort cannot be archived, or None."""
    if compute_phase(cohort, clock.now()) is not Phase.ENDED:
        return _l("The cohort has not ended yet.")
    return None


TEXTS = ("title", "summary", "description")
"""The parts that make a programme's texts complete in a language."""


def list_completeness(programme: Programme) -> dict[str, int]:
    """Locale -> how many of TEXTS a programme loaded with its translations has in it."""
    filled = {
        text.locale: sum(bool(getattr(text, name).strip()) for name in TEXTS)
        for text in programme.translations
    }
    return {locale: filled.get(locale, 0) for locale in LOCALES}


@policy.rule(
    Permission.PROGRAMME_EDIT,
    Permission.PROGRAMME_PUBLISH,
    Permission.COHORT_EDIT,
    Permission.REPORTED_RESULT_EDIT,
    Permission.REPORT_VIEW_LIVE,
    Permission.RELEASE_MAKE,
    on=Programme,
)
def _manages_programme(actor: Actor, programme: Programme) -> bool:
    return manages(actor, programme.slug, Permission.PROGRAMME_EDIT)


@policy.rule(
    Permission.COHORT_EDIT,
    Permission.COHORT_PUBLISH,
    Permission.REPORT_VIEW_LIVE,
    on=Cohort,
)
def _manages_cohort(actor: Actor, cohort: Cohort) -> bool:
    return manages(actor, cohort.programme.slug, Permission.COHORT_EDIT)


@policy.rule(
    Permission.AUDIENCE_WRITE,
    Permission.DECISION_RELEASE,
    Permission.DECISION_STAGE,
    Permission.SCORE_VIEW,
    Permission.SEAT_VIEW,
    Permission.APPLICATION_EXPORT,
    Permission.APPLICATION_PROCESS,
    Permission.ENROLMENT_MANAGE,
    Permission.ENROLMENT_VIEW,
    Permission.OUTCOME_RECORD,
    on=Cohort,
)
def _runs_cohort(actor: Actor, cohort: Cohort) -> bool:
    return manages(actor, cohort.programme.slug, Permission.DECISION_STAGE)


def manages(actor: Actor, slug: str, permission: Permission) -> bool:
    """Whether a grant with this permission covers the whole programme."""
    return any(
        grant.programme in (None, slug) and grant.country is None for grant in actor.grants_with(permission)
    )


def pick_title(programme: Programme) -> str:
    """The programme's title in the reader's language, of a programme loaded with `translations`."""
    titles = {translation.locale: translation.title for translation in programme.translations}
    return str(pick_translation(titles)[1]) if titles else programme.slug


def describe_cohort(cohort: Cohort) -> str:
    """Programme and cohort by name in the reader's language."""
    return _(
        "%(programme)s: %(cohort)s",
        programme=pick_title(cohort.programme),
        cohort=pick_translation(cohort.names)[1],
    )
