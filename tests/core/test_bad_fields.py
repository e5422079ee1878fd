"""Every field of every body, given what it cannot be: always 400, never a changed row."""

import json
from typing import Any
from uuid import uuid4

import pytest

from comments.models import Comment
from tests.support.cast import Cast, client_of
from tests.support.rights import filled

NUL, SURROGATE = "a\0b", "a\ud800b"
SHAPES: list[Any] = [[], ["x"], {}, {"x": 1}]
TEXT = [*SHAPES, True, 5, 1.5, NUL, SURROGATE]
REQUIRED = [*TEXT, None, "", "   "]
DATE = [*SHAPES, True, 5, 1e300, "2025-02-31", "0000-01-01", "10000-01-01", "today", NUL, SURROGATE]
TIME = [*SHAPES, True, 5, "25:00", "noon", NUL, SURROGATE]
ENUM = [*SHAPES, True, 5, None, "", "NOPE", NUL, SURROGATE]
NUMBER = [*SHAPES, True, None, "", "many", -1, 100.5, 101, 10**400, 1e300, NUL, SURROGATE]
FLAG = [*SHAPES, None, "perhaps", "true", 5, 1, NUL, SURROGATE]
PERSON = [*SHAPES, True, 5, "nobody@example.com", "user_2unknown", str(uuid4()), NUL, SURROGATE]
EMAIL = [*SHAPES, True, 5, None, "", "ada", "ada@", "@example.com", NUL, SURROGATE]
LINK = [*SHAPES, True, 5, None, "nowhere", "javascript:alert(1)", "x" * 501, NUL, SURROGATE]

ID = [*SHAPES, True, 5, "nobody", str(uuid4()), "x" * 500, NUL, SURROGATE]
COUNT = [value for value in NUMBER if value != 101]

WORKSPACE = {"name": [*REQUIRED, "x" * 121], "image_url": LINK}
PROJECT = {
    "name": [*REQUIRED, "x" * 300],
    "description": [*TEXT, "x" * 20_001],
    "visibility": ENUM,
    "status": ENUM,
    "priority": ENUM,
    "progress": NUMBER,
    "start_date": DATE,
    "end_date": DATE,
}
NEW_PROJECT = {
    **PROJECT,
    "team_lead": PERSON,
    "team_members": ["max@example.com", {}, {"x": 1}, None, True, 5, *([p] for p in PERSON), [""]],
    "workflow": ENUM,
    "workspace_id": [*SHAPES, True],
}
TASK = {
    "title": [*REQUIRED, "x" * 256],
    "description": [*TEXT, "x" * 50_001],
    "type": ENUM,
    "priority": ENUM,
    "status": [*REQUIRED, "NOPE", 5, str(uuid4())],
    "is_complete": FLAG,
    "assignee_id": PERSON,
    "start_date": DATE,
    "due_date": DATE,
    "due_time": TIME,
    "parent_id": ID,
    "labels": [*SHAPES[1:], True, 5, "red", None, [NUL], [SURROGATE], [["x"]], ["red"] * 10_000],
    "estimate_minutes": [value for value in COUNT if value is not None],
    "recurrence": [*SHAPES, True, 5, "daily", {"every": 0, "unit": "DAY"}, {"every": 1}],
}
PLACE = {"status": TASK["status"], "after_id": ID, "before_id": ID, "order": COUNT}
COPY = {"title": [*REQUIRED, "x" * 256], "with_subtasks": FLAG}
LABEL = {
    "name": [*REQUIRED, "x" * 51],
    "color": [*SHAPES, True, 5, None, "", "red", NUL, SURROGATE],
}
FILTER = {
    "name": [*REQUIRED, "x" * 81],
    "parameters": [[], ["x"], {"x": 1}, True, 5, "x", {"assignee": NUL}, {"q": SURROGATE}],
    "is_shared": FLAG,
}
FILE = {
    "file_name": [*SHAPES, True, None, "", "...", "x" * 5000, NUL, SURROGATE],
    "size": [*COUNT, 0],
    "content_type": [*SHAPES, True, 5, None, "", "text", "x/" * 60, NUL, SURROGATE],
    "sha256": [*SHAPES, True, 5, None, "", "x" * 64, "0" * 65, NUL, SURROGATE],
    "comment_id": ID,
}
MEMBER = {"email": EMAIL, "role": ENUM}
NEW_MEMBER = {**MEMBER, "message": [*TEXT, "x" * 2001], "workspace_id": [*SHAPES, True, None, ""]}
TASKS_NAMED: list[Any] = [
    None,
    True,
    5,
    "x",
    {},
    [],
    [5.5],
    ["x"],
    [None],
    [[]],
    [str(uuid4())] * 201,
]
SAID = {"content": [*REQUIRED, "x" * 20_001]}
REPLY = {**SAID, "parent_id": [*SHAPES, True, 5, "nobody", str(uuid4()), NUL, SURROGATE]}

BODIES: dict[str, tuple[dict[str, Any], dict[str, list[Any]]]] = {
    "POST /api/workspaces": ({"name": "New"}, WORKSPACE),
    "PATCH /api/workspaces/{workspace}": ({}, WORKSPACE),
    "POST /api/workspace/add-member": (
        {"workspace_id": "{workspace}", "email": "sam@example.com"},
        NEW_MEMBER,
    ),
    "POST /api/projects": ({"name": "New", "workspace_id": "{workspace}"}, NEW_PROJECT),
    "PATCH /api/projects/{project}": ({}, PROJECT),
    "PUT /api/projects/{project}/lead": ({}, {"team_lead": PERSON}),
    "POST /api/projects/{project}/members": ({"email": "moe@example.com"}, MEMBER),
    "POST /api/projects/{project}/tasks": ({"title": "New"}, TASK),
    "POST /api/tasks": (
        {"title": "New", "project_id": "{project}"},
        {"project_id": [*SHAPES, True, None, ""]},
    ),
    "PATCH /api/tasks/{task}": ({}, TASK),
    "POST /api/tasks/{task}/transition": ({}, {"status": TASK["status"]}),
    "POST /api/tasks/{task}/move": ({}, PLACE),
    "POST /api/tasks/{task}/copy": ({}, COPY),
    "POST /api/tasks/{task}/transfer": ({}, {"project_id": [*ID, None, ""]}),
    "POST /api/tasks/{task}/watchers": ({}, {"user_id": PERSON}),
    "POST /api/tasks/{task}/dependencies": ({}, {"depends_on": [*ID, None, ""]}),
    "POST /api/tasks/{task}/relations": (
        {"kind": "BLOCKS", "task_id": "{task}"},
        {"kind": ENUM, "task_id": [*ID, None, ""]},
    ),
    "POST /api/tasks/{task}/attachments": ({"file_name": "plan.txt", "size": 5}, FILE),
    "POST /api/projects/{project}/labels": ({"name": "New"}, LABEL),
    "POST /api/projects/{project}/filters": ({"name": "New", "parameters": {}}, FILTER),
    "DELETE /api/tasks": ({}, {"task_ids": TASKS_NAMED}),
    "POST /api/tasks/{task}/comments": ({"content": "Said"}, REPLY),
    "PATCH /api/comments/{comment}": ({}, SAID),
}


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize("route", BODIES)
def test_bad_values_of_every_field_are_refused(cast: Cast, comment: Comment, route: str) -> None:
    named: dict[str, object] = {"workspace": cast.workspace.pk, "project": cast.project.pk}
    named |= {"task": comment.task_id, "comment": comment.pk}
    base, fields = BODIES[route]
    method, path = route.format(**named).split()
    client = client_of(
        cast.max if "comment" in path else cast.lea if "{project}" in route else cast.ada
    )
    found = {}
    for field, value in ((name, value) for name in fields for value in fields[name]):
        body = json.dumps({**filled(base, named), field: value})
        answer = client.generic(method, path, body, content_type="application/json")
        found[f"{field}={value!r}"[:80]] = fault(answer.status_code, answer.json(), field)
    assert found == dict.fromkeys(found, "fine")


def fault(status: int, body: dict[str, Any], field: str) -> str:
    """What is wrong with a refusal of this field's value."""
    if status != 400 or body["success"]:
        return f"{status} {body}"
    keys = {"success", "message", "code", "errors", "request_id"}
    about = {name.split(".")[0] for name in body["errors"]}
    return "fine" if body.keys() - {"people"} == keys and about == {field} else str(body)
