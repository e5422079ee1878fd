"""Starting a project."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from projects.models import Project
from tests.support.cast import Cast, client_of
from tests.support.documents import project_alone
from tests.support.log import log_of
from workspaces.models import Workspace

PATH = "/api/projects"


def create(cast: Cast, expected: int = 201, /, **more: Any) -> Any:
    body = {"name": "Loom", "workspaceId": str(cast.workspace.pk), **more}
    return client_of(cast.ada).ask("POST", PATH, body, status=expected)


def test_create_project_answers_the_project(cast: Cast) -> None:
    answer = create(
        cast,
        name="Difference Engine",
        description="Tables",
        team_lead="Lea@example.com",
        team_members=["max@example.com", str(cast.moe.pk).upper(), " MAX@example.com"],
        status="planning",
        priority="High",
        start_date="2025-01-01",
        endDate="2025-02-01",
    )
    made = Project.objects.get(key="DE")
    assert answer == {
        "success": True,
        "data": project_alone(made, cast.ada),
        "message": "Project created successfully",
    }
    assert (made.status, made.priority, str(made.end_date)) == ("PLANNING", "HIGH", "2025-02-01")
    roles = dict(made.memberships.values_list("user__name", "role"))
    assert roles == {"Ada": "MEMBER", "Lea": "LEAD", "Max": "MEMBER", "Moe": "MEMBER"}
    assert log_of(made) == [("created", cast.ada.pk, {})]


def test_create_project_with_nothing_but_a_name(cast: Cast) -> None:
    empty = {"start_date": "", "end_date": None, "description": None, "team_lead": ""}
    shown = create(cast, **empty, team_members=[])["data"]
    assert {key: shown[key] for key in empty} == {**dict.fromkeys(empty), "description": ""}
    usual = {"status": "ACTIVE", "priority": "MEDIUM", "visibility": "WORKSPACE", "progress": 0}
    assert {key: shown[key] for key in usual} == usual


@pytest.mark.parametrize(
    ("workflow", "columns", "moves"),
    [
        (None, ["TODO", "IN_PROGRESS", "DONE"], 0),
        ("simple", ["TODO", "IN_PROGRESS", "DONE"], 0),
        ("kanban", ["TODO #6b7280", "IN_PROGRESS #3b82f6", "REVIEW #f59e0b", "DONE #10b981"], 0),
        ("Ticket", ["open", "in_progress", "resolved", "closed"], 3),
    ],
)
def test_create_project_lays_out_its_columns(
    cast: Cast, workflow: str | None, columns: list[str], moves: int
) -> None:
    create(cast, **({"workflow": workflow} if workflow else {}))
    made = Project.objects.get(name="Loom")
    laid_out = [f"{c.key} {c.color}" for c in made.statuses.order_by("position")]
    assert [found[: len(name)] for found, name in zip(laid_out, columns, strict=True)] == columns
    assert made.transitions.count() == moves
    assert made.statuses.get(is_default=True).position == 0


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Loom", "LOO"),
        ("Engine", "ENG2"),
        ("Website relaunch", "WR"),
        ("a b c d e f", "ABCD"),
        ("日本", "PRO"),
        ("7 Seas", "7S"),
    ],
)
def test_a_key_follows_from_the_name(cast: Cast, name: str, key: str) -> None:
    assert create(cast, name=name)["data"]["key"] == key


@pytest.mark.parametrize(
    ("given", "kept"), [(96.84, 97), (0.5, 1), (1.5, 2), (99.99, 100), ("42.4", 42), (0, 0)]
)
def test_progress_is_rounded_half_up(cast: Cast, given: Any, kept: int) -> None:
    assert create(cast, progress=given)["data"]["progress"] == kept


def test_create_project_refuses_members_from_outside(cast: Cast, unchanged: None) -> None:
    refusal = create(cast, 400, team_members=["max@example.com", "Sam@example.com"])
    assert refusal == {
        "success": False,
        "message": "These people are not members of the workspace.",
        "code": "not_in_workspace",
        "errors": {"team_members": ["Sam@example.com is not a member of the workspace."]},
        "people": ["Sam@example.com"],
        "request_id": refusal["request_id"],
    }


@pytest.mark.parametrize("lead", ["nobody@example.com", "sam@example.com"])
def test_create_project_refuses_a_lead_from_outside(cast: Cast, unchanged: None, lead: str) -> None:
    refusal = create(cast, 400, team_lead=lead)
    assert refusal["code"] == "not_in_workspace"
    assert list(refusal["errors"]) == ["team_lead"]


def test_create_project_refuses_an_end_before_its_start(cast: Cast, unchanged: None) -> None:
    refusal = create(cast, 400, start_date="2025-02-02", end_date="2025-02-01")
    assert refusal["code"] == "ends_before_it_starts"
    assert list(refusal["errors"]) == ["end_date"]


def test_create_project_in_a_personal_workspace(cast: Cast) -> None:
    gus = client_of(cast.gus)
    first = gus.ask("POST", PATH, {"name": "Garden"}, status=201)["data"]
    second = gus.ask("POST", PATH, {"name": "House", "workspaceId": ""}, status=201)["data"]
    made = Workspace.objects.get(owner=cast.gus)
    assert first["workspaceId"] == second["workspaceId"] == str(made.pk)
    assert made.name == "Gus workspace"


def test_a_refused_project_leaves_no_personal_workspace(cast: Cast, unchanged: None) -> None:
    body = {"name": "Garden", "team_members": ["sam@example.com"]}
    client_of(cast.gus).ask("POST", PATH, body, status=400)


@pytest.mark.parametrize("path", ["/api/project", "/api/projects/workspace/{}"])
def test_create_project_by_its_second_spellings(cast: Cast, path: str) -> None:
    body = {"name": "Loom", "workspace_id": str(cast.workspace.pk)}
    answer = client_of(cast.pia).ask("POST", path.format(cast.workspace.pk), body, status=201)
    made = Project.objects.get(name="Loom")
    assert answer["data"] == project_alone(made, cast.pia)


def test_create_project_finds_any_number_of_people_together(cast: Cast) -> None:
    cost = {}
    people = [cast.lea.email, str(cast.max.pk), cast.moe.email, str(cast.gus.pk)]
    for count in (2, 4):
        with CaptureQueriesContext(connection) as queries:
            create(cast, team_members=people[:count])
        asked = [query["sql"] for query in queries if query["sql"].startswith("SELECT")]
        cost[count] = len([sql for sql in asked if "accounts_user" in sql])
    assert cost[2] == cost[4]


@pytest.mark.parametrize(
    ("people", "places"),
    [
        ([""], ["0"]),
        (["lea@example.com", 5, "x\x00@example.com"], ["1", "2"]),
        (["x" * 321, "lea@example.com"], ["0"]),
        ([["lea@example.com"]], ["0"]),
    ],
)
def test_create_project_says_which_of_the_people_is_wrong(
    cast: Cast, unchanged: None, people: list[Any], places: list[str]
) -> None:
    errors = create(cast, 400, team_members=people)["errors"]
    assert list(errors) == [f"team_members.{place}" for place in places]
