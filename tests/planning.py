"""What the tests of planning cohorts type and look up."""

import sqlalchemy as sa

from registry.access.actor import Actor, Grant
from registry.access.roles import Role
from registry.catalogue.models import Cohort
from registry.catalogue.queries.cohorts import get_managed_cohort
from registry.core.audit import AuditEntry
from registry.core.database import db

ADMINISTRATOR = Actor(label="a", user_id=1, grants=(Grant(Role.ADMINISTRATOR),))


def date_fields(name: str, day: str) -> dict[str, str]:
    year, month, number = day.split("-") if day else ("", "", "")
    return {f"{name}-day": number, f"{name}-month": month, f"{name}-year": year}


DATES = {
    "version": "1",
    "shown": "{}",
    "name_en": "Autumn 2027",
    "name_ru": "Осень 2027",
    "name_zh": "",
    "zone": "Asia/Tashkent",
    **date_fields("opens_on", "2027-04-01"),
    "opens_time": "09:00",
    **date_fields("closes_on", "2027-06-30"),
    "closes_time": "23:59",
    **date_fields("release_on", "2027-07-15"),
    "release_time": "12.00",
    "accept_by_days": "10",
    **date_fields("starts_on", "2027-09-01"),
    **date_fields("ends_on", "2027-10-15"),
    "place": "Tashkent",
    "reason": "",
}
NEW = DATES | {"version": "0", "capacity": "30"}
CONDITIONS = {
    "version": "1",
    "shown": "{}",
    "age_min": "18",
    "age_max": "35",
    **date_fields("age_on", "2027-09-01"),
    "blocs": ["sco:member", "asean:member"],
    "countries": ["KE"],
    **date_fields("standing_on", "2027-04-01"),
    "education_min": "isced_3",
    "language_1": "ru",
    "level_1": "b1",
    "language_2": "en",
    "level_2": "a2",
    "language_3": "",
    "level_3": "",
    "needs_latin_name": "y",
}
SELECTION = {
    "version": "1",
    "shown": "{}",
    "selection": "first_come",
    "nomination": "open",
    "without_focal_point": "coordinator",
    **date_fields("endorse_by_on", ""),
    "endorse_by_time": "",
    "quota_basis": "residence",
    "general_serves_all": "y",
}
SEATS = {
    "version": "1",
    "shown": "{}",
    "capacity": "30",
    "seats_UZ": "10",
    "seats_KZ": "5",
    "seats_general": "15",
}


def load(code: str) -> Cohort:
    return get_managed_cohort(code, actor=ADMINISTRATOR)


def last_entry() -> AuditEntry:
    entry = db.session.scalar(sa.select(AuditEntry).order_by(AuditEntry.id.desc()).limit(1))
    assert entry is not None
    return entry
