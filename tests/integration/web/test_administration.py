"""The administrators' pages: roles, accounts, organisations, audit trail."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy import event

from registry.access.actor import Actor, Grant
from registry.access.roles import Role
from registry.accounts.models import Organisation, RoleGrant, User, UserSession
from registry.core import clock
from registry.core.audit import AuditEntry
from registry.core.database import db
from tests.client import RegistryClient
from tests.factories.accounts import OrganisationFactory, RoleGrantFactory, UserFactory
from tests.factories.catalogue import ProgrammeFactory
from tests.factories.places import CountryFactory
from tests.forms_table import HOSTILE, OVERSIZED, assert_field_errors, post_bad

ADMINISTRATOR = Actor(
    "administrator:X",
    user_id=0,
    grants=(Grant(Role.APPLICANT), Grant(Role.ADMINISTRATOR)),
    zone="Asia/Almaty",
)
PAGES = ["/admin", "/admin/roles", "/admin/roles/grant", "/admin/users", "/admin/organisations",
         "/admin/organisations/create", "/admin/audit"]  # fmt: skip


@pytest.fixture(autouse=True)
def _administrator(acting_as: Callable[[Actor], None]) -> None:
    acting_as(ADMINISTRATOR)


@contextmanager
def counted_queries() -> Iterator[list[str]]:
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if statement.startswith("SELECT"):
            statements.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def grants() -> list[RoleGrant]:
    return list(db.session.scalars(sa.select(RoleGrant).order_by(RoleGrant.id)))


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize(
    "role", [Role.APPLICANT, Role.FOCAL_POINT, Role.REVIEWER, Role.COORDINATOR, Role.SPONSOR]
)
def test_nobody_else_enters(
    client: RegistryClient, acting_as: Callable[[Actor], None], path: str, role: Role
) -> None:
    acting_as(Actor("x", user_id=0, grants=(Grant(role, programme="p", country="KZ", organisation="o"),)))

    assert client.get(path).status_code == 403


@pytest.mark.parametrize("path", PAGES)
def test_empty_pages_open(client: RegistryClient, path: str) -> None:
    assert client.get(path).status_code == 200


def test_a_role_is_granted_with_scope_and_days_of_the_administrators_zone(client: RegistryClient) -> None:
    user = UserFactory(email="focal@example.org")
    CountryFactory(code="KZ")
    ProgrammeFactory(slug="incubator")

    response = client.post(
        "/admin/roles/grant",
        data={
            "email": " Focal@Example.org",
            "role": "focal_point",
            "country": "KZ",
            "programme": "incubator",
            "since-day": "20", "since-month": "3", "since-year": "2027",
            "until-day": "21", "until-month": "3", "until-year": "2027",
        },
    )  # fmt: skip

    (grant,) = grants()
    assert (response.status_code, response.location) == (303, f"/admin/roles/{grant.code}")
    assert (grant.user_id, grant.role, grant.country, grant.programme) == (
        user.id,
        Role.FOCAL_POINT,
        "KZ",
        "incubator",
    )
    assert grant.from_at == datetime(2027, 3, 19, 19, tzinfo=UTC)
    assert grant.to_at == datetime(2027, 3, 21, 19, tzinfo=UTC)
    page = client.get(response.location).get_data(as_text=True)
    assert "accounts:role:grant" in page
    assert "To come" in page


GRANT = {"email": "focal@example.org", "role": "focal_point", "country": "KZ"}


@pytest.mark.parametrize(
    ("bad", "field"),
    [
        ({"email": None}, "email"),
        ({"email": "nobody@example.org"}, "email"),
        ({"email": HOSTILE}, "email"),
        ({"email": OVERSIZED}, "email"),
        ({"role": None}, "role"),
        ({"role": "system"}, "role"),
        ({"role": "applicant"}, "role"),
        ({"role": "administrator"}, "country"),
        ({"country": ""}, "country"),
        ({"country": "ZZ"}, "country"),
        ({"programme": "nothing"}, "programme"),
        ({"organisation": HOSTILE}, "organisation"),
        ({"since-day": "31", "since-month": "2", "since-year": "2027"}, "since"),
        ({"until-day": "1", "until-month": "1", "until-year": "2027"}, "until"),
    ],
)
def test_a_grant_that_makes_no_sense_is_refused_at_its_field(
    client: RegistryClient, bad: dict[str, str | None], field: str
) -> None:
    UserFactory(email="focal@example.org")
    CountryFactory(code="KZ")

    response = post_bad(client, "/admin/roles/grant", GRANT, **bad)

    kept = {"email": bad["email"]} if bad.get("email") else {}
    assert_field_errors(response, {field}, kept=kept)
    assert grants() == []


def test_the_same_role_twice_is_a_conflict(client: RegistryClient) -> None:
    UserFactory(email="focal@example.org")
    CountryFactory(code="KZ")
    client.post("/admin/roles/grant", data=GRANT)

    assert_field_errors(client.post("/admin/roles/grant", data=GRANT), {"role"}, status=409)


def test_ending_a_role_asks_for_a_reason(client: RegistryClient) -> None:
    grant = RoleGrantFactory()
    path = f"/admin/roles/{grant.code}/end"
    assert client.get(path).status_code == 200
    assert_field_errors(client.post(path, data={"reason": "  "}), {"reason"})
    assert_field_errors(client.post(path, data={"reason": OVERSIZED}), {"reason"}, kept={"reason": OVERSIZED})

    response = client.post(path, data={"reason": "moved on"})

    assert (response.status_code, response.location) == (303, f"/admin/roles/{grant.code}")
    assert grant.to_at == clock.now()
    assert client.post(path, data={"reason": "again"}).status_code == 409


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", {"a@example.org", "b@example.org", "c@example.org"}),
        ("?role=reviewer", {"b@example.org"}),
        ("?email=C@example", {"c@example.org"}),
        ("?programme=incubator", {"a@example.org"}),
        ("?which=ended", {"old@example.org"}),
        ("?email=100%25", set()),
    ],
)
def test_roles_are_listed_and_filtered(client: RegistryClient, query: str, expected: set[str]) -> None:
    ProgrammeFactory(slug="incubator")
    for email, values in {
        "a@example.org": {"programme": "incubator"},
        "b@example.org": {"role": Role.REVIEWER},
        "c@example.org": {"from_at": clock.now() + timedelta(days=1)},
        "old@example.org": {"to_at": clock.now()},
    }.items():
        RoleGrantFactory(user=UserFactory(email=email), **values)

    page = client.get(f"/admin/roles{query}").get_data(as_text=True)

    everybody = ["a@example.org", "b@example.org", "c@example.org", "old@example.org"]
    assert {email for email in everybody if f"<bdi>{email}</bdi>" in page} == expected


@pytest.mark.parametrize("path", ["/admin/roles", "/admin/users", "/admin/organisations", "/admin/audit"])
def test_a_list_costs_the_same_for_one_row_and_three(client: RegistryClient, path: str) -> None:
    counts = []
    for _ in range(2):
        for _number in range(1 if not counts else 2):
            RoleGrantFactory()
            OrganisationFactory()
            db.session.add(
                AuditEntry(
                    at=clock.now(), actor_label="x", action="x", object_type="x", object_id=1, changes={}
                )
            )
        with counted_queries() as statements:
            assert client.get(path).status_code == 200
        counts.append(len(statements))

    assert counts[0] == counts[1]


def test_an_account_is_found_and_signed_out(client: RegistryClient) -> None:
    user = UserFactory(email="aigerim@example.org", name="Айгерим")
    UserFactory(email="other@example.org")
    db.session.add(
        UserSession(
            token_hash="h",
            user_id=user.id,
            created_at=clock.now(),
            expires_at=clock.now() + timedelta(days=1),
        )
    )
    page = client.get("/admin/users?text=Айгерим").get_data(as_text=True)
    assert ("aigerim@example.org" in page, "other@example.org" in page) == (True, False)
    assert client.get(f"/admin/users/{user.code}").status_code == 200

    path = f"/admin/users/{user.code}/end-sessions"
    assert client.post(path, data={"reason": ""}).status_code == 422
    assert client.post(path, data={"reason": "stolen telephone"}).location == f"/admin/users/{user.code}"

    assert db.session.scalars(sa.select(UserSession)).one().ended_at == clock.now()
    entry = db.session.scalars(sa.select(AuditEntry)).one()
    assert (entry.action, entry.reason) == ("accounts:session:end_all", "stolen telephone")


def test_the_second_step_is_taken_with_a_reason(client: RegistryClient) -> None:
    user = UserFactory(totp_secret="X", totp_confirmed_at=clock.now())
    path = f"/admin/users/{user.code}/take-second-step"

    assert client.post(path, data={"reason": "lost"}).status_code == 303
    db.session.refresh(user)
    assert user.totp_confirmed_at is None
    assert client.post(path, data={"reason": "again"}).status_code == 409


@pytest.mark.parametrize(
    "path", ["/admin/users/NOTHING", "/admin/roles/NOTHING", "/admin/organisations/nothing"]
)
def test_unknown_codes_are_not_found(client: RegistryClient, path: str) -> None:
    assert client.get(path).status_code == 404


ORGANISATION = {
    "code": "unctad",
    "name_en": "UNCTAD",
    "name_ru": "ЮНКТАД",
    "name_zh": "贸发会议",
    "kind": "provider",
    "website": "https://unctad.org",
}


def test_an_organisation_is_created_once(client: RegistryClient) -> None:
    response = client.post("/admin/organisations/create", data=ORGANISATION | {"version": "0"})
    assert (response.status_code, response.location) == (303, "/admin/organisations")
    stored = db.session.scalars(sa.select(Organisation)).one()
    assert (stored.code, stored.names) == (
        "unctad",
        {"en": "UNCTAD", "ru": "ЮНКТАД", "zh": "贸发会议"},
    )

    again = client.post("/admin/organisations/create", data=ORGANISATION | {"version": "0"})
    assert_field_errors(again, {"code"}, kept={"name_ru": "ЮНКТАД"}, status=409)


@pytest.mark.parametrize(
    ("bad", "field"),
    [
        ({"code": None}, "code"),
        ({"code": "Ünctad!"}, "code"),
        ({"code": OVERSIZED}, "code"),
        ({"name_en": " "}, "name_en"),
        ({"name_en": OVERSIZED}, "name_en"),
        ({"name_zh": OVERSIZED}, "name_zh"),
        ({"kind": "bank"}, "kind"),
        ({"country": "ZZ"}, "country"),
        ({"website": "javascript:alert(1)"}, "website"),
        ({"website": OVERSIZED}, "website"),
        ({"source": OVERSIZED}, "source"),
    ],
)
def test_an_organisation_with_a_bad_value_is_refused_at_its_field(
    client: RegistryClient, bad: dict[str, str | None], field: str
) -> None:
    response = post_bad(client, "/admin/organisations/create", ORGANISATION | {"version": "0"}, **bad)

    typed = {name: value for name, value in bad.items() if value and value.strip()}
    assert_field_errors(response, {field}, kept={} if field in {"kind", "country"} else typed)


def test_a_stale_edit_of_an_organisation_says_what_changed(client: RegistryClient) -> None:
    organisation = OrganisationFactory(names={"en": "UNCTAD"})
    path = f"/admin/organisations/{organisation.code}"
    page = client.get(path).get_data(as_text=True)
    data = {"name_en": "Mine", "kind": "provider", "version": str(organisation.version), "shown": ""}
    assert f'name="version" type="hidden" value="{organisation.version}"' in page
    organisation.names = {"en": "Theirs"}
    db.session.flush()

    response = client.post(path, data=data | {"shown": '{"name_en": "UNCTAD"}'})

    assert response.status_code == 409
    page = response.get_data(as_text=True)
    assert "Theirs" in page
    assert 'value="Mine"' in page
    db.session.refresh(organisation)
    assert organisation.names == {"en": "Theirs"}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", {"made", "sent", "swept"}),
        ("?code=K7M3QXPT", {"sent"}),
        ("?action=admissions:", {"sent", "swept"}),
        ("?actor=system:cli", {"swept"}),
        ("?actor=aigerim@example.org", {"made"}),
        ("?actor=applicant:AAAAAAAA", {"made"}),
        ("?actor=AAAAAAAA&action=admissions:", set()),
    ],
)
def test_the_trail_is_filtered(client: RegistryClient, query: str, expected: set[str]) -> None:
    user: User = UserFactory(email="aigerim@example.org", code="AAAAAAAA")
    for reason, action, actor_id, label, code in [
        ("made", "accounts:user:sign_up", user.id, "applicant:AAAAAAAA", None),
        ("sent", "admissions:application:submit", None, "visitor", "K7M3QXPT"),
        ("swept", "admissions:application:close", None, "system:cli", None),
    ]:
        db.session.add(
            AuditEntry(
                at=clock.now(), actor_id=actor_id, actor_label=label, action=action, object_type="x",
                object_id=1, object_code=code, changes={}, reason=reason,
            )
        )  # fmt: skip

    page = client.get(f"/admin/audit{query}").get_data(as_text=True)

    assert {each for each in ("made", "sent", "swept") if f"<td>{each}</td>" in page} == expected


def test_an_unknown_account_is_named_at_its_field(client: RegistryClient) -> None:
    assert_field_errors(client.get("/admin/audit?actor=nobody@example.org"), {"actor"})


def test_the_trail_is_paged_by_key(client: RegistryClient) -> None:
    db.session.add_all(
        AuditEntry(
            at=clock.now(),
            actor_label="x",
            action=f"test:{number:03}",
            object_type="x",
            object_id=1,
            changes={},
        )
        for number in range(120)
    )
    seen: list[str] = []
    path = "/admin/audit?action=test:"
    for _ in range(3):
        page = client.get(path).get_data(as_text=True)
        seen += re.findall(r"<code>(test:\d+)</code>", page)
        following = re.search(r'rel="next" href="([^"]+)"', page)
        path = following[1].replace("&amp;", "&") if following else ""

    assert (len(seen), sorted(set(seen), reverse=True), path) == (120, seen, "")
