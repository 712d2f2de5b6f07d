"""An administrator reads the files of an application under the reason it was opened with, and leaves a trace."""

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa

from registry.access.actor import Actor, Grant
from registry.access.roles import Role
from registry.admissions.enums import ApplicationStatus as S
from registry.admissions.models import Answer, Application, Attachment
from registry.admissions.rules.attachments import name_files
from registry.core import clock
from registry.core.audit import AuditEntry
from registry.core.database import db
from tests.factories.accounts import UserFactory
from tests.factories.admissions import ApplicationFactory, AttachmentFactory
from tests.nominating import text_of

REASON = "The applicant asked us to check the diploma."


@pytest.fixture(autouse=True)
def _own_folder(app, tmp_path, monkeypatch) -> None:
    monkeypatch.setitem(app.config, "FILES_FOLDER", str(tmp_path / "files"))


def administrator() -> Actor:
    return Actor("administrator", user_id=UserFactory().id, grants=(Grant(Role.ADMINISTRATOR),))


def with_file(**values: object) -> tuple[Application, Attachment]:
    application = ApplicationFactory(**values)
    attachment = AttachmentFactory(
        application=application, data=b"%PDF-the diploma", name="Diploma of Dilnoza.pdf"
    )
    db.session.flush()
    db.session.add(
        Answer(
            application_id=application.id,
            question_id=attachment.question_id,
            value=name_files([attachment]),
        )
    )
    db.session.commit()
    return application, attachment


def address_of(application: Application, attachment: Attachment) -> str:
    return f"/admin/applications/{application.code}/files/{attachment.code}"


def open_it(client, application: Application) -> str:
    return text_of(client.post("/admin/applications", data={"code": application.code, "reason": REASON}))


def trail() -> list[tuple[str, str | None]]:
    return [
        (entry.action, entry.reason)
        for entry in db.session.scalars(sa.select(AuditEntry).order_by(AuditEntry.id))
    ]


def test_an_opened_application_offers_its_files_which_are_logged_under_the_same_reason(
    client, act_as
) -> None:
    application, attachment = with_file()
    act_as(administrator())

    page = open_it(client, application)
    (address,) = re.findall(r'action="(/admin/applications/[^"]+)"', page)
    response = client.post(address)

    assert address == address_of(application, attachment)
    assert "Diploma of Dilnoza.pdf" in page
    assert (response.status_code, response.get_data()) == (200, b"%PDF-the diploma")
    assert response.headers["Content-Disposition"] == f"attachment; filename=file-{attachment.code}.pdf"
    assert response.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert response.headers["Cache-Control"] == "private, no-store"
    assert trail() == [("admissions:application:open", REASON), ("admissions:attachment:open", REASON)]


@pytest.mark.parametrize("why", ["not opened", "long ago", "by a colleague", "another application"])
def test_without_a_reason_of_ones_own_the_file_stays_closed(client, act_as, why) -> None:
    application, attachment = with_file()
    somebody, actor = administrator(), administrator()
    if why == "long ago":
        act_as(actor)
        with clock.travel(clock.now() - timedelta(hours=1)):
            open_it(client, application)
    if why == "by a colleague":
        act_as(somebody)
        open_it(client, application)
    if why == "another application":
        act_as(actor)
        open_it(client, with_file()[0])
    act_as(actor)
    before = trail()

    response = client.post(address_of(application, attachment))

    assert response.headers["Location"] == f"/admin/applications?code={application.code}"
    page = text_of(client.get(response.headers["Location"]))
    assert "Open the application with a reason first" in page
    assert f'value="{application.code}"' in page
    assert trail() == before


@pytest.mark.parametrize("which", ["another's file", "a removed file", "a draft's file"])
def test_only_files_that_the_sent_application_names_are_there(client, act_as, which) -> None:
    application, attachment = with_file(**{"status": S.DRAFT} if which == "a draft's file" else {})
    opened, _other = with_file()
    if which == "a removed file":
        attachment.removed_at = clock.now()
        opened = application
    db.session.commit()
    act_as(administrator())
    open_it(client, opened)

    under = application if which == "a draft's file" else opened
    assert client.post(address_of(under, attachment)).status_code == 404
    assert [action for action, _ in trail()] == ["admissions:application:open"]
    assert client.get(f"/files/{attachment.code}").status_code == 403
