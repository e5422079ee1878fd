"""GET /api/workspaces/{id}/audit."""

from typing import Any
from unittest.mock import ANY

import pytest
from pytest_django import Settings

from audit.models import AuditEntry
from tasks.models import Task
from tests.admin.world import number_the_events
from tests.support.cast import Cast, client_of


@pytest.fixture
def deleted(cast: Cast, task: Task) -> Task:
    """By Lea; its entry is the newest one in the workspace."""
    client_of(cast.lea).ask("DELETE", f"/api/tasks/{task.pk}", status=204)
    number_the_events()
    return task


def read(cast: Cast, query: str = "") -> list[dict[str, Any]]:
    answer = client_of(cast.ada).ask("GET", f"/api/workspaces/{cast.workspace.pk}/audit{query}")
    found: list[dict[str, Any]] = answer["data"]
    return found


def test_an_admin_reads_the_entries_newest_first(cast: Cast, deleted: Task) -> None:
    newest, former, *others = read(cast)
    entry = AuditEntry.objects.get(action="task.deleted")
    assert newest == {
        "id": str(entry.pk),
        "number": len(others) + 2,
        "created_at": ANY,
        "actor_id": str(cast.lea.pk),
        "via": "session",
        "token_id": None,
        "reason": "",
        "action": "task.deleted",
        "entity": "task",
        "entity_id": str(deleted.pk),
        "details": {"project": str(cast.project.pk)},
        "request_id": entry.request_id,
        "previous": former["hash"],
        "hash": entry.hash,
    }
    assert others[-1]["action"] == "workspace.created"


def test_pages_follow_each_other(cast: Cast, deleted: Task) -> None:
    path, found = f"/api/workspaces/{cast.workspace.pk}/audit?limit=3", []
    answer = client_of(cast.ada).ask("GET", path)
    while cursor := answer["meta"]["next_cursor"]:
        found += answer["data"]
        answer = client_of(cast.ada).ask("GET", f"{path}&cursor={cursor}")
    assert found + answer["data"] == read(cast)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?action=task.deleted", 1),
        ("?entity=task", 1),
        ("?entity_id={task}", 1),
        ("?actor={lea}", 1),
        ("?actor={lea}&created_after=2000-01-01&created_before=2999-12-31", 1),
        ("?action=task.restored", 0),
        ("?actor={sam}", 0),
        ("?actor=nobody", 0),
        ("?created_after=2999-12-31", 0),
        ("?created_before=2000-01-01", 0),
    ],
)
def test_filters_narrow_the_list(cast: Cast, deleted: Task, query: str, found: int) -> None:
    ids = {"task": deleted.pk, "lea": cast.lea.pk, "sam": cast.sam.pk}
    entries = read(cast, query.format(**ids))
    assert [e["action"] for e in entries if e["entity"] == "task"] == ["task.deleted"] * found


def test_me_is_who_asks(cast: Cast, deleted: Task) -> None:
    client_of(cast.ada).ask("DELETE", f"/api/projects/{cast.project.pk}", status=204)
    own = read(cast, "?actor=me")
    assert own == read(cast, f"?actor={cast.ada.public_id}")
    assert {entry["actor_id"] for entry in own} == {str(cast.ada.pk)}


def test_what_cannot_be_understood_is_refused(cast: Cast) -> None:
    path = f"/api/workspaces/{cast.workspace.pk}/audit"
    for query in ("?created_after=x", "?from=2026-01-01", "?ordering=hash", "?cursor=x"):
        client_of(cast.ada).ask("GET", f"{path}{query}", status=400)
    client_of(cast.ada).ask("POST", path, {}, status=405)


def test_only_admins_read_it(cast: Cast) -> None:
    path = f"/api/workspaces/{cast.workspace.pk}/audit"
    for person in (cast.pia, cast.lea, cast.max, cast.gus):
        refusal = client_of(person).ask("GET", path, status=403)
        assert refusal["required"] == "audit:read"
    client_of(None).ask("GET", path, status=401)
    client_of(cast.sam).ask("GET", path, status=403)


def test_a_foreign_workspace_is_not_found_where_foreign_objects_are_hidden(
    cast: Cast, settings: Settings
) -> None:
    settings.HIDE_FOREIGN_OBJECTS = True
    client_of(cast.sam).ask("GET", f"/api/workspaces/{cast.workspace.pk}/audit", status=404)
    assert client_of(cast.sam).ask("GET", f"/api/workspaces/{cast.elsewhere.pk}/audit")["data"]
