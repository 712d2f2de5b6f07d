"""Choices about programmes and cohorts."""

from registry.core.i18n import Labelled, _l


class ProgrammeKind(Labelled):
    COURSE = "course", _l("Course")
    INCUBATOR = "incubator", _l("Incubator")
    BUSINESS_SCHOOL = "business_school", _l("Business school")
    SPECIAL_COURSE = "special_course", _l("Special course")
    CONFERENCE = "conference", _l("Conference")
    TRAINING_OF_TRAINERS = "training_of_trainers", _l("Training of trainers")
    FELLOWSHIP = "fellowship", _l("Fellowship")
    TECHNOLOGY_TRANSFER = "technology_transfer", _l("Technology transfer")


class ProgrammeStatus(Labelled):
    PROPOSED = "proposed", _l("Proposed")
    PUBLISHED = "published", _l("Running")
    SUSPENDED = "suspended", _l("Suspended")
    ARCHIVED = "archived", _l("Ended")


class Level(Labelled):
    INTRODUCTORY = "introductory", _l("Introductory")
    INTERMEDIATE = "intermediate", _l("Intermediate")
    ADVANCED = "advanced", _l("Advanced")


class Mode(Labelled):
    ONLINE = "online", _l("Online")
    ON_SITE = "on_site", _l("On site")
    HYBRID = "hybrid", _l("Online and on site")


class Credential(Labelled):
    NONE = "none", _l("None")
    ATTENDANCE = "attendance", _l("Certificate of attendance")
    CERTIFICATE = "certificate", _l("Certificate of completion")


class DocumentKind(Labelled):
    CONCEPT = "concept", _l("Concept")
    PROGRAMME = "programme", _l("Programme of cooperation")
    ADDRESS = "address", _l("Joint address and action plan")


class PartnershipRole(Labelled):
    PROVIDER = "provider", _l("Provider")
    PARTNER = "partner", _l("Partner")
    SPONSOR = "sponsor", _l("Sponsor")


class CohortStatus(Labelled):
    DRAFT = "draft", _l("Draft")
    PUBLISHED = "published", _l("Published")
    CANCELLED = "cancelled", _l("Cancelled")
    ARCHIVED = "archived", _l("Archived")


class Phase(Labelled):
    """Where a published cohort stands; computed from its dates, never stored."""

    UPCOMING = "upcoming", _l("Opens soon")
    OPEN = "open", _l("Open for applications")
    CLOSED = "closed", _l("Applications closed")
    RUNNING = "running", _l("Training under way")
    ENDED = "ended", _l("Ended")


class Availability(Labelled):
    """What visitors need to know of a programme: computed from its status and its cohorts' phases."""

    OPEN = "open", _l("Open for applications")
    UPCOMING = "upcoming", _l("Opens soon")
    CLOSED = "closed", _l("No open dates now")
    PROPOSED = "proposed", _l("Proposed")
    SUSPENDED = "suspended", _l("Suspended")
    ENDED = "ended", _l("Ended")


class DeadlineWithin(Labelled):
    """How soon applications close; the value is a number of days."""

    WEEK = "7", _l("Within 7 days")
    MONTH = "30", _l("Within 30 days")
    QUARTER = "90", _l("Within 90 days")

    @property
    def days(self) -> int:
        return int(self.value)


class SelectionMethod(Labelled):
    FIRST_COME = "first_come", _l("First come, first served")
    SCORED = "scored", _l("Selected by assessment")
    NOMINATED = "nominated", _l("Selected from nominations")


class NominationMode(Labelled):
    OPEN = "open", _l("Open: no endorsement needed")
    APPLY_THEN_ENDORSE = "apply_then_endorse", _l("Apply, then the focal point endorses")
    NOMINATE_THEN_APPLY = "nominate_then_apply", _l("The focal point nominates, then you apply")


class WithoutFocalPoint(Labelled):
    """What becomes of applications from a state for which nobody speaks."""

    COORDINATOR = "coordinator", _l("The coordinator endorses in its place")
    PASS_ON = "pass_on", _l("They are passed on without endorsement, at the date below")


class QuotaBasis(Labelled):
    """Which country decides whose seat it is."""

    CITIZENSHIP = "citizenship", _l("Citizenship")
    RESIDENCE = "residence", _l("Country of residence")
    NOMINATION = "nomination", _l("Nominating state")


class ResultQualifier(Labelled):
    EXACTLY = "exactly", _l("exactly")
    OVER = "over", _l("over")


class ReportedIndicator(Labelled):
    """What a provider declares totals of."""

    PEOPLE_TRAINED = "people_trained", _l("People trained")
    PARTICIPANTS = "participants", _l("Participants")
    APPLICANTS = "applicants", _l("Applicants")
    PEOPLE_CHOSEN = "people_chosen", _l("People chosen")
    COMPLETED = "completed", _l("Completed")
    BUSINESSES_STARTED = "businesses_started", _l("Businesses started")
    JOBS_CREATED = "jobs_created", _l("Jobs created")
