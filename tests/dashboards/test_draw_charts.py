"""Charts: SVG without scripts, for everybody who may read the numbers."""

import re
from io import BytesIO
from typing import Any
from xml.parsers.expat import ParserCreate

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from dashboards.services.charts import Chart, draw
from tests.support.cast import Cast, client_of
from tests.support.factories import TaskFactory
from tests.support.staff import sign_in_staff

KINDS = list(Chart)


def week(count: int) -> dict[str, Any]:
    flow = {"TODO": count, "IN_PROGRESS": 1, "DONE": 2, "CLOSED": 0}
    sums = {"scope": count + 3, "completed": 2, "throughput": count}
    return {"start": "2026-11-16", "flow": flow, **sums}


def parts(svg: str) -> list[tuple[str, dict[str, str]]]:
    """The name of each element with its attributes; ExpatError if it is no XML."""
    found: list[tuple[str, dict[str, str]]] = []
    parser = ParserCreate()
    parser.StartElementHandler = lambda name, attributes: found.append((name, attributes))
    parser.ParseFile(BytesIO(svg.encode()))
    return found


def path_of(cast: Cast, kind: str, place: str) -> str:
    places = {
        "project": f"/api/projects/{cast.project.pk}/dashboard/chart?kind={kind}",
        "workspace": f"/api/dashboard/chart?workspace={cast.workspace.pk}&kind={kind}",
    }
    return places[place]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("place", ["project", "workspace"])
def test_charts_are_pictures_that_load_and_run_nothing(cast: Cast, kind: str, place: str) -> None:
    TaskFactory.create(project=cast.project)
    headers = {"Accept": "image/svg+xml"}
    answer = client_of(cast.moe).get(path_of(cast, kind, place), headers=headers)
    assert answer.status_code == 200
    assert answer["Content-Type"] == "image/svg+xml"
    policy = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    assert answer["Content-Security-Policy"] == policy
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert parts(answer.content.decode())[0][0] == "svg"


@pytest.mark.parametrize("place", ["project", "workspace"])
def test_refusals_of_charts_are_no_pictures(cast: Cast, place: str) -> None:
    paths = path_of(cast, "pie", place), path_of(cast, "flow", place)
    for person, path, status in ((cast.moe, paths[0], 400), (cast.sam, paths[1], 403)):
        answer = client_of(person).get(path, headers={"Accept": "image/svg+xml"})
        assert answer.status_code == status
        assert answer["Content-Type"] == "application/json"
        assert answer.json()["success"] is False


@pytest.mark.parametrize(
    ("accepted", "status"),
    [("image/svg+xml", 200), ("image/*", 200), ("*/*", 200), ("image/png", 406), ("text/xml", 406)],
)
def test_charts_are_given_to_those_who_accept_them(cast: Cast, accepted: str, status: int) -> None:
    path = path_of(cast, "flow", "project")
    assert client_of(cast.moe).get(path, headers={"Accept": accepted}).status_code == status


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("weeks", [1, 2, 52])
@pytest.mark.parametrize("most", [0, 1, 9, 123_456])
def test_everything_is_within_the_picture(kind: Chart, weeks: int, most: int) -> None:
    for _, part in parts(draw(kind, [week(most)] * weeks, name="Engine")):
        points = part.get("points", "").replace(",", " ").split()
        across = [float(x) for x in points[::2]] + [float(part.get("x", 0))]
        down = [float(y) for y in points[1::2]] + [float(part.get("y", 0))]
        assert all(0 <= x <= 640 for x in across), part
        assert all(0 <= y <= 300 for y in down), part


@pytest.mark.parametrize("name", ["</svg><script>x</script>", 'a"&<b', "\x00\x1b\ud800", "W" * 200])
def test_names_stay_text(name: str) -> None:
    assert {part for part, _ in parts(draw(Chart.FLOW, [week(1)], name=name))} == {
        *("svg", "title", "style", "text"),
        *("rect", "path", "polygon"),
    }


def test_what_is_shown_stands_before_the_name() -> None:
    family = "\U0001f468\u200d\U0001f467"
    title = "<title>Tasks by category: {}</title>"
    assert title.format("W" * 39 + "…") in draw(Chart.FLOW, [week(1)], name="W" * 200)
    assert title.format(family) in draw(Chart.FLOW, [week(1)], name=family)


def test_charts_are_on_the_pages_of_the_admin(cast: Cast) -> None:
    browser = Client()
    staff = User.objects.create_superuser("root@example.com", "correct horse")
    sign_in_staff(browser, staff)
    for page, row in (("projects_project", cast.project), ("workspaces_workspace", cast.workspace)):
        shown = browser.get(reverse(f"admin:{page}_change", args=[row.pk])).content.decode()
        assert shown.count('<img src="data:image/svg+xml;base64,') == len(KINDS)


@pytest.mark.parametrize(
    ("most", "labels"),
    [(0, "0 1 2 3 4"), (9, "0 3 6 9 12"), (23, "0 6 12 18 24"), (81, "0 30 60 90 120")],
)
def test_the_scale_ends_near_the_highest_value(most: int, labels: str) -> None:
    svg = draw(Chart.THROUGHPUT, [week(most)], name="Garden")
    assert re.findall(r'text-anchor="end">(\d+)<', svg) == labels.split()
