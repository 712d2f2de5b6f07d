"""The coordinators' table: its columns, orders and tags, and the filters that are kept."""

import re
from datetime import timedelta
from urllib.parse import unquote, urlencode

import pytest
import sqlalchemy as sa

from registry.admissions.enums import ApplicationStatus, Decision, ListColumn, QuestionKind
from registry.admissions.models import Answer, ApplicationTag, Nomination, SavedFilter, Tag
from registry.admissions.operations import lists
from registry.admissions.queries import listing
from registry.admissions.queries.listing import SORTS, ApplicationFilter
from registry.core import clock
from registry.core.audit import AuditEntry
from registry.core.database import db
from registry.core.errors import InvalidInput, NotAllowed
from registry.core.transaction import transaction
from tests.factories.accounts import UserFactory
from tests.factories.actors import coordinator, focal_point
from tests.factories.admissions import (
    ApplicationFactory,
    FormVersionFactory,
    QuestionFactory,
    StagedDecisionFactory,
)
from tests.factories.catalogue import CohortFactory
from tests.factories.lists import ApplicationTagFactory, SavedFilterFactory
from tests.queries import counted_queries

S = ApplicationStatus


@pytest.fixture
def cohort():
    return CohortFactory()


@pytest.fixture
def account():
    return UserFactory(name="Anna Own")


@pytest.fixture
def actor(acting_as, cohort, account):
    actor = coordinator(cohort.programme.slug, user_id=account.id)
    acting_as(actor)
    return actor


def table(cohort, **arguments) -> str:
    return f"/manage/cohorts/{cohort.code}/applications?{urlencode(arguments, doseq=True)}"


def text_of(response) -> str:
    assert response.status_code == 200, response.status_code
    return unquote(response.get_data(as_text=True))


def listed(page: str) -> list[str]:
    return re.findall(r'<th scope="row"><a href="/manage/applications/(\w+)', page)


def cells(page: str) -> list[list[str]]:
    """The words of each row's cells, without the boxes and the names."""
    rows = re.findall(r"<tr>\s*<td class=\"select\">(.*?)</tr>", page, re.DOTALL)
    return [
        [" ".join(re.sub("<[^>]*>", " ", cell).split()) for cell in re.findall(r"<td[^>]*>(.*?)</td>", row)]
        for row in rows
    ]


# -- Columns


def test_list_applications_shows_the_columns_that_the_address_names(client, actor, cohort) -> None:
    application = ApplicationFactory(
        cohort=cohort,
        status=S.UNDER_REVIEW,
        profile={
            "email": "dilnoza@example.org",
            "born_on": "2004-03-27",
            "education": "isced_6",
            "residence": "UZ",
        },
    )
    StagedDecisionFactory(application=application, decision=Decision.WAITLIST)
    db.session.add(
        Nomination(
            application_id=application.id,
            cohort_id=application.cohort_id,
            member_state=application.member_state,
            is_endorsed=True,
            rank=3,
            at=clock.now(),
        )
    )
    for name in ("Village", "Ask again"):
        ApplicationTagFactory(application=application, tag__name=name)
    names = [
        "tags",
        "email",
        "born_on",
        "education",
        "residence",
        "rank",
        "staged",
        "native_name",
        "nonsense",
    ]

    page = text_of(client.get(table(cohort, column=names)))

    heads = re.findall(r'<th scope="col"(?: class="number")?>(?:<a[^>]*>)?([^<]+)', page)
    assert heads == [
        "Applicant",
        "Staged decision",
        "Tags",
        "Focal point’s rank",
        "Name in the own script",
        "Date of birth",
        "Residence",
        "Education",
        "E-mail address",
    ]
    assert cells(page) == [
        [
            "Staged: Put on the waiting list",
            "Ask again Village",
            "3",
            "None",
            "27 March 2004",
            "Uzbekistan",
            "Bachelor’s degree or equal",
            "dilnoza@example.org",
        ]
    ]


def test_list_applications_joins_a_question_over_the_versions_of_the_form(client, actor, cohort) -> None:
    options = [{"value": "yes", "labels": {"en": "Yes, a shop"}}]
    for number, label in ((1, "Do you sell?"), (2, "Do you sell online?")):
        form = FormVersionFactory(cohort=cohort, number=number)
        question = QuestionFactory(
            form_version=form, key="sells", kind=QuestionKind.CHOICE, labels={"en": label}, options=options
        )
        application = ApplicationFactory(cohort=cohort, form_version=form)
        db.session.add(Answer(application_id=application.id, question_id=question.id, value="yes"))
    ApplicationFactory(cohort=cohort, form_version=form)
    draft = FormVersionFactory(cohort=cohort, number=3, published_at=None)
    QuestionFactory(form_version=draft, key="sells", labels={"en": "Do you sell anything yet?"})

    page = text_of(client.get(table(cohort, column="answer.sells")))

    assert re.findall(r"Do you sell[^<]*", page) == ["Do you sell online?"] * 2  # The box and the head.
    assert cells(page) == [["Yes, a shop"], ["Yes, a shop"], ["None"]]


def test_list_applications_costs_the_same_for_10_and_50_rows_with_every_column(client, actor, cohort) -> None:
    form = FormVersionFactory(cohort=cohort)
    question = QuestionFactory(form_version=form)
    columns = [*ListColumn, f"answer.{question.key}"]
    counts = []
    for more in (10, 40):
        for _ in range(more):
            application = ApplicationFactory(cohort=cohort, form_version=form)
            ApplicationTagFactory(application=application)
            db.session.add(Answer(application_id=application.id, question_id=question.id, value="Because"))
        db.session.flush()
        with counted_queries() as statements:
            page = text_of(client.get(table(cohort, column=columns)))
        counts.append((len(listed(page)), len(statements)))

    assert [rows for rows, _ in counts] == [10, 50]
    assert counts[0][1] == counts[1][1]


# -- Orders


def _varied(cohort):
    """Twelve applications that differ in what can be sorted by, with ties."""
    now = clock.now()
    made = []
    for number in range(12):
        application = ApplicationFactory(
            cohort=cohort,
            status=(S.SUBMITTED, S.UNDER_REVIEW)[number % 2],
            member_state=("KZ", "BY", "UZ")[number % 3],
            listed_name=f"Name {number % 4}",
        )
        application.submitted_at = now - timedelta(minutes=number // 2)
        made.append(application)
    db.session.flush()
    return made


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("sort", sorted(SORTS))
def test_list_applications_pages_through_every_order_without_gaps_both_ways(cohort, sort, descending) -> None:
    made = _varied(cohort)
    expected = sorted(
        made,
        key=lambda each: (*(getattr(each, column.key) for column in SORTS[sort]), each.id),
        reverse=descending,
    )
    asked = ApplicationFilter(sort=sort, is_descending=descending)

    forward, back, key = [], [], None
    while True:
        page = listing.list_applications(cohort, asked, [], key=key, size=5)
        forward.append([row.code for row in page.rows])
        if page.next is None:
            break
        key = page.next
    while page.previous:
        page = listing.list_applications(cohort, asked, [], key=page.previous, size=5)
        back.append([row.code for row in page.rows])

    codes = [each.code for each in expected]
    assert forward == [codes[:5], codes[5:10], codes[10:]]
    assert back == [codes[5:10], codes[:5]]
    for before, here, after in zip([None, *codes], codes, [*codes[1:], None], strict=False):
        application = next(each for each in made if each.code == here)
        assert listing.find_neighbours(application, asked) == (before, after)


@pytest.mark.sqlite_only  # PostgreSQL plans by the size of the table.
@pytest.mark.parametrize(
    "sort", sorted(SORTS.keys() - {"age"})
)  # An age may be unknown: no index holds the order.
def test_list_applications_begins_a_later_page_inside_an_index(session, cohort, sort) -> None:
    """The statement of a later page is a search in an index with its key, and sorts nothing."""
    _varied(cohort)
    asked = ApplicationFilter(sort=sort)
    key = listing.list_applications(cohort, asked, [], key=None, size=5).next
    with counted_queries() as statements:
        listing.list_applications(cohort, asked, [], key=key, size=5)

    (statement,) = statements
    bound = re.sub(r"\?", "1", statement)
    plan = [row[3] for row in db.session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {bound}")]

    # SQLite leaves the last column, its row's own number, to the row.
    columns = ",".join(column.key for column in SORTS[sort])
    start = f"({columns})" if "," in columns else columns
    assert any(f"(cohort_id=? AND {start}>" in line for line in plan), plan
    assert not any("TEMP B-TREE" in line for line in plan), plan


def test_list_applications_says_which_column_it_is_sorted_by(client, actor, cohort) -> None:
    ApplicationFactory(cohort=cohort)

    page = text_of(client.get(table(cohort, sort="member_state", order="desc", tag="", q="")))

    assert re.findall(r'aria-sort="(\w+)"[^>]*><a class="sort" href="[^"]*">([^<]+)', page) == [
        ("descending", "Member state")
    ]


# -- Tags


def test_add_tag_twice_however_written_is_one_tag_on_the_application(client, actor, cohort) -> None:
    first, second = ApplicationFactory(cohort=cohort), ApplicationFactory(cohort=cohort)

    for application, name in ((first, "Rural Girls"), (second, "  rural   girls "), (second, "RURAL GIRLS")):
        response = client.post(f"/manage/applications/{application.code}/tags", data={"tag": name})
        assert response.status_code == 303

    tag = db.session.scalars(sa.select(Tag)).one()
    carried = db.session.execute(sa.select(ApplicationTag.application_id, ApplicationTag.tag_id)).all()
    assert (tag.name, sorted(map(tuple, carried))) == (
        "Rural Girls",
        [(first.id, tag.id), (second.id, tag.id)],
    )
    entries = db.session.scalars(
        sa.select(AuditEntry).where(AuditEntry.action == "admissions:application:add_tag")
    ).all()
    assert [(entry.object_id, entry.changes) for entry in entries] == [
        (first.id, {"tag": [None, "Rural Girls"]}),
        (second.id, {"tag": [None, "Rural Girls"]}),
    ]


@pytest.mark.parametrize("name", ["", "   ", "-", "x" * 41])
def test_add_tag_that_is_none_says_so_at_its_field(client, actor, cohort, name) -> None:
    application = ApplicationFactory(cohort=cohort)

    response = client.post(f"/manage/applications/{application.code}/tags", data={"tag": name})

    page = response.get_data(as_text=True)
    assert response.status_code == 422
    assert 'id="tag-error"' in page
    assert "Write the tag, at most 40 characters." in page
    assert f'value="{name.strip()}"' in page
    assert db.session.scalars(sa.select(Tag)).all() == []


def test_remove_tag_takes_it_off_this_application_only(client, actor, cohort) -> None:
    first, second = ApplicationFactory(cohort=cohort), ApplicationFactory(cohort=cohort)
    ApplicationTagFactory(application=first, tag__name="Top")
    with transaction():
        lists.add_tag(second, "top", actor=actor)
    address = f"/manage/applications/{first.code}/tags/remove"

    statuses = [client.post(address, data={"tag": "Top"}).status_code for _ in range(2)]

    assert statuses == [303, 409]
    assert db.session.scalars(sa.select(ApplicationTag.application_id)).all() == [second.id]


def test_tags_narrow_the_table_and_stay_in_their_cohort(client, actor, cohort) -> None:
    tagged = ApplicationFactory(cohort=cohort)
    ApplicationFactory(cohort=cohort)
    ApplicationTagFactory(application=tagged, tag__name="Top")
    ApplicationTagFactory(tag__name="Top")  # Of another cohort.

    page = text_of(client.get(table(cohort, tag="top")))

    assert listed(page) == [tagged.code]
    assert re.findall(r'<option[^>]*value="(Top)"', page) == ["Top"]


def test_tags_are_for_who_runs_the_programme(cohort) -> None:
    application = ApplicationFactory(cohort=cohort)
    for actor in (coordinator("another"), focal_point("UZ")):
        with pytest.raises(NotAllowed):
            lists.add_tag(application, "Top", actor=actor)
        with pytest.raises(NotAllowed):
            lists.remove_tag(application, "Top", actor=actor)
    with pytest.raises(InvalidInput):
        lists.add_tag(application, "´", actor=coordinator(cohort.programme.slug))


# -- Filters that are kept


def test_save_filter_brings_the_same_table_back_in_another_cohort(client, actor, cohort) -> None:
    other = CohortFactory(programme=cohort.programme)
    wanted = ApplicationFactory(cohort=other, status=S.UNDER_REVIEW, member_state="KZ")
    ApplicationFactory(cohort=other, member_state="KZ")
    arguments = {
        "status": "under_review",
        "member_state": "KZ",
        "sort": "name",
        "column": ["email", "tags"],
        "q": "Secret Name",
    }
    address = f"/manage/cohorts/{cohort.code}/applications/filters?{urlencode(arguments, doseq=True)}"

    assert client.post(address, data={"name": "Kazakhs in review"}).status_code == 303

    saved = db.session.scalars(sa.select(SavedFilter)).one()
    assert (saved.user_id, saved.is_shared) == (actor.user_id, False)
    assert "Secret" not in str(saved.arguments)
    page = text_of(client.get(table(other)))
    (link,) = re.findall(r'<a href="([^"]+)">Kazakhs in review', page)
    shown = text_of(client.get(link.replace("&amp;", "&")))
    assert listed(shown) == [wanted.code]
    assert re.findall(r'name="column" value="(\w+)" checked', shown) == ["tags", "email"]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("", "Give the filter a name"),
        ("x" * 81, "Write at most 80 characters."),
        ("Mine", "You have saved a filter under this name already."),
    ],
)
def test_save_filter_refuses_at_its_field(client, actor, account, cohort, name, message) -> None:
    SavedFilterFactory(programme=cohort.programme, user=account, name="Mine")

    response = client.post(f"/manage/cohorts/{cohort.code}/applications/filters", data={"name": name})

    page = response.get_data(as_text=True)
    assert response.status_code == (409 if name == "Mine" else 422)
    assert 'id="name-error"' in page
    assert message in page
    assert len(db.session.scalars(sa.select(SavedFilter)).all()) == 1


def test_saved_filters_are_shown_to_their_owner_and_when_shared_to_the_programme(
    client, actor, account, cohort
) -> None:
    colleague = UserFactory(name="Bek Colleague")
    programme = cohort.programme
    SavedFilterFactory(programme=programme, user=colleague, name="Shared one", is_shared=True)
    SavedFilterFactory(programme=programme, user=colleague, name="Private one")
    SavedFilterFactory(user=colleague, name="Of another programme", is_shared=True)
    mine = SavedFilterFactory(programme=programme, user=account, name="My own")

    page = text_of(client.get(table(cohort)))
    kept = text_of(client.get(f"/manage/cohorts/{cohort.code}/applications/filters"))

    assert re.findall(r">(My own|Shared one|Private one|Of another programme)<", page) == [
        "My own",
        "Shared one",
    ]
    assert "shared by Bek Colleague" in page
    assert re.findall(r"filters/(\w+)/delete", kept) == [mine.code]


def test_delete_filter_forgets_ones_own_only(client, actor, account, cohort) -> None:
    mine = SavedFilterFactory(programme=cohort.programme, user=account)
    theirs = SavedFilterFactory(programme=cohort.programme, is_shared=True)
    here = f"/manage/cohorts/{cohort.code}/applications/filters"

    statuses = [client.post(f"{here}/{each.code}/delete").status_code for each in (mine, theirs)]

    assert statuses == [303, 404]
    assert db.session.scalars(sa.select(SavedFilter.code)).all() == [theirs.code]
    with pytest.raises(NotAllowed):
        lists.delete_filter(theirs, actor=actor)
