"""Whom descriptions mention."""

from collections.abc import Sequence
from uuid import UUID

from accounts.models import User
from core.actor import Actor
from core.markdown import Rendered, render
from projects.services.mentions import set_mentions
from tasks.models import Task, TaskMention


def mention_people(
    *, actor: Actor, task: Task, text: Rendered, former: str | None = None
) -> list[User]:
    """Keep whom the description mentions; returns those who were not mentioned before.

    `former` is the description before the change, None for a new task. What names nobody, before
    and after, takes no statement.
    """
    if not (text.people or text.handles or "@" in (former or "")):
        return []
    return set_mentions(
        TaskMention,
        actor=actor,
        project=task.project,
        text=text,
        is_new=former is None,
        task=task,
    )


def mention_people_elsewhere(*, actor: Actor, tasks: Sequence[Task]) -> dict[UUID, list[User]]:
    """As `mention_people`, for tasks that are in another project now, which others may read.

    Returns those who are new, by the id of the task. Texts are read here, and rendered one by one.
    """
    naming = Task.objects.filter(pk__any_of=[task.pk for task in tasks], description__contains="@")
    texts = dict(naming.values_list("pk", "description"))
    return {
        task.pk: mention_people(
            actor=actor, task=task, text=render(texts[task.pk]), former=texts[task.pk]
        )
        for task in tasks
        if task.pk in texts
    }


def forget_mentions(*, tasks: Sequence[Task]) -> None:
    """Remove whom the descriptions of purged tasks mentioned."""
    TaskMention.objects.filter(task__in=tasks).delete()
