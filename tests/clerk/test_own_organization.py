"""Who owns a workspace that mirrors an organisation of the identity provider."""

from typing import Any

import pytest

from accounts.models import User
from tests.support.cast import Client
from tests.support.clerk_messages import NOW, ORG, seat, tell
from tests.support.clerk_peer import Peer, token
from tests.support.databases import CommittedDatabase
from tests.support.log import log_of
from tests.support.threads import at_once
from workspaces.models import Membership, Workspace

CREATED = {**ORG, "created_by": "user_boss"}


def signed_in(who: str, role: str) -> Client:
    client = Client()
    claims: dict[str, Any] = {"o": {"id": "org_1", "rol": role, "slg": "engines"}}
    text = token(sub=f"user_{who}", name=who.title(), **claims)
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {text}")
    return client


def shown(client: Client) -> Any:
    return client.ask("GET", "/api/workspaces/org_1")["data"]


def owner() -> str | None:
    found = Workspace.objects.get().owner
    return found.external_id if found else None


@pytest.mark.parametrize("role", ["member", "admin"])
def test_whoever_comes_first_owns_nothing(provider: Peer, role: str) -> None:
    assert shown(signed_in("eve", role))["owner_id"] is None


def test_the_owner_is_who_made_the_organisation_however_late_that_is_told(provider: Peer) -> None:
    eve = signed_in("eve", "admin")
    assert shown(eve)["name"] == "engines"

    tell("organization.created", CREATED)

    assert (shown(eve)["owner_id"], shown(eve)["name"]) == ("user_boss", "Engines")
    boss = User.objects.get(external_id="user_boss")
    change = {"owner": {"old": None, "new": str(boss.pk)}}
    assert ("owner_changed", None, change) in log_of(Workspace.objects.get())
    boss_client = signed_in("boss", "admin")
    assert shown(boss_client)["owner_id"] == "user_boss"


def test_the_founder_may_be_heard_of_later(provider: Peer) -> None:
    tell("organization.created", CREATED)
    who = {"id": "user_boss", "first_name": "Bo", "last_name": "Ss", "updated_at": NOW}

    tell("user.created", who, msg="msg_2")

    assert (owner(), User.objects.get().name) == ("user_boss", "Bo Ss")


def test_news_out_of_order_lose_no_owner_and_no_name(provider: Peer) -> None:
    tell("organization.updated", {**ORG, "name": "Looms", "updated_at": NOW + 5})
    assert owner() is None
    tell("organization.created", CREATED, msg="msg_2")
    assert (Workspace.objects.get().name, owner()) == ("Looms", "user_boss")


def test_a_repeated_message_takes_the_workspace_from_nobody(provider: Peer) -> None:
    tell("organization.created", CREATED)
    boss, eve = signed_in("boss", "admin"), signed_in("eve", "admin")
    shown(boss)
    shown(eve)
    boss.ask("PUT", "/api/workspaces/org_1/owner", {"user_id": "user_eve"})
    eve.ask("POST", "/api/workspaces/org_1/owner/accept")

    tell("organization.created", CREATED, msg="msg_2")

    assert owner() == "user_eve"


def test_a_founder_who_left_owns_nothing(provider: Peer) -> None:
    tell("organizationMembership.created", seat("org:admin", who="user_boss"), msg="msg_1")
    gone = seat(who="user_boss")
    tell("organizationMembership.deleted", gone, msg="msg_2", at=NOW + 10)
    tell("organization.created", CREATED, msg="msg_3")
    assert owner() is None


def test_a_deleted_founder_owns_nothing(provider: Peer) -> None:
    tell("user.deleted", {"id": "user_boss", "deleted": True})
    tell("organization.created", CREATED, msg="msg_2")
    assert owner() is None


def test_a_founder_who_was_never_here_is_succeeded_too(provider: Peer) -> None:
    tell("organization.created", CREATED)
    shown(signed_in("eve", "admin"))
    tell("user.deleted", {"id": "user_boss", "deleted": True}, msg="msg_2")
    assert owner() == "user_eve"


def test_no_member_becomes_admin_because_the_admin_left(provider: Peer) -> None:
    tell("organization.created", CREATED)
    tell("organizationMembership.created", seat("org:admin", who="user_boss"), msg="msg_2")
    shown(signed_in("eve", "member"))

    tell("organizationMembership.deleted", seat(who="user_boss"), msg="msg_3", at=NOW + 10)

    assert (owner(), Membership.objects.get().role) == (None, "MEMBER")


def test_without_an_owner_an_admin_acts_as_one(provider: Peer) -> None:
    eve, max_ = signed_in("eve", "admin"), signed_in("max", "member")
    shown(eve)
    shown(max_)
    path = "/api/workspaces/org_1/owner"

    assert max_.ask("PUT", path, {"user_id": "user_max"}, status=403)["required"] == (
        "workspace:owner"
    )
    refusal = eve.ask("PUT", path, {"user_id": "user_max"}, status=400)
    assert refusal["code"] == "not_admin"
    eve.ask("PUT", path, {"user_id": "user_eve"})
    eve.ask("POST", f"{path}/accept")

    assert owner() == "user_eve"


def test_an_offer_of_an_admin_ends_when_the_founder_is_known(provider: Peer) -> None:
    eve = signed_in("eve", "admin")
    shown(eve)
    eve.ask("PUT", "/api/workspaces/org_1/owner", {"user_id": "user_eve"})

    tell("organization.created", CREATED)

    refusal = eve.ask("POST", "/api/workspaces/org_1/owner/accept", status=409)
    assert (refusal["code"], owner()) == ("not_offered", "user_boss")


def test_without_an_owner_the_last_admin_stays(provider: Peer) -> None:
    eve = signed_in("eve", "admin")
    shown(eve)
    shown(signed_in("max", "member"))
    refusal = eve.ask("DELETE", "/api/workspaces/org_1/members/me", status=409)
    assert refusal["code"] == "last_admin"


def test_tokens_and_news_arrive_together(committed_db: CommittedDatabase, clerk_on: Peer) -> None:
    people = [signed_in(who, "admin") for who in ("boss", "eve", "max")]
    at_once(
        *[lambda client=client: client.get("/api/workspaces").status_code for client in people],
        lambda: tell("organization.created", CREATED),
        lambda: tell("organization.created", CREATED, msg="msg_2"),
    )
    assert (Workspace.objects.count(), Membership.objects.count()) == (1, 3)
    assert (owner(), Workspace.objects.get().name) == ("user_boss", "Engines")
