"""What a guardian's link can still do, and from when the young person decides alone. Pure."""

from datetime import date, datetime, timedelta

from registry.admissions.enums import ApplicationStatus, GuardianAnswer
from registry.admissions.models import Application, GuardianRequest
from registry.admissions.rules.eligibility import Birth, may_be_under
from registry.core.i18n import Labelled, _l

LINK_LASTS = timedelta(days=14)
WAITS_ON = timedelta(days=14)
"""How long an application waits after the last link has run out: so long the guardian can get another one."""
PAUSE = timedelta(minutes=10)
"""Between two links, so that nobody's mailbox is flooded."""
MOST_OPEN_QUESTIONS = 3


class LinkState(Labelled):
    """The sentence is what the guardian reads."""

    OPEN = "open", _l("You can answer now.")
    CONSENTED = "consented", _l("Your consent is recorded. Nothing more is needed.")
    WITHDRAWN = "withdrawn", _l("The consent was taken back, and what rested on it has ended.")
    REFUSED = "refused", _l("Your refusal is recorded. The application has ended.")
    NOT_GUARDIAN = "not_guardian", _l("You told us that you are not the guardian. Nothing more is needed.")
    OF_AGE = "of_age", _l("The applicant is old enough to decide alone now, so no answer is needed any more.")
    OVER = "over", _l("The application has ended or was taken back, so no answer is needed any more.")
    EXPIRED = "expired", _l("This link is no longer valid. A newer one may be in your mailbox.")


_ANSWERED = {
    GuardianAnswer.CONSENTED: LinkState.CONSENTED,
    GuardianAnswer.REFUSED: LinkState.REFUSED,
    GuardianAnswer.NOT_GUARDIAN: LinkState.NOT_GUARDIAN,
}


def link_state(
    request: GuardianRequest, application: Application, at: datetime, *, of_age: bool
) -> LinkState:
    """Open while the application waits and the link is not too old; what was answered stays told.

    `of_age`: whether the young person decides alone by now.
    """
    if request.answer is not None:
        return _ANSWERED[request.answer]
    if application.status is not ApplicationStatus.AWAITING_GUARDIAN:
        return LinkState.OVER
    if of_age:
        return LinkState.OF_AGE
    return LinkState.OPEN if at < request.expires_at else LinkState.EXPIRED


def is_of_age(application: Application, age_of_consent: int, on: date) -> bool:
    """Whether the person decides alone on the day, by the date of birth that was sent.

    Born on 29 February, one comes of age on 1 March of years that have no such day.
    """
    born_on = application.profile.get("born_on")
    if not born_on:
        return False
    born = date.fromisoformat(born_on)
    return not may_be_under(Birth(born.year, born.month, born.day), age_of_consent, on)
