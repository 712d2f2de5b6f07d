"""Nominees from files: read, mapped, checked without a trace, imported in part, and twice without harm."""

import io
import re
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
import xlsxwriter

from registry.access.actor import Actor, Grant
from registry.access.roles import Role
from registry.accounts.models import RoleGrant
from registry.admissions.enums import ImportStatus, RowStatus
from registry.admissions.models import Invitation, NomineeImport, NomineeRow
from registry.admissions.rules.nominees import Particular
from registry.catalogue.enums import NominationMode
from registry.catalogue.models import Cohort
from registry.core import clock, jobs
from registry.core.database import db
from registry.messages.models import Message
from registry.people.enums import Sex
from registry.people.models import Person
from registry.places.operations import load_places
from tests.factories.accounts import RoleGrantFactory, UserFactory
from tests.factories.admissions import InvitationFactory
from tests.factories.catalogue import CohortFactory, SeatPoolFactory
from tests.nominating import text_of

HEAD = "Фамилия;Имя;Дата рождения;Пол;Гражданство;E-mail;Телефон;Язык"
GOOD = (
    "Иванова;Мария;15.03.2001;ж;Казахстан;maria@example.org;+7 701 123 45 67;русский",
    "Сұлтанов;Әлихан;2003-05-01;м;KZ;alikhan@example.org;;",
    "Петров;Юрий;1.2.2000;муж;Россия;yuri@example.org;;английский",
)
WRONG = (
    "Ли;Анна;31.02.2001;ж;Казахстан;anna@example.org;;",
    "Ким;;;;Атлантида;kim@example;;",
    "Цой;Вера;15.03.2030;жж;KZ;vera@example.org;12;немецкий",
    ";;;;;nobody@example.org;;",
    "Р2Д2;Имя;;;;robot@example.org;;",
    "Иванова;Марья;;;;MARIA@example.org;;",
)


@pytest.fixture
def cohort() -> Cohort:
    load_places(actor=Actor.system("test"))
    found = CohortFactory(nomination=NominationMode.NOMINATE_THEN_APPLY)
    SeatPoolFactory(cohort=found, member_state="KZ", seats=6)
    return found


@pytest.fixture
def desk(act_as) -> Actor:
    """Kazakhstan's focal point, whose role is stored: the worker looks it up."""
    user = UserFactory(name="Aru")
    RoleGrantFactory(user=user, role=Role.FOCAL_POINT, country="KZ")
    actor = Actor("focal_point:F", user_id=user.id, grants=(Grant(Role.FOCAL_POINT, country="KZ"),))
    act_as(actor)
    return actor


def table(*rows: str, head: str = HEAD) -> bytes:
    return "\r\n".join([head, *rows]).encode("cp1251", errors="replace")


def send(client, cohort: Cohort, data: bytes, name: str = "номинанты.csv", **fields: str):
    return client.post(
        f"/desk/cohorts/{cohort.code}/KZ/imports",
        data={"file": (io.BytesIO(data), name), **fields},
        content_type="multipart/form-data",
    )


def last_import() -> NomineeImport:
    db.session.expire_all()
    return db.session.scalars(sa.select(NomineeImport).order_by(NomineeImport.id.desc())).first()


def guessed_columns(page: str) -> dict[str, str]:
    """Particular -> number of the column that the page has chosen, of those chosen."""
    selects = re.findall(r'<select[^>]*name="(\w+)"[^>]*>(.*?)</select>', page, re.DOTALL)
    chosen = {name: re.search(r'<option selected value="(-?\d+)"', options) for name, options in selects}
    return {name: match[1] for name, match in chosen.items() if match and match[1] != "-1"}


def check(client, cohort: Cohort, data: bytes, name: str = "номинанты.csv") -> tuple[NomineeImport, str]:
    """Send the file, take the guessed columns, let the worker check it; what the page says then."""
    address = send(client, cohort, data, name).headers["Location"]
    page = text_of(client.get(address))
    response = client.post(address, data={"version": "1", **guessed_columns(page)})
    assert response.status_code == 303, text_of(response)
    jobs.run_due()
    imported = last_import()
    return imported, text_of(client.get(f"/desk/imports/{imported.code}"))


def start(client, imported: NomineeImport, **fields: str):
    return client.post(f"/desk/imports/{imported.code}", data={"version": str(imported.version), **fields})


def errors_in(page: str) -> list[tuple[str, str, str, str]]:
    """Row, column, what stands there, what is wrong."""
    cells = re.findall(r'<tr>\s*<td class="number">(.*?)</td>(.*?)</tr>', page, re.DOTALL)
    return [
        (
            row,
            *(
                re.sub(r"<[^>]+>", "", cell).strip()
                for cell in re.findall(r"<td>(.*?)</td>", rest, re.DOTALL)
            ),
        )
        for row, rest in cells
    ]


# -- Columns


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (
            "E-mail,Family name,Given names,Date of birth,Sex,Citizenship,Phone",
            {
                "email": "0",
                "family_name": "1",
                "given_names": "2",
                "born_on": "3",
                "sex": "4",
                "citizenship": "5",
                "phone": "6",
            },
        ),
        (
            "№,ФИО,Дата рождения,Эл. почта,Гражданство,Страна проживания,Моб. телефон",
            {
                "full_name": "1",
                "born_on": "2",
                "email": "3",
                "citizenship": "4",
                "residence": "5",
                "phone": "6",
            },
        ),
        (
            "序号,姓名,性别,出生日期,国籍,电子邮箱,手机号,语言",
            {
                "full_name": "1",
                "sex": "2",
                "born_on": "3",
                "citizenship": "4",
                "email": "5",
                "phone": "6",
                "locale": "7",
            },
        ),
        (
            "Имя,Отчество,Фамилия,ПОЧТА",
            {"given_names": "0", "patronymic": "1", "family_name": "2", "email": "3"},
        ),
        ("Ваш адрес электронной почты,Полное имя участника", {"email": "0", "full_name": "1"}),
        ("Column 1,Column 2", {}),
    ],
)
def test_name_columns_guesses_from_the_headings(client, cohort, desk, head, expected) -> None:
    address = send(client, cohort, f"{head}\n{','.join('x' for _ in head.split(','))}\n".encode()).headers[
        "Location"
    ]

    assert guessed_columns(text_of(client.get(address))) == expected


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"family_name": "0"}, "Choose the column with the e-mail addresses."),
        ({"email": "5"}, "Choose the column with the names."),
        ({"email": "5", "family_name": "5"}, "This column is chosen twice."),
        ({"email": "99", "family_name": "0"}, "Choose one from the list."),
    ],
)
def test_name_columns_that_cannot_be_says_so(client, cohort, desk, columns, message) -> None:
    address = send(client, cohort, table(*GOOD)).headers["Location"]
    everything = dict.fromkeys(Particular, "-1")

    response = client.post(address, data={"version": "1", **everything, **columns})

    assert response.status_code == 422
    assert message in text_of(response)
    assert last_import().status is ImportStatus.UPLOADED


# -- The dry run


def test_check_shows_row_and_column_of_every_error_and_invites_nobody(client, cohort, desk) -> None:
    imported, page = check(client, cohort, table(*GOOD, *WRONG))

    assert imported.status is ImportStatus.CHECKED
    assert sorted((int(row), column[:1]) for row, column, *_ in errors_in(page)) == [
        *((3, "A"), (3, "B"), (5, "C"), (6, "E"), (6, "F"), (7, "C"), (7, "D"), (7, "G"), (7, "H")),
        *((8, "T"), (9, "A"), (10, "F")),
    ]
    said = {(row, column[:1]): (value, sentence) for row, column, value, sentence in errors_in(page)}
    # What the encoding cannot hold was lost before it came here.
    assert said["3", "A"][0] == "С?лтанов"
    assert said["5", "C"] == ("31.02.2001", "This is no date. Write it like 2001-03-15 or 15.03.2001.")
    assert said["10", "F"] == ("MARIA@example.org", "Row 2 has the same address.")
    assert "Can be imported: 2" in page
    assert db.session.scalars(sa.select(Invitation)).all() == []
    assert db.session.scalars(sa.select(Person)).all() == []
    assert db.session.scalars(sa.select(Message)).all() == []


# -- The import


def test_import_with_errors_needs_the_word_and_takes_the_others(client, cohort, desk) -> None:
    imported, _page = check(client, cohort, table(*GOOD, *WRONG))

    without = start(client, imported)
    assert without.status_code == 422
    assert "Tick this, or correct the file and send it again." in text_of(without)

    assert start(client, imported, leave_out="y").status_code == 303
    jobs.run_due()

    assert last_import().status is ImportStatus.DONE
    invitations = db.session.scalars(sa.select(Invitation).order_by(Invitation.id)).all()
    assert [(each.email, each.member_state, each.locale, each.name) for each in invitations] == [
        ("maria@example.org", "KZ", "ru", "Мария Иванова"),
        ("yuri@example.org", "KZ", "en", "Юрий Петров"),
    ]


def test_import_makes_people_without_an_account_and_mails_each(client, cohort, desk) -> None:
    imported, page = check(client, cohort, "\n".join([HEAD, *GOOD]).encode("utf-8-sig"))
    assert "3 people get an invitation by mail." in page
    start(client, imported)
    jobs.run_due()

    people = db.session.scalars(sa.select(Person).order_by(Person.id)).all()
    assert [(each.user_id, each.family_name, each.given_names) for each in people] == [
        (None, "Иванова", "Мария"),
        (None, "Сұлтанов", "Әлихан"),
        (None, "Петров", "Юрий"),
    ]
    maria = people[0]
    assert (maria.born_on, maria.sex, maria.citizenship_codes, maria.phone) == (
        date(2001, 3, 15),
        Sex.FEMALE,
        ["KZ"],
        "+77011234567",
    )
    mails = db.session.scalars(sa.select(Message).order_by(Message.id)).all()
    assert [(each.address, each.locale) for each in mails] == [
        ("maria@example.org", "ru"),
        ("alikhan@example.org", "en"),
        ("yuri@example.org", "en"),
    ]
    page = text_of(client.get(f"/desk/imports/{imported.code}"))
    assert "The import is finished." in page
    assert "Imported: 3" in page


def test_the_same_file_twice_does_nothing_also_in_another_format(client, cohort, desk) -> None:
    imported, _page = check(client, cohort, "\n".join([HEAD, *GOOD]).encode("utf-16"))
    start(client, imported)
    jobs.run_due()
    first = db.session.scalars(sa.select(Invitation)).first()
    first.withdrawn_at = clock.now()

    target = io.BytesIO()
    with xlsxwriter.Workbook(target) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate([HEAD, *GOOD]):
            sheet.write_row(number, 0, row.split(";"))
    _again, page = check(client, cohort, target.getvalue(), "nominees.xlsx")

    assert "Imported before: 3" in page
    assert "No row can be imported." in page
    assert len(db.session.scalars(sa.select(Invitation.id)).all()) == 3


def test_a_changed_row_of_an_invited_address_is_an_error_at_its_address(client, cohort, desk) -> None:
    InvitationFactory(cohort=cohort, email="maria@example.org")

    _imported, page = check(client, cohort, "\n".join([HEAD, *GOOD]).encode())

    assert errors_in(page) == [
        ("2", "F: E-mail", "maria@example.org", "This address is invited to this cohort already.")
    ]


def test_import_goes_on_where_a_dead_worker_left_it(client, cohort, desk, monkeypatch) -> None:
    rows = [f"Иванова;Мария;;;;m{number}@example.org;;" for number in range(120)]
    imported, _page = check(client, cohort, table(*rows))
    start(client, imported)
    job = db.session.scalars(sa.select(jobs.Job).where(jobs.Job.kind == "admissions:import_nominees")).one()
    handler = jobs._handlers["admissions:import_nominees"]
    calls = []

    def die(*arguments):
        calls.append(1)
        if len(calls) == 75:
            raise KeyboardInterrupt
        return real(*arguments)

    from registry.admissions import jobs as nominee_jobs

    real = nominee_jobs._import_row
    monkeypatch.setattr(nominee_jobs, "_import_row", die)
    with pytest.raises(KeyboardInterrupt):
        handler(job.payload)
    assert len(db.session.scalars(sa.select(Invitation.id)).all()) == 50

    monkeypatch.setattr(nominee_jobs, "_import_row", real)
    jobs.run_due()

    assert len(db.session.scalars(sa.select(Invitation.id)).all()) == 120
    assert len(db.session.scalars(sa.select(Message.id)).all()) == 120
    assert last_import().status is ImportStatus.DONE


def test_import_stops_when_the_role_is_lost(client, cohort, desk) -> None:
    imported, _page = check(client, cohort, table(*GOOD[:1]))
    start(client, imported)
    grant = db.session.scalars(sa.select(RoleGrant)).one()
    grant.to_at = clock.now()
    db.session.commit()
    jobs.run_due()

    assert db.session.scalars(sa.select(Invitation)).all() == []
    row = db.session.scalars(sa.select(NomineeRow)).one()
    assert (row.status, row.errors) == (RowStatus.REFUSED, [[None, "Your account may not do this."]])


def test_import_shows_its_progress_without_script(client, cohort, desk) -> None:
    imported, _page = check(client, cohort, table(*GOOD[:1], GOOD[2]))
    start(client, imported)

    page = text_of(client.get(f"/desk/imports/{imported.code}"))

    assert "0 of 2 rows" in page
    assert re.search(r'<progress id="progress" max="2" value="0">', page)
    assert f'href="/desk/imports/{imported.code}"' in page


# -- What is refused


@pytest.mark.parametrize(
    ("data", "status", "message"),
    [
        (b"", 422, "no table"),
        (b"PK\x03\x04 broken", 422, "cannot be read"),
        (b"E-mail,Name\n", 422, "no table"),
        (table(*GOOD), 409, "Applications have closed"),
    ],
)
def test_upload_of_what_cannot_be_read_says_so_at_the_field(
    client, cohort, desk, data, status, message
) -> None:
    if status == 409:
        cohort.closes_at = clock.now()

    response = send(client, cohort, data)

    assert response.status_code == status
    assert message in text_of(response)
    assert last_import() is None


def test_upload_without_a_file_says_so(client, cohort, desk) -> None:
    response = client.post(f"/desk/cohorts/{cohort.code}/KZ/imports", data={})

    assert response.status_code == 422
    assert "Choose a file." in text_of(response)


def test_upload_keeps_no_path_of_the_files_name(client, cohort, desk) -> None:
    send(client, cohort, table(*GOOD), name="../secret/номи\u202eнанты.csv")

    assert last_import().file_name == "номинанты.csv"


def test_a_stale_page_cannot_start_the_import(client, cohort, desk) -> None:
    imported, _page = check(client, cohort, table(GOOD[0]))

    response = client.post(f"/desk/imports/{imported.code}", data={"version": "1"})

    assert response.status_code == 409
    assert last_import().status is ImportStatus.CHECKED


def test_discard_forgets_the_rows(client, cohort, desk) -> None:
    imported, _page = check(client, cohort, table(GOOD[0]))

    client.post(f"/desk/imports/{imported.code}/discard")

    assert last_import().status is ImportStatus.DISCARDED
    assert db.session.scalars(sa.select(NomineeRow)).all() == []
    assert start(client, last_import()).status_code == 409


def test_rows_are_forgotten_after_some_weeks(client, cohort, desk) -> None:
    imported, _page = check(client, cohort, table(GOOD[0]))
    start(client, imported)
    jobs.run_due()
    assert len(db.session.scalars(sa.select(NomineeRow)).all()) == 1

    with clock.travel(clock.now() + timedelta(days=31)):
        jobs.run_due()

    assert db.session.scalars(sa.select(NomineeRow)).all() == []
    assert len(db.session.scalars(sa.select(Invitation)).all()) == 1
