"""Reading, lifting and erasing opt-outs."""

from uuid import UUID

from django.db import transaction

from accounts.services.people import stranger_at
from core.actor import Actor
from core.events import publish
from workspaces.events import OptOutLifted
from workspaces.models import OptOut, Workspace


def has_declined(workspace: Workspace, *recipient_ids: UUID) -> bool:
    """Whether one of these recipients has refused to be added to the workspace."""
    chosen = OptOut.objects.filter(workspace=workspace).declined()
    return bool(chosen.of(*recipient_ids).exists())


@transaction.atomic
def lift_opt_out(*, actor: Actor, workspace: Workspace, recipient_ids: set[UUID]) -> None:
    """Delete the opt-outs, so that the workspace may mail, add and invite these recipients.

    Called only at the request of the recipient, or when they accept an invitation.
    """
    workspace = Workspace.objects.locked(workspace.pk)
    for chosen in OptOut.objects.filter(workspace=workspace).of(*recipient_ids).order_by("pk"):
        changes = {"kind": {"old": chosen.kind, "new": None}}
        publish(OptOutLifted(actor=actor, opt_out=chosen, changes=changes))
        chosen.delete()


def erase_opt_outs(*, person_id: UUID, addresses: set[str]) -> None:
    """Delete the opt-outs of a deleted person."""
    OptOut.objects.of(person_id, *map(stranger_at, addresses)).delete()
