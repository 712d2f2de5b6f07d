"""Tell me when it opens: asked, confirmed, told once, forgotten."""

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa

from registry.catalogue.enums import CohortStatus, ProgrammeStatus
from registry.catalogue.models import Interest, Programme
from registry.catalogue.operations import announce_cohort
from registry.catalogue.operations.interest import forget_unconfirmed
from registry.core import clock, jobs
from registry.core.database import db
from registry.core.transaction import transaction
from registry.messages.models import Message
from tests.client import RegistryClient
from tests.factories.catalogue import CohortFactory, ProgrammeFactory

ADDRESS = "aigerim@example.org"


@pytest.fixture
def programme(session: object) -> Programme:
    return ProgrammeFactory(slug="incubator", title="Incubator", status=ProgrammeStatus.PROPOSED)


def ask(client: RegistryClient, email: str = ADDRESS) -> None:
    response = client.post("/programmes/incubator/interest", data={"email": email})
    assert response.status_code == 303
    assert response.location == "/programmes/incubator/interest/sent"


def messages() -> list[Message]:
    return list(db.session.scalars(sa.select(Message).order_by(Message.id)))


def interests() -> list[Interest]:
    return list(db.session.scalars(sa.select(Interest).order_by(Interest.id)))


def mailed_path() -> str:
    found = re.search(r"http://\S+?(/interest/\S+)", messages()[-1].body)
    assert found
    return found[1]


def test_register_interest_mails_a_link_that_a_button_confirms(
    client: RegistryClient, programme: Programme
) -> None:
    ask(client, "Aigerim@Example.org")

    (message,) = messages()
    assert (message.address, message.kind, message.is_secret) == (ADDRESS, "interest_asked", True)
    page = client.get(mailed_path())
    assert "Put me on the list" in page.text
    assert [each.confirmed_at for each in interests()] == [None]

    response = client.post(mailed_path())

    assert response.status_code == 303
    assert [each.confirmed_at for each in interests()] == [clock.now()]
    assert "You are on the list" in client.get(mailed_path()).text


def test_register_interest_stores_no_token(client: RegistryClient, programme: Programme) -> None:
    ask(client)

    token = mailed_path().rpartition("/")[2]
    assert token not in {each.token_hash for each in interests()}


def test_register_interest_answers_the_same_for_an_address_on_the_list(
    client: RegistryClient, programme: Programme
) -> None:
    ask(client)
    client.post(mailed_path())
    with clock.travel(clock.now() + timedelta(days=2)):
        ask(client)

    assert len(messages()) == len(interests()) == 1


def test_register_interest_twice_in_a_day_mails_once_and_later_again(
    client: RegistryClient, programme: Programme
) -> None:
    ask(client)
    first = mailed_path()
    ask(client)
    assert len(messages()) == 1

    with clock.travel(clock.now() + timedelta(days=1, minutes=1)):
        ask(client)

    assert len(messages()) == 2
    assert len(interests()) == 1
    assert client.get(first).status_code == 404
    assert client.get(mailed_path()).status_code == 200


@pytest.mark.parametrize(
    "email", ["", "nobody", "a@b", "x" * 250 + "@example.org", "a b@example.org", "<script>"]
)
def test_register_interest_with_a_bad_address_keeps_it_and_says_why(
    client: RegistryClient, programme: Programme, email: str
) -> None:
    response = client.post("/programmes/incubator/interest", data={"email": email})

    assert response.status_code == 422
    assert "Enter" in response.text
    assert email.replace("<", "&lt;").replace(">", "&gt;") in response.text
    assert interests() == []


@pytest.mark.parametrize("status", [ProgrammeStatus.ARCHIVED, ProgrammeStatus.SUSPENDED])
def test_register_interest_in_what_will_not_open_is_not_found(
    client: RegistryClient, session: object, status: ProgrammeStatus
) -> None:
    ProgrammeFactory(slug="incubator", status=status)

    assert client.get("/programmes/incubator/interest").status_code == 404
    assert client.post("/programmes/incubator/interest", data={"email": ADDRESS}).status_code == 404
    assert interests() == []


def test_forget_interest_deletes_the_address(client: RegistryClient, programme: Programme) -> None:
    ask(client)
    path = mailed_path()

    response = client.post(f"{path}/forget")

    assert response.location == "/interest/forgotten"
    assert "deleted" in client.get("/interest/forgotten").text
    assert interests() == []
    assert client.get(path).status_code == 404


def publish(programme: Programme, **values: object) -> None:
    with transaction():
        announce_cohort(CohortFactory(code="CHRT2345", programme=programme, **values))
    jobs.run_due()


def test_publishing_a_cohort_tells_everybody_confirmed_once_and_forgets_them(
    client: RegistryClient, programme: Programme
) -> None:
    ask(client)
    client.post(mailed_path())
    ask(client, "unconfirmed@example.org")
    other = ProgrammeFactory(slug="other", status=ProgrammeStatus.PROPOSED)
    client.post("/programmes/other/interest", data={"email": "other@example.org"})
    client.post(mailed_path())

    publish(programme)
    with transaction():
        announce_cohort(CohortFactory(code="CHRT6789", programme=programme))
    jobs.run_due()

    told = [message for message in messages() if message.kind == "programme_opens"]
    assert [message.address for message in told] == [ADDRESS]
    assert "takes applications now" in told[0].body
    assert "/cohorts/CHRT2345" in told[0].body
    assert {(each.email, each.programme_id) for each in interests()} == {
        ("unconfirmed@example.org", programme.id),
        ("other@example.org", other.id),
    }


def test_publishing_a_coming_cohort_says_when_it_opens(client: RegistryClient, programme: Programme) -> None:
    client.post("/programmes/incubator/interest", data={"email": ADDRESS}, headers={"Accept-Language": "en"})
    client.post(mailed_path())

    publish(programme, opens_at=clock.now() + timedelta(days=2))

    assert "from 17 March 2027, 14:30 (UTC+5)" in messages()[-1].body


def test_a_cohort_withdrawn_before_the_worker_came_is_not_announced(
    client: RegistryClient, programme: Programme
) -> None:
    ask(client)
    client.post(mailed_path())

    publish(programme, status=CohortStatus.CANCELLED, cancelled_at=clock.now())

    assert [message.kind for message in messages()] == ["interest_asked"]
    assert len(interests()) == 1


def test_addresses_that_nobody_confirmed_are_deleted_after_two_weeks(
    client: RegistryClient, programme: Programme
) -> None:
    ask(client)
    client.post(mailed_path())
    ask(client, "unconfirmed@example.org")

    forget_unconfirmed()
    assert len(interests()) == 2
    with clock.travel(clock.now() + timedelta(days=15)):
        forget_unconfirmed()

    assert [each.email for each in interests()] == [ADDRESS]
