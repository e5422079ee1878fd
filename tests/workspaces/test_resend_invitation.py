"""Sending an invitation again, and taking it back."""

from datetime import timedelta

import pytest
from django.utils import timezone

from outbox.models import Delivery
from tests.support.actors import by
from tests.support.cast import Cast, client_of
from tests.support.databases import CommittedDatabase
from tests.support.documents import invitation_document
from tests.support.log import log_of
from tests.support.threads import at_once, succeeds
from tests.workspaces.inviting import invite, mail_before, token_of
from workspaces.models import Invitation, Membership
from workspaces.services.acceptance import accept_invitation
from workspaces.services.invitations import revoke_invitation
from workspaces.services.quota import MOST_PER_HOUR


def path_of(invitation: Invitation, verb: str = "") -> str:
    return f"/api/workspaces/{invitation.workspace_id}/invitations/{invitation.pk}{verb}"


def set_status(invitation: Invitation, status: str) -> None:
    Invitation.objects.filter(pk=invitation.pk).update(status=status)


def test_resend_invitation_replaces_the_link(cast: Cast) -> None:
    invitation = invite(cast)
    old = token_of(invitation)

    answer = client_of(cast.pia).ask("POST", path_of(invitation, "/resend"))

    invitation.refresh_from_db()
    assert answer["data"] == invitation_document(invitation)
    assert (invitation.invited_by, invitation.version) == (cast.pia, 2)
    assert log_of(invitation)[-1] == ("resent", cast.pia.pk, {})
    sam = client_of(cast.sam)
    sam.ask("GET", f"/api/invitations/{old}", status=404)
    sam.ask("POST", f"/api/invitations/{old}/accept", status=404)
    sam.ask("POST", f"/api/invitations/{token_of(invitation)}/accept")


@pytest.mark.parametrize("is_marked", [True, False])
def test_resend_invitation_revives_an_expired_one(cast: Cast, *, is_marked: bool) -> None:
    invitation = invite(cast)
    last_week = timezone.now() - timedelta(days=8)
    Invitation.objects.filter(pk=invitation.pk).update(expires_at=last_week)
    if is_marked:
        set_status(invitation, "EXPIRED")
    shown = client_of(cast.ada).ask("POST", path_of(invitation, "/resend"))
    assert shown["data"]["status"] == "PENDING"
    client_of(cast.sam).ask("POST", f"/api/invitations/{token_of(invitation)}/accept")


@pytest.mark.parametrize(
    ("status", "code"), [("ACCEPTED", "invitation_accepted"), ("REVOKED", "invitation_revoked")]
)
def test_resend_invitation_that_is_decided(cast: Cast, status: str, code: str) -> None:
    invitation = invite(cast)
    set_status(invitation, status)
    refusal = client_of(cast.ada).ask("POST", path_of(invitation, "/resend"), status=409)
    assert refusal["code"] == code


def test_resend_invitation_beside_a_newer_one(cast: Cast) -> None:
    old = invite(cast)
    set_status(old, "EXPIRED")
    invite(cast)
    refusal = client_of(cast.ada).ask("POST", path_of(old, "/resend"), status=409)
    assert refusal["code"] == "already_invited"


def test_resend_invitation_to_a_role_above_ones_own(cast: Cast) -> None:
    invitation = invite(cast, role="ADMIN")
    refusal = client_of(cast.pia).ask("POST", path_of(invitation, "/resend"), status=403)
    assert refusal["code"] == "role_out_of_reach"


def test_resend_invitation_counts_as_one_sent(cast: Cast) -> None:
    invitation, ada = invite(cast), client_of(cast.ada)
    mail_before(invitation, MOST_PER_HOUR - 2)
    ada.ask("POST", path_of(invitation, "/resend"))
    ada.ask("POST", path_of(invitation, "/resend"), status=429)
    assert Delivery.objects.filter(kind="invitation").count() == MOST_PER_HOUR


def test_revoke_invitation_kills_its_link(cast: Cast) -> None:
    invitation = invite(cast)

    client_of(cast.pia).ask("DELETE", path_of(invitation), status=204)

    invitation.refresh_from_db()
    assert invitation.status == "REVOKED"
    assert log_of(invitation)[-1] == ("revoked", cast.pia.pk, {})
    path = f"/api/invitations/{token_of(invitation)}/accept"
    refusal = client_of(cast.sam).ask("POST", path, status=409)
    assert refusal["code"] == "invitation_revoked"
    assert not Membership.objects.filter(workspace=cast.workspace, user=cast.sam).exists()


def test_revoke_invitation_twice_changes_nothing(cast: Cast) -> None:
    invitation = invite(cast)
    client_of(cast.ada).ask("DELETE", path_of(invitation), status=204)
    client_of(cast.ada).ask("DELETE", path_of(invitation), status=204)
    assert [entry[0] for entry in log_of(invitation)] == ["invited", "revoked"]


def test_revoke_invitation_that_was_accepted(cast: Cast) -> None:
    invitation = invite(cast)
    accept_invitation(actor=by(cast.sam), token=token_of(invitation))
    refusal = client_of(cast.ada).ask("DELETE", path_of(invitation), status=409)
    assert refusal["code"] == "invitation_accepted"


def test_revoke_invitation_heeds_the_version_read(cast: Cast) -> None:
    stale = {"If-Match": '"7"'}
    client_of(cast.ada).ask("DELETE", path_of(invite(cast)), status=412, **stale)


@pytest.mark.parametrize("verb", ["", "/resend"])
def test_invitations_of_others_are_not_found(cast: Cast, verb: str) -> None:
    theirs = invite(cast)
    theirs.workspace_id = cast.elsewhere.pk
    method = "POST" if verb else "DELETE"
    client_of(cast.sam).ask(method, path_of(theirs, verb), status=404)


def test_an_invitation_is_revoked_or_accepted(committed_db: CommittedDatabase, cast: Cast) -> None:
    invitation = invite(cast)
    token = token_of(invitation)

    revoked, accepted = at_once(
        lambda: succeeds(revoke_invitation, actor=by(cast.ada), invitation=invitation),
        lambda: succeeds(accept_invitation, actor=by(cast.sam), token=token),
    )

    invitation.refresh_from_db()
    assert revoked is not accepted
    assert invitation.status == ("REVOKED" if revoked else "ACCEPTED")
    inside = Membership.objects.filter(workspace=cast.workspace, user=cast.sam)
    assert inside.exists() is accepted
