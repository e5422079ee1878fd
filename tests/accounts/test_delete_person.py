"""DELETE /api/auth/me, and what is left of a person."""

import json
from typing import Any

import pytest
from django.contrib.auth.models import Group
from rest_framework.test import APIClient

from accounts.models import User
from accounts.services.deletion import delete_person
from accounts.services.people import change_access, change_profile
from activity.models import Event
from comments.models import Comment
from core.errors import NotFound
from projects.models import ProjectMembership
from tasks.models import Task
from tasks.services.tasks import create_task
from tests.support.actors import by
from tests.support.cast import Cast, client_of, person
from tests.support.log import log_of
from tests.support.sign_in import PASSWORD, bearing
from tests.support.signing import access_token_for, token_pair_for
from workspaces.models import Membership, Workspace
from workspaces.services.workspaces import add_member, create_workspace, personal_workspace


def leave(user: User, status: int = 204) -> Any:
    body = {"password": "correct horse"}
    return client_of(user).ask("DELETE", "/api/auth/me", body, status=status)


def test_delete_person_blanks_them_and_keeps_a_tombstone(grace: User) -> None:
    User.objects.filter(pk=grace.pk).update(external_id="user_2grace", is_staff=True)
    grace.groups.add(Group.objects.create(name="Support"))

    client = bearing(access_token_for(grace))
    assert client.delete("/api/auth/me", {"password": PASSWORD}).status_code == 204

    grace = User.objects.get(pk=grace.pk)
    assert (grace.name, grace.avatar_url, grace.time_zone) == ("Deleted user", "", "UTC")
    assert grace.email.endswith("@users.invalid")
    assert (grace.external_id, grace.public_id) == ("user_2grace", "user_2grace")
    assert (grace.is_active, grace.is_staff, grace.groups.count()) == (False, False, 0)
    assert not grace.has_usable_password()
    assert grace.deleted_at is not None
    assert log_of(grace) == [("deleted", grace.pk, {})]


def test_delete_person_ends_every_session(grace: User, stranger: APIClient) -> None:
    pair, other = token_pair_for(grace), access_token_for(grace)

    delete_person(actor=by(grace), person=grace)

    assert bearing(other).get("/api/auth/me").status_code == 401
    assert bearing(pair["access_token"]).get("/api/auth/me").status_code == 401
    refresh = {"refresh_token": pair["refresh_token"]}
    assert stranger.post("/api/auth/refresh", refresh).status_code == 401
    credentials = {"email": "grace@example.com", "password": PASSWORD}
    assert stranger.post("/api/auth/login", credentials).status_code == 401


def test_delete_person_frees_their_address(grace: User, stranger: APIClient) -> None:
    delete_person(actor=by(grace), person=grace)

    newcomer = {"email": "grace@example.com", "password": PASSWORD, "name": "Another"}
    shown = stranger.post("/api/auth/register", newcomer)

    assert shown.status_code == 201
    assert shown.json()["data"]["user"]["id"] != str(grace.pk)


def test_delete_person_twice_changes_nothing(grace: User) -> None:
    delete_person(actor=by(None), person=grace)
    first = User.objects.get(pk=grace.pk)
    delete_person(actor=by(None), person=grace)
    assert User.objects.get(pk=grace.pk).email == first.email
    assert Event.objects.filter(entity_id=grace.pk, action="deleted").count() == 1


def test_a_deleted_person_is_not_edited_by_a_late_request(grace: User) -> None:
    delete_person(actor=by(grace), person=grace)
    with pytest.raises(NotFound):
        change_profile(actor=by(grace), person=grace, name="Grace")
    with pytest.raises(NotFound):
        change_access(actor=by(grace), person=grace, is_active=True)


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({}, 403, "reauthentication_required"),
        ({"password": "wrong"}, 400, "incorrect_password"),
        ({"password": ""}, 400, "invalid"),
    ],
)
def test_delete_person_needs_a_proof(
    signed_in: APIClient, grace: User, body: dict[str, str], status: int, code: str
) -> None:
    response = signed_in.delete("/api/auth/me", body)

    assert (response.status_code, response.json()["code"]) == (status, code)
    assert User.objects.active().filter(pk=grace.pk).exists()


def test_delete_person_accepts_a_recent_sign_in(grace: User) -> None:
    token = token_pair_for(grace)["access_token"]

    assert bearing(token).delete("/api/auth/me").status_code == 204


def test_delete_person_limits_guesses(signed_in: APIClient) -> None:
    guesses = [signed_in.delete("/api/auth/me", {"password": f"guess {n}"}) for n in range(6)]

    assert [guess.status_code for guess in guesses] == [400] * 5 + [429]
    right = signed_in.delete("/api/auth/me", {"password": PASSWORD})
    assert right.status_code == 429


@pytest.mark.django_db
def test_delete_person_is_not_for_strangers(stranger: APIClient) -> None:
    assert stranger.delete("/api/auth/me").status_code == 401


def test_delete_person_ends_memberships_and_unassigns(cast: Cast) -> None:
    task = create_task(actor=by(cast.ada), project=cast.project, title="Oil", assignee=cast.lea)

    leave(cast.lea)

    assert not Membership.objects.filter(user=cast.lea).exists()
    assert not ProjectMembership.objects.filter(user=cast.lea).exists()
    gone = {"old": str(cast.lea.pk), "new": None}
    assert log_of(cast.workspace)[-1] == ("member_removed", cast.lea.pk, {"member": gone})
    assert log_of(cast.project)[-2:] == [
        ("lead_changed", cast.lea.pk, {"team_lead": gone}),
        ("member_removed", cast.lea.pk, {"member": gone}),
    ]
    assert log_of(task)[-1] == ("assigned", cast.lea.pk, {"assignee": gone})
    cast.project.refresh_from_db()
    task.refresh_from_db()
    assert (cast.project.team_lead, task.assignee, task.version) == (None, None, 2)


def test_delete_person_leaves_their_words_to_a_deleted_user(
    cast: Cast, task: Task, comment: Comment
) -> None:
    leave(cast.max)
    listed = client_of(cast.ada).ask("GET", f"/api/tasks/{task.pk}/comments")["data"]["items"]
    assert [(item["content"], item["author"]) for item in listed] == [
        (
            "On it",
            {
                "id": str(cast.max.pk),
                "name": "Deleted user",
                "email": None,
                "avatar_url": "",
                "image": "",
            },
        )
    ]
    leave(cast.lea)
    shown = client_of(cast.ada).ask("GET", f"/api/tasks/{task.pk}")["data"]
    assert (shown["created_by"]["name"], shown["created_by"]["email"]) == ("Deleted user", None)
    assert "lea@example.com" not in json.dumps(shown)


def test_a_deleted_person_cannot_be_given_anything(cast: Cast, task: Task) -> None:
    leave(cast.max)
    ada, old = client_of(cast.ada), str(cast.max.pk)
    ada.ask("PATCH", f"/api/tasks/{task.pk}", {"assigneeId": old}, status=400)
    ada.ask("PUT", f"/api/projects/{cast.project.pk}/lead", {"team_lead": old}, status=400)
    body = {"workspaceId": str(cast.workspace.pk), "email": "max@example.com"}
    ada.ask("POST", "/api/workspace/add-member", body, status=404)


def test_an_owner_hands_over_first(cast: Cast, unchanged: None) -> None:
    refusal = leave(cast.ada, 409)
    named = [{"id": str(cast.workspace.pk), "name": "Analytical Engines"}]
    assert (refusal["code"], refusal["workspaces"]) == ("owns_workspaces", named)


def test_the_last_admin_names_another_one_first(cast: Cast) -> None:
    Workspace.objects.filter(pk=cast.workspace.pk).update(owner=cast.pia)
    refusal = leave(cast.ada, 409)
    named = [{"id": str(cast.workspace.pk), "name": "Analytical Engines"}]
    assert (refusal["code"], refusal["workspaces"]) == ("last_admin", named)
    assert Membership.objects.filter(user=cast.ada).exists()

    add_member(actor=by(cast.ada), workspace=cast.workspace, email=cast.sam.email, role="ADMIN")
    leave(cast.ada)


def test_a_workspace_nobody_else_is_in_goes_with_its_projects(cast: Cast) -> None:
    own = client_of(cast.moe).ask("POST", "/api/projects", {"name": "Diary"}, status=201)["data"]
    workspace = Workspace.objects.get(pk=own["workspace_id"])

    leave(cast.moe)

    workspace.refresh_from_db()
    assert workspace.deleted_at is not None
    assert (workspace.name, workspace.slug[:8]) == ("Deleted workspace", "deleted-")
    assert workspace.projects.get().deleted_at is not None
    assert not workspace.memberships.exists()
    assert [action for action, _, _ in log_of(workspace)] == [
        "created",
        "deleted",
        "member_removed",
    ]


def test_a_workspace_named_after_a_firm_keeps_its_name(db: None) -> None:
    sole = person("sole")
    firm, own = create_workspace(actor=by(sole), name="Firm"), personal_workspace(actor=by(sole))
    leave(sole)
    names = Workspace.objects.filter(pk__in=[firm.pk, own.pk]).values_list("name", flat=True)
    assert sorted(names) == ["Deleted workspace", "Firm"]
