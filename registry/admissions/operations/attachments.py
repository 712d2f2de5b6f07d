"""Giving files with an application, and taking them back."""

from datetime import timedelta
from typing import Any

from registry.access.actor import Actor
from registry.admissions.enums import ApplicationStatus
from registry.admissions.models import Answer, Application, Attachment, Question
from registry.admissions.operations.journey import open_page
from registry.admissions.queries import attachments as queries
from registry.admissions.queries.journey import find_answer
from registry.admissions.rules.attachments import MOST_FILES, name_files
from registry.admissions.rules.sections import page_key
from registry.core import audit, clock, jobs, storage
from registry.core.codes import new_code
from registry.core.database import db
from registry.core.documents import Document
from registry.core.errors import Conflict, InvalidInput, NotFound
from registry.core.i18n import _l
from registry.core.transaction import storing, transaction

ONE_CONTENT = {"uq_attachment_current": ("file", _l("You have added this file already."))}
KEPT_UNNAMED = timedelta(days=1)
"""How long a stored file may wait for the transaction that names it."""


def add_attachment(
    application: Application,
    question: Question,
    document: Document,
    digest: str,
    *,
    entry: int = 1,
    instead_of: str = "",
    actor: Actor,
) -> Attachment:
    """Give a file, which lies in `core.storage` already; `instead_of` is the code of the one it replaces.

    Errors: as for `open_page`; InvalidInput("file") when there are too many; Conflict("file") for the same
            content twice; NotFound for a file to replace that is not there.
    """
    return _give(
        application,
        question,
        Attachment(
            digest=digest,
            name=document.name,
            media_type=document.media_type,
            size=len(document.data),
        ),
        entry=entry,
        instead_of=instead_of,
        actor=actor,
    )


def reuse_attachment(
    application: Application, question: Question, code: str, *, entry: int = 1, actor: Actor
) -> Attachment:
    """Give a file once more that the same person gave before; nothing is sent again.

    Errors: as for `add_attachment`; NotFound for somebody else's.
    """
    earlier = queries.get_earlier(application, code)
    return _give(
        application,
        question,
        Attachment(
            digest=earlier.digest, name=earlier.name, media_type=earlier.media_type, size=earlier.size
        ),
        entry=entry,
        actor=actor,
    )


def remove_attachment(
    application: Application, question: Question, code: str, *, entry: int = 1, actor: Actor
) -> None:
    """Take a file back.

    Errors: as for `open_page`; NotFound.
    """
    open_page(application, page_key(question, entry), actor=actor)
    _remove(application, question, entry, code, actor)
    _answer(application, question, entry)


def _give(
    application: Application,
    question: Question,
    attachment: Attachment,
    *,
    entry: int,
    instead_of: str = "",
    actor: Actor,
) -> Attachment:
    open_page(application, page_key(question, entry), actor=actor)
    if instead_of:
        _remove(application, question, entry, instead_of, actor)
    if len(queries.list_current(application)) >= MOST_FILES:
        raise InvalidInput(
            _l("This application has 10 files, and no more are possible. Remove one first."), field="file"
        )
    if not storage.renew(attachment.digest):
        raise Conflict(_l("This file is no longer here. Choose it again."), field="file")
    with storing(ONE_CONTENT) as session:
        attachment.code = new_code()
        attachment.application_id = application.id
        attachment.question_id = question.id
        attachment.entry = entry
        attachment.added_at = clock.now()
        session.add(attachment)
    _record(application, question, "add", actor, {"file": [None, attachment.code]})
    _answer(application, question, entry)
    return attachment


def _remove(application: Application, question: Question, entry: int, code: str, actor: Actor) -> None:
    given = queries.list_given(application, question, entry)
    attachment = next((each for each in given if each.code == code), None)
    if attachment is None:
        raise NotFound
    if application.status is ApplicationStatus.DRAFT:
        db.session.delete(attachment)
    else:
        attachment.removed_at = clock.now()
    db.session.flush()
    _record(application, question, "remove", actor, {"file": [code, None]})


def _record(
    application: Application, question: Question, what: str, actor: Actor, about: dict[str, Any]
) -> None:
    audit.record(
        application,
        f"admissions:attachment:{what}",
        actor,
        about=about | {"question": [None, question.key]},
    )


def _answer(application: Application, question: Question, entry: int) -> None:
    """The question's answer names the files that are there now."""
    given = name_files(queries.list_given(application, question, entry))
    answer = find_answer(application, question.id, entry)
    if not given:
        if answer is not None:
            db.session.delete(answer)
    elif answer is None:
        db.session.add(Answer(application=application, question=question, entry=entry, value=given))
    else:
        answer.value = given
    db.session.flush()


@jobs.periodic("admissions:unnamed_files", minutes=24 * 60)
def remove_unnamed_files() -> None:
    """Remove stored files that no application names: of uploads that failed, and of what was taken back."""

    def find_wanted(digests: Any) -> set[str]:
        with transaction():
            return queries.list_known_digests(digests)

    storage.remove_unwanted(find_wanted, before=clock.now() - KEPT_UNNAMED)
