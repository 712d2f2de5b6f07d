"""Mails in a programme's own words: written, refused, tried, used by what really goes out."""

import re
from collections.abc import Callable
from datetime import timedelta

import html5lib
import pytest
import sqlalchemy as sa

from registry.access.actor import Actor
from registry.accounts.models import User
from registry.admissions.enums import ApplicationStatus, Decision, MailEvent, Placeholder
from registry.admissions.models import Application, MessageWording
from registry.admissions.operations import sweeps
from registry.admissions.operations.guardians import send_request
from registry.admissions.operations.releases import release_decisions
from registry.admissions.operations.wordings import (
    WordingInput,
    WrongWording,
    clean_input,
    edit_wording,
    get_standard,
    preview_wording,
    use_standard_wording,
)
from registry.admissions.rules.wordings import WORDABLE
from registry.catalogue.models import Cohort, Programme
from registry.catalogue.queries.managing import get_managed_programme
from registry.core import clock
from registry.core.audit import AuditEntry
from registry.core.database import db
from registry.core.errors import NotAllowed, StaleWrite
from registry.core.i18n import LOCALES
from registry.core.transaction import transaction
from registry.messages.models import Message
from tests.client import RegistryClient
from tests.factories.accounts import UserFactory
from tests.factories.actors import coordinator
from tests.factories.admissions import (
    ApplicationFactory,
    OfferFactory,
    StagedDecisionFactory,
    WaitlistEntryFactory,
)
from tests.factories.catalogue import CohortFactory, ProgrammeFactory, SeatPoolFactory
from tests.factories.people import GuardianshipFactory, PersonFactory

S, E = ApplicationStatus, MailEvent
ACTOR = coordinator()
RUSSIAN = WordingInput("{programme}: место для вас", "Здравствуйте, {name}!\n\nДо {deadline}:\n{offer_link}")


@pytest.fixture
def user() -> User:
    return UserFactory(email="dana@example.org", locale="en", zone="Asia/Almaty", confirmed_at=clock.now())


@pytest.fixture
def cohort(user: User, acting_as: Callable[[Actor], None]) -> Cohort:
    acting_as(coordinator("honey", user_id=user.id))
    return CohortFactory(
        programme=ProgrammeFactory(slug="honey", title="Honey online"), zone="Asia/Tashkent", capacity=5
    )


def write(programme: Programme, event: E = E.OFFER_MADE, given: WordingInput = RUSSIAN, locale: str = "ru"):
    with transaction():
        return edit_wording(programme, event, locale, given, version=None, actor=ACTOR)


def apply(cohort: Cohort, locale: str, status: S = S.UNDER_REVIEW, **values: object) -> Application:
    person = PersonFactory(given_names="Dilnoza", locale=locale, zone="Asia/Tashkent")
    return ApplicationFactory(cohort=cohort, person=person, status=status, **values)


def mails() -> dict[str, Message]:
    """Language -> the last mail in it."""
    return {each.locale: each for each in db.session.scalars(sa.select(Message).order_by(Message.id))}


def text_of(page: str) -> str:
    tree = html5lib.parse(page, namespaceHTMLElements=False)
    return " ".join("".join(tree.find(".//main").itertext()).split())


def errors_in(page: str) -> list[str]:
    tree = html5lib.parse(page, namespaceHTMLElements=False)
    return ["".join(each.itertext()) for each in tree.findall(".//div[@class='error-summary']//li")]


# -- The standard as a beginning


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("event", list(E))
def test_every_standard_mail_is_a_wording_that_could_be_saved(event: E, locale: str) -> None:
    standard = get_standard(event, locale)

    assert clean_input(WORDABLE[event], standard) == standard
    assert not re.search(r"None|%\(|https?:", standard.subject + standard.text)


@pytest.mark.parametrize("event", list(E))
def test_a_standard_wording_saved_as_it_stands_reads_like_the_standard_mail(event: E, cohort: Cohort) -> None:
    programme = get_managed_programme("honey", actor=ACTOR)
    mail = preview_wording(programme, event, "en", get_standard(event, "en"))

    assert "{" not in mail.subject + mail.body
    assert "Honey online" in mail.subject
    assert mail.body.endswith("Nobody reads answers to it.\n") or "Questions?" in mail.body


# -- What is refused

TEXT = "{deadline} {offer_link}"


@pytest.mark.parametrize(
    ("subject", "text", "errors"),
    [
        ("", TEXT, ["Write a subject."]),
        ("A place", "", ["Write a text."]),
        ("x" * 151, TEXT, ["This is too long: at most 150 characters."]),
        ("A place", TEXT + "x" * 5000, ["This is too long: at most 5000 characters."]),
        (
            "{progamme}",
            TEXT,
            ["This mail does not know the placeholder {progamme}. Did you mean {programme}?"],
        ),
        (
            "A place",
            TEXT + "{reason}",
            ["This mail does not know the placeholder {reason}. Use those that the list names."],
        ),
        ("A place", TEXT + "{name", ["A brace is missing, or one too many."]),
        ("A place", "{deadline}", ["Without {offer_link} the mail is of no use."]),
        (
            "A place",
            "Hello",
            ["Without {offer_link} the mail is of no use.", "Without {deadline} the mail is of no use."],
        ),
        ("{nme}", "{offer_link", ["{nme}. Did you mean {name}?", "A brace is missing"]),
    ],
)
@pytest.mark.parametrize("action", ["save", "preview", "test"])
def test_a_wording_no_mail_can_be_made_of_is_refused_at_its_field(
    client: RegistryClient, cohort: Cohort, action: str, subject: str, text: str, errors: list[str]
) -> None:
    response = client.post(
        "/manage/programmes/honey/wordings/offer_made/en",
        data={"subject": subject, "text": text, "version": "0", "action": action},
    )

    page = response.get_data(as_text=True)
    assert response.status_code == 422
    found = errors_in(page)
    assert len(found) == len(errors)
    assert all(part in said for part, said in zip(errors, found, strict=True)), found
    assert html5lib.parse(page, namespaceHTMLElements=False).findtext(".//textarea").strip() == text
    assert db.session.scalars(sa.select(MessageWording)).all() == []
    assert mails() == {}


def test_what_must_stand_in_the_mail_may_stand_in_its_subject() -> None:
    clean_input(WORDABLE[E.APPLICATION_RECEIVED], WordingInput("We have {code}", "{next_step}"))
    with pytest.raises(WrongWording):
        clean_input(WORDABLE[E.APPLICATION_RECEIVED], WordingInput("We have it", "{next_step}"))


@pytest.mark.parametrize("path", ["offer_made/fr", "confirm_account/en", "nothing/en"])
def test_other_mails_and_languages_have_no_page(client: RegistryClient, cohort: Cohort, path: str) -> None:
    assert client.get(f"/manage/programmes/honey/wordings/{path}").status_code == 404


# -- Writing it


def test_the_wording_is_saved_shown_as_own_and_kept_in_the_trail(
    client: RegistryClient, cohort: Cohort
) -> None:
    address = "/manage/programmes/honey/wordings/offer_made/ru"
    typed = {"subject": "{Programme}: место", "text": "｛name｝ {offer_link}\r\n{deadline}", "version": "0"}

    response = client.post(address, data=typed)

    assert (response.status_code, response.location) == (303, address)
    wording = db.session.scalars(sa.select(MessageWording)).one()
    assert (wording.subject, wording.text) == ("{programme}: место", "{name} {offer_link}\n{deadline}")
    listed = text_of(client.get("/manage/programmes/honey/wordings").get_data(as_text=True))
    assert "Русский: 1 mail of 28 has an own wording." in listed
    assert "中文: 0 mails of 28 have an own wording." in listed
    assert listed.count("Own wording A place is offered, Русский") == 1
    entry = db.session.scalars(sa.select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert (entry.action, entry.changes["text"]) == (
        "admissions:wording:edit",
        [None, "{name} {offer_link}\n{deadline}"],
    )


def test_of_two_who_write_at_once_the_second_is_told(client: RegistryClient, cohort: Cohort) -> None:
    address = "/manage/programmes/honey/wordings/offer_made/ru"
    shown = write(cohort.programme).version
    write(cohort.programme, given=WordingInput("Место", RUSSIAN.text))

    mine = {"subject": "Моё", "text": RUSSIAN.text, "version": str(shown)}
    response = client.post(address, data=mine)

    page = response.get_data(as_text=True)
    assert response.status_code == 409
    assert 'value="Моё"' in page
    assert db.session.scalars(sa.select(MessageWording.subject)).one() == "Место"


def test_the_standard_comes_back_and_an_old_page_cannot_bring_it_back(
    client: RegistryClient, cohort: Cohort
) -> None:
    address = "/manage/programmes/honey/wordings/offer_made/ru/standard"
    shown = write(cohort.programme).version
    newer = write(cohort.programme, given=WordingInput("Место", RUSSIAN.text)).version

    assert client.post(address, data={"version": str(shown)}).status_code == 409
    assert client.post(address, data={"version": str(newer)}).status_code == 303
    assert client.post(address, data={"version": str(newer)}).status_code == 303

    page = client.get("/manage/programmes/honey/wordings/offer_made/ru").get_data(as_text=True)
    assert get_standard(E.OFFER_MADE, "ru").text in page
    with pytest.raises(StaleWrite):
        edit_wording(cohort.programme, E.OFFER_MADE, "ru", RUSSIAN, version=newer, actor=ACTOR)


@pytest.mark.parametrize("actor", [coordinator("other"), Actor(label="nobody")])
def test_only_the_programmes_own_coordinators_write(cohort: Cohort, actor: Actor) -> None:
    with pytest.raises(NotAllowed):
        edit_wording(cohort.programme, E.OFFER_MADE, "ru", RUSSIAN, version=None, actor=actor)
    with pytest.raises(NotAllowed):
        use_standard_wording(cohort.programme, E.OFFER_MADE, "ru", version=None, actor=actor)


# -- Trying it


def test_the_preview_reads_like_the_mail_and_saves_nothing(client: RegistryClient, cohort: Cohort) -> None:
    response = client.post(
        "/manage/programmes/honey/wordings/offer_made/zh",
        data={"subject": "{name}", "text": "{deadline}\n{offer_link}", "version": "0", "action": "preview"},
    )

    assert response.status_code == 200
    page = text_of(response.get_data(as_text=True))
    assert "雨桐" in page
    assert re.search(r"塔什干时间2027年\d+月\d+日 23:59（UTC\+5）", page)
    assert "/my/offers/K7M3QXPT" in page
    assert "青年电子商务培训项目登记平台 <" in page
    assert db.session.scalars(sa.select(MessageWording)).all() == []
    assert mails() == {}


def test_a_test_goes_to_the_coordinators_own_address_once(
    client: RegistryClient, cohort: Cohort, user: User
) -> None:
    typed = {"subject": "Hello {name}", "text": TEXT, "version": "0", "action": "test"}
    for _ in range(2):
        response = client.post("/manage/programmes/honey/wordings/offer_made/en", data=typed)
        assert "The test is on its way to dana@example.org." in response.get_data(as_text=True)

    message = db.session.scalars(sa.select(Message)).one()
    assert (message.address, message.user_id) == ("dana@example.org", user.id)
    assert message.subject == "Test: Hello Priya"
    assert db.session.scalars(sa.select(MessageWording)).all() == []


def test_no_test_goes_to_an_address_that_is_not_confirmed(
    client: RegistryClient, cohort: Cohort, user: User
) -> None:
    user.confirmed_at = None

    typed = {"subject": "Hello", "text": TEXT, "version": "0", "action": "test"}
    response = client.post("/manage/programmes/honey/wordings/offer_made/en", data=typed)

    assert response.status_code == 409
    assert mails() == {}


def test_without_a_cohort_there_is_nothing_to_preview(client: RegistryClient, acting_as) -> None:
    ProgrammeFactory(slug="empty")
    acting_as(coordinator("empty", user_id=UserFactory().id))
    address = "/manage/programmes/empty/wordings/offer_made/en"

    assert client.get(address).status_code == 200
    response = client.post(address, data={"subject": "x", "text": TEXT, "version": "0", "action": "preview"})
    assert response.status_code == 409
    assert errors_in(response.get_data(as_text=True)) == [
        "Plan a cohort first: the example needs its name and days."
    ]


# -- Using it


def test_a_release_tells_each_in_the_own_language_and_own_words_where_there_are_some(cohort: Cohort) -> None:
    write(cohort.programme)
    write(ProgrammeFactory(title="Other"), locale="en")
    SeatPoolFactory(cohort=cohort, seats=5)
    for locale in LOCALES:
        StagedDecisionFactory(application=apply(cohort, locale), decision=Decision.OFFER)

    release_decisions(cohort, actor=ACTOR)

    told = mails()
    assert told["ru"].subject == "Honey online: место для вас"
    assert told["ru"].body.startswith("Здравствуйте, Dilnoza!\n\nДо ")
    assert re.search(r"http://127.0.0.1:8000/my/offers/\w{8}\n", told["ru"].body)
    assert told["en"].subject == "A place for you: Honey online"
    assert told["zh"].subject.startswith("为你保留的名额")


def test_promotions_and_sweeps_use_the_own_words_too(cohort: Cohort) -> None:
    for event, text in ((E.OFFER_REMINDER, TEXT), (E.OFFER_LAPSED, "-"), (E.PROMOTED, TEXT)):
        write(cohort.programme, event, WordingInput(f"{event} {{name}}", text))
    cohort.used = 1
    pool = SeatPoolFactory(cohort=cohort, seats=1, used=1)
    offer = OfferFactory(
        application=apply(cohort, "ru", S.OFFERED),
        pool=pool,
        offered_at=clock.now() - timedelta(days=2),
        accept_by_at=clock.now() + sweeps.REMIND_OFFER - timedelta(minutes=1),
    )
    WaitlistEntryFactory(application=apply(cohort, "ru", S.WAITLISTED), pool=pool)
    sweeps.run_sweeps()
    assert mails()["ru"].subject == "offer_reminder Dilnoza"

    with clock.travel(offer.accept_by_at):
        sweeps.run_sweeps()
    told = db.session.scalars(sa.select(Message.subject).order_by(Message.id)).all()
    assert set(told) == {"offer_reminder Dilnoza", "offer_lapsed Dilnoza", "promoted Dilnoza"}


def test_a_guardian_reads_the_own_words_with_the_own_link(cohort: Cohort) -> None:
    given = WordingInput("{name}", "{consent_link}\n{deadline}")
    write(cohort.programme, E.GUARDIAN_REQUEST, given)
    application = apply(cohort, "en", S.AWAITING_GUARDIAN)
    with transaction():
        send_request(application, GuardianshipFactory(person=application.person, locale="ru"))

    message = mails()["ru"]
    assert (message.subject, message.is_secret) == ("Dilnoza", True)
    assert re.match(r"http://127.0.0.1:8000/guardian/\S{40,}\n\d", message.body)


def test_the_sample_before_a_release_shows_the_own_words(client: RegistryClient, cohort: Cohort) -> None:
    write(cohort.programme)
    StagedDecisionFactory(application=apply(cohort, "en"), decision=Decision.OFFER)

    page = text_of(client.get(f"/manage/cohorts/{cohort.code}/decisions").get_data(as_text=True))

    assert "Honey online: место для вас" in page
    assert "A place for you: Honey online" in page


def test_a_programmes_title_and_a_name_cannot_begin_a_header(cohort: Cohort) -> None:
    write(cohort.programme, given=WordingInput("{name}\nBcc: x@example.org", RUSSIAN.text))
    SeatPoolFactory(cohort=cohort)
    application = apply(cohort, "ru")
    application.person.given_names = "A\r\nBcc: all@example.org"
    StagedDecisionFactory(application=application, decision=Decision.OFFER)

    release_decisions(cohort, actor=ACTOR)

    assert mails()["ru"].subject == "A Bcc: all@example.org Bcc: x@example.org"


def test_every_placeholder_and_event_is_told_of() -> None:
    assert set(WORDABLE) == set(E)
    assert {each for wordable in WORDABLE.values() for each in wordable.placeholders} == set(Placeholder)
    assert all(wordable.required <= set(wordable.placeholders) for wordable in WORDABLE.values())
