"""What only needs a project to stay as it is shares it; what changes it has it alone."""

import re
import time
from threading import Event as Flag

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from activity.models import Event
from comments.models import Comment
from comments.services.comments import add_comment
from core.context import as_system
from core.errors import NotFound
from projects.models import Project, Status
from projects.services.members import remove_project_member
from projects.services.projects import create_project, update_project
from projects.services.workflows import Workflow
from tasks.models import StatusChange, Task
from tasks.services.tasks import create_task, transition_task, update_task
from tests.support.actors import by
from tests.support.cast import Cast, client_of, gather
from tests.support.databases import CommittedDatabase
from tests.support.invariants import faults
from tests.support.threads import at_once, succeeds, times
from workspaces.models import Membership
from workspaces.services.members import remove_member

PEOPLE = 50
SHARED = re.compile(r'FROM "(\w+)".* FOR SHARE OF ')
CHANGED = re.compile(r'UPDATE "(\w+)"|FROM "(\w+)".* FOR (?:NO KEY )?UPDATE')
LONGEST_SECONDS = 10.0


def test_fifty_people_create_tasks_and_comment_at_once(committed_db: CommittedDatabase) -> None:
    cast = gather()
    task = create_task(actor=by(cast.lea), project=cast.project, title="Oil")
    clients = [client_of((cast.lea, cast.max)[n % 2]) for n in range(PEOPLE)]
    created, said = f"/api/projects/{cast.project.pk}/tasks", f"/api/tasks/{task.pk}/comments"

    def write(n: int) -> list[int]:
        one = clients[n]
        return [
            one.post(created, {"title": f"Task {n}"}).status_code,
            one.post(said, {"message": f"Comment {n}"}).status_code,
        ]

    assert times(PEOPLE, write) == [[201, 201]] * PEOPLE
    numbers = Task.objects.order_by("number").values_list("number", flat=True)
    assert list(numbers) == list(range(1, PEOPLE + 2))
    said_all = Comment.objects.filter(task=task).values_list("content", flat=True)
    assert sorted(said_all) == sorted(f"Comment {n}" for n in range(PEOPLE))


@pytest.mark.parametrize("changed", ["project", "task"])
def test_whoever_changes_what_is_shared_is_not_overtaken(
    committed_db: CommittedDatabase, changed: str
) -> None:
    cast = gather()
    task = create_task(actor=by(cast.lea), project=cast.project, title="Oil")
    is_over = Flag()

    def comment() -> float:
        while not is_over.is_set():
            add_comment(actor=by(cast.max), task=task, content="Once more")
        return 0.0

    def change() -> float:
        began = time.monotonic()
        try:
            for n in range(3):
                _change(cast, task, changed, f"Round {n}")
        finally:
            is_over.set()
        return time.monotonic() - began

    # Row locks alone let eight commenters keep it waiting for as long as they comment.
    assert at_once(*[comment] * 8, change)[-1] < LONGEST_SECONDS


def _change(cast: Cast, task: Task, changed: str, text: str) -> None:
    if changed == "project":
        update_project(actor=by(cast.lea), project=cast.project, changes={"name": text})
    else:
        update_task(actor=by(cast.lea), task=task, changes={"title": text})


def test_a_deleted_project_takes_nothing_in(committed_db: CommittedDatabase) -> None:
    cast = gather()
    task = create_task(actor=by(cast.lea), project=cast.project, title="Oil")
    ada, clients = client_of(cast.ada), [client_of(cast.max) for _ in range(6)]
    project = f"/api/projects/{cast.project.pk}"

    def write(n: int) -> int:
        if n % 2:
            return clients[n].post(f"{project}/tasks", {"title": "x"}).status_code
        return clients[n].post(f"/api/tasks/{task.pk}/comments", {"message": "x"}).status_code

    deleted, *written = at_once(
        lambda: ada.delete(project).status_code, *[lambda n=n: write(n) for n in range(6)]
    )
    assert deleted == 204
    assert set(written) <= {201, 403, 404}
    rows = Task.objects.count() - 1 + Comment.objects.count()
    assert rows == written.count(201)
    assert faults() == {}
    assert _actions(cast)[-1] == "deleted"


def test_nobody_is_given_a_new_task_who_leaves(committed_db: CommittedDatabase) -> None:
    cast = gather()

    def give() -> bool:
        facts = {"project": cast.project, "title": "Oil", "assignee": cast.max}
        return succeeds(create_task, actor=by(cast.lea), **facts)

    def leave() -> bool:
        return succeeds(
            remove_project_member, actor=by(cast.lea), project=cast.project, person=cast.max
        )

    *_, has_left = at_once(*[give] * 4, leave)
    assert has_left
    assert not Task.objects.filter(assignee=cast.max).exists()
    assert faults() == {}


def test_nobody_comments_after_leaving_the_workspace(committed_db: CommittedDatabase) -> None:
    cast = gather()
    task = create_task(actor=by(cast.lea), project=cast.project, title="Oil")
    place = Membership.objects.get(workspace=cast.workspace, user=cast.max)

    def comment() -> int:
        return sum(
            succeeds(add_comment, actor=by(cast.max), task=task, content="x") for _ in range(5)
        )

    *said, has_left = at_once(
        *[comment] * 4, lambda: int(succeeds(remove_member, actor=by(cast.ada), membership=place))
    )
    assert has_left
    actions = _actions(cast)
    assert actions.count("commented") == sum(said)
    assert "commented" not in actions[actions.index("member_removed") :]


def _actions(cast: Cast) -> list[str]:
    """What happened in the workspace, in the order of the commits."""
    events = Event.objects.filter(workspace_id=cast.workspace.pk).order_by("seq")
    return list(events.values_list("action", flat=True))


def test_a_strict_workflow_sees_one_move_after_the_other(committed_db: CommittedDatabase) -> None:
    cast = gather()
    project = create_project(
        actor=by(cast.ada), workspace=cast.workspace, name="Strict", workflow=Workflow.TICKET
    )
    task = create_task(actor=by(cast.ada), project=project, title="Oil")
    columns = list(Status.objects.filter(project=project).order_by("position"))

    def move() -> int:
        return sum(
            succeeds(transition_task, actor=by(cast.ada), task=task, status=column)
            for column in columns
        )

    at_once(*[move] * 4)
    steps = list(StatusChange.objects.filter(task=task).order_by("created_at", "pk"))
    assert [step.source for step in steps[1:]] == [step.target for step in steps[:-1]]


def test_no_task_enters_a_column_that_is_deleted(committed_db: CommittedDatabase) -> None:
    cast = gather()
    task = create_task(actor=by(cast.lea), project=cast.project, title="Oil")
    column = Status.objects.filter(project=cast.project).order_by("position").last()
    assert column is not None

    @as_system("deleting a column")
    def delete() -> bool:
        Project.objects.locked(cast.project.pk)
        if not Task.objects.filter(status=column).exists():
            Status.objects.filter(pk=column.pk).delete()
            return True
        return False

    def move() -> bool:
        with transaction.atomic():
            Project.objects.locked_shared(cast.project.pk)
            if not Status.objects.filter(pk=column.pk).exists():
                return False
            update_task(actor=by(cast.lea), task=task, changes={"status": column})
            return True

    assert sorted(at_once(delete, move)) == [False, True]


def test_nothing_shared_is_changed_in_the_same_transaction(cast: Cast) -> None:
    lea = client_of(cast.lea)
    task, comment = _paths(cast)
    due = {"assigneeId": str(cast.max.pk), "due_date": "2030-01-01"}
    requests = [
        ("POST", f"/api/projects/{cast.project.pk}/tasks", {"title": "x", **due}, 201),
        ("PATCH", task, {"title": "Grease", **due}, 200),
        ("PATCH", task, {"status": "DONE"}, 200),
        ("POST", f"{task}/comments", {"message": "x"}, 201),
        ("PATCH", comment, {"message": "y"}, 200),
        ("DELETE", comment, None, 204),
        ("POST", f"{comment}/restore", None, 200),
        ("DELETE", task, None, 204),
        ("POST", f"{task}/restore", None, 200),
    ]
    for method, path, body, status in requests:
        with CaptureQueriesContext(connection) as queries:
            lea.ask(method, path, body, status=status)
        sql = "\n".join(query["sql"] for query in queries)
        shared = set(SHARED.findall(sql))
        changed = {name for pair in CHANGED.findall(sql) for name in pair if name}
        assert "projects_project" in shared, (method, path)
        assert not shared & changed, (method, path)


def _paths(cast: Cast) -> tuple[str, str]:
    task = create_task(actor=by(cast.lea), project=cast.project, title="Oil")
    comment = add_comment(actor=by(cast.lea), task=task, content="x")
    return f"/api/tasks/{task.pk}", f"/api/comments/{comment.pk}"


def test_what_is_gone_is_not_found_under_a_shared_lock(cast: Cast) -> None:
    Project.objects.filter(pk=cast.project.pk).update(archived_at=None, version=7)
    assert Project.objects.locked_shared(cast.project.pk, alive=True).version == 7
    with pytest.raises(NotFound):
        Project.objects.exclude(pk=cast.project.pk).locked_shared(cast.project.pk)
