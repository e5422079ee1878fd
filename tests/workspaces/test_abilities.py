"""What objects say one may do is what really happens: every role, every action."""

from typing import Any

import pytest
from django.db import transaction

from comments.models import Comment
from projects.models import Project, Visibility
from projects.rights import ProjectRole
from tasks.models import Task
from tests.support.cast import Cast, Client, client_of
from tests.support.factories import (
    AttachmentFactory,
    CommentFactory,
    ProjectMembershipFactory,
    TaskFactory,
)
from tests.support.rights import ABILITIES, outcome
from workspaces.rights import WorkspaceRole

Action = tuple[str, str, Any]
Place = tuple[WorkspaceRole, ProjectRole | None, Visibility]
Tried = dict[tuple[str | None, ...], dict[str, bool]]

ACTIONS: dict[str, dict[str, Action]] = {
    "workspace": {
        "update": ("PATCH", "", {"name": "New"}),
        "manage_webhooks": ("GET", "/webhooks", None),
        "export": (
            "POST",
            "/api/jobs",
            {
                "type": "export",
                "payload": {"what": "workspace", "format": "jsonl"},
                "workspace_id": "{id}",
            },
        ),
        "schedule_reports": ("POST", "/report-schedules", {"what": "burndown"}),
        "send_reports": (
            "POST",
            "/report-schedules",
            {"what": "burndown", "recipient_ids": ["{max}"]},
        ),
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
        "manage_workflow": ("POST", "/statuses", {"name": "New", "category": "TODO"}),
        "set_lead": ("PUT", "/lead", {"team_lead": "max@example.com"}),
        "archive": ("POST", "/archive", None),
        "delete": ("DELETE", "", None),
        "restore": ("POST", "/restore", None),
        "create_task": ("POST", "/tasks", {"title": "New"}),
    },
    "task": {
        "update": ("PATCH", "", {"title": "New"}),
        "transition": ("POST", "/transition", {"status": "TODO"}),
        "move": ("POST", "/move", {"order": 0}),
        "assign": ("PATCH", "", {"assigneeId": "{max}"}),
        "delete": ("DELETE", "", None),
        "comment": ("POST", "/comments", {"message": "New"}),
        "attach": ("POST", "/attachments", {"file_name": "New", "size": 1}),
    },
    "attachment": {"delete": ("DELETE", "", None)},
    "comment": {"update": ("PATCH", "", {"message": "New"}), "delete": ("DELETE", "", None)},
}
NO_ROUTE_YET = {
    "workspace": {"delete", "import", "remove_member", "read_audit"},
    "project": set(),
    "task": set(),
    "comment": set(),
    "attachment": set(),
}
OPEN, PRIVATE = Visibility
PLACES: list[Place] = [
    *((role, None, seen) for role in WorkspaceRole for seen in Visibility),
    *((WorkspaceRole.GUEST, role, PRIVATE) for role in ProjectRole),
    *((WorkspaceRole.MEMBER, role, OPEN) for role in ProjectRole),
    (WorkspaceRole.ADMIN, ProjectRole.VIEWER, PRIVATE),
    (WorkspaceRole.PM, ProjectRole.MEMBER, PRIVATE),
    (WorkspaceRole.BILLING, ProjectRole.LEAD, PRIVATE),
]
"""Every role alone and together with others, as neither takes away what the other gives."""


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
    files = [AttachmentFactory.create(task=others, uploaded_by=who) for who in (cast.lea, cast.moe)]
    return [
        ("workspace", f"/api/workspaces/{cast.workspace.pk}"),
        ("project", f"/api/projects/{project.pk}"),
        *(("task", f"/api/tasks/{task.pk}") for task in tasks),
        *(("comment", f"/api/comments/{comment.pk}") for comment in comments),
        *(("attachment", f"/api/attachments/{file.pk}") for file in files),
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
    cast: Cast, project: Project, objects: list[tuple[str, str]]
) -> None:
    assert {kind for kind, _ in objects} == {*ABILITIES}, "one of each kind: `objects` of this file"
    tried: Tried = {}
    for place in PLACES:
        with transaction.atomic():
            moe = put(cast, project, place)
            leads = place[1] == ProjectRole.LEAD
            for leader in [cast.moe] if leads else [cast.lea, None]:
                Project.objects.filter(pk=project.pk).update(team_lead=leader)
                for kind, path in objects:
                    if leader or kind == "project":  # nothing else depends on a lead
                        told, done = told_and_done(cast, moe, (kind, path), place, tried)
                        assert told == done, (place, leader, path)
            transaction.set_rollback(True)


def put(cast: Cast, project: Project, place: Place) -> Client:
    """Moe, in this place."""
    workspace_role, project_role, visibility = place
    Project.objects.filter(pk=project.pk).update(visibility=visibility)
    cast.workspace.memberships.filter(user=cast.moe).update(role=workspace_role)
    if project_role == ProjectRole.LEAD:
        project.memberships.filter(user=cast.lea).update(role=ProjectRole.MEMBER)
        Project.objects.filter(pk=project.pk).update(team_lead=None)
    if project_role:
        ProjectMembershipFactory.create(project=project, user=cast.moe, role=project_role)
    return client_of(cast.moe)


def told_and_done(
    cast: Cast, moe: Client, thing: tuple[str, str], place: Place, tried: Tried
) -> tuple[dict[str, bool], dict[str, bool]]:
    """What the object says, and what each action really answers; unseen means nothing may be.

    Said again to the same roles, of a private project or one without a lead, it has been tried;
    and what is unseen is tried with the first of its kind.
    """
    kind, path = thing
    seen = moe.get(path)
    abilities = seen.json()["data"]["abilities"] if seen.status_code == 200 else {}
    told = {name: may for name, may in abilities.items() if name in ACTIONS[kind]}
    roles = place[0], None if kind == "workspace" else place[1]
    who = (*roles, path) if told else (*roles, kind)
    if tried.get(who) != told:
        tried[who] = told
        done = {name: answer(cast, moe, path, action) for name, action in ACTIONS[kind].items()}
        assert set(done.values()) <= ({200, 201, 202, 204, 403, 409} if told else {403, 404})
        return told, {name: status != 403 for name, status in done.items()} if told else {}
    return told, told


def answer(cast: Cast, moe: Client, path: str, action: Action) -> int:
    method, more, body = action
    named = {"id": path.rpartition("/")[2], "max": cast.max.pk}
    return outcome(moe, method, more if more.startswith("/api") else path + more, body, named)


def test_items_of_lists_and_embedded_ones_tell_abilities_too(
    cast: Cast, comment: Comment, task: Task
) -> None:
    moe, alias = client_of(cast.moe), f"/api/tasks/project/{cast.project.pk}/tasks"
    [listed] = moe.ask("GET", alias)["data"]
    assert listed["abilities"] == moe.ask("GET", f"/api/tasks/{task.pk}")["data"]["abilities"]
    [said] = listed["comments"]
    alone = moe.ask("GET", f"/api/comments/{comment.pk}")["data"]
    assert said["abilities"] == alone["abilities"] == {"update": False, "delete": False}
