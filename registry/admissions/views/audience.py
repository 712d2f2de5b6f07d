"""Writing to all that the table of applications shows: the texts, the last look, and what became of each mail."""

from dataclasses import dataclass
from typing import Any

from flask import redirect, render_template, request, url_for

from registry.access.permissions import Permission
from registry.access.web import current_actor, requires
from registry.admissions.enums import AudienceResult
from registry.admissions.forms.audience import AudienceForm, SendForm, audience_values
from registry.admissions.models import Application, AudienceMail
from registry.admissions.operations import audience as operations
from registry.admissions.queries import audience as queries
from registry.admissions.queries import listing
from registry.admissions.queries.applications import get_cohort
from registry.admissions.rules.audience import AUDIENCE
from registry.admissions.views.blueprint import bp
from registry.admissions.views.listing import read_filters
from registry.catalogue.models import Cohort
from registry.core.errors import RegistryError
from registry.core.i18n import LOCALES
from registry.core.transaction import transaction
from registry.messages.enums import MessageStatus
from registry.messages.transport import sender

_MAY = Permission.AUDIENCE_WRITE


@bp.route("/manage/cohorts/<code>/applications/mail", methods=["GET", "POST"])
@requires(Permission.AUDIENCE_WRITE)
def write_audience_mail(code: str) -> Any:
    """Subject and text for exactly those whom the table shows; sending comes after a last look."""
    cohort = get_cohort(code, actor=current_actor, permission=_MAY)
    filters = read_filters(cohort)
    earlier = request.args.get("draft")
    draft = queries.get_audience_mail(earlier, cohort) if earlier else None
    form = AudienceForm(data=audience_values(draft))
    if form.validate_on_submit():
        try:
            with transaction():
                mail = operations.plan_audience_mail(
                    get_cohort(code, actor=current_actor, permission=_MAY),
                    form.given,
                    filters.asked,
                    arguments=filters.arguments,
                    actor=current_actor,
                )
        except RegistryError as error:
            form.show(error)
        else:
            return redirect(url_for(".show_audience_mail", code=code, mail=mail.code), 303)
    cohort = get_cohort(code, actor=current_actor, permission=_MAY)
    ids = listing.list_ids(cohort, filters.asked)
    page = render_template(
        "admissions/write_audience_mail.html",
        form=form,
        filters=filters,
        total=len(ids),
        readers=queries.count_by_locale(ids),
        placeholders=AUDIENCE.placeholders,
        sent=queries.list_audience_mails(cohort),
        languages=LOCALES,
        cohort=cohort,
    )
    return page, form.http_status


@dataclass(frozen=True)
class AudienceSample:
    """The mail as the first of those who read one of its texts would get it."""

    locale: str
    to: Application
    subject: str
    body: str


@bp.get("/manage/cohorts/<code>/mails/<mail>")
@requires(Permission.AUDIENCE_WRITE)
def show_audience_mail(code: str, mail: str) -> Any:
    """Before sending: how many get it, who is left out, and how it reads. After: what became of each."""
    cohort = get_cohort(code, actor=current_actor, permission=_MAY)
    return _render(queries.get_audience_mail(mail, cohort), cohort, SendForm(formdata=None))


@bp.post("/manage/cohorts/<code>/mails/<mail>")
@requires(Permission.AUDIENCE_WRITE)
def start_audience_mail(code: str, mail: str) -> Any:
    """Send it; what was begun already is only shown."""
    form = SendForm()
    if form.validate():
        try:
            with transaction():
                cohort = get_cohort(code, actor=current_actor, permission=_MAY)
                planned = queries.get_audience_mail(mail, cohort)
                operations.start_audience_mail(planned, cohort, typed=form.typed.data, actor=current_actor)
        except RegistryError as error:
            form.show(error)
        else:
            return redirect(url_for(".show_audience_mail", code=code, mail=mail), 303)
    cohort = get_cohort(code, actor=current_actor, permission=_MAY)
    return _render(queries.get_audience_mail(mail, cohort), cohort, form), form.http_status


def _render(mail: AudienceMail, cohort: Cohort, form: SendForm) -> str:
    counts = queries.count_results(mail)
    is_planned = mail.started_at is None
    waiting = counts[AudienceResult.WAITING]
    is_under_way = not is_planned and bool(waiting or counts[MessageStatus.QUEUED])
    return render_template(
        "admissions/show_audience_mail.html",
        mail=mail,
        counts=counts,
        total=sum(counts.values()),
        waiting=waiting,
        is_under_way=is_under_way,
        skipped=queries.count_skipped(mail),
        readers=queries.count_waiting_by_locale(mail) if is_planned else {},
        samples=_sample(mail) if is_planned else [],
        must_type=waiting > operations.TYPED_ABOVE,
        text_locale=operations.text_locale,
        sender=lambda locale: str(sender(locale)),
        page=queries.list_rows(mail, key=request.args.get("page")),
        form=form,
        languages=LOCALES,
        Result=AudienceResult,
        Status=MessageStatus,
        cohort=cohort,
    )


def _sample(mail: AudienceMail) -> list[AudienceSample]:
    samples = []
    for text in mail.texts:
        readers = [locale for locale in LOCALES if operations.text_locale(mail, locale) == text.locale]
        found = operations.preview_audience_mail(mail, readers)
        if found is not None:
            application, filled = found
            samples.append(AudienceSample(text.locale, application, filled.subject, filled.body))
    return samples
