"""Applications in any status, and what hangs on them."""

from datetime import timedelta

import factory

from registry.admissions.enums import (
    DECIDED_STATUSES,
    DRAFT_STATUSES,
    AgeBand,
    ApplicationStatus,
    ConditionOperator,
    ConditionSubject,
    Decision,
    QuestionKind,
    RejectionReason,
    ReviewStatus,
    SelectionOrder,
)
from registry.admissions.models import (
    Application,
    Assignment,
    Attachment,
    Criterion,
    FormSection,
    FormVersion,
    GuardianQuestion,
    GuardianRequest,
    Invitation,
    Nomination,
    NomineeImport,
    Offer,
    Question,
    QuestionCondition,
    Review,
    SelectionRun,
    StagedDecision,
    WaitlistEntry,
)
from registry.admissions.queries.nominations import get_last_rank
from registry.admissions.rules.seats import compute_accept_by
from registry.catalogue.enums import NominationMode
from registry.core import clock, storage
from registry.core.codes import hash_token
from registry.core.documents import MediaType
from registry.people.enums import Sex
from tests.factories.accounts import UserFactory
from tests.factories.base import Factory, next_code
from tests.factories.catalogue import CohortFactory, SeatPoolFactory
from tests.factories.people import GuardianshipFactory, PersonFactory

S = ApplicationStatus
OFFERED_STATUSES = {S.OFFERED, S.ACCEPTED, S.DECLINED, S.LAPSED}


def _when(condition):
    return factory.LazyAttribute(lambda application: clock.now() if condition(application.status) else None)


class FormVersionFactory(Factory):
    class Meta:
        model = FormVersion

    cohort = factory.SubFactory(CohortFactory)
    number = factory.Sequence(lambda n: n)
    published_at = factory.LazyFunction(clock.now)


class FormSectionFactory(Factory):
    class Meta:
        model = FormSection

    form_version = factory.SubFactory(FormVersionFactory)
    key = factory.Sequence(lambda n: f"section_{n}")
    position = factory.Sequence(lambda n: n + 1)
    titles = factory.LazyAttribute(lambda section: {"en": section.key.capitalize()})


class ApplicationFactory(Factory):
    """Submitted from Uzbekistan just now; the stamps follow the status."""

    class Meta:
        model = Application

    code = factory.LazyFunction(next_code)
    person = factory.SubFactory(PersonFactory)
    cohort = factory.SubFactory(CohortFactory)
    form_version = factory.SubFactory(FormVersionFactory, cohort=factory.SelfAttribute("..cohort"))
    status = S.SUBMITTED
    member_state = "UZ"
    sex = Sex.FEMALE
    age_band = AgeBand.FROM_18
    age_years = 21
    listed_name = factory.LazyAttribute(lambda application: application.person.display_name)
    search_name = factory.LazyAttribute(lambda application: application.listed_name.casefold())
    created_at = factory.LazyFunction(clock.now)
    saved_at = factory.LazyFunction(clock.now)
    submitted_at = _when(lambda status: status not in DRAFT_STATUSES)
    eligible_at = _when(lambda status: status not in DRAFT_STATUSES | {S.INELIGIBLE})
    decided_at = _when(lambda status: status in DECIDED_STATUSES)
    offered_at = _when(lambda status: status in OFFERED_STATUSES)
    accepted_at = _when(lambda status: status is S.ACCEPTED)
    withdrawn_at = _when(lambda status: status is S.WITHDRAWN)


class OfferFactory(Factory):
    """An open offer; it has taken no seat: `tests` that need the ledger let the operation make it."""

    class Meta:
        model = Offer

    code = factory.LazyFunction(next_code)
    application = factory.SubFactory(ApplicationFactory, status=S.OFFERED)
    pool = factory.SubFactory(SeatPoolFactory, cohort=factory.SelfAttribute("..application.cohort"))
    offered_at = factory.LazyFunction(clock.now)
    accept_by_at = factory.LazyAttribute(
        lambda offer: compute_accept_by(offer.application.cohort, offer.offered_at)
    )


class WaitlistEntryFactory(Factory):
    class Meta:
        model = WaitlistEntry

    application = factory.SubFactory(ApplicationFactory, status=S.WAITLISTED)
    pool = factory.SubFactory(SeatPoolFactory, cohort=factory.SelfAttribute("..application.cohort"))
    rank = 0
    entered_at = factory.LazyFunction(clock.now)


class StagedDecisionFactory(Factory):
    """A place staged for an application under review."""

    class Meta:
        model = StagedDecision

    application = factory.SubFactory(ApplicationFactory, status=S.UNDER_REVIEW)
    cohort_id = factory.SelfAttribute("application.cohort_id")
    decision = Decision.OFFER
    rejection = factory.LazyAttribute(
        lambda staged: RejectionReason.MORE_THAN_SEATS if staged.decision is Decision.REJECT else None
    )
    staged_at = factory.LazyFunction(clock.now)


class SelectionRunFactory(Factory):
    """A run by the order of sending that chose from nobody; give it the key of a cohort."""

    class Meta:
        model = SelectionRun

    code = factory.LazyFunction(next_code)
    order = SelectionOrder.FIRST_COME
    women_share = 0
    rural_share = 0
    seats = factory.LazyFunction(dict)
    general_serves_all = False
    inputs_hash = "0" * 64
    made_at = factory.LazyFunction(clock.now)


class AssignmentFactory(Factory):
    """An application given to a reviewer with an account, who has declared to have no conflict of interest."""

    class Meta:
        model = Assignment

    application = factory.SubFactory(ApplicationFactory)
    user = factory.SubFactory(UserFactory)
    assigned_at = factory.LazyFunction(clock.now)
    declared_at = factory.LazyFunction(clock.now)


class CriterionFactory(Factory):
    """Half of everything, without anchors. Needs `cohort_id`."""

    class Meta:
        model = Criterion

    code = factory.LazyFunction(next_code)
    position = factory.Sequence(lambda n: n)
    weight = 50
    labels = factory.LazyAttribute(lambda criterion: {"en": f"Criterion {criterion.position}"})
    anchors = factory.LazyFunction(dict)


class ReviewFactory(Factory):
    """A review that was sent, of an application assigned for it, with a total of 3."""

    class Meta:
        model = Review
        exclude = ("assignment",)

    assignment = factory.SubFactory(AssignmentFactory)
    application_id = factory.SelfAttribute("assignment.application_id")
    user_id = factory.SelfAttribute("assignment.user_id")
    cohort_id = factory.SelfAttribute("assignment.application.cohort_id")
    status = ReviewStatus.SUBMITTED
    total = factory.LazyAttribute(lambda review: 3.0 if review.status is ReviewStatus.SUBMITTED else None)
    saved_at = factory.LazyFunction(clock.now)
    submitted_at = factory.LazyAttribute(
        lambda review: clock.now() if review.status is ReviewStatus.SUBMITTED else None
    )


class QuestionFactory(Factory):
    """A required long text of at most ten words."""

    class Meta:
        model = Question

    form_version = factory.SubFactory(FormVersionFactory)
    key = factory.Sequence(lambda n: f"question{n}")
    position = factory.Sequence(lambda n: n)
    kind = QuestionKind.LONG_TEXT
    labels = factory.LazyFunction(lambda: {"en": "Why do you want to take part?"})
    max_words = factory.LazyAttribute(
        lambda question: 10 if question.kind is QuestionKind.LONG_TEXT else None
    )


class AttachmentFactory(Factory):
    """A small text that passes for a PDF, stored like any other."""

    class Meta:
        model = Attachment
        exclude = ("data",)

    data = factory.Sequence(lambda n: b"%%PDF-1.7 %d" % n)
    code = factory.LazyFunction(next_code)
    application = factory.SubFactory(ApplicationFactory)
    question = factory.SubFactory(
        QuestionFactory, form_version=factory.SelfAttribute("..application.form_version"), kind="file"
    )
    digest = factory.LazyAttribute(lambda attachment: storage.store(attachment.data))
    name = "diploma.pdf"
    media_type = MediaType.PDF
    size = factory.LazyAttribute(lambda attachment: len(attachment.data))
    added_at = factory.LazyFunction(clock.now)


class QuestionConditionFactory(Factory):
    """Asked from 18 years on."""

    class Meta:
        model = QuestionCondition

    question = factory.SubFactory(QuestionFactory)
    alternative = 1
    subject = ConditionSubject.AGE
    operator = ConditionOperator.AT_LEAST
    values = factory.LazyFunction(lambda: ["18"])


class GuardianRequestFactory(Factory):
    """Open for another 14 days; the link's token is `token`."""

    class Meta:
        model = GuardianRequest
        exclude = ("token",)

    token = factory.Sequence(lambda n: f"token{n}")
    application = factory.SubFactory(ApplicationFactory, status=S.AWAITING_GUARDIAN)
    guardianship = factory.SubFactory(
        GuardianshipFactory, person=factory.SelfAttribute("..application.person")
    )
    token_hash = factory.LazyAttribute(lambda request: hash_token(request.token))
    sent_at = factory.LazyFunction(clock.now)
    expires_at = factory.LazyFunction(lambda: clock.now() + timedelta(days=14))


class GuardianQuestionFactory(Factory):
    """Waits for an answer, if the application waits for the guardian."""

    class Meta:
        model = GuardianQuestion

    code = factory.LazyFunction(next_code)
    application = factory.SubFactory(ApplicationFactory, status=S.AWAITING_GUARDIAN)
    guardianship = factory.SubFactory(
        GuardianshipFactory, person=factory.SelfAttribute("..application.person")
    )
    locale = "ru"
    text = "Who pays the journey?"
    asked_at = factory.LazyFunction(clock.now)


class NominationFactory(Factory):
    """Endorsed, after all others of the state."""

    class Meta:
        model = Nomination

    application_id = factory.LazyAttribute(lambda nomination: nomination.application.id)
    cohort_id = factory.LazyAttribute(lambda nomination: nomination.application.cohort_id)
    member_state = factory.LazyAttribute(lambda nomination: nomination.application.member_state)
    is_endorsed = True
    rank = factory.LazyAttribute(
        lambda nomination: (
            get_last_rank(nomination.cohort_id, nomination.member_state) + 1
            if nomination.is_endorsed
            else None
        )
    )
    at = factory.LazyFunction(clock.now)

    class Params:
        application = factory.SubFactory(ApplicationFactory)


class InvitationFactory(Factory):
    """Sent just now for Kazakhstan; the link's token is `token`."""

    class Meta:
        model = Invitation
        exclude = ("token",)

    token = factory.Sequence(lambda n: f"invitation{n}")
    code = factory.LazyFunction(next_code)
    cohort = factory.SubFactory(CohortFactory, nomination=NominationMode.NOMINATE_THEN_APPLY)
    member_state = "KZ"
    email = factory.Sequence(lambda n: f"nominee{n}@example.org")
    locale = "en"
    token_hash = factory.LazyAttribute(lambda invitation: hash_token(invitation.token))
    application = None
    person = None
    inviter = None
    created_at = factory.LazyFunction(clock.now)
    sent_at = factory.LazyFunction(clock.now)


class NomineeImportFactory(Factory):
    """A file of one column, just sent, without rows."""

    class Meta:
        model = NomineeImport

    code = factory.LazyFunction(next_code)
    cohort = factory.SubFactory(CohortFactory, nomination=NominationMode.NOMINATE_THEN_APPLY)
    member_state = "KZ"
    user = factory.SubFactory(UserFactory)
    locale = "en"
    file_name = "nominees.csv"
    head = factory.LazyFunction(lambda: ["E-mail"])
    row_count = 0
    created_at = factory.LazyFunction(clock.now)
