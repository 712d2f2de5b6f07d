"""The demo's cohorts: who may apply, how many do, and on which days. Days count from the demo's own day."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from registry.admissions.enums import SelectionOrder
from registry.admissions.rules.selection import SelectionSettings
from registry.catalogue.enums import NominationMode, QuotaBasis, SelectionMethod
from registry.catalogue.models import GENERAL
from registry.outcomes.enums import WaveKind
from registry.people.enums import LanguageLevel

SCO = ("BY", "CN", "IN", "IR", "KG", "KZ", "PK", "RU", "TJ", "UZ")
ASEAN = ("ID", "TH", "VN")
AFRICA = ("EG", "ET", "KE", "NG")

SCHOOL = "demo-online-trade-school"
INCUBATOR = "demo-export-incubator"
STORE = "demo-first-store"
FELLOWSHIP = "demo-logistics-fellowship"


@dataclass(frozen=True)
class Days:
    """The days of a cohort, relative to the demo's day; negative ones are in its past."""

    opens: int
    closes: int
    starts: int
    ends: int
    release: int | None = None
    cancelled: int | None = None


@dataclass(frozen=True, eq=False)
class CohortPlan:
    """One cohort."""

    programme: str
    days: Days
    pools: dict[str, int]
    applicants: int = 0
    """How many apply over the whole window."""
    blocs: tuple[str, ...] = ("sco",)
    states: tuple[str, ...] = SCO
    weights: dict[str, int] = field(default_factory=dict)
    """How many come from where, in proportion; empty for the usual proportions."""
    selection: SelectionMethod = SelectionMethod.SCORED
    nomination: NominationMode = NominationMode.OPEN
    basis: QuotaBasis = QuotaBasis.CITIZENSHIP
    ages: tuple[int, int] = (16, 35)
    accept_by_days: int = 7
    zone: str = "Asia/Almaty"
    place: str = ""
    is_blind: bool = True
    run: SelectionSettings | None = None
    """How a selection run decides; without one, the coordinator stages state by state."""
    pools_open: int | None = None
    """The day from which unused seats are everybody's."""
    needs_latin_name: bool = False
    asks_about_shops: bool = False
    """Whether its form goes beyond the standard one."""
    general_serves_all: bool = False
    speaks: tuple[str, LanguageLevel] | None = None
    """A language (BCP 47) that applicants need."""
    waves: tuple[WaveKind, ...] = ()

    def instant(self, on: date, days: int, hour: int = 0) -> datetime:
        """An hour of a day of the host's, counted from the demo's day."""
        return datetime.combine(on + timedelta(days=days), time(hour), ZoneInfo(self.zone))


def _each(states: tuple[str, ...], seats: int) -> dict[str, int]:
    return dict.fromkeys(states, seats)


_NOMINATED: dict[str, Any] = {
    "selection": SelectionMethod.NOMINATED,
    "nomination": NominationMode.APPLY_THEN_ENDORSE,
    "ages": (18, 35),
    "zone": "Asia/Tashkent",
    "place": "Tashkent",
    "is_blind": False,
    "run": SelectionSettings(SelectionOrder.FOCAL_RANK, women_share=45, rural_share=30, longest_list=8),
}
_FIRST_COME: dict[str, Any] = {
    "selection": SelectionMethod.FIRST_COME,
    "blocs": ("sco", "asean", "au"),
    "states": (*SCO, *ASEAN, *AFRICA),
    "weights": _each((*SCO, *ASEAN, *AFRICA), 4) | {"KZ": 9, "UZ": 8, "CN": 7, "NG": 6, "ID": 6},
    "ages": (14, 24),
    "accept_by_days": 3,
    "zone": "Asia/Shanghai",
}
_ABROAD: dict[str, Any] = {
    "blocs": ("asean", "au"),
    "states": (*ASEAN, *AFRICA),
    "weights": _each((*ASEAN, *AFRICA), 1),
    "basis": QuotaBasis.RESIDENCE,
    "ages": (18, 35),
    "zone": "Africa/Nairobi",
    "place": "Nairobi",
    "speaks": ("en", LanguageLevel.B1),
    "run": SelectionSettings(SelectionOrder.LOTTERY, women_share=40),
}

COHORTS = (
    CohortPlan(
        SCHOOL,
        Days(-420, -375, -340, -250, release=-360),
        _each(SCO, 15) | {GENERAL: 20},
        applicants=380,
        general_serves_all=True,
        waves=(WaveKind.EXIT, WaveKind.MONTHS_3, WaveKind.MONTHS_6),
    ),
    CohortPlan(SCHOOL, Days(-120, -80, -45, 40, release=-68), _each(SCO, 15), applicants=330),
    CohortPlan(SCHOOL, Days(-45, -4, 30, 115, release=4), _each(SCO, 15), applicants=290),
    CohortPlan(SCHOOL, Days(-18, 20, 75, 160, release=34), _each(SCO, 16), applicants=300, pools_open=55),
    CohortPlan(SCHOOL, Days(16, 60, 110, 200, release=75), _each(SCO, 18)),
    CohortPlan(
        INCUBATOR,
        Days(-330, -290, -250, -160, release=-272),
        _each(SCO, 6),
        applicants=150,
        accept_by_days=10,
        waves=(WaveKind.EXIT, WaveKind.MONTHS_3),
        **_NOMINATED,
    ),
    CohortPlan(
        INCUBATOR,
        Days(-70, -30, 25, 95, release=-3),
        _each(SCO, 6) | {"KG": 3, "TJ": 3, "BY": 3, "IR": 5},
        applicants=180,
        weights=_each(SCO, 10) | {"IR": 2, "BY": 4, "KZ": 14, "UZ": 14},
        accept_by_days=10,
        pools_open=15,
        **_NOMINATED,
    ),
    CohortPlan(
        INCUBATOR,
        Days(-15, 15, 70, 140, release=40),
        _each(SCO, 6),
        applicants=140,
        needs_latin_name=True,
        asks_about_shops=True,
        **_NOMINATED,
    ),
    CohortPlan(
        STORE,
        Days(-200, -185, -175, -165),
        {GENERAL: 90},
        applicants=130,
        waves=(WaveKind.EXIT,),
        **_FIRST_COME,
    ),
    CohortPlan(STORE, Days(-95, -70, -50, -40, cancelled=-74), {GENERAL: 60}, applicants=40, **_FIRST_COME),
    CohortPlan(
        STORE,
        Days(-6, 10, 16, 26),
        {"KZ": 8, "UZ": 8, "CN": 8, "NG": 6, GENERAL: 40},
        applicants=260,
        **_FIRST_COME,
    ),
    CohortPlan(STORE, Days(5, 20, 28, 38), {GENERAL: 90}, **_FIRST_COME),
    CohortPlan(
        FELLOWSHIP,
        Days(-260, -220, -180, -166, release=-205),
        _each((*ASEAN, *AFRICA), 5),
        applicants=90,
        waves=(WaveKind.EXIT, WaveKind.MONTHS_3),
        **_ABROAD,
    ),
    CohortPlan(FELLOWSHIP, Days(-10, 30, 80, 94, release=50), {GENERAL: 24}, applicants=120, **_ABROAD),
)

_SEASONS = {
    "en": ("winter", "spring", "summer", "autumn"),
    "ru": ("зима", "весна", "лето", "осень"),
    "zh": ("冬季", "春季", "夏季", "秋季"),
}
_NAMES = {
    "en": "Cohort {number}, {season} {year}",
    "ru": "Поток {number}, {season} {year} года",
    "zh": "第{number}期（{year}年{season}）",
}


def name_cohort(number: int, starts_on: date) -> dict[str, str]:
    """Locale -> name, after its number in the programme and the season in which it starts."""
    # A winter is named after its January.
    year = starts_on.year + (starts_on.month == 12)
    season = starts_on.month % 12 // 3
    return {
        locale: name.format(number=number, season=_SEASONS[locale][season], year=year)
        for locale, name in _NAMES.items()
    }


def number_cohort(plan: CohortPlan) -> int:
    """Which cohort of its programme it is, from 1."""
    return [each for each in COHORTS if each.programme == plan.programme].index(plan) + 1
