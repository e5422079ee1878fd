"""Invitations in the admin."""

from accounts.models import User
from tests.admin.desk import Desk, add_page_of, errors_of, list_of, page_of
from tests.support.cast import Cast, client_of
from tests.support.log import log_of
from tests.workspaces.inviting import invite, token_of
from workspaces.models import Invitation


def test_invite_somebody(desk: Desk, root: User, cast: Cast) -> None:
    desk.submit(
        add_page_of(Invitation),
        workspace=str(cast.workspace.pk),
        email="SAM@example.com",
        role="PM",
    )

    made = Invitation.objects.get()
    assert (made.email, made.role, made.invited_by) == ("sam@example.com", "PM", root)
    client_of(cast.sam).ask("POST", f"/api/invitations/{token_of(made)}/accept")


def test_invite_a_member(desk: Desk, cast: Cast) -> None:
    page = desk.submit(
        add_page_of(Invitation),
        workspace=str(cast.workspace.pk),
        email="max@example.com",
        role="PM",
    )
    assert errors_of(page) == {"email": ["This person is already a member of the workspace."]}


def test_send_again_and_revoke(desk: Desk, root: User, cast: Cast) -> None:
    invitation = invite(cast)

    desk.act("send_again", invitation)
    desk.act("revoke", invitation)

    invitation.refresh_from_db()
    assert invitation.status == "REVOKED"
    told = [(action, actor) for action, actor, _ in log_of(invitation)]
    assert told == [("invited", cast.ada.pk), ("resent", root.pk), ("revoked", root.pk)]


def test_the_link_is_shown_nowhere(desk: Desk, cast: Cast) -> None:
    invitation = invite(cast)
    pages = [desk.get(list_of(Invitation)), desk.get(page_of(invitation))]
    text = "".join(page.content.decode() for page in pages)
    assert "sam@example.com" in text
    assert token_of(invitation) not in text
    assert invitation.token_hash not in text


def test_what_was_sent_is_neither_rewritten_nor_deleted(desk: Desk, cast: Cast) -> None:
    invitation = invite(cast)
    assert desk.post(page_of(invitation), {"role": "ADMIN"}).status_code == 403
    assert desk.delete_row(invitation).status_code == 403
