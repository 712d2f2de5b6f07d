"""Choices about follow-ups."""

from registry.core.i18n import Labelled, _l


class WaveKind(Labelled):
    """When the questions are asked."""

    BASELINE = "baseline", _l("At the start")
    EXIT = "exit", _l("At the end")
    MONTHS_3 = "months_3", _l("After 3 months")
    MONTHS_6 = "months_6", _l("After 6 months")
    MONTHS_12 = "months_12", _l("After 12 months")


class InviteStatus(Labelled):
    """How far an invitation has come."""

    PLANNED = "planned", _l("Planned")
    SENT = "sent", _l("Sent")
    OPENED = "opened", _l("Opened")
    ANSWERED = "answered", _l("Answered")
    REFUSED = "refused", _l("Refused")
    UNREACHABLE = "unreachable", _l("Could not be reached")
    CLOSED = "closed", _l("Closed")
