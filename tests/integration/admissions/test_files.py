"""Files of an application: given, replaced, used again, removed, and read by those who may."""

import io
import re
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from registry.access.actor import Actor, Grant
from registry.access.roles import Role
from registry.admissions.enums import ApplicationStatus, QuestionKind
from registry.admissions.models import Answer, Application, Attachment
from registry.admissions.operations.attachments import remove_unnamed_files
from registry.core import storage
from registry.core.audit import AuditEntry
from registry.core.database import db
from registry.core.documents import MAX_BYTES
from tests.factories.accounts import UserFactory
from tests.factories.actors import applicant, coordinator, focal_point
from tests.factories.admissions import (
    ApplicationFactory,
    AssignmentFactory,
    AttachmentFactory,
    QuestionFactory,
)
from tests.factories.catalogue import CohortFactory, ProgrammeFactory
from tests.factories.documents import make_jpeg, make_pdf, make_png, opening_action
from tests.factories.journeys import known_person, open_cohort, ready_draft
from tests.forms_table import assert_field_errors

S = ApplicationStatus


@pytest.fixture(autouse=True)
def _own_folder(app, tmp_path, monkeypatch) -> None:
    monkeypatch.setitem(app.config, "FILES_FOLDER", str(tmp_path / "files"))


@pytest.fixture
def draft(acting_as) -> Application:
    application, actor = ready_draft(open_cohort(with_files=True))
    acting_as(actor)
    return application


@pytest.fixture
def give(client, draft):
    """give(data, name, ...): send a file to the question; without data only the button is pressed."""

    def send(data: bytes | None = None, name: str = "diploma.pdf", *, key: str = "diploma", **fields: str):
        file = FileStorage(io.BytesIO(data or b""), name if data is not None else "", "file")
        # Encoded here, because the client would leave a large body's temporary file open.
        boundary, body = encode_multipart({**fields, "file": file})
        return client.post(
            f"/apply/{draft.cohort.code}/files/{key}",
            data=body,
            content_type=f"multipart/form-data; boundary={boundary}",
        )

    return send


def list_given(application: Application, key: str = "diploma") -> list[str]:
    """The names that the answer holds, which must be those of the files that are there."""
    attachments = db.session.scalars(
        sa.select(Attachment)
        .join(Attachment.question)
        .where(
            Attachment.application_id == application.id,
            Attachment.removed_at.is_(None),
            Attachment.question.has(key=key),
        )
        .order_by(Attachment.id)
    ).all()
    answer = db.session.scalar(
        sa.select(Answer).where(Answer.application_id == application.id, Answer.question.has(key=key))
    )
    assert [each["code"] for each in (answer.value if answer else [])] == [each.code for each in attachments]
    return [each.name for each in attachments]


def test_save_files_keeps_the_file_and_shows_it_everywhere(client, draft, give) -> None:
    data = make_pdf()

    answer = give(data, "My diploma.pdf", action="add")

    assert answer.status_code == 303
    page = client.get(answer.location).get_data(as_text=True)
    assert "My diploma.pdf" in page
    assert "PDF, 1 kB" in page
    assert "9 more files are possible" in page
    check = client.get(f"/apply/{draft.cohort.code}/check").get_data(as_text=True)
    address = re.search(r'href="(/files/\w+)"', check)
    assert address
    assert client.get(address[1]).get_data() == data
    assert list_given(draft) == ["My diploma.pdf"]


def test_save_files_continue_takes_the_file_along_and_goes_on(draft, give) -> None:
    answer = give(make_pdf())

    assert answer.location == f"/apply/{draft.cohort.code}/check"
    assert list_given(draft) == ["diploma.pdf"]


def test_save_files_twice_the_same_content_is_told_at_the_field(draft, give) -> None:
    give(make_pdf(), action="add")

    assert_field_errors(give(make_pdf(), "other.pdf", action="add"), {"file"}, status=409)
    assert list_given(draft) == ["diploma.pdf"]


def test_save_files_replace_puts_the_new_file_in_the_place_of_the_old(draft, give) -> None:
    give(make_pdf(), "old.pdf", action="add")
    give(make_png(), "other.png", action="add")
    old = db.session.scalars(sa.select(Attachment).where(Attachment.name == "old.pdf")).one()

    give(make_jpeg(), "new.jpg", action="add", instead_of=old.code)

    assert list_given(draft) == ["other.png", "new.jpg"]


LIES = {
    "HTML as PNG": (b"<!doctype html><script>alert(1)</script>", "not a PDF, JPEG or PNG"),
    "PDF with JavaScript": (make_pdf(opening_action("/JavaScript", JS="app.alert(1)")), "contains a script"),
    "5 MB and a byte": (b"%PDF-" + bytes(MAX_BYTES - 4), "larger than 5 MB"),
    "8 MB": (b"\xff\xd8\xff" + bytes(8 * 1024 * 1024), "larger than 5 MB"),
}


@pytest.mark.parametrize("lie", LIES)
def test_save_files_that_lie_stores_nothing_and_says_why_at_the_field(app, draft, give, lie) -> None:
    data, sentence = LIES[lie]

    answer = give(data, "innocent.png", action="add")

    assert_field_errors(answer, {"file"})
    assert sentence in answer.get_data(as_text=True)
    assert list_given(draft) == []
    assert not [each for each in Path(app.config["FILES_FOLDER"]).rglob("*") if each.is_file()]


def test_save_files_far_too_large_gets_a_page_of_its_own(give) -> None:
    answer = give(bytes(17 * 1024 * 1024), "film.pdf", action="add")

    assert answer.status_code == 413
    assert "The file is too large" in answer.get_data(as_text=True)


def test_other_pages_take_no_more_than_before(client, draft) -> None:
    answer = client.post(f"/apply/{draft.cohort.code}/contact", data={"phone": "1" * 3_000_000})

    assert answer.status_code == 413


def test_save_files_without_a_file_asks_for_one(draft, give) -> None:
    assert_field_errors(give(action="add"), {"file"})


def test_save_files_optional_question_can_be_left_out(draft, give) -> None:
    assert give().location == f"/apply/{draft.cohort.code}/check"
    assert list_given(draft) == []


def test_required_file_blocks_sending_until_it_is_there(client, acting_as) -> None:
    cohort = open_cohort(with_files=True)
    db.session.execute(sa.text("UPDATE question SET is_required = true WHERE kind = 'file'"))
    application, actor = ready_draft(cohort)
    acting_as(actor)
    address = f"/apply/{cohort.code}/files/diploma"

    assert_field_errors(client.post(address), {"file"})
    assert client.post(address, data={"action": "save"}).location == f"/apply/{cohort.code}/tasks"
    client.post(f"/apply/{cohort.code}/check")
    assert db.session.get_one(Application, application.id).status is S.DRAFT

    client.post(address, data={"file": (io.BytesIO(make_pdf()), "a.pdf")})
    client.post(f"/apply/{cohort.code}/check")
    assert db.session.get_one(Application, application.id).status is S.SUBMITTED


def test_eleventh_file_is_refused_and_replacing_is_not(draft, give) -> None:
    question = QuestionFactory(form_version=draft.form_version, kind=QuestionKind.FILE, key="others")
    others = AttachmentFactory.create_batch(9, application=draft, question=question)
    give(make_pdf(), "tenth.pdf", action="add")

    eleventh = give(make_png(), "eleventh.png", action="add")

    assert_field_errors(eleventh, {"file"})
    assert "10 files" in eleventh.get_data(as_text=True)
    assert list_given(draft) == ["tenth.pdf"]
    tenth = db.session.scalars(sa.select(Attachment).where(Attachment.name == "tenth.pdf")).one()
    assert give(make_png(), "new.png", action="add", instead_of=tenth.code).status_code == 303
    assert list_given(draft) == ["new.png"]
    assert len(others) == 9


def test_remove_file_takes_it_out_of_the_answer_and_off_the_disk(app, client, draft, give) -> None:
    give(make_pdf(), action="add")
    attachment = db.session.scalars(sa.select(Attachment)).one()
    code, digest = attachment.code, attachment.digest

    client.post(f"/apply/{draft.cohort.code}/files/diploma/remove", data={"file": code})

    assert list_given(draft) == []
    assert db.session.scalars(sa.select(Attachment)).all() == []
    assert client.get(f"/files/{code}").status_code == 404
    # Files carry the machine's time: two days on, what nobody names is old.
    remove_unnamed_files()
    assert not storage.path_of(digest).exists()
    actions = db.session.scalars(
        sa.select(AuditEntry.action).where(AuditEntry.action.contains("attachment")).order_by(AuditEntry.id)
    )
    assert list(actions) == ["admissions:attachment:add", "admissions:attachment:remove"]


def test_remove_unnamed_files_keeps_what_is_named(draft, give) -> None:
    give(make_pdf(), action="add")

    remove_unnamed_files()

    assert storage.path_of(db.session.scalars(sa.select(Attachment.digest)).one()).exists()


def test_reuse_file_offers_what_the_person_gave_before_and_nothing_of_others(
    client, draft, acting_as
) -> None:
    person = draft.person
    earlier = AttachmentFactory(application=ApplicationFactory(person=person), name="passport.pdf")
    foreign = AttachmentFactory(name="foreign.pdf")
    address = f"/apply/{draft.cohort.code}/files/diploma"
    page = client.get(address).get_data(as_text=True)

    assert "passport.pdf" in page
    assert "foreign.pdf" not in page
    assert client.post(f"{address}/again", data={"file": earlier.code}).status_code == 303
    assert client.post(f"{address}/again", data={"file": foreign.code}).status_code == 404
    assert list_given(draft) == ["passport.pdf"]
    given = db.session.scalars(sa.select(Attachment).where(Attachment.application_id == draft.id)).one()
    assert (given.digest, given.code != earlier.code) == (earlier.digest, True)


def test_files_of_a_sent_application_no_longer_change(client, draft, give) -> None:
    give(make_pdf(), action="add")
    code = db.session.scalars(sa.select(Attachment.code)).one()
    client.post(f"/apply/{draft.cohort.code}/check")

    assert give(make_png(), action="add").location == f"/my/applications/{draft.code}"
    client.post(f"/apply/{draft.cohort.code}/files/diploma/remove", data={"file": code})

    assert list_given(draft) == ["diploma.pdf"]
    page = client.get(f"/my/applications/{draft.code}").get_data(as_text=True)
    assert f'href="/files/{code}"' in page


def test_save_files_is_the_page_of_file_questions_only(client, draft) -> None:
    assert client.get(f"/apply/{draft.cohort.code}/files/motivation").status_code == 404
    assert client.get(f"/apply/{draft.cohort.code}/questions/diploma").status_code == 404
    assert (
        client.post(f"/apply/{draft.cohort.code}/questions/diploma", data={"answer": "x"}).status_code == 404
    )


# -- Who reads them


def make_reader(role: str, application: Application) -> Actor:
    """Somebody who has nothing to do with the application but by the role."""
    slug = application.cohort.programme.slug
    user = UserFactory()
    if role == "assigned reviewer":
        AssignmentFactory(application=application, user=user)
    return {
        "applicant": applicant(application.person),
        "other applicant": applicant(known_person()),
        "coordinator": coordinator(slug, user.id),
        "coordinator of another programme": coordinator("other", user.id),
        "focal point of the state": replace(focal_point("UZ"), user_id=user.id),
        "focal point of another state": replace(focal_point("KZ"), user_id=user.id),
        "assigned reviewer": Actor("r", user_id=user.id, grants=(Grant(Role.REVIEWER, programme=slug),)),
        "other reviewer": Actor("r", user_id=user.id, grants=(Grant(Role.REVIEWER, programme=slug),)),
        "sponsor": Actor("s", user_id=user.id, grants=(Grant(Role.SPONSOR, organisation="fund"),)),
        "administrator": Actor("a", user_id=user.id, grants=(Grant(Role.ADMINISTRATOR),)),
    }[role]


# Role -> who reads a file of a draft, of a sent application, of one in a blind cohort.
READERS = {
    "applicant": (200, 200, 200),
    "other applicant": (404, 404, 404),
    "coordinator": (404, 200, 200),
    "coordinator of another programme": (404, 404, 404),
    "focal point of the state": (404, 200, 200),
    "focal point of another state": (404, 404, 404),
    "assigned reviewer": (404, 200, 404),
    "other reviewer": (404, 404, 404),
    "sponsor": (403, 403, 403),
    "administrator": (403, 403, 403),
}


@pytest.mark.parametrize("role", READERS)
def test_download_file_by_role(client, acting_as, role) -> None:
    found = []
    for status, is_blind in ((S.DRAFT, False), (S.UNDER_REVIEW, False), (S.UNDER_REVIEW, True)):
        application = ApplicationFactory(
            status=status, cohort=CohortFactory(programme=ProgrammeFactory(), is_blind=is_blind)
        )
        attachment = AttachmentFactory(application=application, data=b"%PDF-secret")
        acting_as(make_reader(role, application))
        response = client.get(f"/files/{attachment.code}")
        assert (b"secret" in response.get_data()) == (response.status_code == 200)
        found.append(response.status_code)

    assert tuple(found) == READERS[role]


def test_download_file_is_an_attachment_that_can_do_nothing(client, acting_as) -> None:
    attachment = AttachmentFactory(name="диплом Дильнозы.pdf")
    acting_as(applicant(attachment.application.person))

    response = client.get(f"/files/{attachment.code}")

    assert response.mimetype == "application/pdf"
    assert response.headers["Content-Disposition"] == f"attachment; filename=file-{attachment.code}.pdf"
    assert response.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize("is_blind", [False, True])
def test_show_review_names_files_unless_the_cohort_is_blind(client, acting_as, is_blind) -> None:
    application = ApplicationFactory(status=S.UNDER_REVIEW, cohort=CohortFactory(is_blind=is_blind))
    attachment = AttachmentFactory(application=application, name="Karimova.pdf")
    db.session.add(
        Answer(
            application=application,
            question=attachment.question,
            value=[{"code": attachment.code, "name": "Karimova.pdf", "type": "application/pdf", "size": 9}],
        )
    )
    acting_as(make_reader("assigned reviewer", application))

    page = client.get(f"/reviews/{application.code}").get_data(as_text=True)

    assert ("Karimova.pdf" in page) is not is_blind
    assert (f"/files/{attachment.code}" in page) is not is_blind


def test_a_coordinator_finds_the_files_on_the_application_page(client, acting_as, draft, give) -> None:
    give(make_pdf(), "Diploma of Dilnoza.pdf", action="add")
    client.post(f"/apply/{draft.cohort.code}/check")
    code = db.session.scalars(sa.select(Attachment.code)).one()
    acting_as(coordinator(user_id=1))

    page = client.get(f"/manage/applications/{draft.code}").get_data(as_text=True)

    assert f'href="/files/{code}"' in page
    assert "Diploma of Dilnoza.pdf" in page
