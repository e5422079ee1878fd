"""Giving somebody a place in a workspace."""

from typing import Any

import pytest

from tests.support.cast import Cast, client_of
from tests.support.databases import CommittedDatabase
from tests.support.documents import member_document
from tests.support.log import log_of
from tests.support.threads import times
from workspaces.models import Membership

PATH = "/api/workspace/add-member"


def body_for(cast: Cast, email: str, **more: Any) -> dict[str, Any]:
    return {"workspaceId": str(cast.workspace.pk), "email": email, **more}


def test_add_member_answers_the_member(cast: Cast) -> None:
    body = body_for(cast, "Sam@Example.com ", role="pm", message="Welcome")
    answer = client_of(cast.ada).ask("POST", PATH, body, status=201)
    membership = Membership.objects.get(workspace=cast.workspace, user=cast.sam)
    assert (membership.role, membership.message) == ("PM", "Welcome")
    assert membership.invited_by == cast.ada
    assert answer == {
        "success": True,
        "data": member_document(membership),
        "message": "Member added successfully",
    }
    assert log_of(membership) == [("added", cast.ada.pk, {"role": {"old": None, "new": "PM"}})]


@pytest.mark.parametrize(
    ("role", "meant"),
    [("super_admin", "ADMIN"), ("viewer", "GUEST"), ("Billing", "BILLING"), (" member ", "MEMBER")],
)
def test_add_member_knows_the_roles_of_other_products(cast: Cast, role: str, meant: str) -> None:
    body = body_for(cast, "sam@example.com", role=role)
    answer = client_of(cast.ada).ask("POST", PATH, body, status=201)
    assert answer["data"]["role"] == meant


def test_add_member_makes_a_member_unless_told(cast: Cast) -> None:
    body = body_for(cast, "sam@example.com", message=None)
    answer = client_of(cast.ada).ask("POST", PATH, body, status=201)
    assert (answer["data"]["role"], answer["data"]["message"]) == ("MEMBER", "")


@pytest.mark.parametrize(
    ("email", "status", "code"),
    [("nobody@example.com", 404, "unknown_person"), ("MAX@example.com", 409, "already_member")],
)
def test_add_member_refuses(
    cast: Cast, unchanged: None, email: str, status: int, code: str
) -> None:
    refusal = client_of(cast.ada).ask("POST", PATH, body_for(cast, email), status=status)
    assert refusal == {
        "success": False,
        "message": refusal["errors"]["email"][0],
        "code": code,
        "errors": {"email": [refusal["message"]]},
        "request_id": refusal["request_id"],
    }


def test_add_member_lets_in_nobody_who_was_switched_off(cast: Cast) -> None:
    cast.sam.is_active = False
    cast.sam.save()
    body = body_for(cast, "sam@example.com")
    assert client_of(cast.ada).ask("POST", PATH, body, status=404)["code"] == "unknown_person"


def test_add_member_eight_times_at_once_adds_once(
    committed_db: CommittedDatabase, cast: Cast
) -> None:
    body = body_for(cast, "sam@example.com")
    ada = [client_of(cast.ada) for _ in range(8)]
    answers = times(8, lambda n: ada[n].post(PATH, body, format="json").status_code)
    assert sorted(answers) == [201, *[409] * 7]
    assert Membership.objects.filter(workspace=cast.workspace, user=cast.sam).count() == 1
