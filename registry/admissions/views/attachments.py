"""Files of an application: the page that takes them, and the door they are read through."""

from collections.abc import Callable

from flask import flash, redirect, render_template, request, send_file, url_for
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response

from registry.access.permissions import Permission
from registry.access.web import current_actor, requires
from registry.admissions.enums import QuestionKind
from registry.admissions.forms.attachments import FileCodeForm, make_files_form
from registry.admissions.models import Application, Attachment
from registry.admissions.operations import attachments as operations
from registry.admissions.operations.journey import open_page
from registry.admissions.queries import attachments as queries
from registry.admissions.queries import journey as journeys
from registry.admissions.queries.corrections import find_reason
from registry.admissions.queries.seats import reload_locked
from registry.admissions.rules.attachments import MOST_FILES
from registry.admissions.rules.journey import Journey
from registry.admissions.rules.sections import FILE, AskedQuestion, name_page
from registry.admissions.views.blueprint import bp
from registry.admissions.views.journey import Answered, redirect_unless_draft
from registry.admissions.views.pages import CHECK, Way, describe_files, list_files
from registry.admissions.views.particulars import NotAsked, get_asked, leave_unasked, next_address
from registry.catalogue.rules import is_open
from registry.core import clock, storage
from registry.core.documents import MAX_BYTES, Document, read_document
from registry.core.errors import Conflict, InvalidInput, NotFound, RegistryError
from registry.core.i18n import _, _l
from registry.core.limits import limiter, takes_bytes
from registry.core.transaction import end_reading, transaction

ADD = "add"
LONGEST_BODY = 16 * 1024 * 1024
"""A photograph that is too large still arrives, so that its sentence can stand at the field."""

bp.add_app_template_filter(describe_files, "file_rows")


@bp.route("/apply/<code>/files/<key>", methods=["GET", "POST"], defaults={"entry": 1})
@bp.route("/apply/<code>/files/<key>/<int:entry>", methods=["GET", "POST"])
@requires(Permission.APPLICATION_EDIT)
@takes_bytes(LONGEST_BODY)
@limiter.limit("30/minute", methods=["POST"])
def save_files(code: str, key: str, entry: int) -> Answered:
    """The files that answer a question. Checking one is slow, so no transaction is open meanwhile."""
    application = journeys.find_current_application(code, actor=current_actor)
    elsewhere = redirect_unless_draft(code, application, name_page(FILE, key, entry))
    if application is None or elsewhere is not None:
        return elsewhere  # type: ignore[return-value]
    journey = journeys.get_journey(application)
    try:
        asked = _get_asked(journey, key, entry)
        form = make_files_form(asked.question, journey.answers.get(asked.key))
        if form.validate_on_submit():
            try:
                document, digest = _receive(form.file.data)
                with transaction():
                    journey = journeys.get_journey(reload_locked(application))
                    asked = _get_asked(journey, key, entry)
                    _save(journey.application, asked, document, digest, form.data.get("instead_of") or "")
                    journey = journeys.get_journey(application)
            except RegistryError as error:
                form.show(error)
            else:
                if request.form.get("action") == ADD:
                    return redirect(_here(code, key, entry), 303)
                return redirect(next_address(journey, asked.page), 303)
            journey = journeys.get_journey(application)
            asked = _get_asked(journey, key, entry)
    except NotAsked:
        return leave_unasked(application, name_page(FILE, key, entry))
    answer = journey.answers.get(asked.key)
    return render_template(
        "admissions/save_files.html",
        journey=journey,
        form=form,
        asking=asked,
        way=Way(journey.cohort),
        files=list_files(asked.question, answer),
        codes=[each["code"] for each in answer or ()],
        earlier=queries.list_earlier(journey.application, asked.question, entry),
        left=MOST_FILES - len(queries.list_current(journey.application)),
        is_open=is_open(journey.cohort, clock.now()),
        asked=find_reason(journey.application, asked.page),
        back=request.args.get("back") == CHECK,
    ), form.http_status


def _receive(upload: FileStorage | None) -> tuple[Document | None, str]:
    """The file, checked and stored; None where none was chosen."""
    if not upload:
        return None, ""
    end_reading()
    document = read_document(upload.stream.read(MAX_BYTES + 1), upload.filename or "")
    return document, storage.store(document.data)


def _save(
    application: Application, asked: AskedQuestion, document: Document | None, digest: str, instead_of: str
) -> None:
    action, question = request.form.get("action"), asked.question
    if document is not None:
        operations.add_attachment(
            application,
            question,
            document,
            digest,
            entry=asked.entry,
            instead_of=instead_of,
            actor=current_actor,
        )
        return
    is_empty = not queries.list_given(application, question, asked.entry)
    if action == ADD or (action is None and question.is_required and is_empty):
        raise InvalidInput(_l("Choose a file."), field="file")
    open_page(application, asked.page, actor=current_actor)


@bp.post("/apply/<code>/files/<key>/remove", defaults={"entry": 1})
@bp.post("/apply/<code>/files/<key>/<int:entry>/remove")
@requires(Permission.APPLICATION_EDIT)
def remove_file(code: str, key: str, entry: int) -> Answered:
    """Take a file back."""
    return _change(code, key, entry, operations.remove_attachment, _("The file is removed."))


@bp.post("/apply/<code>/files/<key>/again", defaults={"entry": 1})
@bp.post("/apply/<code>/files/<key>/<int:entry>/again")
@requires(Permission.APPLICATION_EDIT)
def reuse_file(code: str, key: str, entry: int) -> Answered:
    """Give a file here that was given before."""
    return _change(code, key, entry, operations.reuse_attachment, _("The file is added."))


def _change(code: str, key: str, entry: int, operation: Callable[..., object], done: str) -> Response:
    application = journeys.find_current_application(code, actor=current_actor)
    elsewhere = redirect_unless_draft(code, application, name_page(FILE, key, entry))
    if application is None or elsewhere is not None or not FileCodeForm().validate():
        return elsewhere or redirect(_here(code, key, entry), 303)
    try:
        with transaction():
            journey: Journey = journeys.get_journey(reload_locked(application))
            asked = _get_asked(journey, key, entry)
            operation(
                journey.application,
                asked.question,
                request.form.get("file", ""),
                entry=entry,
                actor=current_actor,
            )
    except NotAsked:
        return leave_unasked(application, name_page(FILE, key, entry))
    except (InvalidInput, Conflict) as error:
        flash(str(error), "error")
    else:
        flash(done)
    return redirect(_here(code, key, entry), 303)


def _here(code: str, key: str, entry: int) -> str:
    back = CHECK if request.args.get("back") == CHECK else None
    return url_for(".save_files", code=code, key=key, entry=entry, back=back)


def _get_asked(journey: Journey, key: str, entry: int) -> AskedQuestion:
    asked = get_asked(journey, key, entry)
    if asked.question.kind is not QuestionKind.FILE:
        raise NotFound
    return asked


@bp.get("/files/<code>")
@requires(Permission.ATTACHMENT_VIEW)
def download_file(code: str) -> Response:
    """The bytes, never shown inside a page of ours, under a name that says nothing of the person."""
    return send_attachment(queries.get_attachment(code, actor=current_actor))


def send_attachment(attachment: Attachment) -> Response:
    """The bytes as an attachment that no browser runs, shows inside a page, or keeps."""
    response = send_file(
        storage.path_of(attachment.digest),
        mimetype=attachment.media_type,
        as_attachment=True,
        download_name=f"file-{attachment.code}.{attachment.media_type.ending}",
        etag=False,
        last_modified=attachment.added_at,
    )
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    response.headers["Cache-Control"] = "private, no-store"
    return response
