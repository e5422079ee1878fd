"""Projects with up to a hundred thousand tasks, for `--tasks`, and the lists that show them."""

from collections.abc import Iterator
from dataclasses import dataclass

from accounts.models import User
from core.actor import Actor
from core.context import as_system
from dev.bench.policies import switch_policies
from projects.models import Project
from projects.services.projects import create_project
from tests.support.many_tasks import WORKFLOW, People, analyze, fill
from workspaces.models import Membership
from workspaces.services.workspaces import create_workspace

REFERENCE = 10_000
"""Tasks of the project whose list is compared with those of larger ones."""
LARGEST = 100_000


@dataclass(frozen=True)
class Many:
    """The person who asks, the project of REFERENCE tasks, and the one with the most tasks."""

    people: People
    reference: Project
    largest: Project
    size: int


def fill_many(tasks: int) -> Many:
    """Create projects with so many tasks in all, at least one of REFERENCE tasks."""
    switch_policies(on=True)  # as the owner writes under them too
    with as_system("filling the benchmark"):
        people = People(*User.objects.bulk_create(_person(name) for name in "abcd"))
        owner = Actor(user=people.other)
        workspace = create_workspace(actor=owner, name="Many tasks")
        others = (people.common, people.rare, people.idle)
        Membership.objects.bulk_create(
            Membership(workspace=workspace, user=person, role="MEMBER") for person in others
        )
        sizes = list(_sizes(tasks))
        projects = [
            create_project(
                actor=owner, workspace=workspace, name=f"Project {size} {n}", workflow=WORKFLOW
            )
            for n, size in enumerate(sizes)
        ]
    for project, size in zip(projects, sizes, strict=True):
        fill(project, people, size)
    analyze()
    return Many(people, projects[0], projects[-1], sizes[-1])


def _sizes(tasks: int) -> Iterator[int]:
    """The sizes of the projects: the one of REFERENCE first, the largest last."""
    yield REFERENCE
    left = max(tasks - REFERENCE, 0)
    while left > LARGEST * 3 // 2:
        yield REFERENCE
        yield LARGEST
        left -= REFERENCE + LARGEST
    if left:
        yield min(left, LARGEST)


def _person(name: str) -> User:
    return User(email=f"many-{name}@example.com", name=f"Many {name}", password="!")
