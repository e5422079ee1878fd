"""Giving a member another role."""

from typing import Any

import pytest

from tests.support.actors import by
from tests.support.cast import Cast, Client, client_of
from tests.support.databases import CommittedDatabase
from tests.support.documents import member_document
from tests.support.log import log_of
from tests.support.threads import at_once
from workspaces.models import Membership, role_in_workspace
from workspaces.rights import WorkspaceRole
from workspaces.services.workspaces import add_member


def path_of(cast: Cast, name: str) -> str:
    return f"/api/workspaces/{cast.workspace.pk}/members/{getattr(cast, name).pk}"


def role_of(cast: Cast, name: str) -> str | None:
    return role_in_workspace.first(actor=getattr(cast, name), workspace=cast.workspace.pk)


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_change_member_role_answers_the_member(cast: Cast, method: str) -> None:
    answer = client_of(cast.ada).ask(method, path_of(cast, "max"), {"role": "pm"})

    place = Membership.objects.get(workspace=cast.workspace, user=cast.max)
    assert (place.role, place.version) == ("PM", 2)
    assert answer == {
        "success": True,
        "data": member_document(place),
        "message": "Role changed successfully",
    }
    change = {"role": {"old": "MEMBER", "new": "PM"}}
    assert log_of(place)[-1] == ("role_changed", cast.ada.pk, change)


def test_change_member_role_to_what_it_is_changes_nothing(cast: Cast, unchanged: None) -> None:
    client_of(cast.pia).ask("PATCH", path_of(cast, "max"), {"role": "MEMBER"})
    client_of(cast.ada).ask("PATCH", path_of(cast, "ada"), {"role": "ADMIN"})


def test_change_member_role_counts_at_once(cast: Cast) -> None:
    path = f"/api/workspaces/{cast.workspace.pk}"
    pia = client_of(cast.pia)
    pia.ask("PATCH", path_of(cast, "gus"), {"role": "MEMBER"})
    client_of(cast.ada).ask("PATCH", path_of(cast, "pia"), {"role": "MEMBER"})
    pia.ask("PATCH", path_of(cast, "gus"), {"role": "GUEST"}, status=403)
    client_of(cast.ada).ask("PATCH", path_of(cast, "pia"), {"role": "ADMIN"})
    pia.ask("PATCH", path, {"name": "Ours"})


@pytest.mark.parametrize("role", WorkspaceRole.values)
def test_a_role_gives_no_more_than_its_holder_has(cast: Cast, role: str) -> None:
    """PM against everybody: what PM may not give it may not take either."""
    reachable = role in ("PM", "MEMBER", "GUEST")
    pia = client_of(cast.pia)
    raised = pia.patch(path_of(cast, "max"), {"role": role}, format="json")
    Membership.objects.filter(user=cast.moe).update(role=role)
    lowered = pia.patch(path_of(cast, "moe"), {"role": "GUEST"}, format="json")
    assert raised.status_code == lowered.status_code == (200 if reachable else 403)
    if not reachable:
        assert raised.json()["code"] == lowered.json()["code"] == "role_out_of_reach"
        assert raised.json()["required"] == f"workspace:{role}"


@pytest.mark.parametrize("name", ["moe", "gus", "lea"])
@pytest.mark.parametrize("target", ["moe", "gus", "lea", "ada"])
def test_nobody_below_pm_changes_a_role(
    cast: Cast, unchanged: None, name: str, target: str
) -> None:
    body = {"role": "ADMIN"}
    refusal = client_of(getattr(cast, name)).ask("PATCH", path_of(cast, target), body, status=403)
    assert refusal["required"] == "workspace:invite"


@pytest.mark.parametrize("body", [{}, {"role": None}, {"role": "OWNER"}, {"role": ["ADMIN"]}])
def test_change_member_role_refuses_what_is_no_role(
    cast: Cast, unchanged: None, body: dict[str, Any]
) -> None:
    refusal = client_of(cast.ada).ask("PATCH", path_of(cast, "max"), body, status=400)
    assert [*refusal["errors"]] == ["role"]


def test_the_owner_stays_admin(cast: Cast) -> None:
    add_member(actor=by(cast.ada), workspace=cast.workspace, email=cast.sam.email, role="ADMIN")
    for name in ("ada", "sam"):
        client = client_of(getattr(cast, name))
        refusal = client.ask("PATCH", path_of(cast, "ada"), {"role": "PM"}, status=409)
        assert refusal["code"] == "owns_the_workspace"
    assert role_of(cast, "ada") == "ADMIN"


def test_the_last_admin_stays_admin(cast: Cast) -> None:
    """Also where the owner, however it came about, is none."""
    Membership.objects.filter(user=cast.ada).update(role="PM")
    Membership.objects.filter(user=cast.max).update(role="ADMIN")
    refusal = client_of(cast.max).ask("PATCH", path_of(cast, "max"), {"role": "PM"}, status=409)
    named = {"id": str(cast.workspace.pk), "name": "Analytical Engines"}
    assert (refusal["code"], refusal["workspaces"]) == ("last_admin", [named])


def test_an_admin_who_cannot_sign_in_does_not_count(cast: Cast) -> None:
    Membership.objects.filter(user=cast.max).update(role="ADMIN")
    cast.ada.is_active = False
    cast.ada.save()
    refusal = client_of(cast.max).ask("PATCH", path_of(cast, "max"), {"role": "PM"}, status=409)
    assert refusal["code"] == "last_admin"


def test_change_member_role_heeds_the_version_read(cast: Cast) -> None:
    path, stale = path_of(cast, "max"), {"If-Match": '"7"'}
    current = client_of(cast.ada).ask("PATCH", path, {"role": "PM"}, status=412, **stale)
    assert current["data"]["role"] == "MEMBER"


def test_two_admins_who_demote_each_other_at_once(
    committed_db: CommittedDatabase, cast: Cast
) -> None:
    Membership.objects.filter(user__in=[cast.max, cast.moe]).update(role="ADMIN")
    Membership.objects.filter(user=cast.ada).update(role="MEMBER")
    pairs = [(client_of(cast.max), "moe"), (client_of(cast.moe), "max")]

    def demote(pair: tuple[Client, str]) -> int:
        client, other = pair
        return client.patch(path_of(cast, other), {"role": "GUEST"}, format="json").status_code

    answers = at_once(*[lambda pair=pair: demote(pair) for pair in pairs])

    assert sorted(answers) in ([200, 403], [200, 409])
    assert Membership.objects.filter(workspace=cast.workspace, role="ADMIN").count() == 1


def test_an_admin_demoted_meanwhile_gives_no_rights_away(
    committed_db: CommittedDatabase, cast: Cast
) -> None:
    """Whichever comes first: somebody demoted has not made an ADMIN afterwards."""
    Membership.objects.filter(user=cast.max).update(role="ADMIN")
    ada, max_ = client_of(cast.ada), client_of(cast.max)

    demoted, made = at_once(
        lambda: ada.patch(path_of(cast, "max"), {"role": "GUEST"}, format="json").status_code,
        lambda: max_.patch(path_of(cast, "moe"), {"role": "ADMIN"}, format="json").status_code,
    )

    assert (demoted, made) in ((200, 200), (200, 403))
    assert role_of(cast, "moe") == ("ADMIN" if made == 200 else "MEMBER")
