"""Accepting an invitation: once, in time, and only by whoever has the address."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from pytest_django.fixtures import Settings

from tests.support.actors import by
from tests.support.cast import Cast, client_of, person
from tests.support.databases import CommittedDatabase
from tests.support.documents import member_document
from tests.support.log import log_of
from tests.support.tables import everything
from tests.support.threads import at_once, succeeds, times
from tests.workspaces.inviting import invite, prove, token_of
from workspaces.models import Invitation, Membership, role_in_workspace
from workspaces.services.acceptance import accept_invitation
from workspaces.services.members import remove_member
from workspaces.services.workspaces import add_member


def path_of(secret: Any) -> str:
    return f"/api/invitations/{secret}/accept"


def test_accept_invitation_gives_the_place_offered(cast: Cast) -> None:
    invitation = invite(cast, "SAM@example.com", role="PM", message="Join us")

    answer = client_of(cast.sam).ask("POST", path_of(token_of(invitation)))

    place = Membership.objects.get(workspace=cast.workspace, user=cast.sam)
    assert (place.role, place.message, place.invited_by) == ("PM", "Join us", cast.ada)
    assert answer == {
        "success": True,
        "data": member_document(place),
        "message": "Welcome to the workspace",
    }
    invitation.refresh_from_db()
    assert (invitation.status, invitation.accepted_by) == ("ACCEPTED", cast.sam)
    assert log_of(invitation)[-1] == ("accepted", cast.sam.pk, {})
    assert log_of(place) == [("added", cast.sam.pk, {"role": {"old": None, "new": "PM"}})]


def test_accept_invitation_with_an_address_proved_later(cast: Cast, settings: Settings) -> None:
    settings.EMAIL_VERIFICATION = "mandatory"
    path = path_of(token_of(invite(cast)))
    refusal = client_of(cast.sam).ask("POST", path, status=403)
    assert refusal["code"] == "address_not_proved"
    prove(cast.sam)
    client_of(cast.sam).ask("POST", path)


def test_accept_invitation_of_another_address(cast: Cast) -> None:
    zoe = person("zoe")
    path = path_of(token_of(invite(cast)))
    before = everything()
    for other in (zoe, cast.max, cast.ada):
        refusal = client_of(other).ask("POST", path, status=403)
        assert refusal["code"] == "wrong_address"
    client_of(None).ask("POST", path, status=401)
    assert everything() == before


@pytest.mark.parametrize("secret", ["x", "%00", "x" * 5000, "0189" * 8])
def test_accept_invitation_nobody_sent(cast: Cast, secret: str) -> None:
    invite(cast)
    client_of(cast.sam).ask("POST", path_of(secret), status=404)


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"expires_at": timezone.now()}, "invitation_expired"),
        ({"status": "EXPIRED", "expires_at": timezone.now()}, "invitation_expired"),
        ({"status": "REVOKED"}, "invitation_revoked"),
        ({"status": "ACCEPTED"}, "invitation_accepted"),
    ],
)
def test_accept_invitation_that_is_over(cast: Cast, facts: dict[str, Any], code: str) -> None:
    path = path_of(token_of(invite(cast)))
    Invitation.objects.update(**facts)
    assert client_of(cast.sam).ask("POST", path, status=409)["code"] == code
    assert not Membership.objects.filter(workspace=cast.workspace, user=cast.sam).exists()


def test_accept_invitation_twice(cast: Cast) -> None:
    path = path_of(token_of(invite(cast)))
    client_of(cast.sam).ask("POST", path)
    assert client_of(cast.sam).ask("POST", path, status=409)["code"] == "invitation_accepted"


def test_an_old_link_raises_nobody(cast: Cast) -> None:
    """Neither somebody who got in another way, nor somebody who had to leave."""
    path = path_of(token_of(invite(cast, role="ADMIN")))
    place = add_member(actor=by(cast.ada), workspace=cast.workspace, email=cast.sam.email)
    sam = client_of(cast.sam)
    assert sam.ask("POST", path, status=409)["code"] == "invitation_revoked"
    remove_member(actor=by(cast.ada), membership=place)
    assert sam.ask("POST", path, status=409)["code"] == "invitation_revoked"
    assert not Membership.objects.filter(workspace=cast.workspace, user=cast.sam).exists()


def test_accept_invitation_to_a_deleted_workspace(cast: Cast) -> None:
    path = path_of(token_of(invite(cast)))
    workspace, ada = f"/api/workspaces/{cast.workspace.pk}", client_of(cast.ada)
    ada.ask("DELETE", workspace, status=204)
    client_of(cast.sam).ask("POST", path, status=404)
    ada.ask("POST", f"{workspace}/restore")
    client_of(cast.sam).ask("POST", path)


def test_an_invitation_waits_for_people_who_register_later(cast: Cast) -> None:
    token = token_of(invite(cast, "zoe@example.com"))
    client_of(person("zoe")).ask("POST", path_of(token))


def test_many_who_accept_at_once_take_one_place(
    committed_db: CommittedDatabase, cast: Cast
) -> None:
    path = path_of(token_of(invite(cast)))
    sam = [client_of(cast.sam) for _ in range(12)]
    answers = times(12, lambda n: sam[n].post(path).status_code)
    assert sorted(answers) == [200, *[409] * 11]
    assert Membership.objects.filter(workspace=cast.workspace, user=cast.sam).count() == 1
    [invited, *accepted] = log_of(Invitation.objects.get())
    assert (invited[0], [entry[0] for entry in accepted]) == ("invited", ["accepted"])


def test_somebody_accepts_while_they_are_added(committed_db: CommittedDatabase, cast: Cast) -> None:
    token = token_of(invite(cast, role="GUEST"))

    accepted, added = at_once(
        lambda: succeeds(accept_invitation, actor=by(cast.sam), token=token),
        lambda: succeeds(
            add_member,
            actor=by(cast.ada),
            workspace=cast.workspace,
            email=cast.sam.email,
            role="PM",
        ),
    )

    assert accepted is not added
    role = role_in_workspace.first(actor=cast.sam, workspace=cast.workspace.pk)
    assert role == ("GUEST" if accepted else "PM")


def test_list_received_invitations_needs_a_proved_address(cast: Cast) -> None:
    invitation = invite(cast, message="Join us")
    sam = client_of(cast.sam)
    assert sam.ask("GET", "/api/invitations")["data"] == []
    sam.ask("POST", path_of(invitation.pk), status=404)
    prove(cast.sam)
    [shown] = sam.ask("GET", "/api/invitations")["data"]
    assert shown == {
        "id": str(invitation.pk),
        "workspace_name": "Analytical Engines",
        "inviter_name": "Ada",
        "role": "MEMBER",
        "email": "sam@example.com",
        "message": "Join us",
        "expires_at": shown["expires_at"],
    }
    sam.ask("POST", path_of(invitation.pk))
    assert sam.ask("GET", "/api/invitations")["data"] == []


def test_list_received_invitations_shows_ones_own_only(cast: Cast) -> None:
    prove(cast.sam)
    over = invite(cast)
    Invitation.objects.filter(pk=over.pk).update(expires_at=timezone.now() - timedelta(days=1))
    other = invite(cast, "zoe@example.com")
    sam = client_of(cast.sam)
    assert sam.ask("GET", "/api/invitations")["data"] == []
    sam.ask("POST", path_of(other.pk), status=404)
    assert sam.ask("POST", path_of(over.pk), status=409)["code"] == "invitation_expired"
