"""Asking beforehand whether one may, and why not."""

from typing import Any

import pytest

from projects.services.members import set_project_lead
from projects.services.projects import update_project
from tasks.models import Task
from tests.support.actors import by
from tests.support.cast import Cast, client_of

NONE = "None of your roles includes this."
LED = "The project has a lead; only the lead may do this."
OWN = "Your roles reach only what you made or were given."
PRIVATE = "The project is private; only a role inside it counts."
ANSWERS = [
    ("ada", "workspaces/{workspace}", "update", "workspace:update", None),
    ("pia", "workspaces/{workspace}", "workspace:update", "workspace:update", NONE),
    ("gus", "workspaces/{workspace}", "invite", "workspace:invite", NONE),
    ("lea", "projects/{project}", "project:update", "project:update", None),
    ("ada", "projects/{project}", "update", "project:update", LED),
    ("max", "projects/{project}", "update", "project:update", NONE),
    ("moe", "projects/{project}", "create_task", "task:create", None),
    ("moe", "tasks/{task}", "delete", "task:delete", OWN),
    ("lea", "tasks/{task}", "task:delete", "task:delete", None),
]


def can(cast: Cast, who: str, path: str, action: str, **options: Any) -> Any:
    named = {"workspace": cast.workspace.pk, "project": cast.project.pk}
    path = path.format(**named, task=getattr(cast.project.tasks.first(), "pk", ""))
    return client_of(getattr(cast, who)).ask("GET", f"/api/{path}/can?action={action}", **options)


@pytest.mark.parametrize(("who", "path", "action", "required", "reason"), ANSWERS)
def test_can_says_whether_and_why(
    cast: Cast,
    task: Task,
    who: str,
    path: str,
    action: str,
    required: str,
    reason: str | None,
) -> None:
    told = can(cast, who, path, action)["data"]
    assert told["allowed"] == (reason is None)
    assert (told["required"], told["reason"]) == (required, reason)


def test_can_names_the_code_and_the_roles(cast: Cast) -> None:
    assert can(cast, "max", "projects/{project}", "archive")["data"] == {
        "allowed": False,
        "required": "project:archive",
        "you_have": ["workspace:MEMBER", "project:MEMBER"],
        "reason": NONE,
    }


def test_can_in_a_private_project(cast: Cast, task: Task) -> None:
    update_project(actor=by(cast.lea), project=cast.project, changes={"visibility": "PRIVATE"})
    cast.project.memberships.filter(user=cast.max).update(role="VIEWER")
    assert can(cast, "max", "tasks/{task}", "update")["data"]["reason"] == PRIVATE


def test_can_follows_the_lead(cast: Cast) -> None:
    set_project_lead(actor=by(cast.lea), project=cast.project, person=None)
    assert can(cast, "ada", "projects/{project}", "update")["data"]["allowed"]
    assert can(cast, "lea", "projects/{project}", "update")["data"]["reason"] == NONE


@pytest.mark.parametrize("action", ["", "fly", "task:update", "%00", "x" * 65])
def test_can_refuses_words_it_does_not_know(cast: Cast, action: str) -> None:
    refusal = can(cast, "lea", "projects/{project}", action, status=400)
    assert (refusal["code"], list(refusal["errors"])) == ("invalid", ["action"])


def test_can_needs_an_action(cast: Cast) -> None:
    path = f"/api/projects/{cast.project.pk}/can"
    assert list(client_of(cast.lea).ask("GET", path, status=400)["errors"]) == ["action"]
