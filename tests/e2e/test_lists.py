"""A coordinator's table: narrowed, tagged, kept, taken out as a file; two records of one person made one."""

import io
from pathlib import Path

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page, expect
from python_calamine import CalamineWorkbook

from registry.admissions.models import Application
from registry.catalogue.models import Cohort
from registry.core.database import db
from tests.e2e.conftest import OpenPage
from tests.e2e.prepared import Prepared, _at_work, prepare
from tests.e2e.reader import Reader, sign_in
from tests.e2e.site import Site
from tests.factories.admissions import ApplicationFactory
from tests.factories.catalogue import CohortFactory
from tests.factories.journeys import known_person

KEY = "2005-04-09 dana ospanova"
PEOPLE = (("Ospanova", "Dana", KEY), ("Оспанова", "Дана", KEY), ("Alimov", "Eldor", None))


def make_applicants(prepared: Prepared) -> str:
    """A cohort with three who have applied, two of them perhaps the same; its code."""
    with _at_work(prepared.app):
        of = db.session.scalars(sa.select(Cohort).where(Cohort.code == prepared.cohort)).one()
        cohort = CohortFactory(programme=of.programme, names={"en": "Autumn"})
        for family, given, key in PEOPLE:
            person = known_person(family_name=family, given_names=given)
            ApplicationFactory(
                cohort=cohort,
                person=person,
                member_state="KZ",
                match_key=key,
                search_name=f"{family} {given} ospanova dana".casefold() if key else "alimov eldor",
            )
        db.session.commit()
        return cohort.code


def read_people(prepared: Prepared, cohort: str) -> list[int]:
    """Whose the cohort's applications are, in the order they came."""
    with _at_work(prepared.app):
        return list(
            db.session.scalars(
                sa.select(Application.person_id)
                .join(Application.cohort)
                .where(Cohort.code == cohort)
                .order_by(Application.id)
            )
        )


def names_in(page: Page) -> list[str]:
    return page.locator("table.data tbody th").all_inner_texts()


@pytest.mark.parametrize(
    ("name", "options"),
    [("lists", {}), ("lists-plain", {"script": False, "phone": True})],
    ids=["script", "telephone without script"],
)
def test_a_table_is_tagged_kept_and_exported_and_two_records_become_one(
    site: Site, open_page: OpenPage, name: str, options: dict[str, object]
) -> None:
    prepared = prepare(site, name, "en")
    cohort = make_applicants(prepared)
    page = open_page(**options)
    reader = Reader(page, "en", lambda sentence, **values: prepared.say("en", sentence, **values))
    sign_in(reader, prepared.coordinator)
    table = f"/manage/cohorts/{cohort}/applications"

    # Found by the Latin letters of a name in Cyrillic, tagged both at once.
    reader.open(f"{table}?q=ospanova&sort=name")
    assert sorted(names_in(page)) == ["Ospanova Dana", "Оспанова Дана"]
    for box in page.locator("td.select input").all():
        box.check()
    page.locator("[name=action]").select_option("add_tag")
    page.locator("#bulk-tag").fill("Ask again")
    reader.press("Do it for the selected")
    expect(page.locator("dd.figure").first).to_have_text("2")

    # The tag narrows the table, and the filter is kept.
    reader.open(f"{table}?tag=Ask+again&column=tags&column=member_state")
    assert len(names_in(page)) == 2
    reader.follow("Save this filter")
    reader.field("name").fill("To be asked")
    reader.press("Save the filter")
    reader.open(table)
    assert len(names_in(page)) == 3
    reader.follow("To be asked")
    assert len(names_in(page)) == 2

    # Exactly these rows and columns leave, written by the worker.
    reader.follow("Export as a file")
    page.locator("[name=format][value=xlsx]").check()
    reader.field("purpose").fill("Calling them about their papers")
    reader.press("Make the file")
    link = page.get_by_role("link", name="Download the file")
    for _ in range(60):
        if link.count():
            break
        page.wait_for_timeout(500)
        if not options.get("script", True):
            page.reload()
    with page.expect_download() as download:
        link.click()
    rows = CalamineWorkbook.from_filelike(io.BytesIO(Path(download.value.path()).read_bytes()))
    heads, *found = rows.get_sheet_by_index(0).to_python()
    assert heads == ["Applicant", "Member state", "Tags"]
    assert sorted(found) == [
        ["Ospanova Dana", "Kazakhstan", "Ask again"],
        ["Оспанова Дана", "Kazakhstan", "Ask again"],
    ]

    # The two are compared and made one, and parted again.
    before = read_people(prepared, cohort)
    reader.open(f"/manage/programmes/{prepared.slug}/duplicates")
    page.get_by_role("row").filter(has_text="Оспанова").get_by_role("link", name="Compare").click()
    reader.check()
    page.locator("[name=kept]").first.check()
    page.locator("[name^=chosen_]").first.check()
    reader.field("reason").fill("The same passport, seen on the telephone")
    reader.press("Merge the two records")
    assert len(set(read_people(prepared, cohort))) == 2
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("main")).to_contain_text("The two records are parted again.")
    assert read_people(prepared, cohort) == before
