"""Requests for tasks by people who want more than they may: fields, filters, cursors, headers."""

import time
from typing import Any

import pytest
from pytest_django import Settings

from projects.services.projects import create_project
from projects.services.workflows import Workflow
from tasks.models import StatusChange, Task
from tasks.services.tasks import create_task
from tests.notifications.mailing import send_all
from tests.support.actors import by
from tests.support.cast import Cast, client_of
from tests.support.databases import CommittedDatabase
from tests.support.sink import Sink, part
from tests.support.threads import times

SET_BY_NOBODY = {
    "version": 99,
    "completed_at": "2020-01-01T00:00:00Z",
    "position": 1,
    "number": 77,
    "category": "DONE",
    "is_blocked": True,
    "deleted_at": "2020-01-01T00:00:00Z",
    "created_at": "2020-01-01T00:00:00Z",
    "id": "01890000-0000-7000-8000-000000000000",
}
FILTERS = (
    "assignee__password__startswith=a",
    "assignee.password=a",
    "project__workspace__owner__email=a",
    "created_by__email=ada@example.com",
    "pk__in=1",
    "status__project__name=Engine",
    "_connector=OR",
    "assignee[]=a",
    'ordering=created_at"."id',
    "ordering=assignee__password",
    "ordering=?",
    "ordering=--created_at",
    "ordering=project.workspace",
    "ordering=created_at,?",
    "ordering=created_at%3BDROP TABLE tasks_task",
)


@pytest.fixture
def path(cast: Cast) -> str:
    return f"/api/projects/{cast.project.pk}/tasks"


def kept(task: Task) -> dict[str, Any]:
    return Task.objects.filter(pk=task.pk).values(*SET_BY_NOBODY, "created_by", "workspace").get()


def test_nobody_sets_what_the_server_decides(cast: Cast, path: str) -> None:
    """T-TA-03."""
    foreign = {"created_by": str(cast.ada.pk), "created_by_id": str(cast.ada.pk)}
    foreign |= {"workspace": str(cast.elsewhere.pk), "workspace_id": str(cast.elsewhere.pk)}
    lea = client_of(cast.lea)
    ask = {"title": "Oil", **SET_BY_NOBODY, **foreign}
    made = lea.ask("POST", path, ask, status=201)["data"]
    task = Task.objects.get(pk=made["id"])
    before = kept(task)
    assert {before[name] for name in ("version", "number")} == {1}
    assert (before["created_by"], before["workspace"]) == (cast.lea.pk, cast.workspace.pk)
    assert [name for name in SET_BY_NOBODY if made.get(name, before[name]) == ask[name]] == []
    for method in ("PATCH", "PUT"):
        lea.ask(method, f"/api/tasks/{task.pk}", {**SET_BY_NOBODY, **foreign})
    assert kept(task) == before


def test_no_filter_or_ordering_leads_to_other_tables(cast: Cast, path: str, task: Task) -> None:
    """T-TA-04."""
    lea = client_of(cast.lea)
    for query in FILTERS:
        refusal = lea.ask("GET", f"{path}?{query}", status=400)
        assert list(refusal["errors"]) == [query.partition("=")[0]], query


def test_a_cursor_of_another_workspace_or_filter_is_refused(cast: Cast, path: str) -> None:
    """T-TA-05."""
    other = create_project(actor=by(cast.sam), workspace=cast.elsewhere, name="Loom")
    for who, project in ((cast.sam, other), (cast.lea, cast.project)):
        for _ in range(2):
            create_task(actor=by(who), project=project, title="Oil")
    theirs = f"/api/projects/{other.pk}/tasks?limit=1"
    cursor = client_of(cast.sam).ask("GET", theirs)["meta"]["next_cursor"]
    lea = client_of(cast.lea)
    for wrong in (cursor, f"{cursor}x", "a" * 5000, cursor.partition(":")[0]):
        refusal = lea.ask("GET", f"{path}?limit=1&cursor={wrong}", status=400)
        assert refusal["code"] == "invalid_cursor"
    assert lea.get(f"{path}?limit=1&cursor={'a' * 10_000}").status_code in (400, 414)


def test_a_long_search_ends_soon(cast: Cast, task: Task) -> None:
    """T-TA-07."""
    lea = client_of(cast.lea)
    for query in ("x" * 7000, "a|" * 3000, "(" * 7000, "a!" * 3000):
        began = time.process_time()
        answer = lea.get("/api/tasks/search", {"q": query})
        assert answer.status_code in (400, 414)
        assert time.process_time() - began < 0.3


def test_a_refused_step_leaves_no_history(cast: Cast) -> None:
    """T-TA-02."""
    tickets = create_project(
        actor=by(cast.ada), workspace=cast.workspace, name="Desk", workflow=Workflow.TICKET
    )
    task = create_task(actor=by(cast.ada), project=tickets, title="Help")
    for key in ("resolved", "closed"):
        path = f"/api/tasks/{task.pk}/transition"
        client_of(cast.ada).ask("POST", path, {"status": key}, status=409)
    assert [step.target for step in StatusChange.objects.all()] == ["open"]


def test_fifty_steps_at_once_skip_none(committed_db: CommittedDatabase, cast: Cast) -> None:
    """T-TA-02."""
    tickets = create_project(
        actor=by(cast.ada), workspace=cast.workspace, name="Desk", workflow=Workflow.TICKET
    )
    task = create_task(actor=by(cast.ada), project=tickets, title="Help")
    clients = [client_of(cast.ada) for _ in range(50)]
    keys = ("closed", "resolved", "in_progress")

    def step(n: int) -> int:
        answer = clients[n].post(
            f"/api/tasks/{task.pk}/transition", {"status": keys[n % 3]}, format="json"
        )
        return answer.status_code

    assert set(times(50, step)) <= {200, 409}
    steps = StatusChange.objects.filter(task=task).order_by("created_at")
    whole = ["open", "in_progress", "resolved", "closed"]
    assert [each.target for each in steps] == whole[: len(steps)]


def test_the_link_of_a_mail_follows_no_header(
    cast: Cast, path: str, sink: Sink, settings: Settings
) -> None:
    """T-TA-10."""
    settings.FRONTEND_URL = "https://app.example.org"
    settings.ALLOWED_HOSTS = ["*"]
    body = {"title": "Oil", "assignee_id": str(cast.max.pk)}
    evil: dict[str, str] = {"Host": "evil.example", "Origin": "https://evil.example"}
    evil |= {"X-Forwarded-Host": "evil.example", "Referer": "https://evil.example/"}
    client_of(cast.lea).ask("POST", path, body, status=201, **evil)
    send_all()
    [mail] = sink.mails
    assert "evil" not in mail.as_string()
    assert f'"https://app.example.org/workspace/{cast.workspace.pk}' in part(mail, "html")


def test_who_may_not_see_a_task_is_neither_given_it_nor_mailed(
    cast: Cast, path: str, sink: Sink
) -> None:
    """T-TA-10."""
    for outsider in (cast.gus, cast.sam, cast.moe):
        body = {"title": "Oil", "assignee_id": str(outsider.pk)}
        client_of(cast.lea).ask("POST", path, body, status=400)
    assert (send_all(), Task.objects.count()) == ([], 0)
