"""The charts of reports: SVG, and PNG made of it."""

from importlib import import_module
from importlib.resources import as_file, files
from typing import Any

from dashboards.services.charts import Series, Shape, day_labels, draw_series
from reports.models import Step, What

TITLES = {
    What.BURNDOWN: "Tasks left",
    What.THROUGHPUT: "Tasks completed per {step}",
    What.WORKLOAD: "Open tasks by assignee",
}
MOST_BARS = 8
"""People with a bar of their own; the last bar is that of all others."""
NOBODY, OTHERS = "Nobody", "Others"
FONT = "Roboto"
FONT_FILE = ("fontpkg_roboto", "files/Roboto[wdth,wght].ttf")
ZOOM = 2
"""Pixels of a PNG for each of the SVG."""


def svg_of(report: dict[str, Any]) -> str:
    """The chart of a report as `read_report` returns it."""
    what, name = What(report["what"]), report["name"]
    title = TITLES[what].format(step=Step(report["step"]).value)
    if what == What.WORKLOAD:
        labels, counts = _bars(report["people"])
        return draw_series(
            Shape.BARS, [Series("Open", "b", counts)], labels, title=title, name=name
        )
    steps = report["steps"]
    labels = day_labels(steps)
    if what == What.THROUGHPUT:
        done = Series("Completed", "c", [step["completed"] for step in steps])
        return draw_series(Shape.BARS, [done], labels, title=title, name=name)
    left = [step["remaining"] for step in steps]
    lines = [
        Series("In all", "c", [step["scope"] for step in steps]),
        Series("Left", "b", left),
        Series("Even pace", "a", _even(left)),
    ]
    return draw_series(Shape.LINES, lines, labels, title=title, name=name)


def png_of(svg: str) -> bytes:
    """The picture on white, twice as large; characters that the font lacks are drawn as boxes."""
    # Not imported elsewhere: web processes draw no pictures, and need not load the library.
    library = import_module("resvg_py")
    package, path = FONT_FILE
    with as_file(files(package).joinpath(path)) as font:
        made: bytes = library.svg_to_bytes(
            svg_string=svg,
            background="#ffffff",
            zoom=ZOOM,
            skip_system_fonts=True,
            font_files=[str(font)],
            font_family=FONT,
            sans_serif_family=FONT,
        )
    return bytes(made)


def _even(left: list[int]) -> list[int]:
    """From what was left at first to nothing at the end, by the same number in each step."""
    last = max(1, len(left) - 1)
    return [round(left[0] * (last - n) / last) for n in range(len(left))]


def _bars(people: list[dict[str, Any]]) -> tuple[list[str], list[int]]:
    shown = people if len(people) <= MOST_BARS else people[: MOST_BARS - 1]
    bars = [
        (each["assignee"]["name"] if each["assignee"] else NOBODY, each["open"]) for each in shown
    ]
    if others := people[len(shown) :]:
        bars.append((OTHERS, sum(each["open"] for each in others)))
    return [name for name, _ in bars], [count for _, count in bars]
