"""The OpenAPI document is true: routes, statuses and bodies are those of the running server."""

import json
import re
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from itertools import cycle
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction
from django.urls import get_resolver, resolve
from django.utils import timezone
from pytest_django import Settings

from accounts.models import User
from calendars.services.feeds import add_feed
from comments.models import Comment
from config.settings.pusher import PusherApp
from imports.services.files import upload_import_file
from jobs.models import Job, ResultFile
from jobs.services.submission import submit_job
from notifications.models import Notification
from projects.services.projects import create_project
from reports.services.schedules import add_schedule
from tasks.models import Relation, Task
from tasks.services.labels import add_label
from tasks.services.saved_filters import save_filter
from tasks.services.watchers import watch_task
from tests.activity.undoing import newest
from tests.support.actors import by
from tests.support.cast import Cast, Client, client_of
from tests.support.factories import AttachmentFactory
from tests.support.openapi import KEY, METHODS, complaints, described, operations
from tests.support.relations import block, some_tasks
from tests.support.signing import token_pair_for
from tests.test_architecture import routes
from tests.webhooks.hooks import hook_to
from tests.workspaces.inviting import invite, token_of
from workspaces.models import Invitation
from workspaces.services.invitations import invite_person
from workspaces.services.ownership import offer_ownership

STAFF = ("/api/ops/", "/api/inngest")
UNDESCRIBED = ("api/schema", "api/docs", "api/redoc")
SECRET = "correct horse"
PERSONAL = (" /api/import-files/", " /api/jobs/")
"""Below them are things of one person, which are there for nobody else."""
Send = Callable[..., tuple[int, list[str]]]

READS = [
    ("moe", f"/api{path}")
    for path in (
        "/health",
        "/auth/me",
        "/workspaces",
        "/workspaces/{workspace}",
        "/workspaces/{workspace}/can?action=update",
        "/workspaces/{workspace}/members",
        "/workspaces/{workspace}/members/{max}",
        "/workspaces/{workspace}/settings",
        "/workspaces/{workspace}/reminders",
        "/invitations",
        "/workspace",
        "/workspace/{workspace}",
        "/workspace/{workspace}/members",
        "/projects",
        "/projects/{project}",
        "/projects/{project}/can?action=create_task",
        "/projects/{project}/members",
        "/projects/{project}/statuses",
        "/projects/{project}/statuses/{column}",
        "/projects/{project}/transitions",
        "/projects/{project}/labels",
        "/projects/{project}/board",
        "/labels/{label}",
        "/tasks/{task}/watchers",
        "/tasks/{task}/mute",
        "/notifications",
        "/notifications/count",
        "/notifications/stream",
        "/notifications/preferences?workspace={workspace}",
        "/notifications/schedule",
        "/workspaces/{workspace}/tasks/ENG-1",
        "/projects/{project}/tasks",
        "/projects/{project}/filters",
        "/filters/{filter}",
        "/project",
        "/project/{project}",
        "/projects/workspace/{workspace}",
        "/projects/workspace/{workspace}/projects",
        "/tasks/mine",
        "/tasks/recent?workspace={workspace}",
        "/tasks/search?q=oil",
        "/tasks/{task}",
        "/tasks/{task}/can?action=assign",
        "/tasks/project/{project}/tasks",
        "/activity?workspace={workspace}",
        "/workspaces/{workspace}/events",
        "/workspaces/{workspace}/events/stream",
        "/tasks/{task}/activity",
        "/tasks/{task}/history",
        "/tasks/{task}/relations",
        "/tasks/{task}/reminders",
        "/tasks/{task}/dependencies",
        "/tasks/{task}/dependents",
        "/projects/{project}/critical-path",
        "/projects/{project}/dashboard",
        "/projects/{project}/dashboard/chart?kind=burnup",
        "/dashboard/stats?workspace={workspace}",
        "/dashboard/chart?workspace={workspace}&kind=throughput",
        "/tasks/{task}/comments",
        "/comments/{comment}",
        "/comments/{comment}/history",
        "/comments/task/{task}/comments",
        "/tasks/{task}/attachments",
        "/attachments/{attachment}",
        "/attachments/{attachment}/download",
        "/attachments/{attachment}/thumbnail",
        "/workspaces/{workspace}/import-files",
        "/import-files/{import_file}",
        "/jobs",
        "/jobs/{job}",
        "/jobs/{done}/files",
        "/jobs/{done}/files/{file}",
    )
]
SCHEDULES = "/api/workspaces/{workspace}/report-schedules"
HOOK = "/api/workspaces/{workspace}/webhooks/{webhook}"
REPORTS: list[tuple[str | None, str]] = [
    ("ada", "/api/workspaces/{workspace}/webhooks"),
    ("ada", HOOK),
    ("ada", f"{HOOK}/deliveries"),
    ("lea", "/api/projects/{project}/access"),
    ("ada", "/api/workspaces/{workspace}/audit"),
    ("moe", "/api/calendar-feeds"),
    ("moe", "/api/calendar-feeds/{feed}"),
    ("moe", SCHEDULES),
    ("moe", f"{SCHEDULES}/{{schedule}}"),
]
PROBES = [(None, path) for path in ("/", "/health", "/livez", "/readyz")]
LINKS = [(None, "/api/invitations/{token}"), ("pia", "/api/workspaces/{workspace}/invitations")]
WORKSPACE, PROJECT, TASK = {"name": "New"}, {"name": "New"}, {"title": "New"}
SAID = {"content": "Said"}
TYPING = {"project_id": "{project}", "event_type": "typing", "data": {"task": "ENG-1"}}
LATE = {"overdue": "true", "type": ["BUG"]}
AT_PUSHER = {"socket_id": "1.2", "channel_name": "private-project-{project}"}
FILTER = {"name": "Late", "parameters": LATE}
SETTINGS = {"time_zone": "Europe/Berlin"}
PREFERENCES = {"preferences": [{"kind": "COMMENTED", "channels": {"mail": False}}]}
POSTED = {"name": "Builds", "url": "https://hooks.example.com/a", "events": ["task"]}
AGAIN = {"after_seq": 0, "through_seq": 9}
WRITES: list[tuple[str | None, str, str, Any]] = [
    ("moe", "post", "/api/realtime/pusher/auth", AT_PUSHER),
    (None, "post", "/api/auth/register", {"email": "new@example.com", "password": SECRET * 2}),
    (None, "post", "/api/auth/login", {"email": "moe@example.com", "password": SECRET}),
    (None, "post", "/api/auth/refresh", {"refresh_token": "{refresh}"}),
    ("moe", "post", "/api/auth/logout", None),
    ("moe", "patch", "/api/auth/me", {"name": "Moses"}),
    ("moe", "post", "/api/workspaces", WORKSPACE),
    ("moe", "post", "/api/workspace", WORKSPACE),
    *(
        ("ada", method, f"/api/{noun}/{{workspace}}", {"name": "Newer"})
        for method in ("put", "patch")
        for noun in ("workspaces", "workspace")
    ),
    (
        "ada",
        "post",
        "/api/workspace/add-member",
        {"workspaceId": "{workspace}", "email": "sam@example.com"},
    ),
    ("max", "post", "/api/projects/{project}/filters", FILTER),
    ("max", "put", "/api/filters/{filter}", FILTER),
    ("max", "patch", "/api/filters/{filter}", FILTER),
    ("max", "delete", "/api/filters/{filter}", None),
    ("ada", "post", "/api/workspaces/{workspace}/webhooks", POSTED),
    ("ada", "put", HOOK, {"is_enabled": False}),
    ("ada", "patch", HOOK, {"format": "SLACK"}),
    ("ada", "post", f"{HOOK}/rotate", None),
    ("ada", "post", f"{HOOK}/test", None),
    ("ada", "post", f"{HOOK}/replay", AGAIN),
    ("ada", "delete", HOOK, None),
    ("moe", "post", SCHEDULES, {"what": "burndown"}),
    ("moe", "put", f"{SCHEDULES}/{{schedule}}", {"what": "workload"}),
    ("moe", "patch", f"{SCHEDULES}/{{schedule}}", {"hour": 9}),
    ("moe", "delete", f"{SCHEDULES}/{{schedule}}", None),
    ("moe", "post", "/api/calendar-feeds", {}),
    ("moe", "post", "/api/calendar-feeds/{feed}/rotate", None),
    ("moe", "delete", "/api/calendar-feeds/{feed}", None),
    ("ada", "delete", "/api/workspaces/{workspace}", None),
    ("ada", "delete", "/api/workspace/{workspace}", None),
    ("ada", "post", "/api/workspaces/{workspace}/restore", None),
    ("ada", "put", "/api/workspaces/{workspace}/owner", {"user_id": "{max}"}),
    ("ada", "delete", "/api/workspaces/{workspace}/owner", None),
    ("max", "post", "/api/workspaces/{workspace}/owner/accept", None),
    ("max", "post", "/api/workspaces/{workspace}/owner/decline", None),
    ("ada", "put", "/api/workspaces/{workspace}/settings", SETTINGS),
    ("ada", "patch", "/api/workspaces/{workspace}/settings", SETTINGS),
    ("max", "put", "/api/workspaces/{workspace}/reminders", {"lead_times": ["DAY"]}),
    ("ada", "put", "/api/workspaces/{workspace}/members/{max}", {"role": "pm"}),
    ("ada", "patch", "/api/workspaces/{workspace}/members/{max}", {"role": "pm"}),
    ("ada", "delete", "/api/workspaces/{workspace}/members/{max}", None),
    *(
        ("pia", "post", f"/api/{path}", {"email": "new@example.com"})
        for path in (
            "workspaces/{workspace}/members",
            "workspaces/{workspace}/invitations",
            "workspace/{workspace}/members",
            "workspace/{workspace}/invite",
        )
    ),
    ("pia", "delete", "/api/workspaces/{workspace}/invitations/{invitation}", None),
    ("pia", "post", "/api/workspaces/{workspace}/invitations/{invitation}/resend", None),
    ("moe", "post", "/api/invitations/{token}/accept", None),
    *(
        ("pia", "post", path, {"workspaceId": "{workspace}", **PROJECT})
        for path in ("/api/projects", "/api/project", "/api/projects/workspace/{workspace}")
    ),
    *(
        ("lea", method, f"/api/{noun}/{{project}}", {"name": "Newer", "end_date": "2030-01-31"})
        for method in ("put", "patch")
        for noun in ("projects", "project")
    ),
    ("lea", "delete", "/api/projects/{project}", None),
    ("lea", "delete", "/api/project/{project}", None),
    ("pia", "put", "/api/projects/{project}/lead", {"team_lead": "max@example.com"}),
    ("lea", "post", "/api/projects/{project}/archive", None),
    ("lea", "delete", "/api/projects/{project}/archive", None),
    ("lea", "post", "/api/projects/{project}/members", {"email": "moe@example.com"}),
    ("lea", "post", "/api/projects/{project}/add-member", {"email": "moe@example.com"}),
    ("lea", "post", "/api/projects/{project}/invite", {"email": "moe@example.com"}),
    ("lea", "post", "/api/projects/{project}/restore", None),
    ("lea", "post", "/api/projects/{project}/statuses", {"name": "Review", "category": "DONE"}),
    (
        "lea",
        "post",
        "/api/projects/{project}/statuses/reorder",
        {"order": ["DONE", "TODO", "IN_PROGRESS"]},
    ),
    ("lea", "put", "/api/projects/{project}/statuses/{column}", {"wip_limit": 2}),
    ("lea", "patch", "/api/projects/{project}/statuses/{column}", {"color": "#ffffff"}),
    ("lea", "delete", "/api/projects/{project}/statuses/{column}", None),
    (
        "lea",
        "put",
        "/api/projects/{project}/transitions",
        {"transitions": [{"from": "TODO", "to": "DONE"}]},
    ),
    ("lea", "put", "/api/projects/{project}/members/{max}", {"role": "VIEWER"}),
    ("lea", "patch", "/api/projects/{project}/members/{max}", {"role": "owner"}),
    ("lea", "put", "/api/projects/{project}/role", {"userId": "{max}", "role": "VIEWER"}),
    ("lea", "delete", "/api/projects/{project}/members/{max}", None),
    ("lea", "delete", "/api/projects/{project}/member/{max}", None),
    ("max", "post", "/api/projects/{project}/tasks", TASK),
    ("max", "post", "/api/tasks/project/{project}/tasks", {**TASK, "due_date": "2030-01-31"}),
    ("max", "post", "/api/tasks", {**TASK, "projectId": "{project}", "assigneeId": "{lea}"}),
    ("lea", "delete", "/api/tasks", {"taskIds": ["{task}"]}),
    ("max", "put", "/api/tasks/{task}", {"status": "DONE"}),
    ("max", "post", "/api/tasks/bulk", {"task_ids": ["{task}"], "changes": {"type": "BUG"}}),
    ("max", "patch", "/api/tasks/{task}", {"due_date": "2030-01-31", "due_time": "09:30"}),
    ("lea", "delete", "/api/tasks/{task}", None),
    ("lea", "post", "/api/tasks/{task}/restore", None),
    ("max", "post", "/api/tasks/{task}/transition", {"status": "IN_PROGRESS"}),
    ("max", "post", "/api/tasks/{task}/relations", {"kind": "BLOCKS", "task_id": "{other}"}),
    ("max", "delete", "/api/tasks/{task}/relations/{relation}", None),
    ("max", "post", "/api/tasks/{task}/dependencies", {"depends_on": "{other}"}),
    ("max", "delete", "/api/tasks/{task}/dependencies/{blocker}", None),
    ("max", "post", "/api/tasks/{task}/move", {"status": "TODO", "order": 0}),
    ("max", "post", "/api/projects/{project}/labels", {"name": "Blue", "color": "#0000ff"}),
    ("max", "put", "/api/labels/{label}", {"name": "Green"}),
    ("max", "patch", "/api/labels/{label}", {"color": "#00ff00"}),
    ("max", "delete", "/api/labels/{label}", None),
    ("max", "post", "/api/tasks/{task}/copy", {"title": "Again"}),
    ("ada", "post", "/api/tasks/{task}/transfer", {"project_id": "{second}"}),
    ("max", "post", "/api/events/{event}/undo", None),
    ("max", "post", "/api/tasks/{task}/watchers", {"user_id": "{lea}"}),
    ("max", "delete", "/api/tasks/{task}/watchers/{lea}", None),
    ("max", "delete", "/api/tasks/{task}/watchers/me", None),
    ("moe", "post", "/api/tasks/{task}/comments", SAID),
    ("moe", "post", "/api/comments/task/{task}/comments", SAID),
    ("max", "put", "/api/comments/{comment}", SAID),
    ("max", "patch", "/api/comments/{comment}", SAID),
    ("max", "delete", "/api/comments/{comment}", None),
    ("max", "post", "/api/comments/{comment}/restore", None),
    ("moe", "put", "/api/comments/{comment}/reactions/{emoji}", None),
    ("moe", "delete", "/api/comments/{comment}/reactions/{emoji}", None),
    ("max", "post", "/api/tasks/{task}/attachments", {"file_name": "a.txt", "size": 5}),
    ("max", "post", "/api/attachments/{attachment}/complete", None),
    ("max", "delete", "/api/attachments/{attachment}", None),
    ("max", "post", "/api/attachments/{attachment}/restore", None),
    (
        *("moe", "post", "/api/workspaces/{workspace}/import-files"),
        {"file_name": "a.csv", "size": 5},
    ),
    ("moe", "post", "/api/import-files/{import_file}/complete", None),
    ("moe", "post", "/api/import-files/{import_file}/preview", {"source": "csv"}),
    ("moe", "delete", "/api/import-files/{import_file}", None),
    ("moe", "post", "/api/jobs", {"type": "echo", "payload": {"message": "Ahoy"}}),
    ("moe", "post", "/api/jobs/{job}/cancel", None),
    ("moe", "post", "/api/jobs/{failed}/retry", None),
    ("moe", "put", "/api/tasks/{task}/mute", None),
    ("moe", "patch", "/api/notifications/preferences?workspace={workspace}", PREFERENCES),
    ("moe", "patch", "/api/notifications/schedule", {"digest": "DAILY"}),
    ("moe", "delete", "/api/tasks/{task}/mute", None),
    ("moe", "post", "/api/notifications/read", {"all": True}),
    ("moe", "post", "/api/notifications/unread", {"ids": ["{notification}"]}),
    ("moe", "patch", "/api/notifications/{notification}", {"is_read": True}),
    ("moe", "post", "/api/realtime/ticket", None),
    ("moe", "post", "/api/realtime/collaboration", TYPING),
]
STEPS = [(who, "get", path, None) for who, path in [*PROBES, *READS, *LINKS, *REPORTS]] + WRITES
REFUSALS: list[tuple[str | None, str, str, Any, int]] = [
    (None, "post", "/api/auth/register", {"email": "new@example.com", "password": "1"}, 400),
    (None, "post", "/api/auth/login", {"email": "moe@example.com", "password": "no"}, 401),
    (None, "post", "/api/auth/refresh", {"refresh_token": "no"}, 401),
    ("ada", "post", "/api/workspaces", {"name": ""}, 400),
    ("ada", "get", "/api/workspaces?sort=name", None, 400),
    (
        "ada",
        "post",
        "/api/workspace/add-member",
        {"workspaceId": "{workspace}", "email": "max@example.com"},
        409,
    ),
    ("ada", "post", "/api/workspaces", {"name": "x", "slug": "elsewhere"}, 409),
    ("ada", "delete", "/api/workspaces/{workspace}/members/me", None, 409),
    ("ada", "patch", "/api/workspaces/{workspace}/members/{ada}", {"role": "pm"}, 409),
    ("pia", "patch", "/api/workspaces/{workspace}/members/{max}", {"role": "admin"}, 403),
    ("pia", "put", "/api/workspaces/{workspace}/owner", {"user_id": "{pia}"}, 403),
    ("ada", "patch", "/api/workspaces/{workspace}/settings", {"plan": "free"}, 400),
    ("ada", "post", "/api/workspaces/{workspace}/members", {"email": "max@example.com"}, 409),
    ("lea", "post", "/api/invitations/{token}/accept", None, 403),
    ("lea", "post", "/api/invitations/{spent}/accept", None, 409),
    (None, "get", "/api/invitations/{spent}", None, 409),
    ("ada", "delete", "/api/workspaces/{workspace}/invitations/{used}", None, 409),
    (
        "ada",
        "post",
        "/api/workspace/add-member",
        {"workspaceId": "{workspace}", "email": "nobody@example.com"},
        404,
    ),
    ("moe", "post", "/api/projects", {"workspaceId": "{workspace}", "name": "x"}, 403),
    (
        "pia",
        "post",
        "/api/projects",
        {"workspaceId": "{workspace}", "name": "x", "team_members": ["sam@example.com"]},
        400,
    ),
    ("ada", "patch", "/api/projects/{project}", {"name": "x"}, 403),
    ("lea", "patch", "/api/projects/{project}", {"progress": 101}, 400),
    ("lea", "post", "/api/projects/{project}/add-member", {"email": "max@example.com"}, 409),
    (
        "lea",
        "put",
        "/api/projects/{project}/role",
        {"email": "lea@example.com", "role": "VIEWER"},
        409,
    ),
    ("max", "get", "/api/projects/{project}/access", None, 403),
    ("gus", "post", "/api/realtime/pusher/auth", AT_PUSHER, 403),
    ("max", "get", "/api/projects/{project}/can?action=fly", None, 400),
    ("max", "post", "/api/projects/{project}/tasks", {**TASK, "assigneeId": "{moe}"}, 400),
    ("gus", "post", "/api/projects/{project}/tasks", TASK, 404),
    ("max", "delete", "/api/tasks/{task}", None, 403),
    ("moe", "patch", "/api/comments/{comment}", SAID, 403),
    ("sam", "post", "/api/tasks/{task}/comments", SAID, 403),
]
VERSIONED = [
    ("ada", "/api/workspaces/{workspace}"),
    ("ada", "/api/workspaces/{workspace}/members/{max}"),
    ("lea", "/api/projects/{project}"),
    ("lea", "/api/tasks/{task}"),
    ("max", "/api/comments/{comment}"),
    ("moe", "/api/auth/me"),
]


@pytest.fixture
def ids(cast: Cast, comment: Comment) -> dict[str, str]:
    """What stands in the braces of a path or body."""
    people = {name: str(getattr(cast, name).pk) for name in ("ada", "pia", "lea", "max", "moe")}
    waiting, used = invite(cast, "new0@example.com"), invite(cast, "new1@example.com")
    theirs = invite_person(actor=by(cast.sam), workspace=cast.elsewhere, email="moe@example.com")
    Invitation.objects.filter(pk=used.pk).update(status="ACCEPTED", email="lea@example.com")
    saved = save_filter(
        actor=by(cast.lea), project=cast.project, name="Late", is_shared=True, parameters=LATE
    )
    offer_ownership(actor=by(cast.ada), workspace=cast.workspace, person=cast.max)
    file = AttachmentFactory.create(
        task=comment.task, uploaded_by=comment.author, thumbnail_key="a/b"
    )
    watch_task(actor=by(cast.lea), task=comment.task, person=cast.lea)
    table = upload_import_file(
        actor=by(cast.moe),
        workspace=cast.workspace,
        file_name="tasks.csv",
        content=BytesIO(b"Title\nOil it\n"),
    )
    second = create_project(actor=by(cast.ada), workspace=cast.workspace, name="Second")
    return people | {
        "second": str(second.pk),
        "column": str(cast.project.statuses.get(key="IN_PROGRESS").pk),
        "invitation": str(waiting.pk),
        "webhook": str(hook_to(cast, "https://hooks.example.com/").webhook.pk),
        "used": str(used.pk),
        "token": token_of(theirs),
        "spent": token_of(used),
        "workspace": str(cast.workspace.pk),
        "project": str(cast.project.pk),
        "label": str(add_label(actor=by(cast.lea), project=cast.project, name="Red").pk),
        "task": str(comment.task_id),
        "filter": str(saved.pk),
        "comment": str(comment.pk),
        "emoji": "🎉",
        "event": str(newest(comment).pk),
        "notification": str(Notification.objects.filter(recipient=cast.moe)[0].pk),
        **jobs_of(cast.moe),
        **related(cast, comment.task),
        "attachment": str(file.pk),
        "import_file": str(table.pk),
        "feed": str(add_feed(actor=by(cast.moe))[0].pk),
        "schedule": str(
            add_schedule(actor=by(cast.moe), workspace=cast.workspace, what="burndown").pk
        ),
        "refresh": token_pair_for(cast.moe)["refresh_token"],
    }


def jobs_of(person: User) -> dict[str, str]:
    """One that waits, one that failed, and one that has made a file."""
    jobs = {
        name: submit_job(actor=by(person), kind="echo", payload={})[0]
        for name in ("job", "failed", "done")
    }
    Job.objects.filter(pk=jobs["failed"].pk).update(state="FAILED")
    Job.objects.filter(pk=jobs["done"].pk).update(state="COMPLETED", result={"echo": ""})
    file = ResultFile.objects.create(
        job=jobs["done"],
        owner=person,
        name="oil.csv",
        key="results/oil",
        content_type="text/csv",
        size=3,
        expires_at=timezone.now() + timedelta(hours=1),
    )
    return {"file": str(file.pk), **{name: str(job.pk) for name, job in jobs.items()}}


def related(cast: Cast, task: Task) -> dict[str, str]:
    """A task that blocks this one, their relation, and a task without any."""
    blocker, other = some_tasks(cast, 2)
    block(cast, blocker, task)
    ids = {"relation": Relation.objects.get().pk, "blocker": blocker.pk, "other": other.pk}
    return {name: str(pk) for name, pk in ids.items()}


@pytest.fixture
def send(cast: Cast, settings: Settings) -> Send:
    """Sends a request of somebody; its answer's status, and what is wrong with it."""
    settings.PUSHER = PusherApp("42", "key", "hunter2", "push.example.com")
    people = ("ada", "pia", "lea", "max", "moe", "gus", "sam")
    clients: dict[str | None, Client] = {who: client_of(getattr(cast, who)) for who in people}
    clients[None] = client_of(None)

    def sent(
        who: str | None,
        method: str,
        path: str,
        body: Any = None,
        kind: str = "application/json",
        **headers: str,
    ) -> tuple[int, list[str]]:
        raw = "" if body is None else body if isinstance(body, str) else json.dumps(body)
        more: dict[str, Any] = {"content_type": kind, "headers": headers}
        answer: Any = clients[who].generic(method.upper(), path, raw, **more)
        return answer.status_code, complaints(answer, described(method, path))

    return sent


def filled(part: Any, ids: dict[str, str]) -> Any:
    """With the ids in place of the names in braces."""
    return json.loads(re.sub(KEY, lambda name: ids[name[1]], json.dumps(part)))


def every(steps: list[Any], answer: Any) -> dict[str, Any]:
    """The answer to each step, under its name."""
    return {" ".join(map(str, step[:3])): answer(*step) for step in steps}


def test_every_operation_is_tried() -> None:
    """Those of signing in are tried where their tokens and keys are at hand: tests/accounts.

    Those of staff in tests/jobs. Unsubscribing answers with pages:
    tests/workspaces/test_opt_out.py. Files are no documents.
    """
    pages = ("/api/unsubscribe/", "/api/notifications/unsubscribe/")
    doors = ("/api/auth/", "/api/webhooks/", "/api/files/", "/calendar/", *STAFF, *pages)
    elsewhere = {(method, path) for method, path in operations() if path.startswith(doors)}
    tried = {described(method, path) for _, method, path, _ in STEPS}
    untried = (tried | elsewhere) ^ {*operations()}
    assert not untried, f"{untried}: try it in READS or WRITES of this file"


def test_every_route_is_described_and_every_description_is_routed() -> None:
    served = {
        (method, re.sub(r"<[^>]+>", "{}", f"/{path}"))
        for path, view in routes(get_resolver().url_patterns)
        if hasattr(view, "cls") and path not in UNDESCRIBED
        for method in METHODS
        if method in (getattr(view, "actions", None) or dir(view.cls))
    }
    unequal = served ^ {(method, re.sub(KEY, "{}", path)) for method, path in operations()}
    assert not unequal, f"{unequal}: routed or described alone; run bin/schema"


def test_a_read_is_answered_as_described(send: Send, ids: dict[str, str]) -> None:
    reads = [step for step in STEPS if step[1] == "get"]
    answers = every(reads, lambda who, *asked: send(who, *filled(asked, ids)))
    assert answers == dict.fromkeys(answers, (200, []))


def test_each_write_is_answered_as_described(send: Send, ids: dict[str, str]) -> None:
    answers = every(WRITES, lambda *step: undone(send, *filled(step, ids)))
    assert len(answers) == len(WRITES)
    assert {name: wrong for name, (_, wrong) in answers.items() if wrong} == {}
    assert {status for status, _ in answers.values()} == {200, 201, 202, 204}, answers


def test_each_refusal_is_answered_as_described(send: Send, ids: dict[str, str]) -> None:
    for *step, status in REFUSALS:
        assert undone(send, *filled(step, ids)) == (status, []), step


def undone(send: Send, *step: Any) -> tuple[int, list[str]]:
    """The answer to a step, of which nothing is left afterwards."""
    before = transaction.savepoint()
    answer = send(*step)
    transaction.savepoint_rollback(before)
    return answer


def test_strangers_are_refused_as_described(send: Send, ids: dict[str, str]) -> None:
    closed = [step for step in STEPS if operations()[described(*step[1:3])].get("security")]
    assert len(closed) > 50
    answers = every(closed, lambda _, *asked: send(None, *filled(asked, ids)))
    assert answers == dict.fromkeys(answers, (401, []))


def test_foreign_objects_are_refused_as_described(send: Send, ids: dict[str, str]) -> None:
    named = [step for step in STEPS if "{" in step[2] and step[0] and "{feed}" not in step[2]]
    answers = every(named, lambda _, *asked: send("sam", *filled(asked, ids)))
    assert answers == {
        name: (404 if any(each in name for each in PERSONAL) else 403, []) for name in answers
    }


def test_unknown_objects_are_refused_as_described(send: Send, ids: dict[str, str]) -> None:
    named = [step for step in STEPS if "{" in step[2]]
    unknown = {name: str(uuid4()) for name in ids}
    answers = every(named, lambda who, *asked: send(who, *filled(asked, unknown)))
    assert answers == dict.fromkeys(answers, (404, []))


@pytest.mark.parametrize(("kind", "status"), [("application/json", 400), ("text/plain", 415)])
def test_unreadable_bodies_are_refused_as_described(
    send: Send, ids: dict[str, str], kind: str, status: int
) -> None:
    answers = every(
        [step for step in WRITES if step[3]],
        lambda who, method, path, _: send(who, method, filled(path, ids), "{", kind),
    )
    assert answers == dict.fromkeys(answers, (status, []))


@pytest.mark.parametrize(("who", "path"), VERSIONED)
def test_a_stale_edit_is_refused_as_described(
    send: Send, ids: dict[str, str], who: str, path: str
) -> None:
    body = {"name": "x", "title": "x", "content": "x", "role": "PM"}
    stale = {"If-Match": '"99"'}
    assert send(who, "patch", filled(path, ids), body, **stale) == (412, [])


def read_first() -> list[tuple[str, dict[str, Any]]]:
    """Each parameter with the first of the paths where the same code reads it."""
    found: dict[Any, tuple[str, dict[str, Any]]] = {}
    for path in [path for _, path in READS if "?" not in path]:
        view = resolve(re.sub(KEY, "1", path)).func
        for one in operations()[described("get", path)].get("parameters", ()):
            code = getattr(view, "cls", view), getattr(view, "actions", {}).get("get"), one["name"]
            found.setdefault(code, (path, one))
    return list(found.values())


def test_every_described_value_of_a_parameter_is_taken(send: Send, ids: dict[str, str]) -> None:
    asked = [
        ("moe", "get", f"{path}?{one['name']}={value}")
        for path, one in read_first()
        for value in one["schema"].get("items", one["schema"]).get("enum", ())
    ]
    assert len(asked) > 50
    answers = every(asked, lambda who, *step: send(who, *filled(step, ids)))
    assert answers == dict.fromkeys(answers, (200, []))


def test_every_version_that_is_described_is_read(send: Send, ids: dict[str, str]) -> None:
    versioned = [
        step
        for step in STEPS
        if any(
            one["name"] == "If-Match"
            for one in operations()[described(*step[1:3])].get("parameters", ())
        )
    ]
    assert len(versioned) > 20
    odd = {"If-Match": "no ETag"}
    answers = every(versioned, lambda who, *asked: send(who, *filled(asked, ids), **odd))
    assert answers == dict.fromkeys(answers, (400, []))


def test_a_forbidden_move_is_refused_as_described(send: Send, ids: dict[str, str]) -> None:
    path = filled("/api/tasks/{task}/transition", ids)
    assert send("max", "post", path, {"status": "NOWHERE"}) == (400, [])


def test_a_blocked_task_and_a_cycle_are_refused_as_described(
    send: Send, ids: dict[str, str]
) -> None:
    strict = {"completion_requires_unblocked": True}
    assert send("lea", "patch", filled("/api/projects/{project}", ids), strict) == (200, [])
    path = filled("/api/tasks/{task}/transition", ids)
    assert send("max", "post", path, {"status": "DONE"}) == (409, [])
    path, cycle = filled(("/api/tasks/{blocker}/dependencies", {"depends_on": "{task}"}), ids)
    assert send("max", "post", path, cycle) == (409, [])


def test_a_key_used_twice_is_refused_as_described(send: Send) -> None:
    once = {"Idempotency-Key": "once"}
    assert send("ada", "post", "/api/workspaces", {"name": "One"}, **once) == (201, [])
    assert send("ada", "post", "/api/workspaces", {"name": "Two"}, **once) == (422, [])


def test_a_time_of_day_is_shown_as_described(send: Send, ids: dict[str, str]) -> None:
    """The format `time` would have an offset from UTC."""
    day = {"due_date": "2030-01-31"}
    for hour in ("09:30", "09:30:15", "09:30:15.250", ""):
        answer = send("max", "patch", f"/api/tasks/{ids['task']}", day | {"due_time": hour})
        assert answer == (200, [])
    assert send("max", "get", f"/api/tasks/{ids['task']}") == (200, [])


def test_an_empty_picture_is_shown_as_described(send: Send) -> None:
    for picture in ("https://example.com/moe.png", ""):
        answer = send("moe", "patch", "/api/auth/me", {"avatar_url": picture})
        assert answer == (200, [])
    assert send("moe", "get", "/api/auth/me") == (200, [])


REFUSED_ANYWHERE: list[tuple[int, str, dict[str, str]]] = [
    (400, "&" * 100, {}),
    (406, "", {"Accept": "text/xml"}),
    (413, "", {"Content-Length": str(2**30)}),
    (414, "x" * 9000, {}),
    (431, "", {"Accept": "x" * 2000}),
]


def test_what_any_request_may_be_refused_with_is_described(send: Send, ids: dict[str, str]) -> None:
    """Each operation by one of the refusals: that all tell of all of them is tested below."""
    for (who, how, path, _), (status, query, headers) in zip(STEPS, cycle(REFUSED_ANYWHERE)):
        bare = filled(path, ids).partition("?")[0]
        assert send(who, how, f"{bare}?{query}", **headers) == (status, []), (how, path)


def test_every_operation_tells_of_what_any_request_may_be_refused_with() -> None:
    anywhere = {"400", "406", "408", "413", "414", "431", "503"}
    missing = {name: anywhere - told["responses"].keys() for name, told in operations().items()}
    assert {name for name, statuses in missing.items() if statuses} == set()
