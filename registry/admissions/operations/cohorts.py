"""Planning a cohort: its dates, conditions, selection and seats, and what happens to it as a whole."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from registry.access import policy
from registry.access.actor import Actor
from registry.access.permissions import Permission
from registry.admissions.operations.form_versions import publish_form, start_form_draft
from registry.admissions.operations.pools import ensure_pools, set_seats
from registry.admissions.queries.cohorts import has_applications
from registry.admissions.queries.form_versions import find_draft, find_published
from registry.admissions.rules import planning as rules
from registry.admissions.rules.eligibility import Scope
from registry.catalogue.enums import (
    CohortStatus,
    NominationMode,
    ProgrammeStatus,
    QuotaBasis,
    SelectionMethod,
    WithoutFocalPoint,
)
from registry.catalogue.lifecycle import COHORT
from registry.catalogue.models import Cohort, CohortLanguage, CohortScope, Programme
from registry.catalogue.operations import announce_cohort, touch_catalogue
from registry.core import audit, clock
from registry.core.codes import new_code
from registry.core.database import db
from registry.core.errors import Conflict, InvalidInput
from registry.core.i18n import _l
from registry.core.versions import bump_version, refuse_stale
from registry.people.enums import Education, LanguageLevel


@dataclass(frozen=True)
class CohortDates:
    """When and where. `closes_at` is the first instant that is too late."""

    names: dict[str, str]
    zone: str
    opens_at: datetime
    closes_at: datetime
    release_at: datetime | None
    accept_by_days: int
    starts_on: date
    ends_on: date
    place: str = ""


@dataclass(frozen=True)
class CohortConditions:
    """Who may apply; bounds of age are inclusive."""

    age_on: date
    standing_on: date
    age_min: int | None = None
    age_max: int | None = None
    scopes: frozenset[Scope] = frozenset()
    education_min: Education | None = None
    languages: tuple[tuple[str, LanguageLevel], ...] = ()
    """By tag."""
    needs_latin_name: bool = False


@dataclass(frozen=True)
class CohortSelection:
    """How seats are given."""

    selection: SelectionMethod
    nomination: NominationMode
    quota_basis: QuotaBasis
    general_serves_all: bool
    is_blind: bool
    endorse_by_at: datetime | None = None
    without_focal_point: WithoutFocalPoint = WithoutFocalPoint.COORDINATOR
    reviews_due_at: datetime | None = None


NEVER_FROZEN = {"is_blind", "endorse_by_at", "without_focal_point", "reviews_due_at"}
"""Parts of the selection that applicants do not rely on."""


def dates_of(cohort: Cohort) -> CohortDates:
    """The dates as stored."""
    return CohortDates(**{name: getattr(cohort, name) for name in CohortDates.__dataclass_fields__})


def conditions_of(cohort: Cohort) -> CohortConditions:
    """The conditions as stored."""
    plain = ("age_on", "standing_on", "age_min", "age_max", "education_min", "needs_latin_name")
    return CohortConditions(
        **{name: getattr(cohort, name) for name in plain},
        scopes=frozenset(Scope(each.bloc, each.standing, each.country) for each in cohort.scopes),
        languages=tuple((each.tag, each.level) for each in cohort.language_rules),
    )


def selection_of(cohort: Cohort) -> CohortSelection:
    """The selection as stored."""
    return CohortSelection(**{name: getattr(cohort, name) for name in CohortSelection.__dataclass_fields__})


def create_cohort(programme: Programme, dates: CohortDates, *, capacity: int, actor: Actor) -> Cohort:
    """Plan a cohort: a draft, for everybody, selected by assessment, until its conditions are set.

    Errors: NotAllowed; InvalidInput at the date that does not fit; Conflict for an ended programme.
    """
    policy.require(actor, Permission.COHORT_EDIT, programme)
    if programme.status is ProgrammeStatus.ARCHIVED:
        raise Conflict(_l("This programme has ended, so it takes no further cohorts."))
    _check_order(dates)
    cohort = Cohort(
        code=new_code(),
        programme=programme,
        capacity=capacity,
        age_on=dates.starts_on,
        standing_on=dates.opens_at.date(),
        created_at=clock.now(),
        **asdict(dates),
    )
    db.session.add(cohort)
    audit.record(cohort, "catalogue:cohort:create", actor, about={"capacity": [None, capacity]})
    db.session.flush()
    return cohort


def edit_dates(
    cohort: Cohort, dates: CohortDates, *, reason: str = "", version: int | None, actor: Actor
) -> Cohort:
    """Set window, dates and place. Closing earlier than published needs a reason.

    Errors: NotAllowed; StaleWrite; Conflict for a cohort that is over or a window that people rely on;
            InvalidInput at the date that does not fit.
    """
    _require_editable(cohort, actor, version, given=dates, stored=dates_of(cohort))
    is_applied_for = has_applications(cohort)
    if dates.zone != cohort.zone and is_applied_for:
        raise InvalidInput(_l("People have begun to apply, so the zone can no longer change."), field="zone")
    _check_order(dates)
    now = clock.now()
    if refusal := rules.why_not_opening(cohort, dates.opens_at, now):
        raise InvalidInput(refusal, field="opens_on")
    if refusal := rules.why_not_closing(cohort, dates.closes_at, now, has_reason=bool(reason.strip())):
        raise InvalidInput(refusal, field="closes_on" if reason.strip() else "reason")
    if refusal := rules.why_not_dates(
        cohort,
        dates.starts_on,
        dates.ends_on,
        now,
        is_applied_for=is_applied_for,
        has_reason=bool(reason.strip()),
    ):
        raise InvalidInput(refusal, field="starts_on" if reason.strip() else "reason")
    if cohort.closes_at <= now < dates.closes_at:
        # The lottery's seed is public since the window closed: whoever applies now must not know it.
        cohort.lottery_seed = ""
    _set(cohort, asdict(dates))
    return _finish(cohort, "edit_dates", actor, reason=reason.strip() or None)


def edit_conditions(
    cohort: Cohort, conditions: CohortConditions, *, version: int | None, actor: Actor
) -> Cohort:
    """Set who may apply. Once somebody has begun to apply, the conditions stand.

    Errors: NotAllowed; StaleWrite; Conflict; InvalidInput("age_max").
    """
    before = conditions_of(cohort)
    _require_editable(cohort, actor, version, given=conditions, stored=before)
    if conditions == before:
        return cohort
    if has_applications(cohort):
        raise Conflict(rules.FROZEN)
    if (conditions.age_min or 0) > (conditions.age_max or 999):
        raise InvalidInput(_l("The oldest age is below the youngest."), field="age_max")
    values = {name: value for name, value in vars(conditions).items() if name not in {"scopes", "languages"}}
    _set(cohort, values)
    if conditions.scopes != before.scopes:
        cohort.scopes[:] = [
            CohortScope(bloc=each.bloc, standing=each.standing, country=each.country)
            for each in sorted(conditions.scopes, key=str)
        ]
    if conditions.languages != before.languages:
        known = {rule.tag: rule for rule in cohort.language_rules}
        cohort.language_rules[:] = [
            known.get(tag) or CohortLanguage(tag=tag, level=level) for tag, level in conditions.languages
        ]
        for rule, (_tag, level) in zip(cohort.language_rules, conditions.languages, strict=True):
            rule.level = level
    about = {
        "scopes": [_describe(before.scopes), _describe(conditions.scopes)],
        "languages": [[*map(list, before.languages)], [*map(list, conditions.languages)]],
    }
    return _finish(cohort, "edit_conditions", actor, about=about)


def edit_selection(
    cohort: Cohort, selection: CohortSelection, *, version: int | None, actor: Actor
) -> Cohort:
    """Set how seats are given. Once somebody has begun to apply, only `NEVER_FROZEN` can be changed.

    Errors: NotAllowed; StaleWrite; Conflict; InvalidInput("nomination", "endorse_by_on" or "reviews_due_on").
    """
    before = selection_of(cohort)
    _require_editable(cohort, actor, version, given=selection, stored=before)
    changed = {name for name, value in asdict(selection).items() if value != getattr(before, name)}
    if changed - NEVER_FROZEN and has_applications(cohort):
        raise Conflict(rules.FROZEN)
    nominated = selection.nomination is not NominationMode.OPEN
    if selection.selection is SelectionMethod.NOMINATED and not nominated:
        raise InvalidInput(_l("Choosing from nominations needs a focal point’s part."), field="nomination")
    if (
        selection.nomination is NominationMode.NOMINATE_THEN_APPLY
        and selection.without_focal_point is WithoutFocalPoint.PASS_ON
    ):
        raise InvalidInput(
            _l("Nobody applies here without being invited, so there is nothing to pass on."),
            field="without_focal_point",
        )
    if refusal := rules.why_not_endorsing_by(cohort, selection.endorse_by_at, selection.without_focal_point):
        raise InvalidInput(refusal, field="endorse_by_on")
    if refusal := rules.why_not_reviewing_by(cohort, selection.reviews_due_at):
        raise InvalidInput(refusal, field="reviews_due_on")
    _set(cohort, asdict(selection))
    return _finish(cohort, "edit_selection", actor)


def set_quotas(
    cohort: Cohort, *, capacity: int, seats: Mapping[str, int], version: int | None, actor: Actor
) -> Cohort:
    """Set the seats in all and per state; new seats go to who waits.

    Errors: NotAllowed; StaleWrite; Conflict; InvalidInput("capacity" or "seats").
    """
    stored = {pool.member_state: pool.seats for pool in cohort.pools}
    given = {"capacity": capacity, "seats": dict(seats)}
    policy.require(actor, Permission.COHORT_EDIT, cohort)
    _refuse_over(cohort)
    refuse_stale(cohort, version, given=given, stored={"capacity": cohort.capacity, "seats": stored})
    set_seats(cohort, capacity=capacity, seats=seats, actor=actor)
    bump_version(cohort)
    db.session.flush()
    touch_catalogue()
    return cohort


def publish_cohort(cohort: Cohort, *, actor: Actor) -> Cohort:
    """Show the cohort to everybody, with seats and with the form composed for it, else the standard one.

    Errors: NotAllowed; IllegalTransition with the reason why it cannot be published yet; Conflict with what
            its form lacks.
    """
    COHORT.apply(cohort, "publish", actor=actor)
    ensure_pools(cohort)
    draft = find_draft(cohort)
    if draft is None and find_published(cohort) is None:
        draft = start_form_draft(cohort, actor=actor)
    if draft is not None:
        publish_form(draft, version=None, actor=actor)
    touch_catalogue()
    announce_cohort(cohort)
    return cohort


def archive_cohort(cohort: Cohort, *, actor: Actor) -> Cohort:
    """Put an ended cohort away.

    Errors: NotAllowed; IllegalTransition with the reason why it cannot be archived yet.
    """
    COHORT.apply(cohort, "archive", actor=actor)
    touch_catalogue()
    return cohort


def _require_editable(cohort: Cohort, actor: Actor, version: int | None, *, given: Any, stored: Any) -> None:
    policy.require(actor, Permission.COHORT_EDIT, cohort)
    _refuse_over(cohort)
    refuse_stale(cohort, version, given=vars(given), stored=vars(stored))


def _refuse_over(cohort: Cohort) -> None:
    if refusal := rules.why_not_editable(cohort):
        raise Conflict(refusal)


def _check_order(dates: CohortDates) -> None:
    if dates.closes_at <= dates.opens_at:
        raise InvalidInput(_l("Applications close before they open. Check both."), field="closes_on")
    if dates.release_at is not None and dates.release_at < dates.closes_at:
        raise InvalidInput(_l("Decisions come after applications have closed."), field="release_on")
    if dates.ends_on < dates.starts_on:
        raise InvalidInput(_l("The training ends before it starts. Check both days."), field="ends_on")
    if dates.starts_on < dates.closes_at.date():
        raise InvalidInput(
            _l("The training starts before applications have closed. Check both."), field="starts_on"
        )


def _set(cohort: Cohort, values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        if getattr(cohort, name) != value:
            setattr(cohort, name, value)


def _finish(
    cohort: Cohort,
    action: str,
    actor: Actor,
    *,
    reason: str | None = None,
    about: dict[str, Any] | None = None,
) -> Cohort:
    audit.record(cohort, f"catalogue:cohort:{action}", actor, reason=reason, about=about)
    bump_version(cohort)
    db.session.flush()
    if cohort.status is not CohortStatus.DRAFT:
        touch_catalogue()
    return cohort


def _describe(scopes: frozenset[Scope]) -> list[str]:
    return sorted(each.country or f"{each.bloc}:{each.standing}" for each in scopes)
