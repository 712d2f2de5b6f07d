"""What a guardian's link can still do. Pure."""

from datetime import datetime

from registry.admissions.enums import ApplicationStatus, GuardianAnswer
from registry.admissions.models import Application, GuardianRequest
from registry.core.i18n import Labelled, _l


class LinkState(Labelled):
    """The sentence is what the guardian reads."""

    OPEN = "open", _l("You can answer now.")
    CONSENTED = "consented", _l("Your consent is recorded. Nothing more is needed.")
    REFUSED = "refused", _l("Your refusal is recorded. The application has ended.")
    OVER = "over", _l("The application has ended or was taken back, so no answer is needed any more.")
    EXPIRED = "expired", _l("This link is no longer valid. A newer one may be in your mailbox.")


def link_state(request: GuardianRequest, application: Application, at: datetime) -> LinkState:
    """Open while the application waits and the link is not too old; what was answered stays told."""
    if request.answer is not None:
        return LinkState.CONSENTED if request.answer is GuardianAnswer.CONSENTED else LinkState.REFUSED
    if application.status is not ApplicationStatus.AWAITING_GUARDIAN:
        return LinkState.OVER
    return LinkState.OPEN if at < request.expires_at else LinkState.EXPIRED
