"""The table of rights: one line for each code, the same answer in Python and in SQL."""

from itertools import product

import pytest
from django.db.models import Q

from accounts.models import User
from core.rights import RIGHTS, Need, Right, is_own, right
from projects.models import Project, permitted
from projects.rights import ProjectRole
from tasks.models import Task
from tests.support.actors import by
from tests.support.cast import Cast
from tests.support.factories import (
    MembershipFactory,
    ProjectFactory,
    ProjectMembershipFactory,
    TaskFactory,
    UserFactory,
    WorkspaceFactory,
)
from workspaces.models import Workspace
from workspaces.rights import ADMIN, UPDATE_WORKSPACE, WorkspaceRole, may_grant

LINES = {frozenset(line.grants): line for line in RIGHTS.values()}.values()
"""One of those with the same grants, which are all that either language reads."""
PLACES = list(product(WorkspaceRole, (None, *ProjectRole)))


def places_in(workspace: Workspace, *, visibility: str, is_led: bool) -> dict[User, list[Task]]:
    """Somebody in every place, each with a task of their own and another's in the project."""
    found = {}
    for role, project_role in PLACES:
        person = UserFactory.create()
        MembershipFactory.create(workspace=workspace, user=person, role=role)
        lead = workspace.owner if is_led else None
        project = ProjectFactory.create(workspace=workspace, visibility=visibility, team_lead=lead)
        if project_role:
            ProjectMembershipFactory.create(project=project, user=person, role=project_role)
        authors = (person, workspace.owner)
        found[person] = [TaskFactory.create(project=project, created_by=who) for who in authors]
    return found


@pytest.mark.parametrize("led", ["led", "unled"])
@pytest.mark.parametrize("visibility", ["WORKSPACE", "PRIVATE"])
@pytest.mark.django_db
def test_sql_and_python_give_the_same_answer(visibility: str, led: str) -> None:
    workspace = WorkspaceFactory.create()
    MembershipFactory.create(workspace=workspace, user=workspace.owner, role="ADMIN")
    for person, tasks in places_in(workspace, visibility=visibility, is_led=led == "led").items():
        standing = tasks[0].standing_of(by(person))
        for line in LINES:
            mine = Q(created_by=person) | Q(assignee=person)
            rows = permitted(line, by(person), project="project__", own=mine)
            by_sql = set(Task.objects.filter(rows, pk__in=[task.pk for task in tasks]))
            by_python = {t for t in tasks if standing.covers(line, own=is_own(t, by(person)))}
            assert by_sql == by_python, (line.code, standing)


def test_a_code_is_entered_once() -> None:
    with pytest.raises(ValueError, match="workspace:update is entered twice"):
        right(UPDATE_WORKSPACE.code, ADMIN)


def test_a_role_grants_what_it_holds() -> None:
    granted = {
        held: {r.value for r in WorkspaceRole if may_grant(held, r)} for held in WorkspaceRole
    }

    assert granted == {
        "ADMIN": {"ADMIN", "PM", "MEMBER", "GUEST", "BILLING"},
        "PM": {"PM", "MEMBER", "GUEST"},
        "MEMBER": {"MEMBER", "GUEST"},
        "GUEST": {"GUEST"},
        "BILLING": {"GUEST", "BILLING"},
    }


def everywhere(*_: object) -> Q:
    return Q(pk__isnull=False)


def test_without_a_need_in_sql_no_row_meets_it(cast: Cast) -> None:
    everything = Q(pk__isnull=False)
    unled = Right("test:unled", ((ADMIN, frozenset({Need.UNLED})),))

    assert not Project.objects.filter(unled.condition(everywhere, {})).exists()
    assert Project.objects.filter(unled.condition(everywhere, {Need.UNLED: everything})).exists()
