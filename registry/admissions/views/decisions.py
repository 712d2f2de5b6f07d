"""What is staged, and its release."""

from collections import Counter
from typing import Any

from flask import flash, redirect, render_template, request, url_for

from registry.access.permissions import Permission
from registry.access.web import current_actor, requires
from registry.admissions.enums import Decision, ReleaseResult
from registry.admissions.forms.applications import ReleaseForm
from registry.admissions.models import StagedDecision
from registry.admissions.operations import decisions, notices
from registry.admissions.queries import applications as application_queries
from registry.admissions.queries import decisions as queries
from registry.admissions.queries import work as work_queries
from registry.admissions.views.blueprint import bp
from registry.catalogue.models import Cohort
from registry.core import clock
from registry.core.i18n import LOCALES, country_name, ngettext, sort_key

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


def _sample_mails(cohort: Cohort) -> list[tuple[StagedDecision, list[tuple[str, str, str, str]]]]:
    """For one staged application of each decision: locale, its own name, subject and text."""
    samples = []
    for staged in queries.list_samples(cohort):
        facts: dict[str, Any] = {}
        if staged.decision is Decision.REJECT:
            facts = {"reason": staged.rejection, "note": staged.note}
        elif staged.decision is Decision.OFFER:
            facts = notices.sample_offer_facts(cohort)
        mails = [
            (
                locale,
                name,
                *notices.preview(MAILS[staged.decision], staged.application, locale=locale, **facts),
            )
            for locale, name in LOCALES.items()
        ]
        samples.append((staged, mails))
    return samples


@bp.route("/manage/cohorts/<code>/decisions/release", methods=["GET", "POST"])
@requires(Permission.DECISION_RELEASE)
def release_decisions(code: str) -> Any:
    """Asks, then announces everything that is staged."""
    cohort = application_queries.get_cohort(code, actor=current_actor)
    form = ReleaseForm()
    if form.validate_on_submit():
        rows = decisions.release_decisions(cohort, actor=current_actor)
        held = {ReleaseResult.NO_SEAT, ReleaseResult.TOO_LATE}
        stayed = sum(row.result in held for row in rows)
        flash(
            ngettext(
                "%(num)s decision was released.",
                "%(num)s decisions were released.",
                len(rows) - stayed,
            )
        )
        if stayed:
            flash(
                ngettext(
                    "%(num)s decision found no seat and is still staged.",
                    "%(num)s decisions found no seat and are still staged.",
                    stayed,
                ),
                "attention",
            )
        return redirect(url_for(".list_released", code=code), 303)
    return render_template(
        "admissions/release_decisions.html", form=form, **_release_context(cohort)
    ), form.http_status


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
        results={result.value: result.label for result in ReleaseResult},
        cohort=cohort,
    )
