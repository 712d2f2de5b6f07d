"""How the demo's programmes and cohorts come to be."""

from datetime import timedelta

from registry.access.roles import Role
from registry.accounts.operations.organisations import OrganisationText, create_organisation
from registry.admissions.operations import cohorts
from registry.admissions.operations.cohorts import CohortConditions, CohortDates, CohortSelection
from registry.admissions.rules.eligibility import Scope
from registry.catalogue import operations as catalogue
from registry.catalogue.enums import NominationMode, PartnershipRole, ResultQualifier
from registry.catalogue.models import Cohort
from registry.catalogue.operations.programmes import ProgrammeFacts, ProgrammeText
from registry.catalogue.operations.results import Declared, Planned
from registry.demo import queries
from registry.demo.forms import compose_form
from registry.demo.plan import CohortPlan, name_cohort, number_cohort
from registry.demo.programmes import ACADEMY, FUND, ORGANISATIONS, PROGRAMMES, SOURCE, ProgrammePlan
from registry.demo.reviewing import found_criteria
from registry.demo.world import World
from registry.places.enums import Standing

LEAD = 14
"""Days between publishing a cohort and opening its window."""


def found_organisations(world: World) -> None:
    """The fictional provider and the fictional sponsor."""
    for plan in ORGANISATIONS:
        text = OrganisationText(kind=plan.kind, country=None, names=plan.names, source=SOURCE)
        create_organisation(plan.code, text, actor=world.staff[Role.ADMINISTRATOR])


def found_programmes(world: World) -> None:
    """The fictional programmes: texts, partners, targets, and what the provider declares."""
    for plan in PROGRAMMES:
        _found_programme(world, plan)


def _found_programme(world: World, plan: ProgrammePlan) -> None:
    administrator = world.staff[Role.ADMINISTRATOR]
    texts = {
        locale: ProgrammeText(title, plan.summaries[locale], plan.descriptions[locale])
        for locale, title in plan.titles.items()
    }
    catalogue.create_programme(plan.slug, plan.kind, texts["en"], locale="en", actor=administrator)
    programme = queries.get_programme(plan.slug)
    facts = ProgrammeFacts(
        kind=plan.kind,
        level=plan.level,
        weeks=plan.weeks,
        hours_per_week=plan.hours_per_week,
        mode=plan.mode,
        languages=plan.languages,
        cost_minor=0,
        currency="USD",
        credential=plan.credential,
        topics=plan.topics,
        source=SOURCE,
    )
    catalogue.edit_programme(programme, facts, version=None, actor=administrator)
    for locale in ("ru", "zh"):
        catalogue.edit_text(programme, locale, texts[locale], version=None, actor=administrator)
    for code, role in ((ACADEMY, PartnershipRole.PROVIDER), (FUND, PartnershipRole.SPONSOR)):
        organisation = queries.get_organisation(code)
        catalogue.add_partner(programme, organisation, role, source=SOURCE, actor=administrator)
    catalogue.change_programme_status(programme, "publish", reason=None, actor=administrator)
    for indicator, value in plan.targets:
        due_on = world.on + timedelta(days=120)
        planned = Planned(queries.get_indicator(indicator), "", value, due_on, SOURCE)
        catalogue.set_target(programme, None, planned, actor=administrator)
    if plan.declared:
        declared = Declared(
            indicator="participants",
            value=plan.declared,
            qualifier=ResultQualifier.OVER,
            place="",
            reported_on=world.on - timedelta(days=200),
            notes={},
            source=SOURCE,
        )
        catalogue.add_result(programme, declared, actor=administrator)


def found_cohort(world: World, plan: CohortPlan) -> Cohort:
    """Plan a cohort and publish it."""
    coordinator = world.staff[Role.COORDINATOR]
    days = plan.days
    starts_on = world.on + timedelta(days=days.starts)
    opens_at = plan.instant(world.on, days.opens, 9)
    dates = CohortDates(
        names=name_cohort(number_cohort(plan), starts_on),
        zone=plan.zone,
        opens_at=opens_at,
        closes_at=plan.instant(world.on, days.closes),
        release_at=None if days.release is None else plan.instant(world.on, days.release, 10),
        accept_by_days=plan.accept_by_days,
        starts_on=starts_on,
        ends_on=world.on + timedelta(days=days.ends),
        place=plan.place,
    )
    programme = queries.get_programme(plan.programme)
    seats = world.seats(plan)
    created = cohorts.create_cohort(programme, dates, capacity=sum(seats.values()), actor=coordinator)
    cohort = queries.get_cohort(created.code)
    conditions = CohortConditions(
        age_on=starts_on,
        standing_on=opens_at.date(),
        age_min=plan.ages[0],
        age_max=plan.ages[1],
        scopes=frozenset(Scope(bloc, Standing.MEMBER) for bloc in plan.blocs),
        languages=(plan.speaks,) if plan.speaks else (),
        needs_latin_name=plan.needs_latin_name,
    )
    cohorts.edit_conditions(cohort, conditions, version=None, actor=coordinator)
    selection = CohortSelection(
        selection=plan.selection,
        nomination=plan.nomination,
        quota_basis=plan.basis,
        general_serves_all=plan.general_serves_all,
        is_blind=plan.is_blind,
        endorse_by_at=plan.instant(world.on, days.closes + 5)
        if plan.nomination is not NominationMode.OPEN
        else None,
        reviews_due_at=plan.instant(world.on, max(days.closes, days.release - 3))
        if days.release is not None
        else None,
    )
    cohorts.edit_selection(cohort, selection, version=None, actor=coordinator)
    cohorts.set_quotas(cohort, capacity=sum(seats.values()), seats=seats, version=None, actor=coordinator)
    if plan.days.release is not None:
        found_criteria(world, cohort)
    if plan.asks_about_shops:
        compose_form(cohort, actor=coordinator)
    cohorts.publish_cohort(cohort, actor=coordinator)
    return cohort
