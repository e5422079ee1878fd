"""What the log says of a change: who, to what, with which request."""

import json
from typing import Any

import pytest

from activity.models import Event
from activity.receivers import LOGGED
from comments.models import Comment
from tests.support.cast import Cast, client_of
from tests.support.rights import filled

CHANGES = [
    ("ada", "PATCH", "/api/workspaces/{workspace}", {"name": "x"}, ["workspace updated"]),
    (
        "ada",
        "POST",
        "/api/workspace/add-member",
        {"email": "sam@example.com"},
        ["membership added"],
    ),
    (
        "ada",
        "POST",
        "/api/projects",
        {"name": "x", "team_lead": "{max}"},
        ["membership added", "membership added", "project created"],
    ),
    ("lea", "PATCH", "/api/projects/{project}", {"name": "x"}, ["project updated"]),
    (
        "pia",
        "PUT",
        "/api/projects/{project}/lead",
        {"team_lead": "{moe}"},
        ["membership added", "project lead_changed"],
    ),
    ("pia", "POST", "/api/projects/{project}/archive", None, ["project archived"]),
    ("lea", "DELETE", "/api/projects/{project}", None, ["project deleted"]),
    ("lea", "POST", "/api/projects/{project}/members", {"email": "{moe}"}, ["membership added"]),
    ("lea", "DELETE", "/api/projects/{project}/members/{max_id}", None, ["project member_removed"]),
    (
        "moe",
        "POST",
        "/api/tasks",
        {"title": "x", "projectId": "{project}", "assignee": "{max_id}"},
        ["task assigned", "task created"],
    ),
    ("moe", "PATCH", "/api/tasks/{task}", {"title": "x"}, ["task updated"]),
    ("lea", "PATCH", "/api/tasks/{task}", {"assigneeId": "{max_id}"}, ["task assigned"]),
    ("moe", "POST", "/api/tasks/{task}/transition", {"status": "DONE"}, ["task status_changed"]),
    ("lea", "DELETE", "/api/tasks/{task}", None, ["task deleted"]),
    ("lea", "DELETE", "/api/tasks", {"taskIds": ["{task}"]}, ["task deleted"]),
    ("moe", "POST", "/api/tasks/{task}/comments", {"content": "x"}, ["comment commented"]),
    ("max", "PATCH", "/api/comments/{comment}", {"content": "x"}, ["comment updated"]),
    ("max", "DELETE", "/api/comments/{comment}", None, ["comment deleted"]),
]


@pytest.mark.parametrize(("who", "method", "path", "body", "told"), CHANGES)
def test_every_change_is_told_once(
    cast: Cast, comment: Comment, who: str, method: str, path: str, body: Any, told: list[str]
) -> None:
    actor, before = getattr(cast, who), set(Event.objects.values_list("pk", flat=True))
    named: dict[str, object] = {"workspace": cast.workspace.pk, "project": cast.project.pk}
    named |= {"task": comment.task_id, "comment": comment.pk, "max_id": cast.max.pk}
    named |= {"max": cast.max.email, "moe": cast.moe.email}
    if body is not None:
        body = filled({"workspaceId": "{workspace}", **body}, named)
    response = client_of(actor).generic(
        method,
        path.format(**named),
        json.dumps(body or {}),
        content_type="application/json",
        headers={"X-Request-ID": "r" * 128},
    )
    assert response.status_code in (200, 201, 204), response.content
    events = Event.objects.exclude(pk__in=before)
    assert sorted(f"{event.entity} {event.action}" for event in events) == told
    assert {event.actor_id for event in events} == {actor.pk}
    assert {event.workspace_id for event in events} == {cast.workspace.pk}
    assert {event.request_id for event in events} == {"r" * 128}


def test_founding_a_workspace_is_told_in_its_own_log(cast: Cast) -> None:
    event = Event.objects.get(workspace_id=cast.elsewhere.pk)
    assert (event.entity, event.action) == ("workspace", "created")
    assert (event.entity_id, event.actor_id) == (cast.elsewhere.pk, cast.sam.pk)


def test_a_refused_request_is_not_told(cast: Cast, unchanged: None) -> None:
    path = f"/api/projects/{cast.project.pk}"
    client_of(cast.max).ask("PATCH", path, {"name": "x"}, status=403)
    client_of(cast.lea).ask("PATCH", path, {"name": ""}, status=400)


def test_no_two_events_share_their_words() -> None:
    words = list(LOGGED.values())
    twice = {pair for pair in words if words.count(pair) > 1}
    assert twice == {("membership", "added"), ("membership", "role_changed")}
