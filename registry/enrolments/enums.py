"""Choices about enrolments."""

from registry.core.i18n import Labelled, _l


class EnrolmentStatus(Labelled):
    """Labels are for staff; participants read `rules.public_status`."""

    CONFIRMED = "confirmed", _l("Place confirmed")
    ACTIVE = "active", _l("Taking part")
    COMPLETED = "completed", _l("Completed")
    NOT_COMPLETED = "not_completed", _l("Not completed")
    DROPPED_OUT = "dropped_out", _l("Dropped out")
    NO_SHOW = "no_show", _l("Did not start")
    CANCELLED = "cancelled", _l("Cancelled")
    TRANSFERRED = "transferred", _l("Moved to another cohort")
    EXCLUDED = "excluded", _l("Excluded")


class DropoutReason(Labelled):
    """Why somebody left."""

    STUDIES = "studies", _l("School or university")
    WORK = "work", _l("Work")
    FAMILY = "family", _l("Family or health")
    CONNECTION = "connection", _l("Internet connection or equipment")
    LANGUAGE = "language", _l("Language of teaching")
    CONTENT = "content", _l("The programme did not fit")
    CONSENT = "consent", _l("The consent was withdrawn")
    UNKNOWN = "unknown", _l("Not known")


class PublicStatus(Labelled):
    """The names participants see."""

    ACCEPTED = "accepted", _l("Accepted")
    TAKING_PART = "taking_part", _l("Taking part")
    COMPLETED = "completed", _l("Completed")
    NOT_COMPLETED = "not_completed", _l("Not completed")
    CLOSED = "closed", _l("Closed")
