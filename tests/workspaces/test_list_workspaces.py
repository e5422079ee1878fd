"""The workspaces one belongs to, and who else does."""

import re

from django.utils import timezone

from tests.support.actors import by
from tests.support.cast import Cast, client_of
from tests.support.documents import member_document, workspace_document
from workspaces.models import Workspace
from workspaces.services.workspaces import create_workspace


def test_list_workspaces_shows_ones_own_only(cast: Cast) -> None:
    second = create_workspace(actor=by(cast.ada), name="Second")
    assert client_of(cast.ada).ask("GET", "/api/workspaces") == {
        "success": True,
        "data": [
            workspace_document(cast.workspace, cast.ada),
            workspace_document(second, cast.ada),
        ],
        "meta": {"next_cursor": None},
    }


def test_list_workspaces_by_its_second_spelling(cast: Cast) -> None:
    sam = client_of(cast.sam)
    assert sam.ask("GET", "/api/workspace") == sam.ask("GET", "/api/workspaces")
    [item] = sam.ask("GET", "/api/workspace/")["data"]
    assert item["id"] == str(cast.elsewhere.pk)
    assert item.keys() >= {"id", "name", "slug", "image_url"}


def test_a_listed_workspace_is_the_one_shown_alone(cast: Cast) -> None:
    client = client_of(cast.gus)
    [item] = client.ask("GET", "/api/workspaces")["data"]
    for path in ("/api/workspaces", "/api/workspace"):
        answer = client.ask("GET", f"{path}/{cast.workspace.pk}")
        assert answer == {"success": True, "data": item}


def test_a_deleted_workspace_is_gone(cast: Cast) -> None:
    Workspace.objects.filter(pk=cast.workspace.pk).update(deleted_at=timezone.now())
    ada = client_of(cast.ada)
    assert ada.ask("GET", "/api/workspaces")["data"] == []
    for path in ("", "/members"):
        refusal = ada.ask("GET", f"/api/workspaces/{cast.workspace.pk}{path}", status=404)
        assert refusal["code"] == "not_found"
    ada.ask("GET", f"/api/projects/{cast.project.pk}", status=404)


def test_list_members_shows_everybody_flat(cast: Cast) -> None:
    memberships = cast.workspace.memberships.order_by("created_at")
    assert client_of(cast.max).ask("GET", f"/api/workspaces/{cast.workspace.pk}/members") == {
        "success": True,
        "data": [member_document(membership) for membership in memberships],
        "meta": {"next_cursor": None},
    }


def test_members_are_shown_to_guests_without_addresses(cast: Cast) -> None:
    path = f"/api/workspaces/{cast.workspace.pk}/members"
    listed = client_of(cast.gus).get(path)
    assert set(re.findall("[a-z]+@example.com", listed.content.decode())) == {"gus@example.com"}
    shown = {member["name"]: member for member in listed.json()["data"]}
    place = cast.workspace.memberships.get(user=cast.max)
    whole = member_document(place)
    assert shown["Max"] == {**whole, "email": None, "user": {**whole["user"], "email": None}}
    one = client_of(cast.gus).ask("GET", f"{path}/{cast.max.pk}")
    assert one["data"] == shown["Max"]
    assert client_of(cast.max).ask("GET", f"{path}/{cast.max.pk}")["data"] == whole


def test_a_member_by_the_word_me(cast: Cast) -> None:
    path = f"/api/workspaces/{cast.workspace.pk}/members"
    own = client_of(cast.max).ask("GET", f"{path}/me")["data"]
    assert own == member_document(cast.workspace.memberships.get(user=cast.max))
    client_of(cast.max).ask("GET", f"{path}/{cast.sam.pk}", status=404)


def test_list_workspaces_in_the_order_asked_for(cast: Cast) -> None:
    create_workspace(actor=by(cast.ada), name="Zeppelin")
    ada = client_of(cast.ada)
    down = ada.ask("GET", "/api/workspaces?ordering=-name")["data"]
    assert [item["name"] for item in down] == ["Zeppelin", "Analytical Engines"]
    assert ada.ask("GET", "/api/workspaces?ordering=name")["data"] == down[::-1]
