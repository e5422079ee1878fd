"""Changing a workspace."""

from typing import Any

import pytest

from tests.support.cast import Cast, client_of
from tests.support.databases import CommittedDatabase
from tests.support.documents import workspace_document
from tests.support.log import log_of
from tests.support.threads import times
from workspaces.models import Workspace


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_update_workspace_changes_what_is_given(cast: Cast, method: str) -> None:
    path = f"/api/workspaces/{cast.workspace.pk}"
    answer = client_of(cast.ada).ask(method, path, {"name": "Renamed", "unknown": 1})
    cast.workspace.refresh_from_db()
    assert (cast.workspace.name, cast.workspace.version) == ("Renamed", 2)
    assert answer == {
        "success": True,
        "data": workspace_document(cast.workspace, cast.ada),
        "message": "Workspace updated successfully",
    }
    change = {"name": {"old": "Analytical Engines", "new": "Renamed"}}
    assert log_of(cast.workspace)[1:] == [("updated", cast.ada.pk, change)]


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
@pytest.mark.parametrize("body", [{}, {"name": "Analytical Engines"}])
def test_update_workspace_with_the_same_values_changes_nothing(
    cast: Cast, unchanged: None, method: str, body: dict[str, str]
) -> None:
    shown = client_of(cast.ada).ask(method, f"/api/workspaces/{cast.workspace.pk}", body)
    assert shown["data"] == workspace_document(cast.workspace, cast.ada)


def test_update_workspace_keeps_what_is_not_named(cast: Cast) -> None:
    mass: dict[str, Any] = {"owner_id": str(cast.gus.pk), "settings": {"plan": "free"}}
    mass |= {"deleted_at": "2026-01-01", "external_org_id": "org_1", "version": 9, "id": "x"}
    body = {"name": "Renamed", **mass}
    shown = client_of(cast.ada).ask("PATCH", f"/api/workspace/{cast.workspace.pk}", body)
    assert shown["data"] == {
        **workspace_document(cast.workspace, cast.ada),
        "name": "Renamed",
        "version": 2,
        "updated_at": shown["data"]["updated_at"],
    }
    cast.workspace.refresh_from_db()
    assert (cast.workspace.settings, cast.workspace.external_org_id) == ({}, None)


@pytest.mark.parametrize("name", ["pia", "max", "gus", "sam"])
def test_update_workspace_is_refused_whatever_the_key(
    cast: Cast, unchanged: None, name: str
) -> None:
    path, client = f"/api/workspaces/{cast.workspace.pk}", client_of(getattr(cast, name))
    bodies: list[dict[str, Any]] = [{"slug": "mine"}, {"owner_id": "me"}, {"settings": {}}]
    for body in bodies:
        client.ask("PATCH", path, body, status=403)


def test_update_workspace_moves_to_another_address(cast: Cast) -> None:
    path = f"/api/workspaces/{cast.workspace.pk}"
    shown = client_of(cast.ada).ask("PATCH", path, {"slug": "Engines-2"})
    assert shown["data"]["slug"] == "engines-2"
    change = {"slug": {"old": "analytical-engines", "new": "engines-2"}}
    assert log_of(cast.workspace)[-1] == ("updated", cast.ada.pk, change)


@pytest.mark.parametrize("slug", ["elsewhere", "ELSEWHERE"])
def test_update_workspace_does_not_take_the_address_of_another(
    cast: Cast, unchanged: None, slug: str
) -> None:
    path = f"/api/workspaces/{cast.workspace.pk}"
    refusal = client_of(cast.ada).ask("PATCH", path, {"slug": slug}, status=409)
    assert (refusal["code"], [*refusal["errors"]]) == ("slug_taken", ["slug"])


UNFIT = (
    *("", " ", "a b", "a_b", "-a", "a-", "a--b", "a/b", "a.b", "a\nb", "x" * 101, None),
    # Cyrillic a and e, full-width a, long s, Kelvin sign, ligature, combining accent.
    *("\u0430cme", "acm\u0435", "\uff41cme", "me\u017fh", "\u212aelvin", "\ufb01n", "e\u0301"),
    *("admin", "API", "Workspaces", "settings", "invitations", "sign-in"),
)


def test_update_workspace_refuses_unfit_addresses(cast: Cast, unchanged: None) -> None:
    path, ada = f"/api/workspaces/{cast.workspace.pk}", client_of(cast.ada)
    told = {slug: [*ada.patch(path, {"slug": slug}, "json").json()["errors"]] for slug in UNFIT}
    assert {slug: named for slug, named in told.items() if named != ["slug"]} == {}


def test_two_workspaces_that_want_one_address(committed_db: CommittedDatabase, cast: Cast) -> None:
    wanting = [(client_of(cast.ada), cast.workspace.pk), (client_of(cast.sam), cast.elsewhere.pk)]

    def move(n: int) -> int:
        client, pk = wanting[n]
        return client.patch(f"/api/workspaces/{pk}", {"slug": "one"}, format="json").status_code

    assert sorted(times(2, move)) == [200, 409]
    assert Workspace.objects.filter(slug="one").count() == 1
