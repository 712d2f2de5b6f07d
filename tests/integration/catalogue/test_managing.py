"""Programmes in the hands of those who run them: pages, edits, what is refused."""

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from registry.access.actor import Actor, Grant
from registry.access.roles import Role
from registry.accounts.models import RoleGrant
from registry.catalogue.enums import PartnershipRole, ProgrammeKind, ProgrammeStatus
from registry.catalogue.models import Programme, ProgrammeTranslation
from registry.catalogue.queries import managing as queries
from registry.core.audit import AuditEntry
from registry.core.database import db
from registry.core.edition import get_edition
from tests.client import RegistryClient
from tests.factories.accounts import OrganisationFactory, UserFactory
from tests.factories.catalogue import CohortFactory, ProgrammeFactory, TopicFactory
from tests.queries import counted_queries

Acting = Callable[[Actor], None]
ADMINISTRATOR = Actor(label="a", user_id=1, grants=(Grant(Role.APPLICANT), Grant(Role.ADMINISTRATOR)))


def coordinator(slug: str) -> Actor:
    return Actor(
        label="c", user_id=2, grants=(Grant(Role.APPLICANT), Grant(Role.COORDINATOR, programme=slug))
    )


@pytest.fixture
def programme(acting_as: Acting) -> Programme:
    found = ProgrammeFactory(slug="honey", title="Honey online", status=ProgrammeStatus.PROPOSED)
    acting_as(coordinator("honey"))
    return found


def load(slug: str = "honey") -> Programme:
    return queries.get_managed_programme(slug, actor=ADMINISTRATOR)


def last_entry() -> AuditEntry:
    entry = db.session.scalar(sa.select(AuditEntry).order_by(AuditEntry.id.desc()).limit(1))
    assert entry is not None
    return entry


FACTS = {
    "version": "1",
    "shown": "{}",
    "kind": "course",
    "level": "introductory",
    "weeks": "6",
    "hours_per_week": "4",
    "mode": "online",
    "languages": ["ru", "en"],
    "cost": "49,50",
    "currency": "usd",
    "credential": "certificate",
    "topics": ["e-commerce"],
    "documents": [],
    "source": "Provider's letter of 3 March 2027",
}
NEW = {
    "slug": "silk-road-shop",
    "kind": "course",
    "title": "Silk Road shop",
    "summary": "How to sell across borders.",
}


def test_list_managed_programmes_shows_own_ones_only(
    client: RegistryClient, acting_as: Acting, programme: Programme
) -> None:
    ProgrammeFactory(slug="other", title="Foreign programme")

    own = client.get("/manage/programmes").get_data(as_text=True)
    acting_as(ADMINISTRATOR)
    everything = client.get("/manage/programmes").get_data(as_text=True)

    assert ("Honey online" in own, "Foreign programme" in own) == (True, False)
    assert ("Honey online" in everything, "Foreign programme" in everything) == (True, True)


def test_list_managed_programmes_takes_the_same_number_of_queries(
    client: RegistryClient, acting_as: Acting
) -> None:
    acting_as(ADMINISTRATOR)
    counts = []
    for _ in range(2):
        ProgrammeFactory()
        ProgrammeFactory()
        with counted_queries() as statements:
            client.get("/manage/programmes")
        counts.append(len(statements))

    assert counts[0] == counts[1]


def test_create_programme_is_proposed_and_recorded(client: RegistryClient, acting_as: Acting) -> None:
    acting_as(ADMINISTRATOR)

    response = client.post("/manage/programmes/new", data=NEW)

    assert response.status_code == 303
    assert response.location == "/manage/programmes/silk-road-shop"
    programme = load("silk-road-shop")
    assert (programme.status, programme.kind) == (ProgrammeStatus.PROPOSED, ProgrammeKind.COURSE)
    assert [(each.locale, each.title) for each in programme.translations] == [("en", "Silk Road shop")]
    assert last_entry().action == "catalogue:programme:create"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"slug": ""}, "Fill in this field."),
        ({"slug": "Silk Road"}, "Use small Latin letters"),
        ({"slug": "шёлк"}, "Use small Latin letters"),
        ({"slug": "../../etc"}, "Use small Latin letters"),
        ({"slug": "a" * 81}, "at most 80 characters"),
        ({"slug": "honey"}, "Another programme has this address already."),
        ({"kind": "party"}, "Choose one from the list."),
        ({"title": ""}, "Fill in this field."),
        ({"title": "x" * 201}, "at most 200 characters"),
        ({"summary": "x" * 501}, "at most 500 characters"),
    ],
)
def test_create_programme_with_bad_input_says_so_and_keeps_what_was_typed(
    client: RegistryClient,
    acting_as: Acting,
    programme: Programme,
    changes: dict[str, str],
    message: str,
) -> None:
    acting_as(ADMINISTRATOR)

    response = client.post("/manage/programmes/new", data=NEW | changes)
    page = response.get_data(as_text=True)

    assert response.status_code == (409 if changes == {"slug": "honey"} else 422)
    assert message in page
    assert changes.get("summary", NEW["summary"]) in page
    assert {each.slug for each in db.session.scalars(sa.select(Programme))} == {"honey"}


def test_edit_programme_stores_the_facts(client: RegistryClient, programme: Programme) -> None:
    TopicFactory(slug="e-commerce")

    response = client.post("/manage/programmes/honey/facts", data=FACTS)

    assert response.status_code == 303
    stored = load()
    assert (stored.weeks, stored.cost_minor, stored.currency) == (6, 4950, "USD")
    assert stored.teaching_languages == "en ru"
    assert [topic.slug for topic in stored.topics] == ["e-commerce"]
    assert stored.version == 2
    entry = last_entry()
    assert entry.action == "catalogue:programme:edit"
    assert entry.changes["weeks"] == [None, 6]
    assert entry.changes["topics"] == [[], ["e-commerce"]]
    assert get_edition() == 1


def test_edit_programme_to_unknown_empties_the_facts(client: RegistryClient, programme: Programme) -> None:
    TopicFactory(slug="e-commerce")
    client.post("/manage/programmes/honey/facts", data=FACTS)
    nothing = {name: "" for name in FACTS if name not in {"languages", "topics", "documents"}}

    client.post("/manage/programmes/honey/facts", data=nothing | {"kind": "course", "version": "2"})

    stored = load()
    assert (stored.weeks, stored.mode, stored.cost_minor, stored.currency) == (None, None, None, None)
    assert (stored.teaching_languages, stored.topics) == ("", [])


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"kind": ""}, "Choose one from the list."),
        ({"level": "expert"}, "Choose one from the list."),
        ({"weeks": "0"}, "from 1 to 260"),
        ({"weeks": "six"}, "Enter a whole number from 1 to 260."),
        ({"weeks": "9" * 30}, "from 1 to 260"),
        ({"hours_per_week": "81"}, "from 1 to 80"),
        ({"mode": "<script>"}, "Choose one from the list."),
        ({"languages": ["xx"]}, "not a valid choice"),
        ({"cost": "free"}, "Enter the fee as a number"),
        ({"cost": "-1"}, "Enter the fee as a number"),
        ({"cost": "NaN"}, "Enter the fee as a number"),
        ({"cost": "1e12"}, "Enter the fee as a number"),
        ({"cost": "9" * 30}, "at most 20 characters"),
        ({"currency": ""}, "Choose the currency of the fee."),
        ({"currency": "QQQ"}, "This is not a currency code"),
        ({"currency": "dollars"}, "at most 3 characters"),
        ({"credential": "medal"}, "Choose one from the list."),
        ({"topics": ["alchemy"]}, "not a valid choice"),
        ({"documents": ["alchemy"]}, "not a valid choice"),
        ({"source": "x" * 1001}, "at most 1000 characters"),
        ({"version": "one"}, "Open this page again"),
        ({"version": ""}, "Open this page again"),
    ],
)
def test_edit_programme_with_bad_input_says_so_and_changes_nothing(
    client: RegistryClient, programme: Programme, changes: dict[str, Any], message: str
) -> None:
    TopicFactory(slug="e-commerce")

    response = client.post("/manage/programmes/honey/facts", data=FACTS | changes)
    page = response.get_data(as_text=True)

    assert response.status_code == 422
    assert message in page
    assert "There is a problem" in page
    assert "Provider&#39;s letter" in page or "source" in changes
    assert (load().weeks, load().version) == (None, 1)


def test_edit_programme_that_somebody_else_changed_is_told_what(
    client: RegistryClient, programme: Programme
) -> None:
    TopicFactory(slug="e-commerce")
    shown = '{"kind": "course", "weeks": null, "mode": "", "languages": []}'
    client.post("/manage/programmes/honey/facts", data=FACTS)

    response = client.post("/manage/programmes/honey/facts", data=FACTS | {"weeks": "8", "shown": shown})
    page = response.get_data(as_text=True)

    assert response.status_code == 409
    assert "This was changed meanwhile, in another window or by somebody else." in page
    row = page[page.index("Changed since you opened this page") :]
    assert "Length in weeks" in row
    assert "English and Russian" in row
    assert 'value="8"' in page
    assert load().weeks == 6
    again = client.post("/manage/programmes/honey/facts", data=FACTS | {"weeks": "8", "version": "2"})
    assert (again.status_code, load().weeks) == (303, 8)


@pytest.mark.parametrize(
    "path",
    ["", "/facts", "/texts/en", "/partners", "/results", "/results/new", "/targets/new", "/status/publish"],
)
def test_pages_of_a_foreign_programme_are_not_found(
    client: RegistryClient, programme: Programme, path: str
) -> None:
    ProgrammeFactory(slug="other")

    assert client.get(f"/manage/programmes/honey{path}").status_code == 200
    assert client.get(f"/manage/programmes/other{path}").status_code == 404
    assert client.get(f"/manage/programmes/nowhere{path}").status_code == 404


@pytest.mark.parametrize(
    ("status", "step", "reason", "expected"),
    [
        ("proposed", "publish", "", ProgrammeStatus.PUBLISHED),
        ("published", "suspend", "The provider moves.", ProgrammeStatus.SUSPENDED),
        ("suspended", "resume", "", ProgrammeStatus.PUBLISHED),
        ("published", "archive", "", ProgrammeStatus.ARCHIVED),
    ],
)
def test_change_programme_status(
    client: RegistryClient, acting_as: Acting, status: str, step: str, reason: str, expected: ProgrammeStatus
) -> None:
    ProgrammeFactory(slug="honey", status=ProgrammeStatus.of(status))
    acting_as(coordinator("honey"))

    assert client.get(f"/manage/programmes/honey/status/{step}").status_code == 200
    response = client.post(f"/manage/programmes/honey/status/{step}", data={"reason": reason})

    assert response.status_code == 303
    assert load().status is expected
    assert (last_entry().action, last_entry().reason or "") == (f"catalogue:programme:{step}", reason)


def test_change_programme_status_without_the_needed_reason_is_refused(
    client: RegistryClient, acting_as: Acting
) -> None:
    ProgrammeFactory(slug="honey")
    acting_as(coordinator("honey"))

    response = client.post("/manage/programmes/honey/status/suspend", data={"reason": "  "})

    assert response.status_code == 422
    assert "Give a reason." in response.get_data(as_text=True)
    assert load().status is ProgrammeStatus.PUBLISHED


def test_change_programme_status_that_is_impossible_changes_nothing(
    client: RegistryClient, programme: Programme
) -> None:
    assert client.post("/manage/programmes/honey/status/suspend", data={"reason": "x"}).status_code == 409
    assert client.get("/manage/programmes/honey/status/suspend").status_code == 303
    assert client.get("/manage/programmes/honey/status/explode").status_code == 404
    assert load().status is ProgrammeStatus.PROPOSED


def test_archive_programme_with_a_live_cohort_is_refused(client: RegistryClient, acting_as: Acting) -> None:
    CohortFactory(programme=ProgrammeFactory(slug="honey"))
    acting_as(coordinator("honey"))

    response = client.post("/manage/programmes/honey/status/archive", data={})

    assert response.status_code == 409
    assert "have not ended yet" in response.get_data(as_text=True)
    assert load().status is ProgrammeStatus.PUBLISHED


TEXT = {"version": "0", "shown": "{}", "title": "Мёд", "summary": "Как продавать.", "description": "**Мёд**"}


def test_edit_text_adds_a_language(client: RegistryClient, programme: Programme) -> None:
    response = client.post("/manage/programmes/honey/texts/ru", data=TEXT)

    assert response.status_code == 303
    assert {each.locale: each.title for each in load().translations} == {"en": "Honey online", "ru": "Мёд"}
    assert last_entry().changes["ru.title"] == ["", "Мёд"]
    assert "Missing: Chinese" in client.get("/manage/programmes").get_data(as_text=True)


def test_edit_text_previews_without_saving(client: RegistryClient, programme: Programme) -> None:
    response = client.post(
        "/manage/programmes/honey/texts/ru",
        data=TEXT | {"action": "preview", "description": "**Мёд** <script>alert(1)</script>"},
    )
    page = response.get_data(as_text=True)

    assert response.status_code == 200
    assert "<strong>Мёд</strong>" in page
    assert "<script>alert" not in page
    assert [each.locale for each in load().translations] == ["en"]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"title": ""}, "Fill in this field."),
        ({"title": "\u200b \u202e"}, "Fill in this field."),
        ({"title": "x" * 201}, "at most 200 characters"),
        ({"summary": "x" * 501}, "at most 500 characters"),
        ({"description": "x" * 20_001}, "at most 20000 characters"),
        ({"version": "x"}, "Open this page again"),
    ],
)
def test_edit_text_with_bad_input_says_so(
    client: RegistryClient, programme: Programme, changes: dict[str, str], message: str
) -> None:
    response = client.post("/manage/programmes/honey/texts/ru", data=TEXT | changes)

    assert response.status_code == 422
    assert message in response.get_data(as_text=True)
    assert [each.locale for each in load().translations] == ["en"]


@pytest.mark.parametrize("version", ["0", "7"])
def test_edit_text_that_somebody_else_changed_is_told_what(
    client: RegistryClient, programme: Programme, version: str
) -> None:
    data = TEXT | {"version": version, "shown": '{"title": "Old honey"}'}

    response = client.post("/manage/programmes/honey/texts/en", data=data)
    page = response.get_data(as_text=True)

    assert response.status_code == 409
    assert page.index("Old honey") < page.index("Honey online", page.index("Old honey"))
    assert db.session.scalar(sa.select(ProgrammeTranslation.title)) == "Honey online"


def test_edit_text_in_an_unknown_language_is_not_found(client: RegistryClient, programme: Programme) -> None:
    assert client.get("/manage/programmes/honey/texts/xx").status_code == 404


def test_add_and_remove_partner(client: RegistryClient, programme: Programme) -> None:
    OrganisationFactory(code="hive", names={"en": "The Hive"})
    partner = {"organisation": "hive", "role": "sponsor", "source": "Letter of 2027"}

    assert client.post("/manage/programmes/honey/partners", data=partner).status_code == 303
    (partnership,) = load().partnerships
    assert (partnership.organisation.code, partnership.role) == ("hive", PartnershipRole.SPONSOR)
    twice = client.post("/manage/programmes/honey/partners", data=partner)
    assert twice.status_code == 409
    assert "has this role already" in twice.get_data(as_text=True)

    assert client.post("/manage/programmes/honey/partners/remove", data=partner).status_code == 303
    assert load().partnerships == []
    assert client.post("/manage/programmes/honey/partners/remove", data=partner).status_code == 404


@pytest.mark.parametrize("changes", [{"organisation": "nobody"}, {"role": "boss"}, {"source": "x" * 501}])
def test_add_partner_with_bad_input_says_so(
    client: RegistryClient, programme: Programme, changes: dict[str, str]
) -> None:
    OrganisationFactory(code="hive")
    partner = {"organisation": "hive", "role": "sponsor", "source": ""}

    assert client.post("/manage/programmes/honey/partners", data=partner | changes).status_code == 422
    assert load().partnerships == []


def test_name_coordinator_lets_the_account_run_the_programme(
    client: RegistryClient, acting_as: Acting, programme: Programme
) -> None:
    user = UserFactory(email="aziza@example.org")
    acting_as(ADMINISTRATOR)

    response = client.post("/manage/programmes/honey/coordinators", data={"email": " Aziza@Example.org "})

    assert response.status_code == 303
    (grant,) = db.session.scalars(sa.select(RoleGrant))
    assert (grant.user_id, grant.role, grant.programme) == (user.id, Role.COORDINATOR, "honey")
    assert "aziza@example.org" in client.get(response.location).get_data(as_text=True)
    twice = client.post("/manage/programmes/honey/coordinators", data={"email": "aziza@example.org"})
    assert twice.status_code == 409
    assert "has this role with this scope already" in twice.get_data(as_text=True)


@pytest.mark.parametrize(
    ("email", "message"),
    [
        ("", "Fill in this field."),
        ("nobody@example.org", "There is no account with this address."),
        ("x" * 255, "at most 254 characters"),
        ("<script>", "There is no account with this address."),
    ],
)
def test_name_coordinator_with_bad_input_says_so(
    client: RegistryClient, acting_as: Acting, programme: Programme, email: str, message: str
) -> None:
    acting_as(ADMINISTRATOR)

    response = client.post("/manage/programmes/honey/coordinators", data={"email": email})

    assert response.status_code == 422
    assert message in response.get_data(as_text=True)
    assert db.session.scalars(sa.select(RoleGrant)).all() == []


def test_name_coordinator_by_a_coordinator_is_refused(client: RegistryClient, programme: Programme) -> None:
    assert client.get("/manage/programmes/honey/coordinators").status_code == 403
