"""Charts as SVG: without scripts, readable on light and on dark pages."""

from collections.abc import Iterable, Sequence
from html import escape
from typing import Any, NamedTuple

from django.db.models import TextChoices

from outbox.mail.text import JOINERS
from projects.models import Category

WIDTH, HEIGHT = 640, 300
LEFT, RIGHT, TOP, BOTTOM = 48, 16, 60, 28
PLOT_WIDTH, PLOT_HEIGHT = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM
MOST_LABELS = 8
LONGEST_NAME = 40
LONGEST_LABEL = 11
"""Characters below a column, so that MOST_LABELS of them do not overlap."""
STYLE = """
text { font: 12px system-ui, sans-serif; fill: #4b5563 }
.title { font-size: 15px; font-weight: 600 }
.grid { stroke: #9ca3af; stroke-opacity: .4 }
.a { fill: #9ca3af } .b { fill: #3b82f6 } .c { fill: #059669 } .d { fill: #8b5cf6 }
.line { fill: none; stroke-width: 2.5 } .line.b { stroke: #3b82f6 } .line.c { stroke: #059669 }
.line.a { stroke: #9ca3af; stroke-dasharray: 6 4 }
@media (prefers-color-scheme: dark) { text { fill: #d1d5db } }
"""


class Chart(TextChoices):
    """What a chart shows of each week."""

    BURNUP = "burnup"
    FLOW = "flow"
    THROUGHPUT = "throughput"


TITLES = {
    Chart.BURNUP: "Tasks in all, and completed",
    Chart.FLOW: "Tasks by category",
    Chart.THROUGHPUT: "Tasks completed per week",
}


class Series(NamedTuple):
    name: str
    colour: str
    values: list[int]


class Shape(TextChoices):
    """How series are drawn; areas are stacked, bars have one series only."""

    LINES = "lines"
    AREAS = "areas"
    BARS = "bars"


SHAPES = {
    Chart.BURNUP: Shape.LINES,
    Chart.FLOW: Shape.AREAS,
    Chart.THROUGHPUT: Shape.BARS,
}


def draw(chart: Chart, weeks: Sequence[dict[str, Any]], *, name: str) -> str:
    """The SVG of a chart of the weeks of a dashboard; `name` says whose they are."""
    labels = day_labels(weeks)
    return draw_series(SHAPES[chart], _series(chart, weeks), labels, title=TITLES[chart], name=name)


def draw_series(
    shape: Shape, series: Sequence[Series], labels: Sequence[str], *, title: str, name: str
) -> str:
    """The SVG of these series, each with one value for each label; the title ends with `name`."""
    tops = [sum(column) if shape == Shape.AREAS else max(column) for column in _columns(series)]
    top = _round_up(max(tops, default=0))
    draw_in = {Shape.LINES: _lines, Shape.AREAS: _areas, Shape.BARS: _bars}[shape]
    title = escape(f"{title}: {_printable(name)}")  # wide names may reach the edge
    size = f'width="{WIDTH}" height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img">',
        f"<title>{title}</title><style>{STYLE}</style>",
        f'<text class="title" x="{LEFT}" y="20">{title}</text>',
        *_legend(series),
        *_grid(top),
        *(draw_in(series, top) if labels else ()),
        *_labels(labels),
        "</svg>",
    ]
    return "\n".join(parts)


def day_labels(steps: Sequence[dict[str, Any]]) -> list[str]:
    """The first days of weeks, or days, as `MM-DD`."""
    return [str(step["start"])[5:] for step in steps]


def _series(chart: Chart, weeks: Sequence[dict[str, Any]]) -> list[Series]:
    """What is drawn; of stacked areas the lowest first."""
    match chart:
        case Chart.THROUGHPUT:
            return [Series("Completed", "c", [week["throughput"] for week in weeks])]
        case Chart.BURNUP:
            return [
                Series("In all", "b", [week["scope"] for week in weeks]),
                Series("Completed", "c", [week["completed"] for week in weeks]),
            ]
        case Chart.FLOW:
            colours = {"TODO": "a", "IN_PROGRESS": "b", "DONE": "c", "CLOSED": "d"}
            return [
                Series(each.label, colours[each], [week["flow"][each] for week in weeks])
                for each in reversed(Category)
            ]


def _columns(series: Sequence[Series]) -> list[tuple[int, ...]]:
    return list(zip(*(each.values for each in series), strict=True))


def _round_up(value: int) -> int:
    """The next of 4, 8, 12, 16, 20, 24, 32, 40, 80 and so on, whose quarters are round numbers."""
    scale = 1
    while True:
        for step in (4, 8, 12, 16, 20, 24, 32):
            if value <= step * scale:
                return step * scale
        scale *= 10


def _x(place: float, count: int) -> float:
    """The middle of a week."""
    return LEFT + PLOT_WIDTH * (place + 0.5) / count


def _y(value: int, top: int) -> float:
    return TOP + PLOT_HEIGHT * (1 - value / top)


def _points(values: Sequence[int], top: int) -> list[str]:
    """The points of a line, which begins and ends at the edges."""
    count, heights = len(values), [_y(value, top) for value in values]
    middles = [(_x(n, count), y) for n, y in enumerate(heights)]
    points = [(LEFT, heights[0]), *middles, (WIDTH - RIGHT, heights[-1])]
    return [f"{x:.1f},{y:.1f}" for x, y in points]


def _lines(series: Sequence[Series], top: int) -> Iterable[str]:
    for each in series:
        points = " ".join(_points(each.values, top))
        yield f'<polyline class="line {each.colour}" points="{points}"/>'


def _areas(series: Sequence[Series], top: int) -> Iterable[str]:
    below = [0] * len(series[0].values)
    for each in series:
        above = [low + value for low, value in zip(below, each.values, strict=True)]
        points = " ".join([*_points(above, top), *reversed(_points(below, top))])
        yield f'<polygon class="{each.colour}" points="{points}"/>'
        below = above


def _bars(series: Sequence[Series], top: int) -> Iterable[str]:
    [only] = series
    count = len(only.values)
    for n, value in enumerate(only.values):
        x, y = _x(n - 0.35, count), _y(value, top)
        size = f'width="{0.7 * PLOT_WIDTH / count:.1f}" height="{TOP + PLOT_HEIGHT - y:.1f}"'
        yield f'<rect class="{only.colour}" x="{x:.1f}" y="{y:.1f}" {size}/>'


def _legend(series: Sequence[Series]) -> Iterable[str]:
    for n, each in enumerate(series):
        x = LEFT + n * 120
        yield f'<rect class="{each.colour}" x="{x}" y="32" width="12" height="12"/>'
        yield f'<text x="{x + 18}" y="42">{escape(each.name)}</text>'


def _grid(top: int) -> Iterable[str]:
    for value in range(0, top + 1, top // 4):
        y = _y(value, top)
        yield f'<path class="grid" d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}"/>'
        yield f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{value}</text>'


def _labels(labels: Sequence[str]) -> Iterable[str]:
    """What stands below the plot; of many only some."""
    every = max(1, -(-len(labels) // MOST_LABELS))
    for n in range(0, len(labels), every):
        x, shown = _x(n, len(labels)), escape(_printable(labels[n], LONGEST_LABEL))
        yield f'<text x="{x:.1f}" y="{HEIGHT - 8}" text-anchor="middle">{shown}</text>'


def _printable(name: str, longest: int = LONGEST_NAME) -> str:
    """The name without characters that XML does not allow, and not too long for a line."""
    shown = "".join(each if each.isprintable() or each in JOINERS else " " for each in name)
    return shown if len(shown) <= longest else f"{shown[: longest - 1]}…"
