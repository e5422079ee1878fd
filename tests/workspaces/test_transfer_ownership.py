"""Handing a workspace to another owner."""

from typing import Any

import pytest

from accounts.deletion import delete_person
from tests.cast import Cast, client_of, gather
from tests.databases import CommittedDatabase
from tests.documents import workspace_document
from tests.log import log_of
from tests.threads import at_once, succeeds
from workspaces.members import transfer_ownership
from workspaces.models import Membership
from workspaces.services import add_member


def path_of(cast: Cast) -> str:
    return f"/api/workspaces/{cast.workspace.pk}/owner"


def test_transfer_ownership_makes_the_heir_admin(cast: Cast) -> None:
    answer = client_of(cast.ada).ask("PUT", path_of(cast), {"userId": str(cast.max.pk)})

    cast.workspace.refresh_from_db()
    assert cast.workspace.owner == cast.max
    assert answer == {
        "success": True,
        "data": workspace_document(cast.workspace, cast.ada),
        "message": "Owner changed successfully",
    }
    change = {"owner": {"old": str(cast.ada.pk), "new": str(cast.max.pk)}}
    assert log_of(cast.workspace)[-1] == ("owner_changed", cast.ada.pk, change)
    place = Membership.objects.get(workspace=cast.workspace, user=cast.max)
    raised = {"role": {"old": "MEMBER", "new": "ADMIN"}}
    assert log_of(place)[-1] == ("role_changed", cast.ada.pk, raised)
    assert Membership.objects.role_of(cast.ada, cast.workspace.pk) == "ADMIN"


def test_transfer_ownership_to_oneself_changes_nothing(cast: Cast, unchanged: None) -> None:
    client_of(cast.ada).ask("PUT", path_of(cast), {"user_id": str(cast.ada.pk)})


def test_transfer_ownership_is_for_the_owner_only(cast: Cast, unchanged: None) -> None:
    Membership.objects.filter(user=cast.pia).update(role="ADMIN")
    body = {"user_id": str(cast.pia.pk)}
    refusal = client_of(cast.pia).ask("PUT", path_of(cast), body, status=403)
    assert (refusal["required"], refusal["you_have"]) == ("workspace:owner", ["workspace:ADMIN"])
    Membership.objects.filter(user=cast.pia).update(role="PM")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "invalid"),
        ({"user_id": None}, "invalid"),
        ({"user_id": 5}, "invalid"),
        ({"user_id": "{sam}"}, "invalid"),
        ({"user_id": "01890000-0000-7000-8000-000000000000"}, "invalid"),
    ],
)
def test_transfer_ownership_refuses(
    cast: Cast, unchanged: None, body: dict[str, Any], code: str
) -> None:
    if body.get("user_id") == "{sam}":
        body = {"user_id": str(cast.sam.pk)}
    refusal = client_of(cast.ada).ask("PUT", path_of(cast), body, status=400)
    assert (refusal["code"], [*refusal["errors"]]) == (code, ["user_id"])


def test_transfer_ownership_needs_a_member(cast: Cast) -> None:
    add_member(actor=cast.sam, workspace=cast.elsewhere, email=cast.ada.email)
    body = {"user_id": str(cast.sam.pk)}
    refusal = client_of(cast.ada).ask("PUT", path_of(cast), body, status=400)
    assert refusal["code"] == "not_in_workspace"


def test_transfer_ownership_needs_somebody_who_can_sign_in(cast: Cast) -> None:
    cast.pia.is_active = False
    cast.pia.save()
    body = {"user_id": str(cast.pia.pk)}
    refusal = client_of(cast.ada).ask("PUT", path_of(cast), body, status=400)
    assert refusal["code"] == "not_in_workspace"


def test_nobody_becomes_owner_who_is_being_deleted(committed_db: CommittedDatabase) -> None:
    cast = gather()

    handed, left = at_once(
        lambda: succeeds(
            transfer_ownership, actor=cast.ada, workspace=cast.workspace, person=cast.max
        ),
        lambda: succeeds(delete_person, actor=cast.max, person=cast.max),
    )

    cast.workspace.refresh_from_db()
    assert handed is not left
    assert cast.workspace.owner == (cast.max if handed else cast.ada)
