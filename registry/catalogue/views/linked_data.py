"""Programmes and cohorts for search engines: schema.org EducationalOccupationalProgram."""

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import current_app

from registry.catalogue.enums import Credential, Mode, PartnershipRole
from registry.catalogue.models import Cohort, Programme
from registry.catalogue.queries import CohortPage, ProgrammePage
from registry.core.i18n import html_language, major_units, pick_translation

_MODES = {Mode.ONLINE: ["online"], Mode.ON_SITE: ["onsite"], Mode.HYBRID: ["online", "onsite"]}


def describe_programme(page: ProgrammePage) -> dict[str, Any]:
    """The programme, with the dates of the cohort that comes next if there is one."""
    address = f"/programmes/{page.programme.slug}"
    following = page.next_cohort
    return _describe(page.programme, address) | (_dates(following.cohort) if following else {})


def describe_cohort(page: CohortPage) -> dict[str, Any]:
    """The programme with the dates of this cohort; a cancelled one has none."""
    cohort = page.cohort
    return _describe(cohort.programme, f"/cohorts/{cohort.code}") | (_dates(cohort) if page.phase else {})


def _describe(programme: Programme, address: str) -> dict[str, Any]:
    locale, text = pick_translation({each.locale: each for each in programme.translations})
    providers = [
        {"@type": "Organization", "name": pick_translation(each.organisation.names)[1]}
        for each in programme.partnerships
        if each.role is PartnershipRole.PROVIDER
    ]
    described: dict[str, Any] = {
        "@context": ["https://schema.org", {"@language": html_language(locale)}],
        "@type": "EducationalOccupationalProgram",
        "name": text.title,
        "description": text.summary,
        "url": current_app.config["BASE_URL"] + address,
        "programType": str(programme.kind.label),
    }
    if providers:
        described["provider"] = providers if len(providers) > 1 else providers[0]
    if programme.mode:
        described["educationalProgramMode"] = _MODES[programme.mode]
    if programme.weeks:
        described["timeToComplete"] = f"P{programme.weeks}W"
    if programme.credential and programme.credential is not Credential.NONE:
        described["educationalCredentialAwarded"] = str(programme.credential.label)
    if programme.cost_minor is not None and programme.currency:
        price = major_units(programme.cost_minor, programme.currency)
        described["offers"] = {"@type": "Offer", "price": str(price), "priceCurrency": programme.currency}
    return described


def _dates(cohort: Cohort) -> dict[str, Any]:
    # The vocabulary knows days only: those of the host's calendar. The closing is the first instant that is too late.
    zone = ZoneInfo(cohort.zone)
    last_instant = cohort.closes_at - timedelta(microseconds=1)
    return {
        "applicationStartDate": cohort.opens_at.astimezone(zone).date().isoformat(),
        "applicationDeadline": last_instant.astimezone(zone).date().isoformat(),
        "startDate": cohort.starts_on.isoformat(),
        "endDate": cohort.ends_on.isoformat(),
        "maximumEnrollment": cohort.capacity,
    }
