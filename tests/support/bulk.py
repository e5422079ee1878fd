"""Rows by the thousand, written at once."""

from collections.abc import Iterable
from datetime import timedelta
from itertools import count

from django.utils import timezone

from accounts.models import User
from comments.models import Comment
from projects.models import Project, ProjectMembership
from tasks.models import POSITION_STEP, Task
from tests.support.cast import Cast
from workspaces.models import Membership

_numbers = count(1000)


def tasks_with(
    cast: Cast,
    descriptions: Iterable[str],
    *,
    project: Project | None = None,
    title: str = "Task",
    assignee: User | None = None,
) -> list[Task]:
    """A task for each description, the first the oldest; two share each moment."""
    project = project or cast.project
    column = project.statuses.order_by("position")[0]
    began = timezone.now() - timedelta(days=1)
    same = {"workspace_id": project.workspace_id, "project": project, "created_by": cast.lea}
    same |= {"status": column, "category": column.category, "assignee": assignee}
    tasks = [
        Task(
            **same,
            number=(number := next(_numbers)),
            position=number * POSITION_STEP,
            title=title,
            description=description,
            created_at=began + timedelta(seconds=n // 2),
        )
        for n, description in enumerate(descriptions)
    ]
    return Task.objects.bulk_create(tasks, batch_size=50)


def comments_on(cast: Cast, tasks: Iterable[Task], contents: Iterable[str]) -> None:
    """Each of these comments on each of the tasks."""
    words = list(contents)
    rows = (
        Comment(workspace=cast.workspace, task=task, author=cast.max, content=content)
        for task in tasks
        for content in words
    )
    Comment.objects.bulk_create(rows, batch_size=500)


def crowd_in(cast: Cast, project: Project, size: int, **words: str) -> list[User]:
    """So many members of the project; `words` are fields of the people."""
    people = [User(email=f"{next(_numbers)}@crowd.example.com", **words) for _ in range(size)]
    User.objects.bulk_create(people)
    here = {"workspace_id": project.workspace_id}
    Membership.objects.bulk_create(Membership(user=person, **here) for person in people)
    ProjectMembership.objects.bulk_create(
        ProjectMembership(project=project, user=person, **here) for person in people
    )
    return people
