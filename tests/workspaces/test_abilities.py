"""What objects say one may do is what really happens: every role, every action."""

from typing import Any

import pytest

from comments.models import Comment
from projects.models import Project, Visibility
from projects.rights import ProjectRole
from tasks.models import Task
from tests.support.cast import Cast, Client, client_of
from tests.support.factories import CommentFactory, ProjectMembershipFactory, TaskFactory
from tests.support.rights import ABILITIES, outcome
from workspaces.rights import WorkspaceRole

Action = tuple[str, str, Any]

ACTIONS: dict[str, dict[str, Action]] = {
    "workspace": {
        "update": ("PATCH", "", {"name": "New"}),
        "create_project": ("POST", "/api/projects", {"name": "New", "workspaceId": "{id}"}),
        "invite": (
            "POST",
            "/api/workspace/add-member",
            {"email": "sam@example.com", "role": "GUEST", "workspaceId": "{id}"},
        ),
    },
    "project": {
        "update": ("PATCH", "", {"name": "New"}),
        "manage_members": ("POST", "/members", {"email": "gus@example.com"}),
        "set_lead": ("PUT", "/lead", {"team_lead": "max@example.com"}),
        "archive": ("POST", "/archive", None),
        "delete": ("DELETE", "", None),
        "restore": ("POST", "/restore", None),
        "create_task": ("POST", "/tasks", {"title": "New"}),
    },
    "task": {
        "update": ("PATCH", "", {"title": "New"}),
        "transition": ("POST", "/transition", {"status": "TODO"}),
        "assign": ("PATCH", "", {"assigneeId": "{max}"}),
        "delete": ("DELETE", "", None),
        "comment": ("POST", "/comments", {"message": "New"}),
    },
    "comment": {"update": ("PATCH", "", {"message": "New"}), "delete": ("DELETE", "", None)},
}
NO_ROUTE_YET = {
    "workspace": {"delete", "remove_member", "read_audit"},
    "project": {"manage_workflow"},
    "task": {"move", "attach"},
    "comment": set(),
}
OPEN, PRIVATE = Visibility
PLACES = [
    *((role, None, seen) for role in WorkspaceRole for seen in Visibility),
    *((WorkspaceRole.GUEST, role, PRIVATE) for role in ProjectRole),
    *((WorkspaceRole.MEMBER, role, OPEN) for role in ProjectRole),
    (WorkspaceRole.ADMIN, ProjectRole.VIEWER, PRIVATE),
    (WorkspaceRole.PM, ProjectRole.MEMBER, PRIVATE),
    (WorkspaceRole.BILLING, ProjectRole.LEAD, PRIVATE),
]
"""Every role alone and together with others, as neither takes away what the other gives."""


@pytest.fixture(params=PLACES, ids=lambda place: "-".join(filter(None, place)))
def moe(cast: Cast, project: Project, request: pytest.FixtureRequest) -> Client:
    """Moe, in each of the places."""
    workspace_role, project_role, visibility = request.param
    Project.objects.filter(pk=project.pk).update(visibility=visibility)
    cast.workspace.memberships.filter(user=cast.moe).update(role=workspace_role)
    if project_role == ProjectRole.LEAD:
        project.memberships.filter(user=cast.lea).update(role=ProjectRole.MEMBER)
        Project.objects.filter(pk=project.pk).update(team_lead=None)
    if project_role:
        ProjectMembershipFactory.create(project=project, user=cast.moe, role=project_role)
    return client_of(cast.moe)


@pytest.fixture
def objects(cast: Cast, project: Project) -> list[tuple[str, str]]:
    """One of everything, of others and of Moe: kind and path."""
    others = TaskFactory.create(project=project, created_by=cast.lea)
    tasks = [
        others,
        TaskFactory.create(project=project, created_by=cast.moe),
        TaskFactory.create(project=project, created_by=cast.lea, assignee=cast.moe),
    ]
    comments = [CommentFactory.create(task=others, author=who) for who in (cast.lea, cast.moe)]
    return [
        ("workspace", f"/api/workspaces/{cast.workspace.pk}"),
        ("project", f"/api/projects/{project.pk}"),
        *(("task", f"/api/tasks/{task.pk}") for task in tasks),
        *(("comment", f"/api/comments/{comment.pk}") for comment in comments),
    ]


def test_every_ability_is_tried() -> None:
    tried = {
        (kind, word)
        for table in (ACTIONS, NO_ROUTE_YET)
        for kind, words in table.items()
        for word in words
    }
    unequal = tried ^ {(kind, word) for kind, known in ABILITIES.items() for word in known}
    assert not unequal, f"{unequal}: enter its request in ACTIONS of this file, or NO_ROUTE_YET"


def test_abilities_are_what_happens(
    cast: Cast, project: Project, moe: Client, objects: list[tuple[str, str]]
) -> None:
    assert {kind for kind, _ in objects} == {*ABILITIES}, "one of each kind: `objects` of this file"
    leads = project.memberships.filter(user=cast.moe, role=ProjectRole.LEAD).exists()
    for leader in [cast.moe] if leads else [cast.lea, None]:
        Project.objects.filter(pk=project.pk).update(team_lead=leader)
        for kind, path in objects:
            if leader or kind == "project":  # nothing else depends on whether there is a lead
                told, done = told_and_done(cast, moe, kind, path)
                assert told == done, (leader, path)


def told_and_done(
    cast: Cast, moe: Client, kind: str, path: str
) -> tuple[dict[str, bool], dict[str, bool]]:
    """What the object says, and what each action really answers; unseen means nothing may be."""
    seen = moe.get(path)
    named = {"id": path.rpartition("/")[2], "max": cast.max.pk}
    answers = {
        name: outcome(moe, method, more if more.startswith("/api") else path + more, body, named)
        for name, (method, more, body) in ACTIONS[kind].items()
    }
    if seen.status_code != 200:
        assert set(answers.values()) <= {403, 404}
        return {}, {}
    told = {name: may for name, may in seen.json()["data"]["abilities"].items() if name in answers}
    assert set(answers.values()) <= {200, 201, 204, 403, 409}
    return told, {name: status != 403 for name, status in answers.items()}


def test_items_of_lists_and_embedded_ones_tell_abilities_too(
    cast: Cast, comment: Comment, task: Task
) -> None:
    moe, alias = client_of(cast.moe), f"/api/tasks/project/{cast.project.pk}/tasks"
    [listed] = moe.ask("GET", alias)["data"]
    assert listed["abilities"] == moe.ask("GET", f"/api/tasks/{task.pk}")["data"]["abilities"]
    [said] = listed["comments"]
    alone = moe.ask("GET", f"/api/comments/{comment.pk}")["data"]
    assert said["abilities"] == alone["abilities"] == {"update": False, "delete": False}
