"""Follow-ups of a cohort, recorded by its coordinator, and the participants' way out of them."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from registry.access.permissions import Permission
from registry.access.web import current_actor, requires
from registry.admissions.queries import applications as application_queries
from registry.admissions.queries.journey import get_heading
from registry.admissions.queries.own_applications import get_own
from registry.core import clock
from registry.core.errors import NotFound, RegistryError
from registry.core.i18n import _
from registry.core.transaction import transaction
from registry.enrolments import queries as enrolment_queries
from registry.enrolments.models import Enrolment
from registry.outcomes import operations, queries
from registry.outcomes.enums import WaveKind
from registry.outcomes.forms import FollowUpForm, WithdrawFollowUpForm, answer_values
from registry.outcomes.models import SurveyResponse
from registry.outcomes.rules import compute_due_on
from registry.people.enums import ConsentPurpose
from registry.people.queries import find_standing_consent

bp = Blueprint("outcomes", __name__)


@bp.get("/manage/cohorts/<code>/outcomes")
@requires(Permission.OUTCOME_RECORD)
def list_outcomes(code: str) -> str:
    """The waves, and who answered in the chosen one."""
    cohort = application_queries.get_cohort(code, actor=current_actor)
    kind = _find_kind(request.args.get("wave", "")) or WaveKind.EXIT
    return render_template(
        "outcomes/list_outcomes.html",
        cohort=cohort,
        kind=kind,
        kinds=[(each, compute_due_on(cohort, each)) for each in WaveKind],
        counts=queries.count_waves(cohort),
        today=clock.today(cohort.zone),
        page=queries.list_follow_ups(cohort, kind, request.args.get("page")),
    )


@bp.route("/manage/enrolments/<code>/follow-up/<wave>", methods=["GET", "POST"])
@requires(Permission.OUTCOME_RECORD)
def record_follow_up(code: str, wave: str) -> Any:
    """Write down what a participant says."""
    kind = _find_kind(wave)
    if kind is None:
        raise NotFound
    enrolment = enrolment_queries.get_enrolment(code, actor=current_actor)
    response = _find_response(enrolment, kind)
    form = FollowUpForm(stored_version=_version_of(response), data=answer_values(response))
    if form.validate_on_submit():
        try:
            with transaction():
                enrolment = enrolment_queries.get_enrolment(code, actor=current_actor)
                operations.record_follow_up(
                    enrolment, kind, form.given, actor=current_actor, version=form.version.data
                )
        except RegistryError as error:
            form.show(error)
        else:
            flash(_("The answers are recorded."))
            return redirect(url_for(".list_outcomes", code=enrolment.cohort.code, wave=kind.value), 303)
    enrolment = enrolment_queries.get_enrolment(code, actor=current_actor)
    if form.is_stale:
        response = _find_response(enrolment, kind)
        form.renew(_version_of(response), answer_values(response))
    page = render_template(
        "outcomes/record_follow_up.html",
        form=form,
        kind=kind,
        enrolment=enrolment,
        cohort=application_queries.get_cohort(enrolment.cohort.code, actor=current_actor),
    )
    return page, form.http_status


@bp.route("/my/applications/<code>/follow-up", methods=["GET", "POST"])
@requires(Permission.CONSENT_WITHDRAW)
def withdraw_follow_up(code: str) -> Any:
    """Ask once more, then end the consent to questions after the training."""
    form = WithdrawFollowUpForm()
    application = get_own(code, actor=current_actor)
    if form.validate_on_submit():
        try:
            with transaction():
                operations.withdraw_follow_up(application, actor=current_actor)
        except RegistryError as error:
            form.show(error)
        else:
            flash(_("We will not ask you questions after the training."))
            return redirect(url_for("web.list_consents"), 303)
    application = get_own(code, actor=current_actor)
    return render_template(
        "outcomes/withdraw_follow_up.html",
        form=form,
        heading=get_heading(application.cohort),
        said=find_standing_consent(application.person_id, ConsentPurpose.FOLLOW_UP, about=application.code),
    ), form.http_status


def _find_kind(value: str) -> WaveKind | None:
    return next((kind for kind in WaveKind if kind.value == value), None)


def _version_of(response: SurveyResponse | None) -> int:
    return response.version if response else 0


def _find_response(enrolment: Enrolment, kind: WaveKind) -> SurveyResponse | None:
    wave = queries.find_wave(enrolment.cohort, kind)
    invite = queries.find_invite(wave, enrolment) if wave else None
    return queries.find_response(invite) if invite else None
