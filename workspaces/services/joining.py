"""Moving memberships and ownership when two accounts of a person become one."""

from django.db import transaction
from django.db.models import Q

from accounts.models import User
from accounts.services.references import not_counted
from core.actor import Actor
from core.events import Changes, publish
from core.models import as_event_value
from workspaces.events import MemberAdded, MemberRoleChanged, OwnerChanged
from workspaces.models import Membership, Workspace
from workspaces.rights import WorkspaceRole

# Rows of a provider's organisations are synchronised, not written by the person.
not_counted("workspaces.membership.user", Q(workspace__external_org_id__isnull=False))
not_counted("workspaces.workspace.owner", Q(external_org_id__isnull=False))


@transaction.atomic
def move_memberships(*, actor: Actor, person: User, former: User) -> None:
    """Give the person all memberships and workspaces of the former account.

    Where both accounts are members, the person is ADMIN if either was.
    """
    theirs = Membership.objects.filter(user=former).values("workspace")
    workspaces = Workspace.objects.filter(Q(pk__in=theirs) | Q(owner=former)).order_by("pk")
    for workspace in workspaces.select_for_update(no_key=True, of=("self",)):
        place = Membership.objects.filter(workspace=workspace, user=former).first()
        if place is not None:
            _move_membership(place, person, actor=actor)
        if workspace.owner_id == former.pk:
            workspace.owner = person
            workspace.save_changes("owner")
            changes: Changes = {
                "owner": {"old": as_event_value(former), "new": as_event_value(person)}
            }
            publish(OwnerChanged(actor=actor, workspace=workspace, before=former, changes=changes))


def _move_membership(place: Membership, person: User, *, actor: Actor) -> None:
    own: Membership | None = Membership.objects.filter(
        workspace=place.workspace_id, user=person
    ).first()
    if own is None:
        own = Membership.objects.create(
            workspace_id=place.workspace_id,
            user=person,
            role=place.role,
            message=place.message,
            invited_by=place.invited_by,
        )
        publish(MemberAdded(actor=actor, membership=own))
    elif place.role == WorkspaceRole.ADMIN and own.role != WorkspaceRole.ADMIN:
        changes = own.change(role=WorkspaceRole.ADMIN.value)
        own.save_changes("role")
        publish(MemberRoleChanged(actor=actor, membership=own, changes=changes))
