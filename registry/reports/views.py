"""Pages of reports: sponsors' frozen releases, coordinators' live figures."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from registry.access.permissions import Permission
from registry.access.web import current_actor, requires
from registry.admissions.enums import AgeBand
from registry.core.errors import NotFound, RegistryError
from registry.core.forms import RegistryForm
from registry.core.i18n import _, country_name, format_day, pick_translation, sort_key
from registry.core.transaction import transaction
from registry.people.enums import Sex
from registry.places import queries as places
from registry.reports import findings, operations
from registry.reports.enrolment import INDICATORS, EnrolmentReport, ReportTable, Row
from registry.reports.files import write_report
from registry.reports.queries import subjects

bp = Blueprint("reports", __name__)
TILES_OF = "sco"


class ReleaseForm(RegistryForm):
    """Nothing to fill in: the parameters of a release are fixed."""


@bp.get("/sponsor")
@requires(Permission.SPONSOR_ENTER)
def show_sponsor_home() -> str:
    """The programmes a sponsor funds, each with its latest release."""
    programmes = subjects.list_funded_programmes(current_actor)
    releases: dict[int, list[Any]] = {programme.id: [] for programme in programmes}
    for release in subjects.list_releases(actor=current_actor):
        releases[release.programme_id].append(release)
    titles = {programme.id: _title(programme) for programme in programmes}
    latest = {key: operations.read_release(those[0]) for key, those in releases.items() if those}
    return render_template(
        "reports/show_sponsor_home.html",
        programmes=programmes,
        releases=releases,
        titles=titles,
        latest=latest,
    )


@bp.get("/sponsor/reports/<code>")
@requires(Permission.RELEASE_VIEW)
def show_release(code: str) -> str:
    """A release under its permanent address."""
    release = subjects.get_release(code, actor=current_actor)
    day = release.released_at.date()
    return render_template(
        "reports/show_release.html",
        release=release,
        correction=subjects.find_correction(release),
        others=subjects.list_releases(actor=current_actor, programme=release.programme)[:12],
        source=_("Release %(code)s of %(date)s", code=release.code, date=format_day(day)),
        **_page(operations.read_release(release), release.definitions, day),
    )


@bp.get("/sponsor/reports/<code>.csv")
@requires(Permission.RELEASE_VIEW)
def download_release(code: str) -> Response:
    """The same figures as a file."""
    release = subjects.get_release(code, actor=current_actor)
    day = release.released_at.date().isoformat()
    return _csv(operations.read_release(release), day, f"{release.programme.slug}-{release.code}.csv")


@bp.get("/manage/programmes/<slug>/report")
@requires(Permission.REPORT_VIEW_LIVE)
def show_live_report(slug: str) -> str:
    """The figures as they are now, for those who run the programme."""
    programme = subjects.get_reported_programme(slug, actor=current_actor)
    cohorts = subjects.list_counted_cohorts(programme)
    report = _build_live(programme)
    today = date.fromisoformat(report.facts["on"])
    return render_template(
        "reports/show_live_report.html",
        programme=programme,
        cohort_code=request.args.get("cohort"),
        cohorts=cohorts,
        cohort_names={cohort.code: pick_translation(cohort.names)[1] for cohort in cohorts},
        source=_("The registry’s count on %(date)s", date=format_day(today)),
        **_page(report, operations.freeze_definitions(), today),
    )


@bp.get("/manage/programmes/<slug>/report.csv")
@requires(Permission.REPORT_VIEW_LIVE)
def download_live_report(slug: str) -> Response:
    """The live figures as a file."""
    report = _build_live(subjects.get_reported_programme(slug, actor=current_actor))
    return _csv(report, report.facts["on"], f"{slug}-{report.facts['on']}.csv")


@bp.route("/manage/programmes/<slug>/releases", methods=["GET", "POST"])
@requires(Permission.RELEASE_MAKE)
def make_release(slug: str) -> ResponseReturnValue:
    """Releases of a programme so far; the button makes the next one."""
    form = ReleaseForm()
    if form.validate_on_submit():
        try:
            with transaction():
                programme = subjects.get_reported_programme(slug, actor=current_actor)
                release = operations.make_release(programme, actor=current_actor)
        except RegistryError as error:
            form.show(error)
        else:
            flash(_("Release %(code)s is published to the programme’s sponsors.", code=release.code))
            return redirect(url_for(".show_release", code=release.code), 303)
    programme = subjects.get_reported_programme(slug, actor=current_actor)
    releases = subjects.list_releases(actor=current_actor, programme=programme)
    return (
        render_template(
            "reports/make_release.html",
            programme=programme,
            title=_title(programme),
            releases=releases,
            form=form,
        ),
        form.http_status,
    )


def _build_live(programme: Any) -> EnrolmentReport:
    code = request.args.get("cohort") or None
    report = operations.build_live_report(programme, actor=current_actor, cohort_code=code)
    if code and not report.facts["cohorts"]:
        raise NotFound
    return report


def _page(report: EnrolmentReport, definitions: Mapping[str, Any], as_of: date) -> dict[str, Any]:
    bloc = places.find_bloc(TILES_OF)
    labels = {table.name: _label_rows(table, report) for table in report.tables}
    return {
        "report": report,
        "as_of": as_of,
        "title": _pick(report.facts["titles"]) or report.facts["programme"],
        "indicators": INDICATORS,
        "labels": labels,
        "states": _in_alphabetical_order(report.table("state")),
        "tiles": bloc.tiles if bloc and _is_mostly_in(bloc.tiles, report) else {},
        "place_names": {choice.value: choice.label for choice in places.list_bloc_choices()},
        "starts": {cohort["code"]: _read_day(cohort["starts_on"]) for cohort in report.facts["cohorts"]},
        "findings": {
            "state": findings.tell_by_state(report, labels["state"]),
            "funnel": findings.tell_funnel(report),
            "trend": findings.tell_trend(report),
        },
        "targets": [_show_target(target, report) for target in report.facts["targets"]],
        "reported": [
            {
                **result,
                "note": _pick(result["notes"]),
                "reported_on": _read_day(result["reported_on"]),
            }
            for result in report.facts["reported"]
        ],
        "definitions": [
            {
                "code": code,
                "title": _pick(definition["titles"]),
                "numerator": _pick(definition["numerators"]),
                "denominator": _pick(definition["denominators"]),
            }
            for code, definition in definitions.items()
        ],
    }


def _show_target(target: Mapping[str, Any], report: EnrolmentReport) -> dict[str, Any]:
    """A target beside the figure that was reached, where this report counts it."""
    figure = next((each for each in report.figures if INDICATORS[each] == target["indicator"]), None)
    reached = None
    if figure is not None:
        column = report.figures.index(figure)
        cells = {row.key: row.cells[column] for row in report.table("state").rows}
        reached = cells.get(target["member_state"]) if target["member_state"] else report.total(figure)
    return {
        **target,
        "title": _pick(target["titles"]),
        "due_on": _read_day(target["due_on"]),
        "reached": reached,
    }


def _is_mostly_in(tiles: Mapping[str, Any], report: EnrolmentReport) -> bool:
    """Whether most states of the report have a tile; otherwise tiles would show mostly zeros."""
    states = [row.key for row in report.table("state").rows]
    return 2 * len([state for state in states if state in tiles]) >= len(states)


def _pick(texts: Mapping[str, str]) -> str:
    return pick_translation(texts)[1] if any(texts.values()) else ""


def _read_day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _title(programme: Any) -> str:
    return _pick({text.locale: text.title for text in programme.translations}) or programme.slug


def _label_rows(table: ReportTable, report: EnrolmentReport) -> dict[str, str]:
    names: dict[str, Any] = {
        "state": {row.key: country_name(row.key) for row in table.rows},
        "sex": {sex.value: sex.label for sex in Sex},
        "age": {band.value: band.label for band in AgeBand},
        "cohort": {
            cohort["code"]: pick_translation(cohort["names"])[1] for cohort in report.facts["cohorts"]
        },
    }[table.name]
    return {row.key: str(names.get(row.key) or _("Not stated")) for row in table.rows}


def _in_alphabetical_order(table: ReportTable) -> list[Row]:
    return sorted(table.rows, key=lambda row: sort_key(country_name(row.key)))


def _csv(report: EnrolmentReport, as_of: str, name: str) -> Response:
    return Response(
        write_report(report, as_of),
        mimetype="text/csv",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
