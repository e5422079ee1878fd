"""Giving a member another role."""

from typing import Any

import pytest

from projects.services.members import set_project_lead
from tests.support.actors import by
from tests.support.cast import Cast, client_of
from tests.support.documents import project_member_document
from tests.support.log import log_of


def give(cast: Cast, body: dict[str, Any], who: str = "lea", status: int = 200) -> Any:
    path = f"/api/projects/{cast.project.pk}/members/{cast.max.pk}"
    return client_of(getattr(cast, who)).ask("PUT", path, body, status=status)


def give_named(cast: Cast, body: dict[str, Any], status: int = 200) -> Any:
    path = f"/api/projects/{cast.project.pk}/role"
    return client_of(cast.lea).ask("PUT", path, body, status=status)


def roles(cast: Cast) -> dict[str, str]:
    return dict(cast.project.memberships.values_list("user__name", "role"))


@pytest.mark.parametrize("role", ["viewer", "VIEWER", " Viewer "])
def test_set_project_role_answers_the_member(cast: Cast, role: str) -> None:
    answer = give(cast, {"role": role})
    membership = cast.project.memberships.get(user=cast.max)
    assert (membership.role, membership.version) == ("VIEWER", 2)
    assert answer == {
        "success": True,
        "data": project_member_document(membership),
        "message": "Role updated successfully",
    }
    change = {"role": {"old": "MEMBER", "new": "VIEWER"}}
    assert log_of(membership)[1:] == [("role_changed", cast.lea.pk, change)]


@pytest.mark.parametrize("role", ["member", "Collaborator"])
def test_set_project_role_twice_changes_nothing(cast: Cast, unchanged: None, role: str) -> None:
    assert give(cast, {"role": role})["data"]["role"] == "MEMBER"


@pytest.mark.parametrize("role", ["LEAD", "owner"])
@pytest.mark.parametrize("who", ["lea", "pia", "ada"])
def test_set_project_role_lead_hands_over(cast: Cast, who: str, role: str) -> None:
    shown = give(cast, {"role": role}, who)["data"]
    assert (shown["role"], shown["version"]) == ("LEAD", 2)
    assert roles(cast) == {"Ada": "MEMBER", "Lea": "MEMBER", "Max": "LEAD"}
    change = {"team_lead": {"old": str(cast.lea.pk), "new": str(cast.max.pk)}}
    assert log_of(cast.project)[-1] == ("lead_changed", getattr(cast, who).pk, change)


@pytest.mark.parametrize("name", ["userId", "user_id", "email", "memberId"])
def test_set_project_role_of_who_is_named_in_the_body(cast: Cast, name: str) -> None:
    for value in ("MAX@example.com", str(cast.max.pk)):
        assert give_named(cast, {name: value, "role": "VIEWER"})["data"]["role"] == "VIEWER"


@pytest.mark.parametrize("who", ["ada", "pia"])
def test_only_the_lead_gives_other_roles(cast: Cast, unchanged: None, who: str) -> None:
    refusal = give(cast, {"role": "VIEWER"}, who, 403)
    assert refusal["required"] == "project:manage_members"


def test_the_lead_stays_one_until_handed_over(cast: Cast, unchanged: None) -> None:
    refusal = give_named(cast, {"email": "lea@example.com", "role": "MEMBER"}, 409)
    assert refusal["code"] == "leads_the_project"


@pytest.mark.parametrize("who", ["moe", "sam", "nobody"])
def test_set_project_role_of_somebody_else_is_not_found(
    cast: Cast, unchanged: None, who: str
) -> None:
    for value in (f"{who}@example.com", str(getattr(cast, who, cast.workspace).pk), "\x00"):
        refusal = give_named(
            cast, {"userId": value, "role": "VIEWER"}, 400 if "\x00" in value else 404
        )
        assert refusal["code"] in ("not_found", "invalid")


@pytest.mark.parametrize("body", [{}, {"role": "ADMIN"}, {"role": None}, {"role": ["LEAD"]}])
def test_set_project_role_refuses(cast: Cast, unchanged: None, body: dict[str, Any]) -> None:
    assert list(give(cast, body, status=400)["errors"]) == ["role"]


def test_a_viewer_only_reads(cast: Cast) -> None:
    set_project_lead(actor=by(cast.lea), project=cast.project, person=None)
    cast.workspace.memberships.filter(user=cast.max).update(role="GUEST")
    max_ = client_of(cast.max)
    path = f"/api/projects/{cast.project.pk}/tasks"
    give(cast, {"role": "VIEWER"}, "pia")
    max_.ask("GET", path)
    assert max_.ask("POST", path, {"title": "x"}, status=403)["you_have"] == [
        "workspace:GUEST",
        "project:VIEWER",
    ]
    give(cast, {"role": "MEMBER"}, "pia")
    max_.ask("POST", path, {"title": "x"}, status=201)
