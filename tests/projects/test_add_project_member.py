"""Taking somebody into a project."""

from typing import Any

import pytest

from projects.models import ProjectMembership
from tests.support.cast import Cast, client_of
from tests.support.databases import CommittedDatabase
from tests.support.documents import project_member_document
from tests.support.log import log_of
from tests.support.threads import times


def add(cast: Cast, body: dict[str, Any], status: int = 201, path: str = "add-member") -> Any:
    client = client_of(cast.lea)
    return client.ask("POST", f"/api/projects/{cast.project.pk}/{path}", body, status=status)


@pytest.mark.parametrize("path", ["add-member", "members", "invite"])
def test_add_project_member_answers_the_member(cast: Cast, path: str) -> None:
    answer = add(cast, {"email": "Moe@example.com"}, path=path)
    membership = ProjectMembership.objects.get(project=cast.project, user=cast.moe)
    shown = project_member_document(membership)
    assert answer == {
        "success": True,
        "data": {**shown, "new_member": shown, "newMember": shown},
        "message": "Member added successfully",
    }
    assert answer["data"]["userId"] == str(cast.moe.pk)
    assert log_of(membership) == [("added", cast.lea.pk, {"role": {"old": None, "new": "MEMBER"}})]


@pytest.mark.parametrize(
    ("role", "meant"), [("viewer", "VIEWER"), ("Collaborator", "MEMBER"), ("member", "MEMBER")]
)
def test_add_project_member_with_a_role(cast: Cast, role: str, meant: str) -> None:
    assert add(cast, {"email": "gus@example.com", "role": role})["data"]["role"] == meant


@pytest.mark.parametrize("role", ["LEAD", "OWNER", "ADMIN"])
def test_add_project_member_makes_nobody_lead(cast: Cast, unchanged: None, role: str) -> None:
    refusal = add(cast, {"email": "gus@example.com", "role": role}, 400)
    assert list(refusal["errors"]) == ["role"]


@pytest.mark.parametrize(
    ("email", "status", "code", "people"),
    [
        ("nobody@example.com", 400, "not_in_workspace", ["nobody@example.com"]),
        ("sam@example.com", 400, "not_in_workspace", ["sam@example.com"]),
        ("max@example.com", 409, "already_project_member", None),
        ("LEA@example.com", 409, "already_project_member", None),
    ],
)
def test_add_project_member_refuses(
    cast: Cast, unchanged: None, email: str, status: int, code: str, people: list[str] | None
) -> None:
    refusal = add(cast, {"email": email}, status)
    assert refusal["code"] == code
    assert refusal.get("people") == people
    assert list(refusal["errors"]) == ["email"]


def test_add_project_member_to_no_project(cast: Cast) -> None:
    path = f"/api/projects/{cast.ada.pk}/add-member"
    refusal = client_of(cast.lea).ask("POST", path, {"email": "moe@example.com"}, status=404)
    assert refusal["code"] == "not_found"


def test_add_project_member_eight_times_at_once_adds_once(
    committed_db: CommittedDatabase, cast: Cast
) -> None:
    clients = [client_of(cast.lea) for _ in range(8)]
    path = f"/api/projects/{cast.project.pk}/add-member"
    body = {"email": "moe@example.com"}
    answers = times(8, lambda n: clients[n].post(path, body, format="json").status_code)
    assert sorted(answers) == [201, *[409] * 7]
    assert ProjectMembership.objects.filter(project=cast.project, user=cast.moe).count() == 1
