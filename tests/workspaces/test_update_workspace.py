"""Changing a workspace."""

import pytest

from tests.cast import Cast, client_of
from tests.documents import workspace_document
from tests.log import log_of


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


def test_update_workspace_keeps_its_address(cast: Cast) -> None:
    body = {"name": "Renamed", "slug": "elsewhere", "owner_id": str(cast.gus.pk)}
    shown = client_of(cast.ada).ask("PATCH", f"/api/workspace/{cast.workspace.pk}", body)
    assert shown["data"]["slug"] == "analytical-engines"
    assert shown["data"]["owner_id"] == str(cast.ada.pk)
