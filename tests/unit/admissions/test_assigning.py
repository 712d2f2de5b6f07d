"""Who shall read which application."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.admissions.rules.assigning import SLACK, ReviewerShare, Unread, can_take, distribute

STATES, LANGUAGES, REVIEWERS = ("CN", "KZ", "UZ"), ("en", "ru", "zh"), range(1, 6)

applications = st.lists(
    st.builds(
        Unread,
        application_id=st.integers(1, 60),
        member_state=st.sampled_from(STATES),
        language=st.sampled_from(LANGUAGES),
        readers=st.frozensets(st.sampled_from(REVIEWERS), max_size=2),
        excluded=st.frozensets(st.sampled_from(REVIEWERS), max_size=2),
    ),
    max_size=40,
    unique_by=lambda each: each.application_id,
)
reviewers = st.lists(
    st.builds(
        ReviewerShare,
        user_id=st.sampled_from(REVIEWERS),
        load=st.integers(0, 6),
        languages=st.frozensets(st.sampled_from(LANGUAGES), max_size=2),
        member_states=st.none() | st.frozensets(st.sampled_from(STATES)),
    ),
    max_size=5,
    unique_by=lambda each: each.user_id,
)
counts = st.integers(1, 4)


@given(applications, reviewers, counts)
def test_each_application_gets_as_many_as_may_read_it_and_nobody_else(unread, crew, wanted) -> None:
    pairs = distribute(unread, crew, per_application=wanted)

    assert len(set(pairs)) == len(pairs)
    by_key, by_user = {each.application_id: each for each in unread}, {each.user_id: each for each in crew}
    assert all(can_take(by_user[user_id], by_key[key]) for key, user_id in pairs)
    new = Counter(key for key, _ in pairs)
    for each in unread:
        able = sum(can_take(reviewer, each) for reviewer in crew)
        assert new[each.application_id] == max(0, min(wanted - len(each.readers), able))


@given(applications, reviewers, counts, st.randoms(use_true_random=False))
def test_the_order_of_the_arguments_does_not_matter(unread, crew, wanted, random) -> None:
    pairs = distribute(unread, crew, per_application=wanted)
    random.shuffle(unread)
    random.shuffle(crew)

    assert distribute(unread, crew, per_application=wanted) == pairs


@given(applications, reviewers, counts)
def test_shares_of_those_who_may_read_everything_are_equal_within_the_slack(unread, crew, wanted) -> None:
    free = [Unread(each.application_id, each.member_state, each.language) for each in unread]
    crew = [ReviewerShare(each.user_id, languages=each.languages) for each in crew]

    pairs = distribute(free, crew, per_application=wanted)

    shares = Counter({each.user_id: 0 for each in crew})
    shares.update(user_id for _, user_id in pairs)
    assert not crew or max(shares.values()) - min(shares.values()) <= SLACK + 1


def test_a_reader_of_the_language_is_preferred_while_loads_allow() -> None:
    crew = [ReviewerShare(1, languages=frozenset({"en"})), ReviewerShare(2, languages=frozenset({"ru"}))]
    unread = [Unread(key, "KZ", language) for key, language in enumerate(("ru", "en", "ru", "en", "ru"), 1)]

    assert distribute(unread, crew, per_application=1) == [(1, 2), (2, 1), (3, 2), (4, 1), (5, 2)]


def test_loads_weigh_more_than_languages() -> None:
    crew = [ReviewerShare(1, languages=frozenset({"en"})), ReviewerShare(2, languages=frozenset({"ru"}))]
    unread = [Unread(key, "KZ", "ru") for key in range(1, 9)]

    given_to = Counter(user_id for _, user_id in distribute(unread, crew, per_application=1))

    assert given_to == {2: 5, 1: 3}


def test_states_are_spread_so_that_nobody_reads_one_state_alone() -> None:
    crew = [ReviewerShare(1), ReviewerShare(2)]
    unread = [Unread(key, "KZ" if key % 2 else "UZ", "ru") for key in range(1, 9)]

    pairs = distribute(unread, crew, per_application=1)

    states = {each.application_id: each.member_state for each in unread}
    assert Counter((user_id, states[key]) for key, user_id in pairs) == {
        (1, "KZ"): 2,
        (1, "UZ"): 2,
        (2, "KZ"): 2,
        (2, "UZ"): 2,
    }


def test_whoever_has_little_already_gets_more() -> None:
    crew = [ReviewerShare(1, load=4), ReviewerShare(2)]

    pairs = distribute([Unread(key, "KZ", "") for key in range(1, 4)], crew, per_application=1)

    assert {user_id for _, user_id in pairs} == {2}


@pytest.mark.parametrize("excluded", [frozenset({1}), frozenset({1, 2})], ids=str)
def test_a_conflict_leaves_the_application_to_the_others(excluded) -> None:
    crew = [ReviewerShare(1), ReviewerShare(2)]

    pairs = distribute([Unread(7, "KZ", "", excluded=excluded)], crew, per_application=2)

    assert pairs == [(7, 2)] if 2 not in excluded else pairs == []
