"""Opting out of a workspace by the link of a mail."""

from enum import StrEnum
from uuid import UUID

from django.db import transaction

from accounts.models import User
from accounts.services.people import stranger_at
from core.actor import Actor
from core.errors import NotFound
from core.events import publish
from workspaces.events import OptedOut
from workspaces.models import InvitationStatus, Membership, OptOut, OptOutKind, Workspace
from workspaces.services.invitations import revoke
from workspaces.services.leaving import LastAdmin
from workspaces.services.members import OwnsTheWorkspace, check_replaceable, remove_member
from workspaces.services.revocation import revoke_invitations_to


class Effect(StrEnum):
    """What the opt-out link will do (LEAVE, MUTE, DECLINE) or has done (DECLINED, MUTED)."""

    LEAVE = "leave"
    MUTE = "mute"
    DECLINE = "decline"
    DECLINED = "declined"
    MUTED = "muted"


def effect_of(*, workspace: Workspace, recipient_id: UUID) -> Effect:
    """What `opt_out` would do now, or has done; changes nothing."""
    if chosen := OptOut.objects.filter(workspace=workspace).of(recipient_id).first():
        return Effect(chosen.kind.lower())
    membership = _membership(workspace, recipient_id)
    if membership is None:
        return Effect.DECLINE
    try:
        check_replaceable(workspace, membership)
    except (OwnsTheWorkspace, LastAdmin):
        return Effect.MUTE
    return Effect.LEAVE if workspace.deleted_at is None else Effect.MUTE


@transaction.atomic
def opt_out(*, workspace: Workspace, recipient_id: UUID) -> OptOut:
    """End the membership and refuse new ones; doing it twice changes nothing.

    The owner and the last ADMIN stay members and only get no more mail (MUTED).
    """
    # The usual order of locks: the person, the workspace.
    person = User.objects.filter(pk=recipient_id).locked_first()
    actor = Actor(user=person) if person else Actor.system("somebody without an account opts out")
    workspace = Workspace.objects.locked(workspace.pk)
    kind = _leave(workspace, recipient_id)
    chosen, is_new = OptOut.objects.get_or_create(
        workspace=workspace, recipient_id=recipient_id, defaults={"kind": kind}
    )
    before = None if is_new else chosen.kind
    if before in (kind, OptOutKind.DECLINED):
        return chosen
    chosen.kind = kind
    chosen.save(update_fields=["kind"])
    if person is not None:
        revoke_invitations_to(actor=actor, workspace=workspace, person=person)
    _revoke_invitations(workspace, recipient_id, actor)
    changes = {"kind": {"old": before, "new": kind.value}}
    publish(OptedOut(actor=actor, opt_out=chosen, changes=changes))
    return chosen


def _leave(workspace: Workspace, recipient_id: UUID) -> OptOutKind:
    membership = _membership(workspace, recipient_id)
    if membership is None:
        return OptOutKind.DECLINED
    try:
        remove_member(actor=Actor(user=membership.user), membership=membership)
    except (OwnsTheWorkspace, LastAdmin, NotFound):  # NotFound: the workspace is deleted
        return OptOutKind.MUTED
    return OptOutKind.DECLINED


def _revoke_invitations(workspace: Workspace, recipient_id: UUID, actor: Actor) -> None:
    for invitation in workspace.invitations.filter(status=InvitationStatus.PENDING):
        if stranger_at(invitation.email) == recipient_id:
            revoke(invitation, actor=actor)


def _membership(workspace: Workspace, recipient_id: UUID) -> Membership | None:
    members = Membership.objects.filter(workspace=workspace).select_related("user")
    return members.filter(user_id=recipient_id).first()
