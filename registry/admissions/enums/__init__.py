"""Choices about applications, and the groups of statuses the rules speak of."""

from enum import StrEnum

from registry.admissions.enums.mails import AudienceResult as AudienceResult
from registry.admissions.enums.mails import MailEvent as MailEvent
from registry.admissions.enums.mails import Placeholder as Placeholder
from registry.admissions.enums.mails import SkipReason as SkipReason
from registry.core.i18n import Labelled, _l


class ApplicationStatus(Labelled):
    """Labels are for staff; applicants read `rules.public_status`."""

    DRAFT = "draft", _l("Draft")
    AWAITING_GUARDIAN = "awaiting_guardian", _l("Waiting for the guardian")
    AWAITING_ENDORSEMENT = "awaiting_endorsement", _l("Waiting for the focal point")
    INELIGIBLE = "ineligible", _l("Not eligible")
    SUBMITTED = "submitted", _l("Sent")
    RETURNED = "returned", _l("Returned for correction")
    UNDER_REVIEW = "under_review", _l("In review")
    OFFERED = "offered", _l("Offer made")
    WAITLISTED = "waitlisted", _l("Waiting list")
    ACCEPTED = "accepted", _l("Accepted")
    DECLINED = "declined", _l("Declined by the applicant")
    LAPSED = "lapsed", _l("Offer lapsed")
    REJECTED = "rejected", _l("Not selected")
    NOT_ENDORSED = "not_endorsed", _l("Not endorsed")
    WITHDRAWN = "withdrawn", _l("Withdrawn")
    CLOSED = "closed", _l("Closed")
    EXPIRED = "expired", _l("Draft expired")


class PublicStatus(Labelled):
    """The names applicants see, on screen, in mail and in exports."""

    DRAFT = "draft", _l("Draft")
    SENT = "sent", _l("Sent")
    WAITING_GUARDIAN = "waiting_guardian", _l("Waiting for your guardian")
    WAITING_FOCAL_POINT = "waiting_focal_point", _l("Waiting for your focal point")
    WE_NEED_SOMETHING = "we_need_something", _l("We need something")
    IN_REVIEW = "in_review", _l("In review")
    OFFER_MADE = "offer_made", _l("Offer made")
    WAITING_LIST = "waiting_list", _l("Waiting list")
    ACCEPTED = "accepted", _l("Accepted")
    NOT_THIS_TIME = "not_this_time", _l("Not this time")
    NOT_ELIGIBLE = "not_eligible", _l("Not eligible")
    WITHDRAWN = "withdrawn", _l("Withdrawn")
    CLOSED = "closed", _l("Closed")


S = ApplicationStatus
DRAFT_STATUSES = frozenset({S.DRAFT, S.EXPIRED})
OPEN_STATUSES = frozenset(
    {
        S.DRAFT,
        S.AWAITING_GUARDIAN,
        S.AWAITING_ENDORSEMENT,
        S.INELIGIBLE,
        S.SUBMITTED,
        S.RETURNED,
        S.UNDER_REVIEW,
        S.OFFERED,
        S.WAITLISTED,
    }
)
"""Those an applicant can withdraw from."""
LIVE_STATUSES = OPEN_STATUSES | {S.ACCEPTED}
"""One person has at most one application in these per cohort."""
CLOSABLE_STATUSES = OPEN_STATUSES - {S.DRAFT}
HOLDING_STATUSES = frozenset({S.OFFERED, S.ACCEPTED})
"""Those that hold a seat (an enrolment may have given it back since)."""
DECIDED_STATUSES = frozenset({S.OFFERED, S.WAITLISTED, S.ACCEPTED, S.DECLINED, S.LAPSED, S.REJECTED})


class Decision(Labelled):
    """What a coordinator stages."""

    OFFER = "offer", _l("Offer a place")
    WAITLIST = "waitlist", _l("Put on the waiting list")
    REJECT = "reject", _l("Refuse")


class ReleaseResult(Labelled):
    """What a release made of a staged decision."""

    OFFERED = "offered", _l("Place offered")
    WAITLISTED = "waitlisted", _l("Put on the waiting list")
    PROMOTED = "promoted", _l("Put on the waiting list and offered a free place at once")
    REJECTED = "rejected", _l("Refused")
    NO_SEAT = "no_seat", _l("No seat left: still staged")
    TOO_LATE = "too_late", _l("The cohort has started: still staged")


class ClosingReason(Labelled):
    """Why the registry itself closed an application; the applicant reads it."""

    COHORT_STARTED = "cohort_started", _l("The programme has started.")
    COHORT_CANCELLED = "cohort_cancelled", _l("The programme was cancelled.")
    CORRECTIONS_MISSING = "corrections_missing", _l("The corrections we asked for did not arrive in time.")
    WAITING_ENDED = "waiting_ended", _l("The waiting list has ended, and no place became free.")
    GUARDIAN_SILENT = "guardian_silent", _l("Your guardian did not answer in time.")
    SENT_TWICE = "sent_twice", _l("You sent two applications for this cohort. The other one goes on.")


class RejectionReason(Labelled):
    """Why a place is refused; the applicant reads it."""

    MORE_THAN_SEATS = "more_than_seats", _l("There were more good applications than seats.")
    EXPERIENCE = "experience", _l("Others had experience that fits this programme better.")
    MOTIVATION = "motivation", _l("The answers did not say enough about your plans.")
    LANGUAGE = "language", _l("The level of the teaching language was not enough.")
    OTHER = "other", _l("Another reason, explained in the note.")


class SelectionOrder(Labelled):
    """What puts the candidates of a selection run in order."""

    SCORE = "score", _l("By score, the highest first")
    FIRST_COME = "first_come", _l("By the time of sending, the earliest first")
    LOTTERY = "lottery", _l("By lottery")
    FOCAL_RANK = "focal_rank", _l("By the focal points’ ranks")


class SelectionGround(StrEnum):
    """Why a selection run decided as it did; `rules.selection_lines` says it in words."""

    SEAT = "seat"
    WOMEN_FLOOR = "women_floor"
    RURAL_FLOOR = "rural_floor"
    """A seat before better-ranked ones, for a floor."""
    PASSED = "passed"
    """No seat, since a floor gave it to somebody ranked lower."""
    AFTER_SEATS = "after_seats"
    AFTER_LIST = "after_list"
    """Neither a seat nor a place on the waiting list."""
    NO_SCORE = "no_score"
    NO_RANK = "no_rank"
    NO_POOL = "no_pool"


class OfferAnswer(Labelled):
    """How an offer ended; empty while it is open."""

    ACCEPTED = "accepted", _l("Accepted")
    DECLINED = "declined", _l("Declined")
    LAPSED = "lapsed", _l("Lapsed")
    WITHDRAWN = "withdrawn", _l("Withdrawn")


class GuardianAnswer(Labelled):
    """What the guardian said."""

    CONSENTED = "consented", _l("Consented")
    REFUSED = "refused", _l("Refused")
    NOT_GUARDIAN = "not_guardian", _l("Is not the guardian")


class RuleName(Labelled):
    """Published conditions for applying."""

    AGE = "age", _l("Age")
    COUNTRY = "country", _l("Citizenship or residence")
    EDUCATION = "education", _l("Education")
    LANGUAGE = "language", _l("Language")


class RuleResult(Labelled):
    """An unknown never refuses by itself."""

    PASS = "pass", _l("Fulfilled")
    FAIL = "fail", _l("Not fulfilled")
    UNKNOWN = "unknown", _l("Not known")


class QuestionKind(Labelled):
    """What a question asks for, and so what its answer is."""

    SHORT_TEXT = "short_text", _l("Short text")
    LONG_TEXT = "long_text", _l("Long text")
    CHOICE = "choice", _l("One of several")
    CHOICES = "choices", _l("Several of a list")
    YES_NO = "yes_no", _l("Yes or no")
    NUMBER = "number", _l("Number")
    MONEY = "money", _l("Amount of money")
    DATE = "date", _l("Date")
    YEAR_MONTH = "year_month", _l("Month and year")
    COUNTRY = "country", _l("Country")
    LANGUAGE = "language", _l("Language and its level")
    EDUCATION = "education", _l("Places of education")
    WORK = "work", _l("Jobs and shops")
    EMAIL = "email", _l("E-mail address")
    PHONE = "phone", _l("Phone number")
    LINK = "link", _l("Link")
    FILE = "file", _l("File")
    CONSENT = "consent", _l("Consent")


class Sensitivity(Labelled):
    """What an answer could do to the person it is about."""

    ORDINARY = "ordinary", _l("Ordinary")
    IDENTIFYING = "identifying", _l("Says who somebody is: hidden in blind reviews")
    SENSITIVE = "sensitive", _l("Sensitive: hidden in blind reviews, in no list and no export")


class ConditionSubject(Labelled):
    """What a question's condition looks at."""

    ANSWER = "answer", _l("An earlier answer")
    AGE = "age", _l("Age")
    COUNTRY = "country", _l("State the applicant applies for")
    BLOC = "bloc", _l("Bloc of that state")


class ConditionOperator(Labelled):
    """How it compares."""

    IS = "is", _l("is one of these")
    IS_NOT = "is_not", _l("is none of these")
    AT_LEAST = "at_least", _l("is at least")
    AT_MOST = "at_most", _l("is at most")
    ANSWERED = "answered", _l("is answered")
    NOT_ANSWERED = "not_answered", _l("is not answered")


class AgeBand(Labelled):
    """Age at submission, for reports."""

    UNDER_18 = "under_18", _l("under 18")
    FROM_18 = "18_24", _l("18–24")
    FROM_25 = "25_29", _l("25–29")
    FROM_30 = "30_35", _l("30–35")
    FROM_36 = "36_plus", _l("36 and over")
    UNKNOWN = "unknown", _l("age unknown")


class Figure(Labelled):
    """Stages of the funnel an application or enrolment has reached; none is ever lost again."""

    APPLIED = "applied", _l("Applied")
    ELIGIBLE = "eligible", _l("Eligible")
    ENDORSED = "endorsed", _l("Endorsed")
    OFFERED = "offered", _l("Offered")
    ACCEPTED = "accepted", _l("Accepted")
    STARTED = "started", _l("Started")
    COMPLETED = "completed", _l("Completed")


class PageStatus(Labelled):
    """How far a page of an application is."""

    NOT_STARTED = "not_started", _l("Not started")
    IN_PROGRESS = "in_progress", _l("In progress")
    DONE = "done", _l("Done")


class PersonalPage(Labelled):
    """Pages of an application about the person; what they say stays for the next application."""

    NAMES = "names", _l("Your name")
    BIRTH = "birth", _l("Date of birth and sex")
    COUNTRIES = "countries", _l("Citizenship and residence")
    STATE = "state", _l("The state you apply for")
    CONTACT = "contact", _l("How to reach you")
    BACKGROUND = "background", _l("Education and work")
    LANGUAGES = "languages", _l("Languages")
    GUARDIAN = "guardian", _l("Your parent or guardian")


class ListColumn(Labelled):
    """What the table of applications can show beside the name; the values head the columns of an export."""

    CODE = "code", _l("Code")
    MEMBER_STATE = "member_state", _l("Member state")
    AGE_YEARS = "age_years", _l("Age when sent")
    AGE_BAND = "age_band", _l("Age band")
    SEX = "sex", _l("Sex")
    SUBMITTED_AT = "submitted_at", _l("Sent on")
    STATUS = "status", _l("Status")
    STAGED = "staged", _l("Staged decision")
    TAGS = "tags", _l("Tags")
    RANK = "rank", _l("Focal point’s rank")
    REVIEWS = "reviews", _l("Reviews sent")
    SCORE_RAW = "score_raw", _l("Raw score")
    SCORE_CORRECTED = "score_corrected", _l("Corrected score")
    SCORE_SPREAD = "score_spread", _l("Points between the opinions")
    ENDORSED_AT = "endorsed_at", _l("Endorsed on")
    DECIDED_AT = "decided_at", _l("Decided on")
    ACCEPTED_AT = "accepted_at", _l("Accepted on")
    NATIVE_NAME = "native_name", _l("Name in the own script")
    LATIN_NAME = "latin_name", _l("Name in Latin letters")
    BORN_ON = "born_on", _l("Date of birth")
    RESIDENCE = "residence", _l("Residence")
    SETTLEMENT = "settlement", _l("Town or village")
    EDUCATION = "education", _l("Education")
    OCCUPATION = "occupation", _l("Occupation")
    EMAIL = "email", _l("E-mail address")
    PHONE = "phone", _l("Phone number")


class BulkAction(Labelled):
    """What can be done to several applications at once."""

    REVIEW = "review", _l("Start the review")
    ADD_TAG = "add_tag", _l("Add the tag")
    REMOVE_TAG = "remove_tag", _l("Remove the tag")
    OFFER = "offer", _l("Stage: offer a place")
    WAITLIST = "waitlist", _l("Stage: put on the waiting list")
    REJECT = "reject", _l("Stage: refuse")
    UNSTAGE = "unstage", _l("Take the staged decision back")


class BulkResult(Labelled):
    """What became of one application of a bulk action."""

    WAITING = "waiting", _l("Not yet")
    DONE = "done", _l("Done")
    REFUSED = "refused", _l("Could not be done")


class ExportFormat(Labelled):
    """What a table leaves the registry as."""

    CSV = "csv", _l("CSV, for other programs")
    XLSX = "xlsx", _l("XLSX, for Excel and LibreOffice")


class ReviewStatus(Labelled):
    """A draft is the reviewer's own; what was sent stays."""

    DRAFT = "draft", _l("Draft")
    SUBMITTED = "submitted", _l("Sent")


class ReviewStage(Labelled):
    """How far a reviewer is with an application."""

    UNOPENED = "unopened", _l("Not opened yet")
    TO_SCORE = "to_score", _l("To score")
    DRAFT = "draft", _l("Draft saved")
    SENT = "sent", _l("Sent")
    OVER = "over", _l("Over")


class ConflictKind(Labelled):
    """Why somebody must not review an application: what a reviewer declares, and what the registry finds."""

    FAMILY = "family", _l("Family, or a close friend")
    WORK = "work", _l("I teach, employ or work with this person")
    HELPED = "helped", _l("I helped with this application, or nominated it")
    BUSINESS = "business", _l("I have a business interest in it")
    OTHER = "other", _l("Another reason")
    OWN_APPLICATION = "own_application", _l("It is the reviewer’s own application")
    OWN_NOMINATION = "own_nomination", _l("The reviewer nominated it")
    SAME_ORGANISATION = "same_organisation", _l("Reviewer and applicant belong to the same organisation")
    SAME_MAIL_DOMAIN = "same_mail_domain", _l("Reviewer and applicant have addresses of the same domain")


K = ConflictKind
DECLARED_CONFLICTS = (K.FAMILY, K.WORK, K.HELPED, K.BUSINESS, K.OTHER)
DETECTED_CONFLICTS = (K.OWN_APPLICATION, K.OWN_NOMINATION, K.SAME_ORGANISATION, K.SAME_MAIL_DOMAIN)


class ImportStatus(Labelled):
    """How far a file of nominees is."""

    UPLOADED = "uploaded", _l("Columns to be named")
    CHECKING = "checking", _l("Being checked")
    CHECKED = "checked", _l("Checked, not imported yet")
    IMPORTING = "importing", _l("Being imported")
    DONE = "done", _l("Imported")
    DISCARDED = "discarded", _l("Discarded")


class RowStatus(Labelled):
    """What became of one row of such a file."""

    NEW = "new", _l("Not checked yet")
    READY = "ready", _l("Can be imported")
    WRONG = "wrong", _l("Has errors")
    KNOWN = "known", _l("Imported before")
    IMPORTED = "imported", _l("Imported")
    REFUSED = "refused", _l("Refused")
