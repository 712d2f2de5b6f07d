"""Enrolments in any status."""

import factory

from registry.admissions.enums import ApplicationStatus
from registry.core import clock
from registry.enrolments.enums import DropoutReason, EnrolmentStatus
from registry.enrolments.models import DuplicateDismissal, Enrolment, PersonMerge
from registry.enrolments.rules import STARTED_STATUSES
from tests.factories.admissions import ApplicationFactory
from tests.factories.base import Factory, next_code
from tests.factories.people import PersonFactory

E = EnrolmentStatus


def _when(condition):
    return factory.LazyAttribute(lambda enrolment: clock.now() if condition(enrolment.status) else None)


class EnrolmentFactory(Factory):
    """A confirmed place of somebody who accepted; the stamps follow the status."""

    class Meta:
        model = Enrolment

    code = factory.LazyFunction(next_code)
    application = factory.SubFactory(ApplicationFactory, status=ApplicationStatus.ACCEPTED)
    cohort = factory.SelfAttribute("application.cohort")
    participant = factory.SelfAttribute("application.person")
    status = E.CONFIRMED
    dropout_reason = factory.LazyAttribute(
        lambda enrolment: DropoutReason.WORK if enrolment.status is E.DROPPED_OUT else None
    )
    confirmed_at = factory.LazyFunction(clock.now)
    started_at = _when(lambda status: status in STARTED_STATUSES)
    completed_at = _when(lambda status: status is E.COMPLETED)
    ended_at = _when(lambda status: status not in {E.CONFIRMED, E.ACTIVE})


class DuplicateDismissalFactory(Factory):
    """Two records that are two people. Needs `programme_id` and `dismissed_by`; the first is the older record."""

    class Meta:
        model = DuplicateDismissal

    code = factory.LazyFunction(next_code)
    first = factory.SubFactory(PersonFactory)
    second = factory.SubFactory(PersonFactory)
    match_key = "2005-04-09 dilnoza karimova"
    member_state = "UZ"
    dismissed_at = factory.LazyFunction(clock.now)


class PersonMergeFactory(Factory):
    """Two records made one, with nothing that went over."""

    class Meta:
        model = PersonMerge

    code = factory.LazyFunction(next_code)
    kept = factory.SubFactory(PersonFactory)
    merged = factory.SubFactory(PersonFactory)
    reason = "The same passport"
    moved = factory.LazyFunction(
        lambda: {"application": [], "enrolment": [], "consent": [], "guardianship": [], "account": []}
    )
    closed = factory.LazyFunction(list)
    merged_at = factory.LazyFunction(clock.now)
