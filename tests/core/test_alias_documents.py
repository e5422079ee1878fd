"""Older clients put an answer in the place of what a list showed: both have the same keys."""

from typing import Any

import pytest
from django.urls import get_resolver

from comments.models import Comment
from core.api.viewsets import ServiceViewSet
from tests.matrix.asks import ELSEWHERE
from tests.support.cast import Cast, client_of
from tests.test_architecture import routes

FAMILIES = {
    "/api/workspace": ["/api/workspace/{workspace}"],
    "/api/workspace/{workspace}/members": [],
    "/api/project?workspaceId={workspace}": ["/api/project/{project}"],
    "/api/projects/workspace/{workspace}": ["/api/projects/{project}"],
    "/api/projects/workspace/{workspace}/projects": ["/api/projects/{project}"],
    "/api/tasks/project/{project}/tasks": ["/api/tasks/{task}"],
    "/api/comments/task/{task}/comments": ["/api/comments/{comment}"],
}
"""Each list of older clients, and where they read and save one of its objects."""
ON_REQUEST = {"description_html", "content_html", "labels", "mentions", "subtasks"}
"""What older clients do not know, and lists do not show them."""
BODIES: dict[str, dict[str, Any]] = {
    "/api/workspace": {"name": "New"},
    "/api/project": {"name": "New", "workspaceId": "{workspace}"},
    "/api/projects": {"name": "New", "workspaceId": "{workspace}"},
    "/api/projects/workspace/{workspace}": {"name": "New"},
    "/api/tasks": {"title": "New", "projectId": "{project}"},
    "/api/projects/{project}/tasks": {"title": "New"},
    "/api/tasks/project/{project}/tasks": {"title": "New"},
    "/api/comments/task/{task}/comments": {"content": "New"},
    "/api/tasks/{task}/comments": {"content": "New"},
}
"""What makes an object, in the words of either spelling."""
MADE_IN = {
    "/api/workspace": ["/api/workspace"],
    "/api/project?workspaceId={workspace}": ["/api/project"],
    "/api/projects/workspace/{workspace}": ["/api/projects/workspace/{workspace}", "/api/projects"],
    "/api/tasks/project/{project}/tasks": [
        "/api/tasks/project/{project}/tasks",
        "/api/projects/{project}/tasks",
        "/api/tasks",
    ],
    "/api/comments/task/{task}/comments": [
        "/api/comments/task/{task}/comments",
        "/api/tasks/{task}/comments",
    ],
}
ACTIONS = [
    ("PUT", "/api/projects/{project}/lead", {"team_lead": "{lea}"}, "{project}"),
    ("POST", "/api/projects/{project}/archive", {}, "{project}"),
    ("DELETE", "/api/projects/{project}/archive", {}, "{project}"),
    ("POST", "/api/tasks/{task}/transition", {"status": "DONE"}, "{task}"),
]
SAVED: dict[str, Any] = {"name": "Saved", "content": "Saved", "title": "Saved"}


def keys(shown: Any) -> Any:
    """The keys of a document and of the documents in it, without ON_REQUEST and the values."""
    if isinstance(shown, list):
        return [keys(shown[0])] if shown else []
    if not isinstance(shown, dict):
        return None
    return {key: keys(value) for key, value in shown.items() if key not in ON_REQUEST}


@pytest.fixture
def ids(cast: Cast, comment: Comment) -> dict[str, str]:
    rows = {"workspace": cast.workspace, "project": cast.project, "task": comment.task}
    rows |= {"comment": comment, "lea": cast.lea}
    return {name: str(row.pk) for name, row in rows.items()}


def listed(cast: Cast, ids: dict[str, str], path: str) -> Any:
    """The item of the list that is one of the cast's own objects."""
    items = client_of(cast.ada).ask("GET", path.format(**ids))["data"]
    return next(item for item in items if item["id"] in ids.values() or "user_id" in item)


@pytest.mark.parametrize("path", [path for path, ones in FAMILIES.items() if ones])
def test_what_is_saved_is_shown_as_the_list_shows_it(
    cast: Cast, ids: dict[str, str], path: str
) -> None:
    item, ada = listed(cast, ids, path), client_of(cast.ada)
    for one in FAMILIES[path]:
        who = client_of(cast.lea) if "/project" in one else ada
        address = one.format(**ids)
        assert keys(ada.ask("GET", address)["data"]) == keys(item)
        for method in ("PUT", "PATCH"):
            assert keys(who.ask(method, address, SAVED)["data"]) == keys(item)
            stale = {"If-Match": '"99"'}
            now = who.ask(method, address, SAVED, status=412, **stale)
            assert keys(now["data"]) == keys(item)


@pytest.mark.parametrize("path", MADE_IN)
def test_what_is_made_is_shown_as_the_list_shows_it(
    cast: Cast, ids: dict[str, str], path: str
) -> None:
    item = listed(cast, ids, path)
    for place in MADE_IN[path]:
        body = {key: value.format(**ids) for key, value in BODIES[place].items()}
        made = client_of(cast.ada).ask("POST", place.format(**ids), body, status=201)["data"]
        assert made.keys() - ON_REQUEST == item.keys() - ON_REQUEST


@pytest.mark.parametrize(("method", "path", "body", "about"), ACTIONS)
def test_what_is_done_to_one_is_shown_as_the_list_shows_it(
    cast: Cast, ids: dict[str, str], method: str, path: str, body: Any, about: str
) -> None:
    [family] = {name for name, ones in FAMILIES.items() if any(o.endswith(about) for o in ones)} & {
        "/api/projects/workspace/{workspace}",
        "/api/tasks/project/{project}/tasks",
    }
    item = listed(cast, ids, family)
    if method == "DELETE":
        client_of(cast.ada).ask("POST", path.format(**ids), body)
    said = {key: value.format(**ids) for key, value in body.items()}
    shown = client_of(cast.ada).ask(method, path.format(**ids), said)["data"]
    assert shown.keys() - ON_REQUEST == item.keys() - ON_REQUEST


def test_every_list_of_older_clients_is_compared() -> None:
    found = {
        f"/{path}"
        for path, view in routes(get_resolver().url_patterns)
        if issubclass(getattr(view, "cls", object), ServiceViewSet)
        if not path.startswith(ELSEWHERE)
        if getattr(view, "initkwargs", {}).get("alias") and "list" in view.actions.values()
    }
    told = {path.partition("?")[0].replace("{", "<str:") for path in FAMILIES}
    assert len(found) == len(told) == 7
