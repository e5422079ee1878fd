"""When people want to be reminded of the tasks of a workspace."""

from collections.abc import Collection
from uuid import UUID

from django.db import transaction

from core.actor import Actor
from core.rights import require
from notifications.models import DEFAULT_LEAD_TIMES, LeadTime, ReminderChoice
from notifications.services.reminders import plan_reminders_in
from workspaces.models import Membership, Workspace
from workspaces.rights import READ_WORKSPACE


def lead_times_of(person_id: UUID, workspace: Workspace) -> list[str]:
    """What the person chose in the workspace, or else the default."""
    chosen = ReminderChoice.objects.filter(person=person_id, workspace=workspace)
    found: list[str] | None = chosen.values_list("lead_times", flat=True).first()
    return list(DEFAULT_LEAD_TIMES) if found is None else found


@transaction.atomic
def choose_lead_times(
    *, actor: Actor, workspace: Workspace, lead_times: Collection[str]
) -> list[str]:
    """Remind the person at these lead times, and plan their tasks in the workspace anew.

    None means no reminders. What has been sent is not sent again.
    """
    place = Membership.objects.filter(workspace=workspace, user=actor.person)
    # Nobody removes the member, and this choice with them, before it is there.
    list(place.select_for_update(no_key=True, of=("self",)))
    require(READ_WORKSPACE, workspace, actor)
    chosen = [each.value for each in LeadTime if each in lead_times]
    if chosen != lead_times_of(actor.person.pk, workspace):
        ReminderChoice.objects.update_or_create(
            workspace=workspace, person=actor.person, defaults={"lead_times": chosen}
        )
        plan_reminders_in(workspace=workspace, person=actor.person)
    return chosen
