"""Applicants who may be one person: listed, compared, merged, and parted again."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from registry.access import policy
from registry.access.permissions import Permission
from registry.access.web import current_actor, requires
from registry.admissions.models import Application
from registry.catalogue.models import Programme
from registry.catalogue.rules import pick_title
from registry.core.errors import NotFound, RegistryError
from registry.core.i18n import _, format_day
from registry.core.transaction import transaction
from registry.enrolments.forms import MergeForm
from registry.enrolments.operations import duplicates
from registry.enrolments.operations import people as operations
from registry.enrolments.operations.people import MergeInput
from registry.enrolments.queries import people as queries
from registry.enrolments.rules import is_rival, pair_rivals
from registry.enrolments.views.blueprint import bp
from registry.people.models import Person


@bp.get("/manage/programmes/<slug>/duplicates")
@requires(Permission.APPLICATION_PROCESS)
def list_duplicates(slug: str) -> str:
    """Applicants who may be one person, and what was merged."""
    programme = queries.get_programme(slug, actor=current_actor)
    return render_template(
        "enrolments/list_duplicates.html",
        programme=programme,
        programme_title=pick_title(programme),
        page=queries.list_duplicates(programme, key=request.args.get("page")),
        merges=queries.list_merges(programme),
        dismissals=queries.list_dismissals(programme),
    )


@bp.post("/manage/programmes/<slug>/duplicates/<first>/<second>/dismiss")
@requires(Permission.APPLICATION_PROCESS)
def dismiss_duplicate(slug: str, first: str, second: str) -> Response:
    """The two were compared, and are not the same person."""
    programme, people, _applications = _load(slug, first, second)
    try:
        with transaction():
            duplicates.dismiss_duplicate(programme, people[0], people[1], actor=current_actor)
    except RegistryError as error:
        flash(str(error), "error")
    else:
        flash(_("Remembered: these are two people. You can take this back below."))
    return redirect(url_for(".list_duplicates", slug=slug), 303)


@bp.post("/manage/programmes/<slug>/duplicates/dismissals/<dismissal>/restore")
@requires(Permission.APPLICATION_PROCESS)
def restore_duplicate(slug: str, dismissal: str) -> Response:
    """List two records again."""
    with transaction():
        programme = queries.get_programme(slug, actor=current_actor)
        duplicates.restore_duplicate(
            queries.get_dismissal(dismissal, programme), programme, actor=current_actor
        )
    flash(_("The two are possible duplicates again."))
    return redirect(url_for(".list_duplicates", slug=slug), 303)


@bp.route("/manage/programmes/<slug>/duplicates/<first>/<second>", methods=["GET", "POST"])
@requires(Permission.APPLICATION_PROCESS)
def merge_people(slug: str, first: str, second: str) -> Any:
    """Compare two records side by side, and make them one."""
    programme, people, applications = _load(slug, first, second)
    form = _make_form(people, applications)
    if form.validate_on_submit():
        given = MergeInput(reason=form.reason.data or "", chosen=form.chosen)
        try:
            with transaction():
                programme, people, _applications = _load(slug, first, second)
                kept, merged = people if form.kept.data == first else people[::-1]
                operations.merge_people(programme, kept, merged, given, actor=current_actor)
        except RegistryError as error:
            form.show(error)
        else:
            flash(_("The two records are one now. You can undo this below."))
            return redirect(url_for(".list_duplicates", slug=slug), 303)
        programme, people, applications = _load(slug, first, second)
    page = render_template(
        "enrolments/merge_people.html",
        programme=programme,
        programme_title=pick_title(programme),
        people=people,
        particulars=_compare(people),
        applications=[
            [application for application in applications if application.person_id == person.id]
            for person in people
        ],
        visible=frozenset(
            application.id
            for application in applications
            if policy.can(current_actor, Permission.APPLICATION_PROCESS, application)
        ),
        are_alike=bool(queries.list_shared_keys(programme, people[0], people[1])),
        form=form,
    )
    return page, form.http_status


def _load(slug: str, first: str, second: str) -> tuple[Programme, list[Person], list[Application]]:
    programme = queries.get_programme(slug, actor=current_actor)
    if first == second:
        raise NotFound
    people = [queries.get_applicant(code, programme) for code in (first, second)]
    return programme, people, list(queries.list_applications_of(people))


def _make_form(people: list[Person], applications: list[Application]) -> MergeForm:
    ours, theirs = (
        [each for each in applications if each.person_id == person.id and is_rival(each)] for person in people
    )
    rivals = {
        pair[0].cohort.code: [
            (each.code, _("%(code)s: %(status)s", code=each.code, status=each.status.label)) for each in pair
        ]
        for pair in pair_rivals(ours, theirs)
    }
    return MergeForm.over(
        [
            (person.code, _("%(code)s: %(name)s", code=person.code, name=person.display_name))
            for person in people
        ],
        rivals,
    )


def _compare(people: list[Person]) -> list[tuple[str, list[Any]]]:
    """What is known of both, line by line."""
    return [
        (_("Name"), [person.display_name for person in people]),
        (_("Name in the own script"), [person.native_name for person in people]),
        (_("Name in Latin letters"), [person.latin_name for person in people]),
        (_("Date of birth"), [format_day(person.born_on) for person in people]),
        (_("Sex"), [person.sex.label if person.sex else "" for person in people]),
        (_("E-mail address"), [person.email for person in people]),
        (_("Phone"), [person.phone for person in people]),
        (_("Account"), [_("Yes") if person.user_id else _("No") for person in people]),
    ]


@bp.post("/manage/programmes/<slug>/duplicates/<merge>/undo")
@requires(Permission.APPLICATION_PROCESS)
def undo_merge(slug: str, merge: str) -> Response:
    """Part two records again."""
    with transaction():
        programme = queries.get_programme(slug, actor=current_actor)
        parted = operations.undo_merge(queries.get_merge(merge, programme), programme, actor=current_actor)
    flash(_("The two records are parted again."))
    for code in parted.reopened:
        flash(_("Application %(code)s is open again, and the applicant is told.", code=code))
    for code, why in parted.still_closed.items():
        flash(_("Application %(code)s stays closed. %(why)s", code=code, why=why), "attention")
    return redirect(url_for(".list_duplicates", slug=slug), 303)
