"""Who may read which event: the rule in Python is that in SQL, in worlds drawn at random."""

import random
from typing import Any
from uuid import UUID

import pytest
from django.utils import timezone

from accounts.models import User
from activity.models import Event
from activity.rights import ENDINGS, OF_PROJECTS, OF_WORKSPACES
from core.models import uuid7
from core.queries import insert
from projects.models import Project
from realtime.services.access import Access, Place, access_to
from tests.support.actors import by
from tests.support.factories import (
    MembershipFactory,
    ProjectFactory,
    ProjectMembershipFactory,
    UserFactory,
    WorkspaceFactory,
)
from tests.support.log import number_events
from workspaces.models import Workspace
from workspaces.rights import WorkspaceRole

ENTITIES = (*OF_PROJECTS, *OF_WORKSPACES, "rocket")
ACTIONS = ("created", *ENDINGS)


class World:
    """Workspaces, sometimes one of them deleted; projects, private or deleted; all roles."""

    def __init__(self, seed: int) -> None:
        self.draw = random.Random(seed)
        self.people = UserFactory.create_batch(9)
        self.workspaces = WorkspaceFactory.create_batch(2)
        for workspace in self.workspaces:
            # The last ones are in no workspace any more.
            for person in self.draw.sample(self.people[:7], 6):
                role = self.draw.choice(WorkspaceRole.values)
                MembershipFactory.create(workspace=workspace, user=person, role=role)
        self.projects = [self._project(each) for each in self.workspaces for _ in range(5)]
        if seed % 3 == 0:
            Workspace.objects.filter(pk=self.workspaces[1].pk).update(deleted_at=timezone.now())

    def _project(self, workspace: Workspace) -> Project:
        deleted = self.draw.choice([None, None, timezone.now()])
        visibility = self.draw.choice(["PRIVATE", "WORKSPACE"])
        project = ProjectFactory.create(
            workspace=workspace, visibility=visibility, deleted_at=deleted
        )
        members = list(workspace.memberships.select_related("user"))
        for member in self.draw.sample(members, 3):
            role = self.draw.choice(["MEMBER", "VIEWER"])
            ProjectMembershipFactory.create(project=project, user=member.user, role=role)
        return project

    def write(self, amount: int) -> None:
        for _ in range(amount):
            workspace = self.draw.choice(self.workspaces)
            own = [each.pk for each in self.projects if each.workspace_id == workspace.pk]
            project = self.draw.choice([None, *own])
            # Only what was in a project can have left one.
            former = self.draw.choice([None, *own]) if project else None
            private = self.draw.choice([None, None, self.draw.choice(self.people).pk])
            facts: dict[str, Any] = {"workspace_id": workspace.pk, "via": "system"}
            facts |= {"entity": self.draw.choice(ENTITIES), "action": self.draw.choice(ACTIONS)}
            facts |= {"project_id": project, "former_project_id": former, "private_to": private}
            insert(Event(**facts, entity_id=uuid7()))
        number_events()


def by_sql(person: User, workspace: Workspace) -> set[UUID]:
    events = Event.objects.visible_to(by(person)).filter(workspace_id=workspace.pk)
    return set(events.values_list("pk", flat=True))


def by_python(person: User, events: list[Event], access: Access) -> set[UUID]:
    return {each.pk for each in events if access.reads(person.pk, Place.of(each))}


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(4))
def test_both_rules_are_the_same(seed: int) -> None:
    world = World(seed)
    world.write(250)
    seen = 0
    for workspace in world.workspaces:
        events = list(Event.objects.filter(workspace_id=workspace.pk))
        projects = {pk for each in events for pk in Place.of(each).projects}
        access = access_to(workspace.pk, [each.pk for each in world.people], projects)
        for person in world.people:
            expected = by_sql(person, workspace)
            found = by_python(person, events, access)
            assert found == expected, (seed, person)
            seen += len(expected)
            reads = Workspace.objects.visible_to(by(person)).filter(pk=workspace.pk).exists()
            assert access.reads_workspace(person.pk) is reads
            readable = Project.objects.reachable_by(by(person)).values_list("pk", flat=True)
            assert {pk for pk in projects if access.reads_project(person.pk, pk)} == {
                *readable
            } & projects
    assert seen > 100


@pytest.mark.django_db
def test_of_who_was_not_asked_for_nothing_is_read() -> None:
    world = World(1)
    world.write(50)
    [workspace, _] = world.workspaces
    events = list(Event.objects.filter(workspace_id=workspace.pk))
    access = access_to(workspace.pk, [world.people[0].pk], [world.projects[0].pk])
    assert not access.knows(world.people[1].pk, None)
    assert not access.knows(world.people[0].pk, world.projects[1].pk)
    assert access.knows(world.people[0].pk, world.projects[0].pk)
    for person in world.people[1:]:
        assert by_python(person, events, access) == set()
    assert by_python(world.people[0], events, Access()) == set()
