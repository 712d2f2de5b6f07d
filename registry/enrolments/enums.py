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


class Ending(Labelled):
    """What ends with the consent; the sentences say so beforehand."""

    APPLICATION = "application", _l("The application ends.")
    WAITING = "waiting", _l("The application ends, and the place on the waiting list is lost.")
    OFFER = "offer", _l("The application ends, and the place held open goes to the next person.")
    PLACE = "place", _l("The confirmed place is given up and goes to the next person.")
    TRAINING = "training", _l("Taking part ends at once. What was done until then stays recorded.")


class PublicStatus(Labelled):
    """The names participants see."""

    ACCEPTED = "accepted", _l("Accepted")
    TAKING_PART = "taking_part", _l("Taking part")
    COMPLETED = "completed", _l("Completed")
    NOT_COMPLETED = "not_completed", _l("Not completed")
    CLOSED = "closed", _l("Closed")
