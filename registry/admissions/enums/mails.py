"""Choices about mails: what is told, what a wording can name, and what became of mails to many."""

from registry.core.i18n import Labelled, _l


class MailEvent(Labelled):
    """What applicants and guardians are told of by mail; the values name the standard texts."""

    APPLICATION_RECEIVED = "application_received", _l("The application has arrived")
    APPLICATION_INELIGIBLE = "application_ineligible", _l("It has arrived, but a condition is not fulfilled")
    APPLICATION_ADMITTED = "application_admitted", _l("It goes on although a condition is not fulfilled")
    DRAFT_REMINDER = "draft_reminder", _l("Reminder: the draft is not sent yet")
    GUARDIAN_REQUEST = "guardian_request", _l("The guardian is asked for consent")
    GUARDIAN_ANSWERED = "guardian_answered", _l("The guardian’s question is answered")
    GUARDIAN_RECEIPT = "guardian_receipt", _l("The guardian’s consent is recorded")
    GUARDIAN_DENIED = "guardian_denied", _l("Another guardian must be named")
    GUARDIAN_CONSENTED = "guardian_consented", _l("The guardian has agreed")
    GUARDIAN_REFUSED = "guardian_refused", _l("The guardian has refused")
    CAME_OF_AGE = "came_of_age", _l("The applicant may decide alone now")
    CONSENT_CONFIRMED = "consent_confirmed", _l("The applicant has agreed alone")
    CONSENT_IS_YOURS = "consent_is_yours", _l("The guardian’s consent is the applicant’s now")
    APPLICATION_RETURNED = "application_returned", _l("Something must be corrected")
    CORRECTIONS_REMINDER = "corrections_reminder", _l("Reminder: corrections are missing")
    CORRECTIONS_RECEIVED = "corrections_received", _l("The corrections have arrived")
    OFFER_MADE = "offer_made", _l("A place is offered")
    PROMOTED = "promoted", _l("A place is offered from the waiting list")
    OFFER_REMINDER = "offer_reminder", _l("Reminder: the offer is not answered yet")
    WAITLISTED = "waitlisted", _l("On the waiting list")
    REJECTED = "rejected", _l("No place this time")
    NOT_ENDORSED = "not_endorsed", _l("No place this time: the state endorsed others")
    PLACE_ACCEPTED = "place_accepted", _l("The place is accepted")
    OFFER_DECLINED = "offer_declined", _l("The place is declined")
    OFFER_LAPSED = "offer_lapsed", _l("Nobody answered the offer in time")
    APPLICATION_WITHDRAWN = "application_withdrawn", _l("The application is withdrawn")
    APPLICATION_CLOSED = "application_closed", _l("The application is closed without a decision")
    COHORT_CANCELLED = "cohort_cancelled", _l("The cohort is cancelled")


class Placeholder(Labelled):
    """What a wording can name in braces."""

    NAME = "name", _l("The applicant’s given name")
    PROGRAMME = "programme", _l("The programme’s title in the reader’s language")
    COHORT = "cohort", _l("The cohort’s name in the reader’s language")
    STARTS_ON = "starts_on", _l("The first day of the cohort")
    CODE = "code", _l("The code of the application")
    APPLICATION_LINK = "application_link", _l("The link to the applicant’s own page")
    OFFER_LINK = "offer_link", _l("The link to accept or decline")
    CONSENT_LINK = "consent_link", _l("The guardian’s link, which works for this mail only")
    QUESTION = "question", _l("What the guardian asked")
    ANSWER = "answer", _l("What was answered")
    DEADLINE = "deadline", _l("Until when, with the time zone, and in the reader’s own one where it differs")
    ARRIVED_AT = "arrived_at", _l("When the application arrived")
    CONDITIONS = "conditions", _l("The conditions that are not fulfilled")
    NEXT_STEP = "next_step", _l("A sentence on what happens next")
    REASON = "reason", _l("The reason that was chosen or written for this applicant")


class AudienceResult(Labelled):
    """What an audience mail has come to for one application."""

    WAITING = "waiting", _l("Not yet")
    WRITTEN = "written", _l("Written")
    SKIPPED = "skipped", _l("Left out")


class SkipReason(Labelled):
    """Why an audience mail leaves somebody out."""

    NO_ADDRESS = "no_address", _l("There is no e-mail address.")
    ENDED = "ended", _l("The application has ended.")
    SAME_ADDRESS = "same_address", _l("Another application with the same address gets the mail.")
    UNTOLD = "untold", _l("The applicant has not been told of the outcome yet.")
    MOVED_ON = "moved_on", _l("The application has moved on since the mail was written.")
    NOT_ALLOWED = "not_allowed", _l("Whoever began sending may no longer write to these applicants.")
