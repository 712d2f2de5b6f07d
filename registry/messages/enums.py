"""Choices about messages."""

from registry.core.i18n import Labelled, _l


class MessageStatus(Labelled):
    """How far a mail has come."""

    QUEUED = "queued", _l("Waiting to be sent")
    SENT = "sent", _l("Mail sent")
    SUPERSEDED = "superseded", _l("Overtaken by later news")
    FAILED = "failed", _l("Could not be delivered")
