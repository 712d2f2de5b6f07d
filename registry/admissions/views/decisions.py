"""What is staged, and its release."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from registry.access.permissions import Permission
from registry.access.web import current_actor, requires
from registry.admissions.enums import Decision, ReleaseResult
from registry.admissions.forms.applications import ReleaseForm
from registry.admissions.models import StagedDecision
from registry.admissions.operations import decisions, notices, releases
from registry.admissions.queries import applications as application_queries
from registry.admissions.queries import decisions as queries
from registry.admissions.queries import work as work_queries
from registry.admissions.views.blueprint import bp
from registry.catalogue.models import Cohort
from registry.core import clock
from registry.core.errors import RegistryError
from registry.core.i18n import LOCALES, country_name, ngettext, sort_key
from registry.core.transaction import transaction

HELD = frozenset({ReleaseResult.NO_SEAT, ReleaseResult.TOO_LATE})
MAILS = {Decision.OFFER: "offer_made", Decision.WAITLIST: "waitlisted", Decision.REJECT: "rejected"}


@bp.get("/manage/cohorts/<code>/decisions")
@requires(Permission.DECISION_STAGE)
def list_decisions(code: str) -> str:
    """What is staged, by state and decision, with sample mails."""
    cohort = application_queries.get_cohort(code, actor=current_actor)
    page = queries.list_staged(cohort, request.args.get("page"))
    return render_template(
        "admissions/list_decisions.html",
        page=page,
        samples=_sample_mails(cohort),
        last_release=queries.find_last_release(cohort),
        under_way=queries.find_unfinished_release(cohort),
        **_release_context(cohort),
    )


def _release_context(cohort: Cohort) -> dict[str, Any]:
    counts: dict[str, Counter[Decision]] = {}
    totals: Counter[Decision] = Counter()
    for each in queries.count_staged(cohort):
        counts.setdefault(each.member_state, Counter())[each.decision] += each.n
        totals[each.decision] += each.n
    quotas = work_queries.list_quotas(cohort)
    return {
        "counts": sorted(counts.items(), key=lambda item: sort_key(country_name(item[0]))),
        "totals": totals,
        "over": [row for row in quotas if row.balance < 0],
        "left_after": sum(max(row.balance, 0) for row in quotas),
        "Decision": Decision,
        "cohort": cohort,
        "now": clock.now(),
    }


@dataclass(frozen=True)
class SampleMail:
    """One mail as somebody would read it. `is_real`: a staged applicant who reads this language."""

    language: str
    locale: str
    n: int
    to: StagedDecision
    is_real: bool
    subject: str
    body: str


def _sample_mails(cohort: Cohort) -> list[tuple[Decision, list[SampleMail]]]:
    """For each decision that is staged: one mail in every language."""
    counts = queries.count_staged_by_locale(cohort)
    samples = []
    for decision in Decision:
        first = queries.find_sample(cohort, decision)
        if first is None:
            continue
        mails = []
        for locale, language in LOCALES.items():
            own = queries.find_sample(cohort, decision, locale)
            to = own or first
            subject, body = notices.preview(
                MAILS[decision], to.application, locale=locale, **_sample_facts(cohort, to)
            )
            n = counts[locale, decision]
            mails.append(SampleMail(language, locale, n, to, own is not None, subject, body))
        samples.append((decision, mails))
    return samples


def _sample_facts(cohort: Cohort, staged: StagedDecision) -> dict[str, Any]:
    if staged.decision is Decision.REJECT:
        return {"reason": staged.rejection, "note": staged.note}
    return notices.sample_offer_facts(cohort) if staged.decision is Decision.OFFER else {}


@bp.route("/manage/cohorts/<code>/decisions/release", methods=["GET", "POST"])
@requires(Permission.DECISION_RELEASE)
def release_decisions(code: str) -> Any:
    """Asks, then announces everything that is staged: a little at once, much in the background."""
    cohort = application_queries.get_cohort(code, actor=current_actor)
    form = ReleaseForm()
    if form.validate_on_submit():
        try:
            with transaction():
                release = releases.start_release(
                    application_queries.get_cohort(code, actor=current_actor), actor=current_actor
                )
        except RegistryError as error:
            form.show(error)
        else:
            if release.total <= releases.RELEASE_BATCH:
                _flash_results(releases.run_release(release.id))
            return redirect(url_for(".list_released", code=code), 303)
    return render_template(
        "admissions/release_decisions.html", form=form, **_release_context(cohort)
    ), form.http_status


def _flash_results(rows: Sequence[releases.ReleasedRow]) -> None:
    stayed = sum(row.result in HELD for row in rows)
    flash(ngettext("%(num)s decision was released.", "%(num)s decisions were released.", len(rows) - stayed))
    if stayed:
        flash(
            ngettext(
                "%(num)s decision found no seat and is still staged.",
                "%(num)s decisions found no seat and are still staged.",
                stayed,
            ),
            "attention",
        )


@bp.post("/manage/cohorts/<code>/decisions/unstage")
@requires(Permission.DECISION_STAGE)
def unstage_all(code: str) -> BaseResponse:
    """Take back everything that is staged."""
    with transaction():
        cohort = application_queries.get_cohort(code, actor=current_actor)
        n = decisions.unstage_all(cohort, actor=current_actor)
    flash(ngettext("%(num)s staged decision was taken back.", "%(num)s staged decisions were taken back.", n))
    return redirect(url_for(".list_decisions", code=code), 303)


@bp.get("/manage/cohorts/<code>/decisions/released")
@requires(Permission.DECISION_STAGE)
def list_released(code: str) -> str:
    """What the last release made of each decision."""
    cohort = application_queries.get_cohort(code, actor=current_actor)
    last_release = queries.find_last_release(cohort)
    return render_template(
        "admissions/list_released.html",
        page=queries.list_released(cohort, last_release, request.args.get("page")),
        held=queries.list_held(cohort),
        last_release=last_release,
        under_way=queries.find_unfinished_release(cohort),
        results={result.value: result.label for result in ReleaseResult},
        cohort=cohort,
    )
