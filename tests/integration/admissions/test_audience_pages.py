"""The pages on which a coordinator writes to many: the texts, the last look, and the progress."""

import re
from collections.abc import Callable

import html5lib
import pytest
import sqlalchemy as sa

from registry.access.actor import Actor
from registry.access.roles import Role
from registry.accounts.models import RoleGrant
from registry.admissions.enums import ApplicationStatus
from registry.admissions.models import AudienceMail
from registry.admissions.operations import audience as operations
from registry.catalogue.models import Cohort
from registry.core import jobs
from registry.core.audit import AuditEntry
from registry.core.database import db
from registry.messages.enums import MessageStatus
from tests.client import RegistryClient
from tests.factories.accounts import RoleGrantFactory, StaffFactory
from tests.factories.actors import coordinator
from tests.factories.catalogue import CohortFactory, ProgrammeFactory
from tests.integration.admissions.writing import (
    RUSSIAN,
    TYPED,
    apply,
    messages,
    plan,
    results,
    send,
    start,
    text_of,
)
from tests.queries import counted_queries

S, M = ApplicationStatus, MessageStatus


@pytest.fixture
def cohort() -> Cohort:
    return CohortFactory(programme=ProgrammeFactory(slug="honey", title="Honey online"))


@pytest.fixture
def grant() -> RoleGrant:
    return RoleGrantFactory(user=StaffFactory(), role=Role.COORDINATOR, programme="honey")


@pytest.fixture
def actor(grant: RoleGrant, acting_as: Callable[[Actor], None]) -> Actor:
    actor = coordinator("honey", user_id=grant.user_id)
    acting_as(actor)
    return actor


@pytest.mark.parametrize(
    ("changes", "errors"),
    [
        (
            dict.fromkeys(TYPED, "") | {"fallback": "en"},
            ["Write a subject and a text in at least one language."],
        ),
        ({"subject_zh": "你好"}, ["Write a text."]),
        ({"text_zh": "你好"}, ["Write a subject."]),
        ({"fallback": "zh"}, ["Choose a language in which you have written a text."]),
        ({"fallback": "fr"}, ["Choose one from the list."]),
        ({"text_ru": "{nme}"}, ["This mail does not know the placeholder {nme}. Did you mean {name}?"]),
        ({"text_ru": "{offer_link}"}, ["the placeholder {offer_link}."]),
        ({"subject_en": "{", "text_ru": "}"}, ["A brace is missing", "A brace is missing"]),
        ({"subject_en": "x" * 151}, ["at most 150 characters"]),
    ],
)
def test_texts_that_cannot_be_sent_are_refused_at_their_field(
    client: RegistryClient, cohort: Cohort, actor: Actor, changes: dict[str, str], errors: list[str]
) -> None:
    apply(cohort)

    answer = client.post(f"/manage/cohorts/{cohort.code}/applications/mail", data=TYPED | changes)

    assert answer.status_code == 422
    tree = html5lib.parse(answer.get_data(as_text=True), namespaceHTMLElements=False)
    found = ["".join(each.itertext()) for each in tree.findall(".//div[@class='error-summary']//li")]
    assert len(found) == len(errors)
    assert all(part in said for part, said in zip(errors, found, strict=True)), found
    kept = {each.get("name"): (each.text or "").strip() for each in tree.findall(".//textarea")}
    assert kept["text_en"] == (TYPED | changes)["text_en"]
    assert db.session.scalars(sa.select(AudienceMail)).all() == []


def test_the_only_text_is_for_everybody_whatever_the_list_says(
    client: RegistryClient, cohort: Cohort, actor: Actor
) -> None:
    apply(cohort, "zh")
    only = {"subject_ru": RUSSIAN.subject, "text_ru": RUSSIAN.text, "fallback": "en"}

    planned = client.post(f"/manage/cohorts/{cohort.code}/applications/mail", data=only)

    page = text_of(client.get(planned.location).get_data(as_text=True))
    assert "1 person reads another language (Chinese) and gets this text: Russian." in page


def test_a_filter_that_shows_nobody_writes_to_nobody(
    client: RegistryClient, cohort: Cohort, actor: Actor
) -> None:
    apply(cohort)

    answer = client.post(f"/manage/cohorts/{cohort.code}/applications/mail?status=offered", data=TYPED)

    assert answer.status_code == 422
    assert "The filter shows nobody to write to." in text_of(answer.get_data(as_text=True))


def test_the_last_look_tells_how_many_in_which_language_who_is_left_out_and_how_it_reads(
    client: RegistryClient, cohort: Cohort, actor: Actor
) -> None:
    for locale, name in (("ru", "Айгерим"), ("ru", "Дана"), ("zh", "雨桐"), ("en", "Priya")):
        apply(cohort, locale, name=name)
    apply(cohort, name="Silent", email="")
    apply(cohort, status=S.OFFERED, name="Other")
    apply(cohort, status=S.WITHDRAWN, name="Gone")

    address = f"/manage/cohorts/{cohort.code}/applications/mail?status=submitted"
    written = text_of(client.get(address).get_data(as_text=True))
    assert "The filter shows 5 applications." in written
    planned = client.post(address, data=TYPED)
    page = text_of(client.get(planned.location).get_data(as_text=True))

    assert "Write to 4 people" in page
    assert "2 people get the text in their language: Russian." in page
    assert "1 person gets the text in their language: English." in page
    assert "1 person reads another language (Chinese) and gets this text: English." in page
    assert "1 application: There is no e-mail address." in page
    assert "English: 雨桐" in page
    assert "Русский: Айгерим" in page
    assert "Hello 雨桐, your page: http://127.0.0.1:8000/my/applications/" in page
    assert re.search(r"Youth E-commerce Training Registry <\S+@\S+>", page)
    assert "Other" not in page
    assert "Send to 4 people" in page
    assert messages() == []

    again = client.get(f"/manage/cohorts/{cohort.code}/applications/mail?draft={planned.location[-8:]}")
    assert RUSSIAN.text in again.get_data(as_text=True)


def test_a_name_that_was_searched_for_chooses_the_same_people_again_and_is_forgotten_once_sent(
    client: RegistryClient, cohort: Cohort, actor: Actor
) -> None:
    apply(cohort, name="Aizada", search_name="aizada")
    apply(cohort, name="Bolat", search_name="bolat")
    planned = client.post(f"/manage/cohorts/{cohort.code}/applications/mail?q=Bolat", data=TYPED).location

    page = html5lib.parse(client.get(planned).get_data(as_text=True), namespaceHTMLElements=False)
    (change,) = [each.get("href") for each in page.iter("a") if "draft=" in each.get("href", "")]
    again = client.post(change, data=TYPED).location
    assert "Write to 1 person" in text_of(client.get(again).get_data(as_text=True))
    assert set(results()) == {"Bolat"}
    client.post(again)

    sent = db.session.scalars(sa.select(AudienceMail).where(AudienceMail.started_at.is_not(None))).one()
    assert sent.arguments == {}
    entry = db.session.scalars(sa.select(AuditEntry).where(AuditEntry.action.endswith("audience:send"))).one()
    assert "Bolat" not in str(entry.changes)


def test_many_are_written_to_only_once_their_number_was_typed(
    client: RegistryClient, cohort: Cohort, actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(operations, "TYPED_ABOVE", 1)
    apply(cohort, name="A")
    apply(cohort, name="B")
    mail = plan(cohort, actor)
    address = f"/manage/cohorts/{cohort.code}/mails/{mail.code}"

    for typed in ("", "3", "many"):
        answer = client.post(address, data={"typed": typed})
        assert answer.status_code == 422
        assert 'aria-invalid="true"' in answer.get_data(as_text=True)
    assert client.post(address, data={"typed": "２"}).status_code == 303
    jobs.run_due()

    assert [each.status for each in messages()] == [M.SENT, M.SENT]


def test_the_application_lists_what_was_written_to_many(
    client: RegistryClient, cohort: Cohort, actor: Actor
) -> None:
    application = apply(cohort)
    mail = plan(cohort, actor)
    start(mail, cohort, actor)
    send(mail)

    page = text_of(client.get(f"/manage/applications/{application.code}").get_data(as_text=True))

    assert "Waiting to be sent To the applicant" in page
    assert "News of Honey online Hello Aizada," in page


def test_the_pages_cost_the_same_for_one_and_for_three(
    client: RegistryClient, cohort: Cohort, actor: Actor
) -> None:
    costs = []
    for n in (1, 2):
        for _ in range(n):
            apply(cohort)
        mail = plan(cohort, actor)
        start(mail, cohort, actor)
        send(mail)
        for path in ("applications/mail", f"mails/{mail.code}"):
            with counted_queries() as statements:
                client.get(f"/manage/cohorts/{cohort.code}/{path}")
            costs.append(len(statements))
    assert costs[:2] == costs[2:]


def test_who_has_ended_is_named_with_the_way_to_write_to_them(
    client: RegistryClient, cohort: Cohort, actor: Actor
) -> None:
    apply(cohort)
    apply(cohort, status=S.WITHDRAWN)

    planned = client.post(f"/manage/cohorts/{cohort.code}/applications/mail", data=TYPED)

    page = text_of(client.get(planned.location).get_data(as_text=True))
    assert "1 application: The application has ended. To write to applicants" in page
