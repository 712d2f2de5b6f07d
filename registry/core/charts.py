"""Where things stand in a chart: scales, tiles and lines. Pure; components/charts.html draws them."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any

from registry.core.i18n import country_name, sort_key

LEVELS = 5
LABEL_GAP = 18
"""Pixels between the labels of two lines, so that both can be read."""


@dataclass(frozen=True)
class Tile:
    """A state in the grid. `level` is 1 to 5, or None where there is no figure to show."""

    code: str
    name: str
    column: int
    row: int
    value: float | None
    hidden: bool
    level: int | None
    as_of: date | None = None
    """The day of the figure, where it is older than the others."""


@dataclass(frozen=True)
class Line:
    """One series: segments (x1, y1, x2, y2) and points (x, y), x in percent, y in pixels."""

    number: int
    label: str
    label_y: float
    segments: Sequence[tuple[float, float, float, float]]
    points: Sequence[tuple[float, float]]
    hidden: Sequence[float]


@dataclass(frozen=True)
class LineChart:
    """`ticks` are (y, value), `marks` are (x in percent, text, text-anchor)."""

    height: int
    base: float
    ticks: Sequence[tuple[float, float]]
    marks: Sequence[tuple[float, str, str]]
    lines: Sequence[Line]


def top_of_scale(values: Iterable[float | None]) -> float:
    """The first round number (1, 2, 2.5 or 5 times a power of ten) not below the largest value; 1 if none."""
    largest = max((value for value in values if value is not None), default=0)
    if largest <= 0:
        return 1
    power = 10.0 ** math.floor(math.log10(largest))
    top = next(step * power for step in (1, 2, 2.5, 5, 10) if step * power >= largest * (1 - 1e-9))
    return int(top) if top == int(top) else top


def percent_of(value: float, whole: float) -> float:
    """The part as percent of the whole, 0 to 100, for attributes of SVG."""
    return round(max(0.0, min(100.0, 100 * value / whole)), 2) if whole else 0.0


def place_tiles(
    places: Mapping[str, Sequence[int]], cells: Mapping[str, Any], locale: str | None = None
) -> list[Tile]:
    """The tiles of a bloc in alphabetical order of the reader's language.

    `places` is country -> (column, row), `cells` country -> {"value", "hidden", "as_of"}; a country without a cell
    has no figure. Five equal classes from 0 to the largest shown value.
    """
    shown = {code: cell for code, cell in cells.items() if not cell.get("hidden")}
    top = max((cell["value"] for cell in shown.values() if cell["value"] is not None), default=0)
    tiles = []
    for code, (column, row) in places.items():
        cell = cells.get(code, {"value": None})
        value, hidden = cell["value"], bool(cell.get("hidden"))
        level = None if hidden or value is None else _level(value, top)
        name, as_of = country_name(code, locale), cell.get("as_of")
        tiles.append(Tile(code, name, column, row, value, hidden, level, as_of))
    return sorted(tiles, key=lambda tile: sort_key(tile.name))


def _level(value: float, top: float) -> int:
    return max(1, min(LEVELS, math.ceil(LEVELS * value / top))) if top else 1


def lay_out_lines(labels: Sequence[str], series: Sequence[Mapping[str, Any]], height: int = 240) -> LineChart:
    """Lines over time, from zero.

    `series` has {"label", "values", "hidden"}: a value per label, None where there is none; `hidden` are the
    indexes of hidden figures. A gap is left open, never drawn as zero.
    """
    shown = [_without_hidden(each) for each in series]
    top = top_of_scale(value for values in shown for value in values)
    upper, base = 28.0, height - 28.0

    def y(value: float) -> float:
        return round(base - (base - upper) * value / top, 1)

    def x(index: int) -> float:
        # The first eighth of a narrow chart belongs to the numbers of the scale.
        return round(8 + 91 * index / (len(labels) - 1), 2) if len(labels) > 1 else 50.0

    lines = []
    for number, (each, values) in enumerate(zip(series, shown, strict=True), 1):
        points = [(x(index), y(value)) for index, value in enumerate(values) if value is not None]
        segments = [
            (x(index), y(before), x(index + 1), y(after))
            for index, (before, after) in enumerate(pairwise(values))
            if before is not None and after is not None
        ]
        hidden = [x(index) for index in sorted(each.get("hidden", ()))]
        label_y = points[-1][1] - 10 if points else base - 10
        lines.append(Line(number, each["label"], label_y, segments, points, hidden))
    return LineChart(
        height=height,
        base=base,
        ticks=[(y(top * step / 4), top * step / 4) for step in range(1, 5)],
        marks=_marks(labels, x),
        lines=_spread(lines, base),
    )


def _without_hidden(series: Mapping[str, Any]) -> list[float | None]:
    hidden = set(series.get("hidden", ()))
    return [None if index in hidden else value for index, value in enumerate(series["values"])]


def _marks(labels: Sequence[str], x: Any) -> list[tuple[float, str, str]]:
    """First, middle and last label: what fits on a phone; the table has them all."""
    last = len(labels) - 1
    chosen = {0: "start", last: "end"} if last > 0 else {0: "middle"}
    if last >= 4 and last % 2 == 0:
        chosen[last // 2] = "middle"
    return [(x(index), labels[index], anchor) for index, anchor in sorted(chosen.items()) if labels]


def _spread(lines: Sequence[Line], base: float) -> list[Line]:
    """Move labels apart, upwards from the lowest, keeping the order of their lines."""
    placed: dict[int, float] = {}
    ceiling = base - 4
    for line in sorted(lines, key=lambda each: -each.label_y):
        placed[line.number] = min(line.label_y, ceiling)
        ceiling = placed[line.number] - LABEL_GAP
    return [
        Line(each.number, each.label, placed[each.number], each.segments, each.points, each.hidden)
        for each in lines
    ]
