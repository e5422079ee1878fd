"""Revoking invitations when people join, leave, change their role or are deleted."""

from django.db.models import Q, QuerySet

from accounts.models import User
from accounts.services.people import stranger_at
from core.actor import Actor
from core.erasure import erase_answers
from identity.services.access import addresses_of
from outbox.services import erase_deliveries_of
from workspaces.models import Invitation, InvitationStatus, Workspace
from workspaces.services.acceptance import is_backed
from workspaces.services.invitations import revoke
from workspaces.services.opt_out_records import erase_opt_outs


def revoke_invitations_to(*, actor: Actor, workspace: Workspace, person: User) -> None:
    """A member needs no invitation, and a removed one must not return with an old one."""
    for invitation in _pending(workspace.invitations.filter(email__in=_addresses(person))):
        revoke(invitation, actor=actor)


def revoke_invitations_by(*, actor: Actor, workspace: Workspace, person: User) -> None:
    """Revoke the pending invitations the person sent."""
    for invitation in _pending(workspace.invitations.filter(invited_by=person)):
        revoke(invitation, actor=actor)


def revoke_unbacked_invitations(*, actor: Actor, workspace: Workspace, person: User) -> None:
    """Revoke those sent by the person that they could not send with their new role."""
    for invitation in _pending(workspace.invitations.filter(invited_by=person)):
        if not is_backed(invitation):
            revoke(invitation, actor=actor)


def erase_invitations(*, actor: Actor, person: User) -> None:
    """Erase addresses, messages, opt-outs and deliveries of a person who is deleted."""
    addresses = _addresses(person)
    sent = Invitation.objects.filter(Q(email__in=addresses) | Q(accepted_by=person))
    for invitation in _pending(sent):
        revoke(invitation, actor=actor)
    sent.update(email="", message="")
    erase_opt_outs(person_id=person.pk, addresses=addresses)
    for address in addresses:
        erase_deliveries_of(person_id=stranger_at(address), reason="the account is closed")
        erase_answers(principal=str(person.pk), names=address)


def _pending(invitations: QuerySet[Invitation]) -> QuerySet[Invitation]:
    """The pending ones, locked, so that none of them is accepted meanwhile."""
    pending = invitations.filter(status=InvitationStatus.PENDING)
    locked = pending.select_for_update(no_key=True, of=("self",))
    return locked.select_related("invited_by").order_by("pk")


def _addresses(person: User) -> set[str]:
    return addresses_of(person) | {person.email.lower()}
