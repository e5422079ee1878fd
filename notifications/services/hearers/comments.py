"""Who hears what is said about tasks."""

from collections.abc import Sequence

from comments.events import CommentAdded, CommentEdited
from notifications.models import Notification, NotificationKind
from notifications.services.hearers.following import about_task, followers


def hearers_of_comments(events: Sequence[CommentAdded]) -> list[Notification]:
    """Whom the comment mentions; else the assignee, the author and the watchers of the task."""
    found = hearers_of_comment_edits(events)
    mentioned = {(each.comment_id, each.recipient_id) for each in found}
    pairs = followers([event.comment.task for event in events], actor=events[0].actor)
    for event in events:
        comment = event.comment
        found += [
            about_task(
                NotificationKind.COMMENTED,
                comment.task,
                person,
                comment.pk,
                comment_id=comment.pk,
            )
            for task, person in sorted(pairs)
            if task == comment.task_id and (comment.pk, person) not in mentioned
        ]
    return found


def hearers_of_comment_edits(
    events: Sequence[CommentAdded | CommentEdited],
) -> list[Notification]:
    """The people whom the text mentions and did not mention before, each once."""
    return [
        about_task(
            NotificationKind.MENTIONED,
            event.comment.task,
            person.pk,
            event.comment.pk,
            comment_id=event.comment.pk,
        )
        for event in events
        for person in event.mentioned
    ]
