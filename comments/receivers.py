"""What happens to comments when something happens below them."""

from collections.abc import Sequence

from comments.services import delete_comments_on
from core.events import subscribe_batch
from tasks.events import TaskPurged


@subscribe_batch(TaskPurged)
def delete_comments_with_their_tasks(events: Sequence[TaskPurged]) -> None:
    delete_comments_on(tasks=[event.task for event in events])
