"""The rule engine: each rule by table, and what must hold for every input."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.admissions.enums import AgeBand, RuleName, RuleResult
from registry.admissions.rules import eligibility
from registry.admissions.rules.eligibility import Birth, Conditions, Facts, Scope
from registry.catalogue.enums import QuotaBasis
from registry.people.enums import Education, LanguageLevel
from registry.places.enums import Standing

PASS, FAIL, UNKNOWN = RuleResult.PASS, RuleResult.FAIL, RuleResult.UNKNOWN
DAY = date(2027, 6, 30)
MEMBERS = Scope("sco", Standing.MEMBER)
PARTNERS = Scope("sco", Standing.PARTNER)
KENYA = Scope(country="KE")
STANDINGS = {
    "sco": {
        "UZ": frozenset({Standing.MEMBER}),
        "KZ": frozenset({Standing.MEMBER}),
        "TR": frozenset({Standing.PARTNER}),
        "AF": frozenset({Standing.PARTNER, None}),
    }
}


def conditions(**values: object) -> Conditions:
    return Conditions(**({"age_on": DAY, "standing_on": DAY, "standings": STANDINGS} | values))


def judge_one(rule: RuleName, asked: Conditions, facts: Facts) -> RuleResult:
    (outcome,) = eligibility.judge(asked, facts).outcomes
    assert outcome.rule is rule
    return outcome.result


@pytest.mark.parametrize(
    ("birth", "on", "expected"),
    [
        (Birth(2009, 6, 30), "2027-06-29", (17, 17)),
        (Birth(2009, 6, 30), "2027-06-30", (18, 18)),
        (Birth(2008, 2, 29), "2026-02-28", (17, 17)),
        (Birth(2008, 2, 29), "2026-03-01", (18, 18)),
        (Birth(2008, 2, 29), "2028-02-28", (19, 19)),
        (Birth(2008, 2, 29), "2028-02-29", (20, 20)),
        (Birth(2009), "2027-06-30", (17, 18)),
        (Birth(2009), "2027-12-31", (18, 18)),
        (Birth(2009), "2027-01-01", (17, 18)),
        (Birth(2009, 6), "2027-06-15", (17, 18)),
        (Birth(2009, 6), "2027-06-30", (18, 18)),
        (Birth(2009, 6), "2027-05-31", (17, 17)),
        (Birth(2008, 2), "2027-02-28", (18, 19)),
        (Birth(2027, 7, 1), "2027-06-30", (-1, -1)),
    ],
)
def test_compute_age(birth: Birth, on: str, expected: tuple[int, int]) -> None:
    assert eligibility.compute_age(birth, date.fromisoformat(on)) == expected


@pytest.mark.parametrize(
    ("birth", "low", "high", "expected"),
    [
        (Birth(2009, 6, 30), 18, 35, PASS),
        (Birth(2009, 7, 1), 18, 35, FAIL),
        (Birth(1991, 7, 1), 18, 35, PASS),
        (Birth(1991, 6, 30), 18, 35, FAIL),
        (Birth(2009, 7, 1), None, 35, PASS),
        (Birth(1950, 7, 1), 18, None, PASS),
        (Birth(2009), 18, 35, UNKNOWN),
        (Birth(2008), 18, 35, PASS),
        (Birth(2010), 18, 35, FAIL),
        (Birth(1991), 18, 35, UNKNOWN),
        (Birth(1990), 18, 35, FAIL),
        (Birth(2009, 6), 18, 35, PASS),
        (Birth(2009, 7), 18, 35, FAIL),
        (Birth(2009), 18, 18, UNKNOWN),
        (None, 18, 35, UNKNOWN),
    ],
)
def test_age_rule(birth: Birth | None, low: int | None, high: int | None, expected: RuleResult) -> None:
    asked = conditions(age_min=low, age_max=high)

    assert judge_one(RuleName.AGE, asked, Facts(birth=birth)) is expected


@pytest.mark.parametrize(
    ("basis", "scopes", "citizenships", "residence", "chosen", "expected"),
    [
        (QuotaBasis.CITIZENSHIP, [MEMBERS], ["UZ"], "KE", None, PASS),
        (QuotaBasis.CITIZENSHIP, [MEMBERS], ["KE"], "UZ", None, FAIL),
        (QuotaBasis.CITIZENSHIP, [MEMBERS], ["KE", "UZ"], None, None, PASS),
        (QuotaBasis.CITIZENSHIP, [MEMBERS], ["KE", "UZ"], None, "KE", FAIL),
        (QuotaBasis.CITIZENSHIP, [MEMBERS], ["KE"], None, "UZ", FAIL),
        (QuotaBasis.CITIZENSHIP, [MEMBERS], [], "UZ", None, UNKNOWN),
        (QuotaBasis.CITIZENSHIP, [MEMBERS], ["AF"], None, None, FAIL),
        (QuotaBasis.CITIZENSHIP, [PARTNERS], ["AF"], None, None, UNKNOWN),
        (QuotaBasis.CITIZENSHIP, [PARTNERS], ["AF", "TR"], None, None, PASS),
        (QuotaBasis.CITIZENSHIP, [PARTNERS], ["AF", "KE"], None, None, UNKNOWN),
        (QuotaBasis.CITIZENSHIP, [MEMBERS, PARTNERS], ["TR"], None, None, PASS),
        (QuotaBasis.CITIZENSHIP, [MEMBERS, KENYA], ["KE"], None, None, PASS),
        (QuotaBasis.CITIZENSHIP, [Scope("au", Standing.MEMBER)], ["KE"], None, None, FAIL),
        (QuotaBasis.RESIDENCE, [MEMBERS], ["KE"], "UZ", None, PASS),
        (QuotaBasis.RESIDENCE, [MEMBERS], ["UZ"], "KE", None, FAIL),
        (QuotaBasis.RESIDENCE, [MEMBERS], ["UZ"], None, None, UNKNOWN),
        (QuotaBasis.NOMINATION, [MEMBERS], ["KE"], "UZ", None, PASS),
        (QuotaBasis.NOMINATION, [MEMBERS], ["UZ"], "KE", None, PASS),
        (QuotaBasis.NOMINATION, [MEMBERS], ["TR"], "KE", None, FAIL),
        (QuotaBasis.NOMINATION, [MEMBERS], [], None, None, UNKNOWN),
    ],
)
def test_country_rule(
    basis: QuotaBasis,
    scopes: list[Scope],
    citizenships: list[str],
    residence: str | None,
    chosen: str | None,
    expected: RuleResult,
) -> None:
    asked = conditions(quota_basis=basis, scopes=tuple(scopes))
    facts = Facts(citizenships=citizenships, residence=residence, member_state=chosen)

    assert judge_one(RuleName.COUNTRY, asked, facts) is expected


@pytest.mark.parametrize(
    ("least", "education", "expected"),
    [
        (Education.ISCED_3, Education.ISCED_2, FAIL),
        (Education.ISCED_3, Education.ISCED_3, PASS),
        (Education.ISCED_3, Education.ISCED_8, PASS),
        (Education.ISCED_0, Education.ISCED_0, PASS),
        (Education.ISCED_3, None, UNKNOWN),
    ],
)
def test_education_rule(least: Education, education: Education | None, expected: RuleResult) -> None:
    assert (
        judge_one(RuleName.EDUCATION, conditions(education_min=least), Facts(education=education)) is expected
    )


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        (None, UNKNOWN),
        ({}, FAIL),
        ({"en": LanguageLevel.B1}, FAIL),
        ({"en": LanguageLevel.B2}, FAIL),
        ({"en": LanguageLevel.B2, "ru": LanguageLevel.A1}, PASS),
        ({"en": LanguageLevel.C2, "ru": LanguageLevel.C2, "uz": LanguageLevel.A1}, PASS),
        ({"en": LanguageLevel.B1, "ru": LanguageLevel.C2}, FAIL),
        ({"en": LanguageLevel.B2, "ru": None}, UNKNOWN),
        ({"en": LanguageLevel.B1, "ru": None}, FAIL),
    ],
)
def test_language_rule(known: dict[str, LanguageLevel | None] | None, expected: RuleResult) -> None:
    asked = conditions(languages=(("en", LanguageLevel.B2), ("ru", LanguageLevel.A1)))

    assert judge_one(RuleName.LANGUAGE, asked, Facts(languages=known)) is expected


def test_judge_without_conditions_passes_everybody() -> None:
    verdict = eligibility.judge(conditions(), Facts())

    assert (verdict.outcomes, verdict.result, verdict.refuses) == ((), PASS, False)


def test_judge_with_unknowns_only_refuses_nobody() -> None:
    asked = conditions(age_min=18, scopes=(MEMBERS,), education_min=Education.ISCED_3)

    verdict = eligibility.judge(asked, Facts())

    assert [outcome.rule for outcome in verdict.unknowns] == [
        RuleName.AGE,
        RuleName.COUNTRY,
        RuleName.EDUCATION,
    ]
    assert (verdict.result, verdict.refuses) == (UNKNOWN, False)


def test_judge_names_the_failing_rule_beside_an_unknown_one() -> None:
    asked = conditions(age_min=18, scopes=(MEMBERS,))

    verdict = eligibility.judge(asked, Facts(birth=Birth(2015, 1, 1)))

    assert [outcome.rule for outcome in verdict.failures] == [RuleName.AGE]
    assert (verdict.result, verdict.refuses) == (FAIL, True)
    assert verdict.failures[0].inputs == {
        "min": 18,
        "max": None,
        "on": "2027-06-30",
        "birth": "2015-01-01",
        "age": 12,
    }


@pytest.mark.parametrize(
    ("basis", "scopes", "expected"),
    [
        (QuotaBasis.CITIZENSHIP, [MEMBERS], ("KZ", "UZ")),
        (QuotaBasis.CITIZENSHIP, [MEMBERS, KENYA], ("KE", "KZ", "UZ")),
        (QuotaBasis.CITIZENSHIP, [PARTNERS], ("AF",)),
        (QuotaBasis.RESIDENCE, [MEMBERS], ()),
        (QuotaBasis.RESIDENCE, [PARTNERS], ("TR",)),
        (QuotaBasis.NOMINATION, [PARTNERS], ("AF", "TR")),
        (QuotaBasis.CITIZENSHIP, [], ("AF", "KE", "KZ", "UZ")),
    ],
)
def test_list_qualifying_states(basis: QuotaBasis, scopes: list[Scope], expected: tuple[str, ...]) -> None:
    facts = Facts(citizenships=["UZ", "KZ", "KE", "AF"], residence="TR")

    found = eligibility.list_qualifying_states(conditions(quota_basis=basis, scopes=tuple(scopes)), facts)

    assert found == expected


@pytest.mark.parametrize(
    ("birth", "expected"),
    [
        (Birth(2009, 7, 1), AgeBand.UNDER_18),
        (Birth(2009, 6, 30), AgeBand.FROM_18),
        (Birth(2002, 7, 1), AgeBand.FROM_18),
        (Birth(2002, 6, 30), AgeBand.FROM_25),
        (Birth(1997, 6, 30), AgeBand.FROM_30),
        (Birth(1991, 7, 1), AgeBand.FROM_30),
        (Birth(1991, 6, 30), AgeBand.FROM_36),
        (Birth(2009), AgeBand.UNKNOWN),
        (Birth(2008), AgeBand.FROM_18),
        (None, AgeBand.UNKNOWN),
    ],
)
def test_compute_age_band(birth: Birth | None, expected: AgeBand) -> None:
    assert eligibility.compute_age_band(birth, DAY) is expected


@pytest.mark.parametrize(
    ("birth", "expected"),
    [(Birth(2009, 7, 1), True), (Birth(2009, 6, 30), False), (Birth(2009), True), (None, True)],
)
def test_may_be_under_18(birth: Birth | None, expected: bool) -> None:
    assert eligibility.may_be_under(birth, 18, DAY) is expected


@pytest.mark.parametrize("parts", [(2009, None, 5), (2009, 13, 1), (2009, 2, 29), (0, None, None)])
def test_birth_that_is_no_date_is_refused(parts: tuple[int, int | None, int | None]) -> None:
    with pytest.raises(ValueError, match=r"day|month|year"):
        Birth(*parts)


DAYS = st.dates(date(1950, 1, 1), date(2026, 12, 31))


@given(born=DAYS, later=st.integers(0, 4000), on=st.dates(date(2027, 1, 1), date(2040, 1, 1)))
def test_age_never_falls_with_time_or_an_earlier_birth(born: date, later: int, on: date) -> None:
    birth = Birth(born.year, born.month, born.day)
    age = eligibility.compute_age(birth, on)

    assert eligibility.compute_age(birth, on + timedelta(days=later)) >= age
    earlier = born - timedelta(days=later)
    assert eligibility.compute_age(Birth(earlier.year, earlier.month, earlier.day), on) >= age


@given(born=DAYS, low=st.integers(0, 90), width=st.integers(0, 90))
def test_a_partial_birth_date_never_contradicts_the_whole_one(born: date, low: int, width: int) -> None:
    asked = conditions(age_min=low, age_max=low + width)
    whole = judge_one(RuleName.AGE, asked, Facts(birth=Birth(born.year, born.month, born.day)))

    for partial in (Birth(born.year), Birth(born.year, born.month)):
        assert judge_one(RuleName.AGE, asked, Facts(birth=partial)) in {whole, UNKNOWN}


@given(
    known=st.dictionaries(st.sampled_from(["en", "ru", "zh"]), st.sampled_from(list(LanguageLevel))),
    education=st.sampled_from(list(Education)),
)
def test_knowing_more_never_turns_a_pass_into_a_fail(
    known: dict[str, LanguageLevel], education: Education
) -> None:
    asked = conditions(languages=(("en", LanguageLevel.B1),), education_min=Education.ISCED_3)
    before = eligibility.judge(asked, Facts(education=education, languages=known))
    after = eligibility.judge(
        asked, Facts(education=Education.ISCED_8, languages=known | {"en": LanguageLevel.C2})
    )

    assert after.result is PASS
    assert len(after.failures) <= len(before.failures)


@given(
    citizenships=st.sets(st.sampled_from(["UZ", "TR", "AF", "KE"])),
    residence=st.sampled_from([None, "UZ", "AF", "KE"]),
    basis=st.sampled_from(list(QuotaBasis)),
    scopes=st.sets(st.sampled_from([MEMBERS, PARTNERS, KENYA]), min_size=1),
)
def test_the_country_rule_agrees_with_the_qualifying_states(
    citizenships: set[str], residence: str | None, basis: QuotaBasis, scopes: set[Scope]
) -> None:
    asked = conditions(quota_basis=basis, scopes=tuple(scopes))
    facts = Facts(citizenships=citizenships, residence=residence)

    result = judge_one(RuleName.COUNTRY, asked, facts)
    states = eligibility.list_qualifying_states(asked, facts)

    if states:
        assert result is not FAIL
        for state in states:
            chosen = Facts(citizenships=citizenships, residence=residence, member_state=state)
            assert judge_one(RuleName.COUNTRY, asked, chosen) is not FAIL
    else:
        assert result in {FAIL, UNKNOWN}
