"""An application judged and counted anew, because what says who may apply or whose seat it is was corrected."""

from zoneinfo import ZoneInfo

from registry.access.actor import Actor
from registry.admissions.models import Application, EligibilityResult
from registry.admissions.operations.nominations import drop_nomination
from registry.admissions.operations.steps import counted_anew
from registry.admissions.queries.answers import list_results
from registry.admissions.queries.nominations import find_answer
from registry.admissions.rules.eligibility import Verdict, compute_age, compute_age_band, judge
from registry.admissions.rules.journey import Journey, birth_of
from registry.core import audit
from registry.core.database import db

SYSTEM = Actor.system("corrections")
"""Closes the order of a state's nominees behind one who left it."""


def change_state(application: Application, state: str, *, actor: Actor) -> None:
    """A sent application asks for another state's seat; what the state before has said of it is gone."""
    forget_answer(application)
    with counted_anew(application):
        application.member_state = state
        audit.record(application, "admissions:application:change_state", actor)
    db.session.flush()


def forget_answer(application: Application) -> None:
    """The state has spoken of somebody else, so to say: it is asked again."""
    if (given := find_answer(application)) is not None:
        drop_nomination(application, given.nomination, actor=SYSTEM)


def judge_again(journey: Journey, *, actor: Actor) -> Verdict:
    """Freeze whose seat it is, sex and age anew, the age as on the day of submission, and what every rule says."""
    application, person = journey.application, journey.person
    assert application.submitted_at is not None  # noqa: S101 -- for the type checker
    if journey.member_state != application.member_state:
        change_state(application, journey.member_state, actor=actor)
    sent_on = application.submitted_at.astimezone(ZoneInfo(journey.cohort.zone)).date()
    birth = birth_of(person)
    verdict = judge(journey.conditions, journey.facts)
    with counted_anew(application):
        application.sex = person.sex
        application.age_band = compute_age_band(birth, sent_on)
        application.age_years = compute_age(birth, sent_on)[0] if birth else None
        if verdict.refuses:
            application.eligible_at = None
    _store_results(application, verdict)
    return verdict


def _store_results(application: Application, verdict: Verdict) -> None:
    stored = {each.rule: each for each in list_results(application)}
    for outcome in verdict.outcomes:
        result = stored.pop(outcome.rule, None)
        if result is None:
            result = EligibilityResult(application_id=application.id, rule=outcome.rule)
            db.session.add(result)
        result.result, result.inputs = outcome.result, dict(outcome.inputs)
    for gone in stored.values():
        db.session.delete(gone)
    db.session.flush()
