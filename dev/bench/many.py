"""Projects with up to a hundred thousand tasks, for `--tasks`, and the lists that show them."""

from collections.abc import Iterator
from dataclasses import dataclass

from core.context import as_system
from dashboards.services.totals import add_all_changes
from dev.bench.policies import switch_policies
from dev.demo.scale import LARGEST, People, analyze, create_people, create_projects, fill
from projects.models import Project

REFERENCE = 10_000
"""Tasks of the project whose list is compared with those of larger ones."""


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
    sizes = list(_sizes(tasks))
    with as_system("filling the benchmark"):
        people = create_people("many")
        projects = create_projects(people, people.other, sizes)
    for project, size in zip(projects, sizes, strict=True):
        fill(project, people, size)
    add_all_changes()
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
