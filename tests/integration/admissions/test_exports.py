"""Tables that leave the registry: exactly the filter and the columns, harmless, written down, and expiring."""

import csv
import io
import re
import zipfile
from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlencode

import pytest
import sqlalchemy as sa
from python_calamine import CalamineWorkbook

from registry.access.actor import Actor, Grant
from registry.access.roles import Role
from registry.accounts.models import RoleGrant
from registry.admissions.enums import AgeBand, ApplicationStatus, Decision, QuestionKind
from registry.admissions.models import Answer, Export
from registry.admissions.operations import exports
from registry.admissions.queries import listing
from registry.admissions.queries.listing import ApplicationFilter
from registry.core import clock, jobs
from registry.core.audit import AuditEntry
from registry.core.database import db
from registry.core.export import defuse, export_path
from registry.people.enums import Sex
from tests.factories.accounts import RoleGrantFactory, UserFactory
from tests.factories.actors import coordinator
from tests.factories.admissions import (
    ApplicationFactory,
    FormVersionFactory,
    QuestionFactory,
    StagedDecisionFactory,
)
from tests.factories.catalogue import CohortFactory
from tests.factories.lists import ApplicationTagFactory, ExportFactory
from tests.queries import counted_queries

S = ApplicationStatus
PURPOSE = "Badges for the first day"
FORMULAS = ["=1+1", "+7 900", "-1", "@SUM(A1)", "\tx", "\rx", '=HYPERLINK("https://example.org")']


@pytest.fixture
def cohort():
    return CohortFactory()


@pytest.fixture
def account(cohort):
    user = UserFactory()
    RoleGrantFactory(user=user, role="coordinator", programme=cohort.programme.slug)
    return user


@pytest.fixture
def actor(acting_as, cohort, account):
    actor = coordinator(cohort.programme.slug, user_id=account.id)
    acting_as(actor)
    return actor


def address(cohort, **arguments) -> str:
    query = urlencode(arguments, doseq=True)
    return f"/manage/cohorts/{cohort.code}/applications/export?{query}"


def take(client, cohort, kind: str, **arguments):
    """The file's rows, heads first, as another program reads them."""
    response = client.post(address(cohort, **arguments), data={"format": kind, "purpose": PURPOSE})
    if response.status_code == 303:
        jobs.run_due()
        response = client.get(f"{response.location}/file")
    assert response.status_code == 200, response.get_data(as_text=True)
    if kind == "xlsx":
        return (
            CalamineWorkbook.from_filelike(io.BytesIO(response.get_data())).get_sheet_by_index(0).to_python()
        )
    text = response.get_data().decode()
    assert text.startswith("\ufeff")
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline="")))


def listed(client, cohort, **arguments) -> list[str]:
    """The codes of all pages of the table."""
    codes, path = [], f"/manage/cohorts/{cohort.code}/applications?{urlencode(arguments, doseq=True)}"
    while path:
        page = client.get(path).get_data(as_text=True)
        codes += re.findall(r'<th scope="row"><a href="/manage/applications/(\w+)', page)
        following = re.search(r'rel="next" href="([^"]*)"', page)
        path = following[1].replace("&amp;", "&") if following else ""
    return codes


@pytest.fixture
def varied(cohort):
    """Sixty applications that differ in all that can be filtered, and some that must never be taken along."""
    now = clock.now()
    for number in range(60):
        application = ApplicationFactory(
            cohort=cohort,
            status=list(S)[number % 12 + 1],
            member_state=("KZ", "BY", "UZ")[number % 3],
            sex=list(Sex)[number % 4],
            age_band=list(AgeBand)[number % 6],
            listed_name=f"Name {number % 7}",
            search_name=f"name {number % 7}",
        )
        if application.submitted_at:
            application.submitted_at = now - timedelta(minutes=number // 2)
        if number % 4 == 0:
            ApplicationTagFactory(application=application, tag__name="Top", tag__folded=f"top{number}")
    ApplicationFactory(cohort=cohort, status=S.DRAFT)
    ApplicationFactory(member_state="KZ")
    db.session.flush()


FILTERS = [
    {},
    {"status": "to_check"},
    {"status": "under_review", "order": "desc"},
    {"member_state": "KZ", "sort": "name"},
    {"sex": "female", "age": "18_24"},
    {"q": "name 3", "sort": "status", "order": "desc"},
    {"tag": "top8"},
    {"member_state": "FR"},
]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize("arguments", FILTERS, ids=str)
def test_export_applications_has_exactly_the_rows_of_the_table_in_its_order(
    client, actor, cohort, varied, arguments, kind
) -> None:
    heads, *rows = take(client, cohort, kind, column="code", **arguments)

    assert heads == (["name", "code"] if kind == "csv" else ["Applicant", "Code"])
    assert [row[1] for row in rows] == listed(client, cohort, **arguments)


@pytest.fixture
def rich(cohort):
    """One application with something in every kind of column."""
    form = FormVersionFactory(cohort=cohort)
    options = [{"value": "yes", "labels": {"en": "Yes, a shop", "ru": "Да, магазин"}}]
    sells = QuestionFactory(form_version=form, key="sells", kind=QuestionKind.CHOICE, options=options)
    online = QuestionFactory(
        form_version=form, key="online", kind=QuestionKind.YES_NO, labels={"en": "Online?"}
    )
    application = ApplicationFactory(
        cohort=cohort,
        form_version=form,
        listed_name="Каримова Дилноза",
        status=S.UNDER_REVIEW,
        profile={"email": "dilnoza@example.org", "born_on": "2004-03-27", "education": "isced_6"},
    )
    application.submitted_at = datetime(2027, 3, 1, 9, 30, tzinfo=UTC)
    db.session.add(Answer(application_id=application.id, question_id=sells.id, value="yes"))
    db.session.add(Answer(application_id=application.id, question_id=online.id, value=True))
    StagedDecisionFactory(application=application, decision=Decision.WAITLIST)
    for name in ("Village", "Ask"):
        ApplicationTagFactory(application=application, tag__name=name)
    db.session.flush()
    return application


COLUMNS = [
    *("member_state", "age_years", "submitted_at", "status", "staged", "tags", "born_on", "education"),
    *("email", "phone", "answer.sells", "answer.online"),
]


def test_export_applications_as_csv_has_what_is_stored_for_other_programs(
    client, actor, cohort, rich
) -> None:
    client.get("/language/ru")  # Machine formats do not change with the reader.
    heads, row = take(client, cohort, "csv", column=COLUMNS)

    assert dict(zip(heads, row, strict=True)) == {
        "name": "Каримова Дилноза",
        "member_state": "UZ",
        "age_years": "21",
        "submitted_at": "2027-03-01T09:30:00Z",
        "status": "under_review",
        "staged": "waitlist",
        "tags": "Ask; Village",
        "born_on": "2004-03-27",
        "education": "isced_6",
        "email": "dilnoza@example.org",
        "phone": "",
        "answer.sells": "yes",
        "answer.online": "yes",
    }


def test_export_applications_as_xlsx_speaks_to_people(client, actor, cohort, rich) -> None:
    heads, row = take(client, cohort, "xlsx", column=COLUMNS)

    assert dict(zip(heads, row, strict=True)) == {
        "Applicant": "Каримова Дилноза",
        "Member state": "Uzbekistan",
        "Age when sent": 21,
        "Sent on": datetime(2027, 3, 1, 9, 30),
        "Status": "In review",
        "Staged decision": "Put on the waiting list",
        "Tags": "Ask; Village",
        "Date of birth": date(2004, 3, 27),
        "Education": "Bachelor’s degree or equal",
        "E-mail address": "dilnoza@example.org",
        "Phone number": "",
        "Why do you want to take part?": "Yes, a shop",
        "Online?": "Yes",
    }


@pytest.mark.parametrize("text", FORMULAS)
def test_export_applications_runs_no_formula(client, actor, cohort, rich, text) -> None:
    rich.listed_name = text
    rich.profile = {**rich.profile, "email": text}
    answer = db.session.scalars(sa.select(Answer).order_by(Answer.question_id)).first()
    answer.value = text
    db.session.flush()

    _heads, row = take(client, cohort, "csv", column=["email", "answer.sells"])
    assert row == ["'" + text] * 3

    response = client.post(
        address(cohort, column=["email", "answer.sells"]), data={"format": "xlsx", "purpose": PURPOSE}
    )
    jobs.run_due()
    with zipfile.ZipFile(io.BytesIO(client.get(f"{response.location}/file").get_data())) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet
    assert len(re.findall(r't="inlineStr"', sheet)) == 6  # Three heads and three texts, no numbers.


@pytest.mark.parametrize(
    ("value", "written"),
    [*((text, "'" + text) for text in FORMULAS), ("a=b", "a=b"), ("", ""), (None, ""), (5, 5), (-5, -5)],
)
def test_defuse(value, written) -> None:
    assert defuse(value) == written


def test_export_applications_logs_purpose_filter_and_columns_but_no_name(
    client, actor, cohort, varied
) -> None:
    for kind in ("csv", "xlsx"):
        take(client, cohort, kind, member_state="KZ", q="Name 3", column=["email", "tags"])

    entries = db.session.scalars(
        sa.select(AuditEntry)
        .where(AuditEntry.action == "admissions:application:export")
        .order_by(AuditEntry.id)
    ).all()
    assert [(entry.reason, entry.object_id, entry.changes) for entry in entries] == [
        (
            PURPOSE,
            cohort.id,
            {
                "format": kind,
                "columns": ["tags", "email"],
                "filter": {"member_state": "KZ", "sort": "submitted"},
            },
        )
        for kind in ("csv", "xlsx")
    ]


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"format": "csv", "purpose": ""}, "purpose"),
        ({"format": "csv", "purpose": "x"}, "purpose"),
        ({"format": "csv", "purpose": "x" * 301}, "purpose"),
        ({"format": "pdf", "purpose": PURPOSE}, "format"),
        ({"purpose": PURPOSE}, "format"),
    ],
)
def test_export_applications_without_purpose_or_kind_gives_nothing(
    client, actor, cohort, rich, values, field
):
    response = client.post(address(cohort), data=values)

    page = response.get_data(as_text=True)
    assert response.status_code == 422
    assert f'id="{field}-error"' in page
    assert "Каримова" not in page
    assert values["purpose"] in page
    assert db.session.scalars(sa.select(Export)).all() == []


def test_export_applications_is_for_coordinators_of_the_programme(client, acting_as, cohort, rich) -> None:
    values = {"format": "csv", "purpose": PURPOSE}
    statuses = []
    for actor in (
        coordinator("another", user_id=0),
        Actor("administrator", user_id=0, grants=(Grant(Role.ADMINISTRATOR),)),
        Actor("focal point", user_id=0, grants=(Grant(Role.FOCAL_POINT, country="UZ"),)),
    ):
        acting_as(actor)
        statuses.append(client.post(address(cohort), data=values).status_code)

    assert statuses == [404, 403, 403]


# -- Files that the worker writes


def test_export_applications_of_many_rows_is_the_workers(client, actor, cohort, varied, monkeypatch) -> None:
    monkeypatch.setattr(exports, "STREAMED_ROWS", 3)
    monkeypatch.setattr(exports, "PROGRESS_ROWS", 2)
    response = client.post(address(cohort, q="name 3"), data={"format": "csv", "purpose": PURPOSE})

    waiting = client.get(response.location).get_data(as_text=True)
    early = client.get(f"{response.location}/file").status_code
    jobs.run_due()
    ready = client.get(response.location).get_data(as_text=True)
    download = client.get(f"{response.location}/file")

    assert "data-progress" in waiting
    assert "0 of 9 rows" in waiting
    assert early == 404
    assert "data-progress" not in ready
    assert "The file is ready. It is kept until" in ready
    assert download.headers["Content-Disposition"] == f"attachment; filename=applications-{cohort.code}.csv"
    assert download.headers["Cache-Control"] == "no-store"
    assert len(download.get_data().decode().splitlines()) == 1 + len(listed(client, cohort, q="name 3"))
    again = client.get(address(cohort)).get_data(as_text=True)
    assert response.location in again


def test_download_export_is_for_whoever_asked_and_until_it_expires(client, acting_as, actor, cohort) -> None:
    mine = ExportFactory(cohort=cohort, user_id=actor.user_id)
    path = f"/manage/cohorts/{cohort.code}/exports/{mine.code}"

    def statuses() -> list[int]:
        return [client.get(path).status_code, client.get(f"{path}/file").status_code]

    found = {"mine": statuses()}
    with clock.travel(mine.expires_at):
        found["expired"] = statuses()
    acting_as(coordinator(cohort.programme.slug, user_id=UserFactory().id))
    found["a colleague"] = statuses()
    acting_as(coordinator("another", user_id=actor.user_id))
    found["without the role"] = statuses()

    assert found == {
        "mine": [200, 200],
        "expired": [404, 404],
        "a colleague": [404, 404],
        "without the role": [404, 404],
    }


def test_write_export_stops_with_the_role(client, actor, account, cohort, rich) -> None:
    response = client.post(address(cohort), data={"format": "xlsx", "purpose": PURPOSE})
    grant = db.session.scalars(sa.select(RoleGrant).where(RoleGrant.user_id == account.id)).one()
    grant.to_at = clock.now()
    db.session.flush()

    jobs.run_due()

    export = db.session.scalars(sa.select(Export)).one()
    assert (export.file, export.finished_at) == ("", None)
    assert client.get(f"{response.location}/file").status_code == 404


def test_write_export_after_a_crash_begins_anew_and_leaves_no_remains(
    client, actor, cohort, rich, monkeypatch
) -> None:
    client.post(address(cohort), data={"format": "xlsx", "purpose": PURPOSE})
    export = db.session.scalars(sa.select(Export)).one()
    folder = export_path("x").parent
    before = set(folder.iterdir())

    def die(*_arguments, **_values):
        yield ("Somebody", *["x"] * 7)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(listing, "stream_applications", die)
        with pytest.raises(KeyboardInterrupt):
            exports.write_export({"export": export.id})
    between = set(folder.iterdir())
    exports.write_export({"export": export.id})
    exports.write_export({"export": export.id})  # Told twice, written once.

    assert between == before
    assert {path.name for path in set(folder.iterdir()) - before} == {export.file}
    assert (export.rows_done, export.rows_total) == (1, 1)


def test_forget_exports_removes_what_has_expired_with_its_file(actor, cohort) -> None:
    expired = ExportFactory(cohort=cohort, expires_at=clock.now())
    kept = ExportFactory(cohort=cohort)
    files = [export_path(each.file) for each in (expired, kept)]

    exports.forget_exports()

    assert db.session.scalars(sa.select(Export.code)).all() == [kept.code]
    assert [path.exists() for path in files] == [False, True]


def test_stream_applications_costs_the_same_for_10_and_50_rows(cohort, actor) -> None:
    columns = exports.list_columns([])
    costs = []
    for more in (10, 40):
        for _ in range(more):
            ApplicationTagFactory(application=ApplicationFactory(cohort=cohort))
        db.session.flush()
        with counted_queries() as statements:
            rows = list(exports.stream_rows(cohort, ApplicationFilter(), columns))
        costs.append((len(rows), len(statements)))

    assert [rows for rows, _ in costs] == [10, 50]
    assert costs[0][1] == costs[1][1] == 2  # The rows, and the reviews of the whole cohort.
