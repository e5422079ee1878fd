"""The settings of a workspace: a merge patch of what may be set."""

from typing import Any

import pytest

from tests.support.actors import by
from tests.support.cast import Cast, client_of
from tests.support.log import log_of
from workspaces.models import Workspace
from workspaces.services.workspaces import personal_workspace

DEFAULTS = {"default_role": "MEMBER", "time_zone": "UTC", "week_starts_on": "MONDAY"}


def path_of(workspace: Workspace) -> str:
    return f"/api/workspaces/{workspace.pk}/settings"


def test_settings_begin_with_their_defaults(cast: Cast) -> None:
    answer = client_of(cast.gus).ask("GET", path_of(cast.workspace))
    assert answer == {"success": True, "data": DEFAULTS}


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_change_settings_merges(cast: Cast, method: str) -> None:
    ada, path = client_of(cast.ada), path_of(cast.workspace)
    ada.ask("PATCH", path, {"time_zone": "Europe/Berlin", "default_role": "viewer"})

    answer = ada.ask(method, path, {"weekStartsOn": "sunday", "default_role": None})

    changed = {**DEFAULTS, "time_zone": "Europe/Berlin", "week_starts_on": "SUNDAY"}
    assert answer["data"] == changed
    told = {
        "settings.week_starts_on": {"old": None, "new": "SUNDAY"},
        "settings.default_role": {"old": "GUEST", "new": None},
    }
    assert log_of(cast.workspace)[-1] == ("updated", cast.ada.pk, told)


@pytest.mark.parametrize("body", [{}, {"time_zone": None}])
def test_change_settings_to_what_they_are_changes_nothing(
    cast: Cast, unchanged: None, body: dict[str, Any]
) -> None:
    client_of(cast.ada).ask("PATCH", path_of(cast.workspace), body)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("plan", "enterprise"),
        ("personal", True),
        ("default_role", "ADMIN"),
        ("default_role", {"a": {"b": {}}}),
        ("time_zone", "Mars/Olympus"),
        ("time_zone", "x" * 65),
        ("week_starts_on", "FRIDAY"),
        ("week_starts_on", []),
    ],
)
def test_change_settings_refuses_what_cannot_be_set(
    cast: Cast, unchanged: None, name: str, value: Any
) -> None:
    body = {"time_zone": "Europe/Berlin", name: value}
    refusal = client_of(cast.ada).ask("PATCH", path_of(cast.workspace), body, status=400)
    assert [*refusal["errors"]] == [name]


def test_change_settings_leaves_our_own_marks_alone(cast: Cast) -> None:
    own = personal_workspace(actor=by(cast.ada))
    client_of(cast.ada).ask("PATCH", path_of(own), {"time_zone": "Europe/Berlin"})
    assert personal_workspace(actor=by(cast.ada)) == own
    own.refresh_from_db()
    assert own.settings == {"personal": True, "time_zone": "Europe/Berlin"}


def test_change_settings_heeds_the_version_read(cast: Cast) -> None:
    ada, path = client_of(cast.ada), path_of(cast.workspace)
    seen: dict[str, Any] = {"If-Match": ada.get(path)["ETag"]}
    ada.ask("PATCH", path, {"time_zone": "Europe/Berlin"}, **seen)
    stale = ada.ask("PATCH", path, {"time_zone": "UTC"}, status=412, **seen)
    assert stale["data"]["time_zone"] == "Europe/Berlin"


def test_the_default_role_is_given_to_newcomers(cast: Cast) -> None:
    ada = client_of(cast.ada)
    ada.ask("PATCH", path_of(cast.workspace), {"default_role": "GUEST"})
    named = {"workspaceId": str(cast.workspace.pk), "email": "sam@example.com"}
    added = ada.ask("POST", "/api/workspace/add-member", named, status=201)
    path = f"/api/workspaces/{cast.workspace.pk}/invitations"
    invited = ada.ask("POST", path, {"email": "new@example.com"}, status=201)
    assert (added["data"]["role"], invited["data"]["role"]) == ("GUEST", "GUEST")
