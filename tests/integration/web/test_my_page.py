"""The applicant's own page: what waits for an answer first, nobody else's, and always as many queries."""

import re
from datetime import timedelta

from registry.admissions.enums import ApplicationStatus
from registry.core import clock
from registry.enrolments.enums import EnrolmentStatus
from tests.factories.actors import applicant
from tests.factories.admissions import ApplicationFactory, OfferFactory
from tests.factories.enrolments import EnrolmentFactory
from tests.factories.people import PersonFactory
from tests.queries import counted_queries

S = ApplicationStatus


def _fill(person, number):
    for status in (S.SUBMITTED, S.DRAFT, S.REJECTED):
        for _ in range(number):
            ApplicationFactory(person=person, status=status)
    for _ in range(number):
        OfferFactory(application=ApplicationFactory(person=person, status=S.OFFERED))
        EnrolmentFactory(
            application=ApplicationFactory(person=person, status=S.ACCEPTED), status=EnrolmentStatus.ACTIVE
        )


def test_show_my_page_takes_the_same_number_of_queries_for_one_and_for_three(client, acting_as):
    counts = []
    for number in (1, 3):
        person = PersonFactory()
        _fill(person, number)
        acting_as(applicant(person))
        with counted_queries() as statements:
            page = client.get("/my")
        assert page.status_code == 200
        counts.append(len(statements))

    assert counts[0] == counts[1]


def test_show_my_page_lists_each_kind_under_its_heading(client, acting_as):
    person = PersonFactory()
    _fill(person, 1)
    acting_as(applicant(person))

    text = client.get("/my").get_data(as_text=True)

    tags = re.findall(r'<span class="tag tone-(\w+)">([^<]+)</span>', text)
    assert tags == [
        ("progress", "Taking part"),
        ("attention", "Offer made"),
        ("attention", "Draft"),
        ("info", "Sent"),
        ("neutral", "Not this time"),
    ]
    assert (
        text.index("Answer the offer")
        < text.index("<h2>Taking part</h2>")
        < text.index("<h2>Applications</h2>")
    )


def test_show_my_page_shows_nothing_of_others(client, acting_as):
    _fill(PersonFactory(), 1)
    acting_as(applicant(PersonFactory()))

    text = client.get("/my").get_data(as_text=True)

    assert "No application is open" in text
    assert re.findall(r'class="tag', text) == []


def test_show_my_page_before_the_first_application_is_empty(client, acting_as):
    _fill(PersonFactory(), 1)
    acting_as(applicant(None))

    assert "No application is open" in client.get("/my").get_data(as_text=True)


def test_show_my_page_does_not_offer_what_is_too_late(client, acting_as):
    person = PersonFactory()
    offer = OfferFactory(
        application=ApplicationFactory(person=person, status=S.OFFERED),
        accept_by_at=clock.now() - timedelta(seconds=1),
    )
    acting_as(applicant(person))

    assert f"/my/offers/{offer.code}" not in client.get("/my").get_data(as_text=True)
