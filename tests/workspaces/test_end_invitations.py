"""Invitations that end because their sender or their reader comes, goes or changes."""

from typing import Any

import pytest

from accounts.services.deletion import delete_person
from outbox.models import Delivery
from tests.notifications.mailing import send_all
from tests.support.actors import by
from tests.support.cast import Cast, client_of, person
from tests.support.log import log_of
from tests.support.sink import Sink
from tests.workspaces.inviting import invite, token_of
from workspaces.models import Invitation, Membership
from workspaces.services.invitations import invite_person
from workspaces.services.members import change_member_role, remove_member


@pytest.fixture
def pias(cast: Cast) -> Invitation:
    """Pia, a PM, asks Sam in; Ada asks somebody else, to tell the two apart."""
    invite(cast, "other@example.com")
    return invite_person(actor=by(cast.pia), workspace=cast.workspace, email="sam@example.com")


def status_of(invitation: Invitation) -> str:
    invitation.refresh_from_db()
    return str(invitation.status)


def place_of(cast: Cast, name: str) -> Membership:
    place: Membership = Membership.objects.get(workspace=cast.workspace, user=getattr(cast, name))
    return place


def test_what_somebody_offered_goes_with_them(cast: Cast, pias: Invitation) -> None:
    remove_member(actor=by(cast.ada), membership=place_of(cast, "pia"))
    assert status_of(pias) == "REVOKED"
    assert log_of(pias)[-1] == ("revoked", cast.ada.pk, {})
    assert Invitation.objects.filter(status="PENDING").count() == 1


@pytest.mark.parametrize(
    ("role", "status"), [("MEMBER", "REVOKED"), ("GUEST", "REVOKED"), ("ADMIN", "PENDING")]
)
def test_what_somebody_offered_stands_while_they_could_offer_it(
    cast: Cast, pias: Invitation, role: str, status: str
) -> None:
    change_member_role(actor=by(cast.ada), membership=place_of(cast, "pia"), role=role)
    assert status_of(pias) == status


def test_an_offer_of_admin_ends_with_the_senders_own(cast: Cast) -> None:
    change_member_role(actor=by(cast.ada), membership=place_of(cast, "pia"), role="ADMIN")
    facts: dict[str, Any] = {"actor": by(cast.pia), "workspace": cast.workspace}
    high = invite_person(email="a@example.com", role="ADMIN", **facts)
    low = invite_person(email="b@example.com", role="MEMBER", **facts)
    change_member_role(actor=by(cast.ada), membership=place_of(cast, "pia"), role="PM")
    assert (status_of(high), status_of(low)) == ("REVOKED", "PENDING")


def test_nobody_gets_in_on_the_word_of_somebody_switched_off(cast: Cast, pias: Invitation) -> None:
    cast.pia.is_active = False
    cast.pia.save()
    path = f"/api/invitations/{token_of(pias)}/accept"
    assert client_of(cast.sam).ask("POST", path, status=409)["code"] == "invitation_void"
    client_of(cast.ada).ask(
        "POST", f"/api/workspaces/{cast.workspace.pk}/invitations/{pias.pk}/resend"
    )
    client_of(cast.sam).ask("POST", f"/api/invitations/{token_of(pias)}/accept")


def test_nobody_gets_in_on_a_word_that_weighs_nothing_now(cast: Cast, pias: Invitation) -> None:
    Membership.objects.filter(user=cast.pia).update(role="MEMBER")
    path = f"/api/invitations/{token_of(pias)}/accept"
    assert client_of(cast.sam).ask("POST", path, status=409)["code"] == "invitation_void"


def test_nothing_is_kept_of_what_was_sent_to_somebody_deleted(cast: Cast, sink: Sink) -> None:
    early = invite(cast, "melusina@example.com", message="Dear Melusina")
    send_all()
    melusina = person("melusina")
    late = invite_person(
        actor=by(cast.sam), workspace=cast.elsewhere, email=melusina.email, message="Melusina, come"
    )

    delete_person(actor=by(None), person=melusina)

    for invitation in (early, late):
        assert status_of(invitation) == "REVOKED"
        assert (invitation.email, invitation.message) == ("", "")
    kept = str([*Delivery.objects.values()])
    # A short name would stand in the random text of a sealed token now and then.
    assert "melusina" not in kept.lower()
    assert [delivery.state for delivery in send_all()] == []


def test_what_was_accepted_is_forgotten_too(cast: Cast) -> None:
    zoe = person("zoe")
    invitation = invite(cast, zoe.email, message="Dear Zoe")
    client_of(zoe).ask("POST", f"/api/invitations/{token_of(invitation)}/accept")
    delete_person(actor=by(None), person=zoe)
    assert status_of(invitation) == "ACCEPTED"
    assert (invitation.email, invitation.message) == ("", "")
