"""Deleting a workspace, and bringing it back."""

from datetime import timedelta

import pytest
from django.utils import timezone

from projects.services.deletion import delete_project
from projects.services.projects import create_project
from tests.support.actors import by
from tests.support.cast import Cast, Client, client_of
from tests.support.documents import workspace_document
from tests.support.log import log_of
from workspaces.models import Workspace
from workspaces.services.workspaces import add_member

SUB_RESOURCES = ("", "/members", "/members/{max}", "/invitations", "/settings")


@pytest.fixture
def ada(cast: Cast) -> Client:
    return client_of(cast.ada)


@pytest.fixture
def path(cast: Cast) -> str:
    return f"/api/workspaces/{cast.workspace.pk}"


@pytest.fixture
def deleted(cast: Cast, ada: Client, path: str) -> Workspace:
    ada.ask("DELETE", path, status=204)
    cast.workspace.refresh_from_db()
    return cast.workspace


def test_delete_workspace_is_told(cast: Cast, deleted: Workspace) -> None:
    assert deleted.deleted_at is not None
    assert log_of(deleted)[-1] == ("deleted", cast.ada.pk, {})
    assert log_of(cast.project)[-1] == ("deleted", cast.ada.pk, {})


@pytest.mark.parametrize("name", ["ada", "pia", "max", "gus", "sam"])
def test_a_deleted_workspace_is_gone_for_everybody(
    cast: Cast, deleted: Workspace, path: str, name: str
) -> None:
    client = client_of(getattr(cast, name))
    for part in SUB_RESOURCES:
        client.ask("GET", path + part.format(max=cast.max.pk), status=404)
    client.ask("GET", f"/api/projects?workspace={deleted.pk}", status=404)
    client.ask("GET", f"/api/projects/{cast.project.pk}", status=404)
    client.ask("PATCH", path, {"name": "Mine"}, status=404)
    body = {"email": "new@example.com"}
    client.ask("POST", f"{path}/members", body, status=404)
    client.ask("POST", "/api/workspace/add-member", {**body, "workspaceId": path[-36:]}, status=404)


def test_delete_workspace_heeds_the_version_read(ada: Client, path: str) -> None:
    ada.ask("DELETE", path, status=412, **{"If-Match": '"7"'})
    ada.ask("DELETE", f"/api/workspace/{path[-36:]}", status=204, **{"If-Match": '"1"'})


def test_restore_workspace_brings_back_what_went_with_it(
    cast: Cast, ada: Client, path: str
) -> None:
    before = create_project(actor=by(cast.ada), workspace=cast.workspace, name="Long gone")
    delete_project(actor=by(cast.ada), project=before)
    ada.ask("DELETE", path, status=204)

    answer = ada.ask("POST", f"{path}/restore")

    cast.workspace.refresh_from_db()
    assert answer == {
        "success": True,
        "data": workspace_document(cast.workspace, cast.ada),
        "message": "Workspace restored successfully",
    }
    assert log_of(cast.workspace)[-1] == ("restored", cast.ada.pk, {})
    assert log_of(cast.project)[-1] == ("restored", cast.ada.pk, {})
    listed = client_of(cast.max).ask("GET", f"/api/projects?workspace={cast.workspace.pk}")
    assert [project["name"] for project in listed["data"]] == ["Engine"]


def test_restore_workspace_that_is_there_changes_nothing(
    ada: Client, path: str, unchanged: None
) -> None:
    ada.ask("POST", f"{path}/restore")


def test_restore_workspace_heeds_the_version_read(
    ada: Client, deleted: Workspace, path: str
) -> None:
    refusal = ada.ask("POST", f"{path}/restore", status=412, **{"If-Match": '"1"'})
    assert refusal["data"]["version"] == 2
    ada.ask("POST", f"{path}/restore", status=200, **{"If-Match": '"2"'})


@pytest.mark.parametrize("name", ["pia", "max", "gus", "sam"])
def test_restore_workspace_is_for_those_who_may_delete_it(
    cast: Cast, deleted: Workspace, path: str, name: str
) -> None:
    client_of(getattr(cast, name)).ask("POST", f"{path}/restore", status=404)


def test_restore_workspace_ends_after_thirty_days(
    ada: Client, deleted: Workspace, path: str
) -> None:
    long_ago = timezone.now() - timedelta(days=30, minutes=1)
    Workspace.objects.filter(pk=deleted.pk).update(deleted_at=long_ago)
    ada.ask("POST", f"{path}/restore", status=404)
    assert ada.ask("GET", "/api/workspaces?deleted=true")["data"] == []


def test_a_workspace_of_a_provider_is_not_restored_here(
    ada: Client, deleted: Workspace, path: str
) -> None:
    Workspace.objects.filter(pk=deleted.pk).update(external_org_id="org_1")
    ada.ask("POST", f"{path}/restore", status=404)
    ada.ask("POST", "/api/workspaces/org_1/restore", status=404)


def test_list_deleted_workspaces_shows_what_one_may_restore(
    cast: Cast, ada: Client, deleted: Workspace
) -> None:
    add_member(actor=by(cast.sam), workspace=cast.elsewhere, email=cast.ada.email, role="PM")
    client_of(cast.sam).ask("DELETE", f"/api/workspaces/{cast.elsewhere.pk}", status=204)

    answer = ada.ask("GET", "/api/workspaces?deleted=true")

    assert answer["data"] == [workspace_document(deleted, cast.ada)]
    assert client_of(cast.pia).ask("GET", "/api/workspaces?deleted=TRUE")["data"] == []
    assert ada.ask("GET", "/api/workspaces?deleted=false")["data"] == []
    assert "deleted" in ada.ask("GET", "/api/workspaces?deleted=yes", status=400)["errors"]


def test_the_address_of_a_deleted_workspace_is_kept_for_it(cast: Cast, deleted: Workspace) -> None:
    body = {"name": "Other", "slug": deleted.slug}
    refusal = client_of(cast.sam).ask("POST", "/api/workspaces", body, status=409)
    assert refusal["code"] == "slug_taken"
