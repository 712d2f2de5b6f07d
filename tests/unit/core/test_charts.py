"""Scales, tiles and lines of charts."""

from itertools import pairwise

import pytest

from registry.core import charts

PLACES = {"KZ": [3, 2], "BY": [1, 1], "UZ": [2, 3], "TJ": [2, 4]}


@pytest.mark.parametrize(
    ("values", "top"),
    [
        ([], 1),
        ([0, None], 1),
        ([1], 1),
        ([1.1], 2),
        ([7], 10),
        ([118, 33], 200),
        ([1240], 2000),
        ([2100], 2500),
        ([2600], 5000),
        ([0.87], 1),
        ([0.3], 0.5),
    ],
)
def test_top_of_scale_is_the_next_round_number(values: list[float | None], top: float) -> None:
    assert charts.top_of_scale(values) == top


@pytest.mark.parametrize(
    ("value", "whole", "percent"),
    [(0, 10, 0), (5, 10, 50), (1, 3, 33.33), (11, 10, 100), (-1, 10, 0), (3, 0, 0)],
)
def test_percent_of_stays_between_0_and_100(value: float, whole: float, percent: float) -> None:
    assert charts.percent_of(value, whole) == percent


def test_place_tiles_sorts_by_the_readers_names_and_classes_what_is_shown() -> None:
    cells = {"KZ": {"value": 100}, "BY": {"value": 0}, "UZ": {"value": 900, "hidden": True}}

    english = charts.place_tiles(PLACES, cells, "en")
    russian = charts.place_tiles(PLACES, cells, "ru")

    assert [(tile.name, tile.level, tile.hidden) for tile in english] == [
        ("Belarus", 1, False),
        ("Kazakhstan", 5, False),
        ("Tajikistan", None, False),
        ("Uzbekistan", None, True),
    ]
    assert [tile.code for tile in russian] == ["BY", "KZ", "TJ", "UZ"]
    assert (english[1].column, english[1].row) == (3, 2)


def test_lay_out_lines_leaves_gaps_open_and_never_draws_a_hidden_figure() -> None:
    layout = charts.lay_out_lines(
        ["a", "b", "c", "d", "e"],
        [{"label": "Applied", "values": [0, 50, 3, None, 100], "hidden": [2]}],
        height=228,
    )

    (line,) = layout.lines
    assert line.points == [(8, 200), (30.75, 114), (99, 28)]
    assert line.segments == [(8, 200, 30.75, 114)]
    assert line.hidden == [53.5]
    assert layout.marks == [(8, "a", "start"), (53.5, "c", "middle"), (99, "e", "end")]
    assert layout.ticks == [(157, 25), (114, 50), (71, 75), (28, 100)]


def test_lay_out_lines_keeps_labels_apart() -> None:
    series = [{"label": str(number), "values": [0, number]} for number in range(5)]

    layout = charts.lay_out_lines(["a", "b"], series)

    heights = sorted(line.label_y for line in layout.lines)
    assert all(after - before >= charts.LABEL_GAP for before, after in pairwise(heights))


def test_lay_out_lines_without_any_period_draws_nothing() -> None:
    layout = charts.lay_out_lines([], [])

    assert (layout.marks, layout.lines) == ([], [])
