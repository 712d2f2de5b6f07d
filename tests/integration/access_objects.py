"""One account per role, and the objects that stand in addresses: the role's own and somebody else's."""

from dataclasses import dataclass
from datetime import timedelta

from registry.access.actor import Actor
from registry.access.roles import Role
from registry.accounts.enums import LinkPurpose
from registry.accounts.models import MailedLink, Organisation, User
from registry.accounts.queries import get_user
from registry.admissions.models import Application
from registry.admissions.operations.form_versions import start_form_draft
from registry.admissions.queries.journey import get_journey
from registry.admissions.rules.mails import topic_of
from registry.catalogue.enums import (
    CohortStatus,
    PartnershipRole,
    ProgrammeStatus,
    ReportedIndicator,
    ResultQualifier,
)
from registry.catalogue.models import Cohort, Interest, Partnership, Programme, ReportedResult, Target
from registry.core import clock
from registry.core.codes import hash_token
from registry.core.database import db
from registry.core.transaction import transaction
from registry.messages.enums import MessageStatus
from registry.people.models import Person
from registry.reports.operations import make_release
from registry.reports.queries.subjects import get_reported_programme
from tests.factories.accounts import OrganisationFactory, RoleGrantFactory, StaffFactory, UserFactory
from tests.factories.admissions import (
    ApplicationFactory,
    AssignmentFactory,
    AttachmentFactory,
    CriterionFactory,
    FormSectionFactory,
    GuardianQuestionFactory,
    GuardianRequestFactory,
    InvitationFactory,
    NomineeImportFactory,
    OfferFactory,
    QuestionConditionFactory,
    QuestionFactory,
    SelectionRunFactory,
    StagedDecisionFactory,
)
from tests.factories.audience import AudienceMailFactory
from tests.factories.base import next_code
from tests.factories.catalogue import CohortFactory, IndicatorFactory, ProgrammeFactory, SeatPoolFactory
from tests.factories.enrolments import DuplicateDismissalFactory, EnrolmentFactory, PersonMergeFactory
from tests.factories.journeys import known_person, open_cohort, ready_draft
from tests.factories.lists import ApplicationTagFactory, BulkRunFactory, ExportFactory, SavedFilterFactory
from tests.factories.messages import MessageFactory
from tests.factories.people import PersonFactory

Values = dict[str, str]
OURS, THEIRS = "KZ", "UZ"
ACROSS = ("coordinator", "sponsor", "administrator")
"""Roles whose reach is a programme: what is foreign to them belongs to another one.

To the others, what is foreign lies beside their own, in the same programme.
"""


@dataclass(frozen=True)
class World:
    """Two programmes with everything in them."""

    users: dict[str, User]
    own: dict[str, Values]
    foreign: dict[str, Values]
    beside: dict[str, Values]
    messages: dict[str, Values]

    def values(self, kind: str, role: str, *, own: bool) -> Values:
        """What stands in the address of an object of this kind."""
        if not kind:
            return {}
        if kind == "message":
            return self.messages[role if own else "stranger"]
        if own:
            return self.own[kind]
        return (self.foreign if role in ACROSS else self.foreign | self.beside)[kind]


def make_world() -> World:
    """Everything once; the accounts have their second step."""
    fund, other_fund = OrganisationFactory(code="fund"), OrganisationFactory(code="other-fund")
    programme = ProgrammeFactory(slug="ours")
    person = known_person()
    users = {"applicant": get_user(person.user_id or 0)} | {
        role: StaffFactory()
        for role in ("focal_point", "reviewer", "coordinator", "sponsor", "administrator")
    }
    RoleGrantFactory(user=users["focal_point"], role=Role.FOCAL_POINT, country=OURS)
    RoleGrantFactory(user=users["reviewer"], role=Role.REVIEWER, programme=programme.slug)
    grant = RoleGrantFactory(user=users["coordinator"], role=Role.COORDINATOR, programme=programme.slug)
    RoleGrantFactory(user=users["sponsor"], role=Role.SPONSOR, organisation=fund.code)
    RoleGrantFactory(user=users["administrator"], role=Role.ADMINISTRATOR)

    own, application = _make_programme(programme, fund, person, OURS)
    AssignmentFactory(application=application, user=users["reviewer"])
    foreign, foreign_application = _make_programme(
        ProgrammeFactory(slug="theirs"), other_fund, PersonFactory(), OURS
    )
    neighbour = ApplicationFactory(
        cohort=application.cohort, form_version=application.form_version, member_state=THEIRS
    )
    own["draft"], foreign["draft"] = _begin(person, "DRAFTF22"), _begin(known_person(), "DRAFTF33")
    own["offer"], foreign["offer"] = _offer(person), _offer(PersonFactory())
    own["organisation"], own["role"] = {"code": fund.code}, {"code": grant.code}
    own["user"] = {"code": users["coordinator"].code}
    foreign |= {kind: {"code": "none"} for kind in ("organisation", "role", "user")}
    for values, sent in ((own, application), (foreign, foreign_application)):
        values.update(
            _make_duplicates(values["programme"], sent.cohort.programme, sent.cohort, users["coordinator"])
        )
    _make_lists(own, foreign, application, users["coordinator"])
    _make_public_objects(own, foreign, application)
    messages = {
        role: {"code": MessageFactory(user_id=user.id).code}
        for role, user in {**users, "visitor": UserFactory(), "stranger": UserFactory()}.items()
    }
    beside = {
        "application": {"code": neighbour.code},
        "file": {"code": AttachmentFactory(application=neighbour).code},
        "mail": _make_mail(neighbour),
        "state_cohort": {"code": application.cohort.code, "state": THEIRS},
        "invitation": {"code": InvitationFactory(cohort=application.cohort, member_state=THEIRS).code},
        "import": {"code": NomineeImportFactory(cohort=application.cohort, member_state=THEIRS).code},
    }
    return World(users, own, foreign, beside, messages)


def _make_programme(
    programme: Programme, fund: Organisation, person: Person, state: str
) -> tuple[dict[str, Values], Application]:
    cohort = CohortFactory(programme=programme, is_blind=False)
    SeatPoolFactory(cohort=cohort)
    SeatPoolFactory(cohort=cohort, member_state=state, seats=0)
    db.session.add(
        Partnership(programme=programme, organisation=fund, role=PartnershipRole.SPONSOR, source="")
    )
    application = ApplicationFactory(cohort=cohort, person=person, member_state=state)
    StagedDecisionFactory(application=application)
    run = SelectionRunFactory(cohort_id=cohort.id)
    StagedDecisionFactory(application__cohort=cohort, run_id=run.id)
    enrolment = EnrolmentFactory(application__cohort=cohort)
    criterion = CriterionFactory(cohort_id=cohort.id)
    reader = AssignmentFactory(application=application).user
    planned = CohortFactory(programme=programme, status=CohortStatus.DRAFT, published_at=None)
    target, result = _make_target(programme), _make_result(programme)
    draft = start_form_draft(planned, actor=Actor.system("test"))
    QuestionConditionFactory(question=draft.questions[1])
    attachment = AttachmentFactory(application=application)
    db.session.flush()
    slug = {"slug": programme.slug}
    objects = {
        "programme": slug,
        "cohort": {"code": cohort.code},
        "state_cohort": {"code": cohort.code, "state": state},
        "invitation": {"code": InvitationFactory(cohort=cohort, member_state=state).code},
        "import": {"code": NomineeImportFactory(cohort=cohort, member_state=state).code},
        "planned_cohort": {"code": planned.code},
        "form": {"code": planned.code},
        "form_version": {"code": planned.code, "number": str(draft.number)},
        "form_question": {"code": planned.code, "key": draft.questions[0].key},
        "condition": {"code": planned.code, "key": draft.questions[1].key, "number": "1"},
        "form_section": {"code": planned.code, "key": draft.sections[0].key},
        "application": {"code": application.code},
        "file": {"code": attachment.code},
        "application_file": {"code": application.code, "file": attachment.code},
        "mail": _make_mail(application),
        "guardian_question": {"code": GuardianQuestionFactory(application=application).code},
        "application_reader": {"code": application.code, "reviewer": reader.code},
        "criterion": {"code": cohort.code, "criterion": criterion.code},
        "enrolment": {"code": enrolment.code},
        "selection_run": {"code": cohort.code, "run": run.code},
        "target": slug | {"code": target.code},
        "result": slug | {"code": result.code},
        "release": {"code": _release(programme)},
    }
    return objects, application


def _make_lists(
    own: dict[str, Values], foreign: dict[str, Values], application: Application, coordinator: User
) -> None:
    """A tag, and a filter of the coordinator's beside a colleague's that is shared but not theirs."""
    ApplicationTagFactory(application=application, tag__name="Known")
    run = BulkRunFactory(cohort=application.cohort, user_id=coordinator.id)
    own["bulk_run"] = {"code": application.cohort.code, "run": run.code}
    foreign["bulk_run"] = {"code": application.cohort.code, "run": BulkRunFactory().code}
    export, foreign_export = (
        ExportFactory(cohort=application.cohort, user_id=user.id).code
        for user in (coordinator, UserFactory())
    )
    for values, cohort, user_id in (
        (own, application.cohort, coordinator.id),
        (foreign, CohortFactory(), coordinator.id),
    ):
        mail = AudienceMailFactory(cohort=cohort, user_id=user_id)
        values["audience_mail"] = {"code": cohort.code, "mail": mail.code}
    own["export"] = {"code": application.cohort.code, "export": export}
    foreign["export"] = {"code": application.cohort.code, "export": foreign_export}
    saved = {
        user.id: SavedFilterFactory(programme=application.cohort.programme, user=user, is_shared=True).code
        for user in (coordinator, UserFactory())
    }
    mine = saved.pop(coordinator.id)
    own["saved_filter"] = {"code": application.cohort.code, "saved": mine}
    foreign["saved_filter"] = {"code": application.cohort.code, "saved": saved.popitem()[1]}


def _make_duplicates(values: Values, programme: Programme, cohort: Cohort, user: User) -> dict[str, Values]:
    """Two applicants of the programme, and two that were merged."""
    first, second, kept = (ApplicationFactory(cohort=cohort).person for _ in range(3))
    merge = PersonMergeFactory(programme_id=programme.id, kept=kept, merged_by=user.id)
    dismissal = DuplicateDismissalFactory(
        programme_id=programme.id, first=first, second=second, dismissed_by=user.id
    )
    return {
        "duplicate": values | {"first": first.code, "second": second.code},
        "merge": values | {"merge": merge.code},
        "dismissal": values | {"dismissal": dismissal.code},
    }


def _make_mail(application: Application) -> Values:
    """One that could not be delivered."""
    failed = MessageFactory(topic=topic_of(application), status=MessageStatus.FAILED, sent_at=None)
    return {"code": application.code, "mail": failed.code}


def _begin(person: Person, file: str) -> Values:
    """A cohort in which the person has a draft with a file, and a shop that may be removed."""
    cohort = open_cohort(with_files=True)
    application, _actor = ready_draft(cohort, person)
    shops = FormSectionFactory(
        form_version=application.form_version, key="shops", position=1, least_entries=0, most_entries=2
    )
    QuestionFactory(form_version=application.form_version, section=shops, key="shop", position=9)
    application.entries = {"shops": [1]}
    question = next(each for each in get_journey(application).questions if each.key == "diploma")
    AttachmentFactory(code=file, application=application, question=question)
    return {"code": cohort.code}


def _offer(person: Person) -> Values:
    return {"code": OfferFactory(application__person=person).code}


def _make_target(programme: Programme) -> Target:
    target = Target(
        code=next_code(),
        programme_id=programme.id,
        indicator=IndicatorFactory(),
        value=10,
        due_on=clock.today(),
        source="",
    )
    db.session.add(target)
    return target


def _make_result(programme: Programme) -> ReportedResult:
    result = ReportedResult(
        code=next_code(),
        programme_id=programme.id,
        indicator=ReportedIndicator.PARTICIPANTS.value,
        value=10,
        qualifier=ResultQualifier.EXACTLY,
        reported_on=clock.today(),
        source="",
    )
    db.session.add(result)
    return result


def _release(programme: Programme) -> str:
    system = Actor.system("test")
    with transaction():
        return make_release(get_reported_programme(programme.slug, actor=system), actor=system).code


def _make_public_objects(
    own: dict[str, Values], foreign: dict[str, Values], application: Application
) -> None:
    """What no role owns: what everybody may open, and its counterpart that nobody may."""
    cohort = application.cohort
    GuardianRequestFactory(
        application__cohort=cohort,
        application__form_version=application.form_version,
        token_hash=hash_token("guardian"),
    )
    InvitationFactory(cohort=cohort, token_hash=hash_token("invited"))
    own["invitation_link"], foreign["invitation_link"] = {"token": "invited"}, {"token": "not-invited"}
    own["guardian"], foreign["guardian"] = {"token": "guardian"}, {"token": "not-guardian"}
    user = UserFactory(confirmed_at=None)
    soon = clock.now() + timedelta(hours=1)
    for purpose, kind in ((LinkPurpose.CONFIRM, "confirmation"), (LinkPurpose.RESET, "reset")):
        link = MailedLink(token_hash=hash_token(kind), user_id=user.id, purpose=purpose, expires_at=soon)
        db.session.add(link)
        own[kind], foreign[kind] = {"token": kind}, {"token": f"not-{kind}"}
    db.session.add(
        Interest(
            programme_id=cohort.programme_id,
            email="curious@example.org",
            locale="en",
            token_hash=hash_token("interest"),
            created_at=clock.now(),
        )
    )
    own["interest"], foreign["interest"] = {"token": "interest"}, {"token": "not-interest"}
    draft = CohortFactory(programme=cohort.programme, status=CohortStatus.DRAFT, published_at=None)
    own["published_cohort"], foreign["published_cohort"] = {"code": cohort.code}, {"code": draft.code}
    announced = ProgrammeFactory(status=ProgrammeStatus.PROPOSED, published_at=None)
    own["announced_programme"], foreign["announced_programme"] = {"slug": announced.slug}, {"slug": "none"}
    db.session.flush()
