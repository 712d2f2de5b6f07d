"""Who may apply: one engine for the anonymous check, the submission and the reviews. Pure.

Each rule passes, fails, or is unknown when an answer is missing or the records cannot decide. An unknown
never refuses by itself.
"""

from calendar import monthrange
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from registry.admissions.enums import AgeBand, RuleName, RuleResult
from registry.catalogue.enums import QuotaBasis
from registry.people.enums import Education, LanguageLevel
from registry.places.enums import Standing

Standings = Mapping[str, Mapping[str, frozenset[Standing | None]]]
"""Bloc -> country -> every standing it may have had on the day that counts; others had none."""


@dataclass(frozen=True)
class Birth:
    """A birth date as far as it is known: a year, a year and month, or a day.

    Errors: ValueError for a day that is none.
    """

    year: int
    month: int | None = None
    day: int | None = None

    def __post_init__(self) -> None:
        if self.month is None and self.day is not None:
            raise ValueError("a day of birth needs its month")
        date(self.year, self.month or 1, self.day or 1)

    @property
    def earliest(self) -> date:
        return date(self.year, self.month or 1, self.day or 1)

    @property
    def latest(self) -> date:
        month = self.month or 12
        return date(self.year, month, self.day or monthrange(self.year, month)[1])

    def __str__(self) -> str:
        return "-".join(f"{part:02}" for part in (self.year, self.month, self.day) if part is not None)


@dataclass(frozen=True)
class Scope:
    """Countries of a standing in a bloc, or one country."""

    bloc: str | None = None
    standing: Standing | None = None
    country: str | None = None


@dataclass(frozen=True)
class Conditions:
    """What a cohort asks of applicants."""

    age_on: date
    standing_on: date
    age_min: int | None = None
    age_max: int | None = None
    quota_basis: QuotaBasis = QuotaBasis.CITIZENSHIP
    scopes: tuple[Scope, ...] = ()
    """Empty: applicants of every country."""
    standings: Standings = field(default_factory=dict)
    education_min: Education | None = None
    languages: tuple[tuple[str, LanguageLevel], ...] = ()

    @property
    def rules(self) -> tuple[RuleName, ...]:
        """The rules this cohort has, in the order in which they are asked."""
        present = {
            RuleName.AGE: self.age_min is not None or self.age_max is not None,
            RuleName.COUNTRY: bool(self.scopes),
            RuleName.EDUCATION: self.education_min is not None,
            RuleName.LANGUAGE: bool(self.languages),
        }
        return tuple(rule for rule in RuleName if present[rule])


@dataclass(frozen=True)
class Facts:
    """What is known of a person. Empty or None: not known."""

    birth: Birth | None = None
    citizenships: Collection[str] = ()
    residence: str | None = None
    member_state: str | None = None
    """The state whose seat it would be, once it is chosen."""
    education: Education | None = None
    languages: Mapping[str, LanguageLevel | None] | None = None
    """All languages the person knows, None for one whose level is open; what is missing is not known."""


@dataclass(frozen=True)
class Outcome:
    """What one rule said, and the inputs it used."""

    rule: RuleName
    result: RuleResult
    inputs: Mapping[str, Any]


@dataclass(frozen=True)
class Verdict:
    """What all rules of a cohort said of one person."""

    outcomes: tuple[Outcome, ...]

    @property
    def failures(self) -> tuple[Outcome, ...]:
        return tuple(outcome for outcome in self.outcomes if outcome.result is RuleResult.FAIL)

    @property
    def unknowns(self) -> tuple[Outcome, ...]:
        return tuple(outcome for outcome in self.outcomes if outcome.result is RuleResult.UNKNOWN)

    @property
    def refuses(self) -> bool:
        """Whether a rule fails; an unknown one refuses nobody."""
        return bool(self.failures)

    @property
    def result(self) -> RuleResult:
        return _worst(outcome.result for outcome in self.outcomes)


def judge(conditions: Conditions, facts: Facts) -> Verdict:
    """Every rule of the cohort on one person, in the order in which rules are asked."""
    check = {
        RuleName.AGE: _check_age,
        RuleName.COUNTRY: _check_country,
        RuleName.EDUCATION: _check_education,
        RuleName.LANGUAGE: _check_languages,
    }
    return Verdict(tuple(Outcome(rule, *check[rule](conditions, facts)) for rule in conditions.rules))


def list_qualifying_states(conditions: Conditions, facts: Facts) -> tuple[str, ...]:
    """The countries whose seat this person may ask for, by code. Of several the applicant chooses one.

    A country whose standing is unknown is among them: an unknown refuses nobody.
    """
    return tuple(
        country
        for country in _candidate_states(conditions, facts)
        if _check_state(conditions, country) is not RuleResult.FAIL
    )


def compute_age(birth: Birth, on: date) -> tuple[int, int]:
    """The least and the greatest age in completed years that the person may have on the day.

    Somebody born on 29 February completes a year on 1 March where there is no such day.
    """
    return _completed_years(birth.latest, on), _completed_years(birth.earliest, on)


def compute_age_band(birth: Birth | None, on: date) -> AgeBand:
    """The age band for reports; unknown where the birth date leaves two open."""
    if birth is None:
        return AgeBand.UNKNOWN
    bands = {_band(age) for age in compute_age(birth, on)}
    return bands.pop() if len(bands) == 1 else AgeBand.UNKNOWN


def may_be_under(birth: Birth | None, age: int, on: date) -> bool:
    """Whether the person is, or may be, younger than `age` on the day: then a guardian is asked."""
    return birth is None or compute_age(birth, on)[0] < age


def _completed_years(born: date, on: date) -> int:
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def _band(age: int) -> AgeBand:
    for limit, band in (
        (18, AgeBand.UNDER_18),
        (25, AgeBand.FROM_18),
        (30, AgeBand.FROM_25),
        (36, AgeBand.FROM_30),
    ):
        if age < limit:
            return band
    return AgeBand.FROM_36


Checked = tuple[RuleResult, dict[str, Any]]


def _check_age(conditions: Conditions, facts: Facts) -> Checked:
    inputs: dict[str, Any] = {
        "min": conditions.age_min,
        "max": conditions.age_max,
        "on": conditions.age_on.isoformat(),
        "birth": str(facts.birth) if facts.birth else None,
    }
    if facts.birth is None:
        return RuleResult.UNKNOWN, inputs
    least, greatest = compute_age(facts.birth, conditions.age_on)
    inputs["age"] = least if least == greatest else [least, greatest]
    fits = {_is_within(age, conditions) for age in (least, greatest)}
    if len(fits) == 2:
        return RuleResult.UNKNOWN, inputs
    return (RuleResult.PASS if fits.pop() else RuleResult.FAIL), inputs


def _is_within(age: int, conditions: Conditions) -> bool:
    return (conditions.age_min is None or age >= conditions.age_min) and (
        conditions.age_max is None or age <= conditions.age_max
    )


def _candidate_states(conditions: Conditions, facts: Facts) -> list[str]:
    residence = {facts.residence} if facts.residence else set()
    found: set[str] = {
        QuotaBasis.CITIZENSHIP: set(facts.citizenships),
        QuotaBasis.RESIDENCE: residence,
        QuotaBasis.NOMINATION: {*facts.citizenships, *residence},
    }[conditions.quota_basis]
    return sorted(found)


def _check_country(conditions: Conditions, facts: Facts) -> Checked:
    candidates = _candidate_states(conditions, facts)
    inputs: dict[str, Any] = {
        "basis": conditions.quota_basis.value,
        "on": conditions.standing_on.isoformat(),
        "countries": candidates,
        "chosen": facts.member_state or None,
    }
    if not candidates:
        return RuleResult.UNKNOWN, inputs
    if facts.member_state:
        if facts.member_state not in candidates:
            return RuleResult.FAIL, inputs
        candidates = [facts.member_state]
    results = {country: _check_state(conditions, country) for country in candidates}
    inputs["results"] = {country: result.value for country, result in results.items()}
    return _best(results.values()), inputs


def _check_state(conditions: Conditions, country: str) -> RuleResult:
    if not conditions.scopes:
        return RuleResult.PASS
    return _best(_check_scope(scope, country, conditions.standings) for scope in conditions.scopes)


def _check_scope(scope: Scope, country: str, standings: Standings) -> RuleResult:
    if scope.bloc is None:
        return RuleResult.PASS if scope.country == country else RuleResult.FAIL
    possible = standings.get(scope.bloc, {}).get(country, frozenset({None}))
    if scope.standing not in possible:
        return RuleResult.FAIL
    return RuleResult.PASS if len(possible) == 1 else RuleResult.UNKNOWN


def _check_education(conditions: Conditions, facts: Facts) -> Checked:
    least = conditions.education_min
    inputs = {"min": least and least.value, "education": facts.education and facts.education.value}
    if least is None or facts.education is None:
        return RuleResult.UNKNOWN, inputs
    return (RuleResult.PASS if facts.education.level >= least.level else RuleResult.FAIL), inputs


def _check_languages(conditions: Conditions, facts: Facts) -> Checked:
    known = facts.languages
    inputs: dict[str, Any] = {
        "min": {tag: level.value for tag, level in conditions.languages},
        "languages": known and {tag: level and level.value for tag, level in known.items()},
    }
    if known is None:
        return RuleResult.UNKNOWN, inputs
    return _worst(_check_language(known, tag, least) for tag, least in conditions.languages), inputs


def _check_language(known: Mapping[str, LanguageLevel | None], tag: str, least: LanguageLevel) -> RuleResult:
    if tag not in known:
        return RuleResult.FAIL
    level = known[tag]
    if level is None:
        return RuleResult.UNKNOWN
    return RuleResult.PASS if level.rank >= least.rank else RuleResult.FAIL


def _worst(results: Iterable[RuleResult]) -> RuleResult:
    found = set(results)
    for result in (RuleResult.FAIL, RuleResult.UNKNOWN):
        if result in found:
            return result
    return RuleResult.PASS


def _best(results: Iterable[RuleResult]) -> RuleResult:
    found = set(results)
    for result in (RuleResult.PASS, RuleResult.UNKNOWN):
        if result in found:
            return result
    return RuleResult.FAIL
