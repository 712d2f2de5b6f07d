"""The demo's plan holds together, whatever the day."""

import csv
from datetime import date

import pytest

from registry.catalogue.models import GENERAL
from registry.core.i18n import LOCALES
from registry.core.reference import FOLDER
from registry.demo.plan import COHORTS, SCO, name_cohort, number_cohort
from registry.demo.programmes import PROGRAMMES, SOURCE


@pytest.mark.parametrize("plan", COHORTS, ids=lambda plan: f"{plan.programme}{plan.days.opens}")
def test_the_days_of_a_cohort_follow_each_other(plan) -> None:
    days = plan.days

    assert days.opens < days.closes <= days.starts <= days.ends
    assert days.release is None or days.closes < days.release <= days.starts
    assert set(plan.pools) <= {GENERAL, *plan.states}
    assert set(plan.weights) <= set(plan.states)


def test_about_two_thousand_apply_from_all_member_states() -> None:
    assert 1900 <= sum(plan.applicants for plan in COHORTS) <= 2600
    assert len(SCO) == 10
    assert {plan.programme for plan in COHORTS} == {plan.slug for plan in PROGRAMMES}


def test_everything_fictional_says_so() -> None:
    for plan in PROGRAMMES:
        assert set(plan.titles) == set(plan.summaries) == set(plan.descriptions) == {"en", "ru", "zh"}
        assert plan.slug.startswith("demo-")
        assert plan.titles["en"].startswith("Demo: ")
        assert plan.titles["ru"].startswith("Демо: ")
        assert plan.titles["zh"].startswith("演示：")


def test_the_source_of_fictional_entries_is_told_in_every_language() -> None:
    with (FOLDER / "phrases.csv").open(encoding="utf-8", newline="") as lines:
        phrases = {row["key"]: row for row in csv.DictReader(lines)}

    assert all(phrases[SOURCE][locale] for locale in LOCALES)


@pytest.mark.parametrize(
    ("day", "name"),
    [
        (date(2027, 1, 5), "Cohort 2, winter 2027"),
        (date(2027, 3, 1), "Cohort 2, spring 2027"),
        (date(2027, 8, 31), "Cohort 2, summer 2027"),
        (date(2027, 11, 30), "Cohort 2, autumn 2027"),
        (date(2027, 12, 1), "Cohort 2, winter 2028"),
    ],
)
def test_a_cohort_is_named_after_its_season(day, name) -> None:
    assert name_cohort(2, day)["en"] == name


@pytest.mark.parametrize("programme", [plan.slug for plan in PROGRAMMES])
def test_no_two_cohorts_of_a_programme_have_the_same_name(programme) -> None:
    cohorts = [plan for plan in COHORTS if plan.programme == programme]
    names = [name_cohort(number_cohort(plan), date(2027, 1, 5)) for plan in cohorts]

    for locale in LOCALES:
        assert len({name[locale] for name in names}) == len(cohorts)
