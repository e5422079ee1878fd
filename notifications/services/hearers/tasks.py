"""Who hears what happens to tasks."""

from collections.abc import Sequence

from notifications.models import Notification, NotificationKind
from notifications.services.hearers.following import about_task, followers, readers_among
from tasks.events import TaskAssigned, TaskCreated, TaskTransferred, TaskTransitioned, TaskUpdated


def hearers_of_assignments(events: Sequence[TaskAssigned]) -> list[Notification]:
    """The new assignee; and the one before, who has not left and may still read the task."""
    actor = events[0].actor
    alive = [event for event in events if event.task.deleted_at is None]
    given = [
        about_task(NotificationKind.ASSIGNED, event.task, event.task.assignee_id, _key(event))
        for event in alive
        if event.task.assignee_id
    ]
    former = {
        (event.task.pk, event.before.pk): event
        for event in alive
        if event.before and not event.in_handover and not actor.is_person(event.before)
    }
    taken = [
        about_task(NotificationKind.UNASSIGNED, former[pair].task, pair[1], _key(former[pair]))
        for pair in sorted(readers_among(former.keys(), actor=actor))
    ]
    return given + taken


def hearers_of_transitions(events: Sequence[TaskTransitioned]) -> list[Notification]:
    """The assignee, the author and the watchers."""
    by_task = {event.task.pk: event for event in events}
    pairs = followers([event.task for event in events], actor=events[0].actor)
    return [
        about_task(
            NotificationKind.STATUS_CHANGED,
            by_task[task].task,
            person,
            _key(by_task[task]),
            facts={"old": by_task[task].before.name, "new": by_task[task].task.status.name},
        )
        for task, person in sorted(pairs)
    ]


def hearers_of_descriptions(
    events: Sequence[TaskCreated | TaskUpdated | TaskTransferred],
) -> list[Notification]:
    """The people whom the description mentions and did not mention before, each once."""
    return [
        about_task(NotificationKind.MENTIONED, event.task, person.pk, event.task.pk)
        for event in events
        for person in event.mentioned
    ]


def _key(event: TaskAssigned | TaskTransitioned) -> str:
    """The version distinguishes a later event from a repeated one."""
    return f"{event.task.pk}:{event.task.version}"
