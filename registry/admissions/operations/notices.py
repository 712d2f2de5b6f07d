"""What applicants are told about their place: one mail for one event; later news overtake unsent ones."""

from typing import Any

from registry.admissions.enums import ClosingReason
from registry.admissions.models import Application, CorrectionRequest, Offer, StagedDecision
from registry.admissions.operations.letters import forget
from registry.admissions.operations.mails import forget_audience
from registry.admissions.operations.wordings import word_mail
from registry.admissions.queries import notices as queries
from registry.admissions.rules.closing import describe_closing
from registry.admissions.rules.mails import topic_of
from registry.admissions.rules.seats import compute_accept_by
from registry.catalogue.models import Cohort
from registry.core import clock
from registry.core.addresses import path_address
from registry.messages import operations as messages
from registry.messages.operations import Recipient
from registry.people.queries import get_address

OFFER_REMINDER = "offer_reminder"
DRAFT_REMINDER = "draft_reminder"
CORRECTIONS_REMINDER = "corrections_reminder"


def tell_offered(offer: Offer, application: Application, *, is_promoted: bool) -> None:
    """A place is held open, after a decision or from the waiting list."""
    _tell_of_offer("promoted" if is_promoted else "offer_made", offer, application)


def remind_offer(offer: Offer) -> None:
    """The time to answer is nearly over."""
    _tell_of_offer(OFFER_REMINDER, offer, offer.application)


def tell_accepted(application: Application) -> None:
    """The place is confirmed."""
    _tell("place_accepted", application)


def tell_declined(application: Application) -> None:
    """We have understood that the place is not wanted."""
    _tell("offer_declined", application)


def tell_lapsed(application: Application) -> None:
    """Nobody answered in time."""
    _tell("offer_lapsed", application)


def tell_waitlisted(application: Application) -> None:
    """No seat now, maybe later."""
    _tell("waitlisted", application)


def tell_rejected(application: Application, staged: StagedDecision) -> None:
    """No place this time, and why."""
    _tell("rejected", application, reason=staged.rejection, note=staged.note)


def tell_not_endorsed(application: Application) -> None:
    """The focal point did not endorse; told with the cohort's first release."""
    _tell("not_endorsed", application, is_without_step=True)


def tell_admitted(application: Application) -> None:
    """A rule had failed, and a coordinator lets the application go on."""
    _tell("application_admitted", application)


def tell_returned(application: Application, request: CorrectionRequest) -> None:
    """Something is missing; what it is stands on the applicant's page."""
    _tell_of_corrections("application_returned", application, request)


def remind_corrections(request: CorrectionRequest) -> None:
    """The time to correct is nearly over."""
    _tell_of_corrections(CORRECTIONS_REMINDER, request.application, request)


def tell_resubmitted(application: Application, request: CorrectionRequest) -> None:
    """The corrections have arrived."""
    _tell_of_corrections("corrections_received", application, request)


def tell_closed(application: Application) -> None:
    """The application ended without a decision, and why."""
    reason = application.closing_reason
    if reason == ClosingReason.COHORT_CANCELLED:
        tell_cancelled(application)
    else:
        # An application that was opened again can be closed again.
        key = f"application_closed:{application.code}:{application.version}"
        _tell("application_closed", application, key=key, reason=describe_closing(reason))


def tell_reopened(application: Application) -> None:
    """It had been closed by mistake, and goes on."""
    _tell(
        "application_reopened",
        application,
        key=f"application_reopened:{application.code}:{application.version}",
    )


def tell_cancelled(application: Application) -> None:
    """The cohort does not take place."""
    _tell("cohort_cancelled", application, is_without_step=True)


def remind_draft(application: Application) -> None:
    """The window closes soon and the application is not sent."""
    cohort = application.cohort
    _tell(DRAFT_REMINDER, application, closes_at=cohort.closes_at, host_zone=cohort.zone)


def preview(kind: str, application: Application, *, locale: str, **facts: Any) -> tuple[str, str]:
    """Subject and text of the mail as this applicant would read it in `locale`; nothing is sent."""
    zone = get_address(queries.get_person(application)).zone
    mail = word_mail(kind, describe(application, locale) | facts, Recipient("", locale, zone))
    return mail.subject, mail.body


def sample_offer_facts(cohort: Cohort) -> dict[str, Any]:
    """What a mail about an offer made now would say, for `preview`."""
    return {
        "offer_link": path_address("/my/offers/"),
        "accept_by_at": compute_accept_by(cohort, clock.now()),
        "host_zone": cohort.zone,
    }


def _tell_of_offer(kind: str, offer: Offer, application: Application) -> None:
    cohort = queries.get_cohort(application)
    _tell(
        kind,
        application,
        key=f"{kind}:{offer.code}",
        offer_link=path_address(f"/my/offers/{offer.code}"),
        accept_by_at=offer.accept_by_at,
        host_zone=cohort.zone,
    )


def _tell_of_corrections(kind: str, application: Application, request: CorrectionRequest) -> None:
    _tell(
        kind,
        application,
        key=f"{kind}:{request.id}",
        due_at=request.due_at,
        host_zone=queries.get_cohort(application).zone,
    )


def _tell(
    kind: str,
    application: Application,
    *,
    key: str | None = None,
    is_without_step: bool = False,
    **facts: Any,
) -> None:
    """`is_without_step`: the application does not move, so nothing else stops the earlier news."""
    person = queries.get_person(application)
    to = get_address(person)
    key = key or f"{kind}:{application.code}"
    if not to.address:
        return
    if is_without_step:
        # Told already: the same news must not overtake itself.
        if queries.was_told(key):
            return
        forget(application)
        forget_audience(application)
    recipient = Recipient(to.address, to.locale, to.zone, to.user_id)
    messages.queue(
        kind,
        key=key,
        to=recipient,
        topic=topic_of(application),
        mail=word_mail(kind, describe(application, to.locale) | facts, recipient),
    )


def describe(application: Application, locale: str) -> dict[str, Any]:
    """What every mail about the application can name."""
    return {
        "name": queries.get_person(application).given_names or queries.get_person(application).family_name,
        "application_link": path_address(f"/my/applications/{application.code}"),
        "programme": queries.get_programme_title(application, locale),
        "cohort": queries.get_cohort(application),
        "code": application.code,
    }
