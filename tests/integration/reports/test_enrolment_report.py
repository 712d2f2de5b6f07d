"""The live report equals a recount; a release hides, keeps and never changes."""

import csv
import io
from datetime import date, timedelta

import pytest

from registry.access.actor import Actor, Grant
from registry.access.roles import Role
from registry.accounts.enums import OrganisationKind
from registry.accounts.models import Organisation
from registry.admissions.enums import AgeBand, ApplicationStatus, Figure
from registry.admissions.models import Application
from registry.admissions.operations.steps import take_step
from registry.catalogue.enums import PartnershipRole
from registry.catalogue.models import Cohort, Partnership, Target
from registry.core import clock
from registry.core.database import db
from registry.core.errors import Conflict, NotAllowed, NotFound
from registry.core.transaction import transaction
from registry.people.enums import Sex
from registry.reports import operations
from registry.reports.disclosure import Key
from registry.reports.enrolment import EnrolmentReport
from registry.reports.files import write_report
from registry.reports.models import Release
from registry.reports.queries import counts, subjects
from tests.factories.admissions import ApplicationFactory, FormVersionFactory
from tests.factories.catalogue import CohortFactory, IndicatorFactory, ProgrammeFactory, SeatPoolFactory

SYSTEM = Actor.system("tests")
STEPS = ["submit", "start_review", "offer", "accept"]


@pytest.fixture
def cohort(session: object) -> Cohort:
    return CohortFactory(capacity=500)


def coordinator_of(cohort: Cohort) -> Actor:
    return Actor(label="coordinator", user_id=1, grants=(Grant(Role.COORDINATOR, cohort.programme.slug),))


def send(
    cohort: Cohort,
    n: int,
    *,
    state: str = "KZ",
    sex: Sex | None = Sex.FEMALE,
    band: AgeBand = AgeBand.FROM_18,
    steps: int = 1,
) -> list[Application]:
    """`n` applications that went through the first `steps` steps of STEPS."""
    form = FormVersionFactory(cohort=cohort)
    made = []
    with transaction():
        for _ in range(n):
            application = ApplicationFactory(
                cohort=cohort,
                form_version=form,
                status=ApplicationStatus.DRAFT,
                member_state=state,
                sex=sex,
                age_band=band,
            )
            for step in STEPS[:steps]:
                take_step(application, step, actor=SYSTEM)
            made.append(application)
    return made


def live(cohort: Cohort) -> EnrolmentReport:
    actor = coordinator_of(cohort)
    programme = subjects.get_reported_programme(cohort.programme.slug, actor=actor)
    return operations.build_live_report(programme, actor=actor)


def shown(report: EnrolmentReport, table: str, row: str) -> list[int | str]:
    """The row's cells as a reader sees them."""
    found = next(each for each in report.table(table).rows if each.key == row)
    return ["hidden" if cell.is_hidden else cell.value for cell in found.cells]


def test_live_report_counts_by_hand(cohort: Cohort) -> None:
    send(cohort, 3, state="KZ", sex=Sex.FEMALE, steps=4)
    send(cohort, 2, state="KZ", sex=Sex.MALE, band=AgeBand.UNDER_18, steps=3)
    send(cohort, 1, state="TJ", sex=None, band=AgeBand.UNKNOWN, steps=1)

    report = live(cohort)

    assert report.figures == tuple(figure for figure in Figure if figure is not Figure.ENDORSED)
    assert [cell.value for cell in report.totals] == [6, 6, 5, 3, 0, 0]
    assert shown(report, "state", "KZ") == [5, 5, 5, 3, 0, 0]
    assert shown(report, "state", "TJ") == [1, 1, 0, 0, 0, 0]
    assert shown(report, "sex", "female") == [3, 3, 3, 3, 0, 0]
    assert shown(report, "sex", "male") == [2, 2, 2, 0, 0, 0]
    assert shown(report, "sex", "") == [1, 1, 0, 0, 0, 0]
    assert shown(report, "age", "under_18") == [2, 2, 2, 0, 0, 0]
    assert shown(report, "age", "unknown") == [1, 1, 0, 0, 0, 0]
    assert shown(report, "cohort", cohort.code) == [6, 6, 5, 3, 0, 0]
    assert [week.n for week in report.weeks] == [6]


def test_live_report_equals_recount(cohort: Cohort) -> None:
    other = CohortFactory(programme=cohort.programme)
    for number, state in enumerate(("KZ", "TJ", "UZ", "CN")):
        send(cohort, 3 + number, state=state, steps=1 + number)
        send(other, 2, state=state, sex=Sex.MALE, steps=4)
    withdrawn = send(cohort, 2, steps=3)
    with transaction():
        for application in withdrawn:
            take_step(application, "withdraw", actor=SYSTEM)
    ids = [cohort.id, other.id]

    assert counts.count_figures(ids) == counts.recount_figures(ids)
    assert counts.count_figures(ids)[Key("all", "all", "offered")] == 5 + 6 + 8 + 2


def test_live_report_parts_sum_to_totals(cohort: Cohort) -> None:
    send(cohort, 7, state="KZ", steps=2)
    send(cohort, 4, state="RU", sex=Sex.PREFER_NOT_TO_SAY, band=AgeBand.FROM_36, steps=3)

    report = live(cohort)

    for table in report.tables:
        sums = [sum(row.cells[column].value for row in table.rows) for column in range(len(report.figures))]
        assert sums == [cell.value for cell in report.totals], table.name


def test_live_report_of_another_programme_is_refused(cohort: Cohort) -> None:
    other = CohortFactory()

    with pytest.raises(NotAllowed):
        operations.build_live_report(cohort.programme, actor=coordinator_of(other))
    with pytest.raises(NotFound):
        subjects.get_reported_programme(cohort.programme.slug, actor=coordinator_of(other))


def freeze(cohort: Cohort) -> Release:
    with transaction():
        programme = subjects.get_reported_programme(cohort.programme.slug, actor=SYSTEM)
        return operations.make_release(programme, actor=SYSTEM)


def release(cohort: Cohort) -> EnrolmentReport:
    return operations.read_release(freeze(cohort))


def test_release_hides_small_states_and_a_second_one(cohort: Cohort) -> None:
    send(cohort, 2, state="TJ", steps=1)
    send(cohort, 20, state="KZ", steps=1)
    send(cohort, 30, state="UZ", steps=1)

    report = release(cohort)

    assert shown(report, "state", "TJ")[0] == "hidden"
    assert shown(report, "state", "KZ")[0] == "hidden"
    assert shown(report, "state", "UZ")[0] == 30
    assert report.totals[0].value == 52


def test_release_shows_all_when_cells_are_large(cohort: Cohort) -> None:
    send(cohort, 20, state="TJ", steps=4)
    send(cohort, 30, state="KZ", sex=Sex.MALE, band=AgeBand.UNDER_18, steps=4)

    report = release(cohort)

    assert not report.has_hidden
    assert shown(report, "state", "TJ") == [20, 20, 20, 20, 0, 0]


def test_release_keeps_figures_that_moved_by_fewer_than_five(cohort: Cohort) -> None:
    send(cohort, 20, state="TJ", steps=1)
    send(cohort, 30, state="KZ", steps=1)
    first = release(cohort)
    send(cohort, 2, state="TJ", steps=1)
    send(cohort, 8, state="KZ", steps=1)

    with clock.travel(clock.now() + timedelta(days=7)):
        second = release(cohort)

    tajikistan = next(row for row in second.table("state").rows if row.key == "TJ").cells[0]
    assert (tajikistan.value, tajikistan.as_of) == (20, clock.today())
    applied = {row.key: row.cells[0] for row in second.table("state").rows} | {"all": second.totals[0]}
    moved = {key for key, cell in applied.items() if not cell.is_hidden and cell.as_of is None}
    assert len(moved) <= 1, "two of total and parts would give the third away"
    assert first.totals[0].value == 50


def test_release_remembers_what_was_shown_before_it_was_hidden(cohort: Cohort) -> None:
    """Hidden for a week and shown again, a figure must not tell that two people came meanwhile."""
    states = {"TJ": 20, "KZ": 30, "UZ": 40}
    for state, n in states.items():
        send(cohort, n, state=state)
    release(cohort)
    send(cohort, 2, state="RU")
    for state in states:
        send(cohort, 2, state=state)
    between = release(cohort)
    send(cohort, 20, state="RU")

    last = release(cohort)

    assert "hidden" in {shown(between, "state", state)[0] for state in states}
    assert shown(last, "state", "RU")[0] == 22
    told = {
        row.key: row.cells[0].value
        for row in last.table("state").rows
        if row.key in states and not row.cells[0].is_hidden and row.cells[0].as_of is None
    }
    assert told == {}


def test_release_keeps_a_headline_with_its_date_where_the_new_one_would_tell_too_much(
    cohort: Cohort,
) -> None:
    send(cohort, 20, state="TJ", steps=4)
    send(cohort, 30, state="KZ", steps=4)
    release(cohort)
    send(CohortFactory(programme=cohort.programme), 2, state="KZ", steps=3)

    report = release(cohort)

    accepted = report.total(Figure.ACCEPTED)
    assert (accepted.value, accepted.as_of) == (50, clock.today())


def test_release_shows_moves_of_five_and_more(cohort: Cohort) -> None:
    send(cohort, 20, state="TJ", steps=1)
    send(cohort, 30, state="KZ", steps=1)
    release(cohort)
    send(cohort, 5, state="TJ", steps=1)

    report = release(cohort)

    assert shown(report, "state", "TJ")[0] == 25
    assert report.totals[0].value == 55
    assert not report.has_kept


def test_release_never_changes(cohort: Cohort) -> None:
    send(cohort, 20, state="TJ", steps=1)
    made = freeze(cohort)
    digest, before = made.digest, operations.read_release(made)

    send(cohort, 20, state="TJ", steps=2)
    db.session.expire_all()

    assert operations.read_release(made) == before
    assert made.digest == digest


def test_release_without_cohort_is_refused(session: object) -> None:
    programme = ProgrammeFactory()

    with pytest.raises(Conflict):
        operations.make_release(subjects.get_reported_programme(programme.slug, actor=SYSTEM), actor=SYSTEM)


def test_weekly_releases_come_once_a_week(cohort: Cohort) -> None:
    send(cohort, 6)
    made = []
    for days in (0, 1, 7):
        with clock.travel(clock.now() + timedelta(days=days)), transaction():
            made.append(len(operations.make_weekly_releases(actor=SYSTEM)))

    assert made == [1, 0, 1]


@pytest.fixture
def sponsor(cohort: Cohort) -> Actor:
    organisation = Organisation(code="fund", kind=OrganisationKind.SPONSOR, names={"en": "Fund"})
    db.session.add(organisation)
    db.session.add(
        Partnership(
            programme=cohort.programme, organisation=organisation, role=PartnershipRole.SPONSOR, source=""
        )
    )
    db.session.flush()
    return Actor(label="sponsor", user_id=9, grants=(Grant(Role.SPONSOR, organisation="fund"),))


def test_sponsor_sees_releases_of_funded_programmes_only(cohort: Cohort, sponsor: Actor) -> None:
    other = CohortFactory()
    for each in (cohort, other):
        send(each, 6)
    own, foreign = freeze(cohort), freeze(other)

    assert subjects.list_funded_programmes(sponsor) == [cohort.programme]
    assert subjects.list_releases(actor=sponsor) == [own]
    assert subjects.get_release(own.code, actor=sponsor) is own
    with pytest.raises(NotFound):
        subjects.get_release(foreign.code, actor=sponsor)


def test_csv_shows_what_the_page_shows(cohort: Cohort) -> None:
    SeatPoolFactory(cohort=cohort, member_state="TJ", seats=7)
    due = date(2027, 6, 1)
    indicator = IndicatorFactory(code="E-6")
    programme_id = cohort.programme_id
    db.session.add(
        Target(code="T", programme_id=programme_id, indicator=indicator, value=40, due_on=due, source="")
    )
    send(cohort, 2, state="TJ", steps=1)
    send(cohort, 20, state="KZ", steps=1)
    send(cohort, 30, state="UZ", steps=1)
    report = release(cohort)

    text = b"".join(write_report(report, "2027-03-15")).decode("utf-8-sig")

    lines = {
        (line["table"], line["group"], line["figure"]): line for line in csv.DictReader(io.StringIO(text))
    }
    assert lines["all", "all", "applied"]["value"] == "52"
    assert (lines["state", "TJ", "applied"]["value"], lines["state", "TJ", "applied"]["hidden"]) == (
        "",
        "hidden",
    )
    assert lines["state", "TJ", "applied"]["seats"] == "7"
    assert lines["state", "UZ", "applied"]["value"] == "30"
    planned = lines["target", "all", "to_reach"]
    assert (planned["indicator"], planned["value"], planned["as_of"]) == ("E-6", "40", "2027-06-01")
    hidden_on_page = sum(
        cell.is_hidden for table in report.tables for row in table.rows for cell in row.cells
    )
    assert sum(line["hidden"] == "hidden" for line in lines.values()) == hidden_on_page
