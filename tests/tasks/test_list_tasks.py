"""The tasks of a project, as a list and alone."""

from datetime import date
from typing import Any

import pytest
from django.db import connection

from comments.models import Comment
from comments.services.comments import add_comment, delete_comment
from projects.services.projects import create_project
from tasks.api import groups
from tasks.models import Task
from tasks.services.tasks import create_task, transition_task
from tests.support.actors import by
from tests.support.cast import Cast, client_of
from tests.support.documents import comment_alone, comment_document, parts_of, task_document


def listed(cast: Cast, query: str = "", **options: Any) -> Any:
    path = f"/api/projects/{cast.project.pk}/tasks{query}"
    return client_of(cast.moe).ask("GET", path, **options)


def test_list_tasks_shows_the_newest_first(cast: Cast, comment: Comment) -> None:
    newer = create_task(
        actor=by(cast.lea), project=cast.project, title="Oil", assignee=cast.max, due_date=None
    )
    other = create_project(actor=by(cast.ada), workspace=cast.workspace, name="Other")
    create_task(actor=by(cast.ada), project=other, title="Elsewhere")
    assert listed(cast) == {
        "success": True,
        "data": [task_document(newer, cast.moe), task_document(comment.task, cast.moe)],
        "meta": {"next_cursor": None},
    }


def test_a_listed_task_is_the_one_shown_alone(cast: Cast, comment: Comment) -> None:
    shown = client_of(cast.moe).ask("GET", f"/api/tasks/{comment.task_id}")
    [listed_one] = listed(cast)["data"]
    assert shown == {
        "success": True,
        "data": {
            **listed_one,
            **parts_of(comment.task),
            "comments": [comment_alone(comment, cast.moe)],
        },
    }


def test_list_tasks_embeds_comments_on_request(cast: Cast, comment: Comment) -> None:
    [shown] = listed(cast, "?include=comments,labels,mentions,subtasks,html")["data"]
    assert shown == {
        **task_document(comment.task, cast.moe),
        **parts_of(comment.task),
        "comments": [comment_alone(comment, cast.moe)],
    }
    alone = client_of(cast.moe).ask("GET", f"/api/tasks/{comment.task_id}?include=comments")
    assert alone["data"] == shown


def test_the_second_spelling_embeds_comments(cast: Cast, comment: Comment) -> None:
    gone = add_comment(actor=by(cast.moe), task=comment.task, content="Never mind")
    delete_comment(actor=by(cast.moe), comment=gone)
    answer = client_of(cast.moe).ask("GET", f"/api/tasks/project/{cast.project.pk}/tasks")
    expected = {
        **task_document(comment.task, cast.moe),
        "comments": [comment_document(comment, cast.moe)],
    }
    assert answer["data"] == [expected]
    assert answer["data"][0]["comment_count"] == 1


def test_the_second_spelling_embeds_the_newest_twenty_comments(cast: Cast, task: Task) -> None:
    for n in range(23):
        add_comment(actor=by(cast.max), task=task, content=str(n))
    [shown] = client_of(cast.moe).ask("GET", f"/api/tasks/project/{cast.project.pk}/tasks")["data"]
    assert [c["content"] for c in shown["comments"]] == [str(n) for n in range(3, 23)]
    assert shown["comment_count"] == 23


def test_list_tasks_leaves_out_the_deleted(cast: Cast, task: Task) -> None:
    assert len(listed(cast)["data"]) == 1
    client_of(cast.lea).ask("DELETE", f"/api/tasks/{task.pk}", status=204)
    assert listed(cast)["data"] == []


def test_groups_count_the_newest_of_many_tasks(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    for priority in ("LOW", "HIGH", "HIGH"):
        create_task(actor=by(cast.lea), project=cast.project, title="Oil", priority=priority)
    told = listed(cast, "?group=priority&priority=LOW&priority=HIGH")["meta"]
    high, low = {"value": "HIGH", "count": 2}, {"value": "LOW", "count": 1}
    assert (told["groups"], told["groups_capped"]) == ([high, low], False)
    monkeypatch.setattr(groups, "MOST_COUNTED", 2)
    told = listed(cast, "?group=priority")["meta"]
    assert (told["groups"], told["groups_capped"]) == ([high], True)


def test_list_tasks_by_due_date_has_those_without_one_last(cast: Cast) -> None:
    same: dict[str, Any] = {"actor": by(cast.lea), "project": cast.project, "title": "Oil"}
    days = (None, date(2030, 1, 2), date(2030, 1, 1), None, date(2030, 1, 2))
    made = [create_task(**same, due_date=day) for day in days]
    done = cast.project.statuses.get(key="DONE")
    transition_task(actor=by(cast.lea), task=made[2], status=done)
    assert walked(cast, "due_date") == [3, 2, 5, 1, 4]
    assert walked(cast, "-due_date") == [4, 1, 5, 2, 3]


def test_list_tasks_by_priority_has_the_lowest_first(cast: Cast) -> None:
    for priority in ("HIGH", "LOW", "URGENT", "MEDIUM", "LOW"):
        create_task(actor=by(cast.lea), project=cast.project, title="Oil", priority=priority)
    assert walked(cast, "priority") == [2, 5, 4, 1, 3]
    assert walked(cast, "-priority") == [3, 1, 4, 5, 2]


def walked(cast: Cast, ordering: str) -> list[int]:
    """The numbers of the tasks in this order, read in pages of two."""
    numbers: list[int] = []
    cursor: str | None = ""
    while cursor is not None:
        after = f"&cursor={cursor}" if cursor else ""
        page = listed(cast, f"?ordering={ordering}&limit=2{after}")
        numbers += [task["number"] for task in page["data"]]
        cursor = page["meta"]["next_cursor"]
    return numbers


FILTERED = {
    "status=TODO": [3, 1],
    "status=done": [2],
    "category=DONE": [2],
    "category=TODO&category=DONE": [3, 2, 1],
    "is_complete=true": [2],
    "is_complete=false": [3, 1],
    "type=BUG": [3],
    "priority=HIGH&type=BUG": [3],
    "priority=URGENT": [],
    "assignee=none": [1],
    "assignee=me": [],
    "assignee={max}": [3],
    "assignee=user_2unknown": [],
    "due_after=2030-01-02": [3],
    "due_before=2030-01-01": [2],
    "due_after=2030-01-01&due_before=2030-01-02&ordering=number": [2, 3],
    "ordering=-title": [3, 2, 1],
    "overdue=true": [],
    "overdue=false": [3, 2, 1],
    "created_by=me": [],
    "created_by={lea}": [3, 2, 1],
    "created_by=nobody": [],
    "created_after=2020-01-01&updated_after=2020-01-01": [3, 2, 1],
    "created_before=2020-01-01": [],
    "updated_before=2020-01-01": [],
    "text=b": [2],
    "text=b&status=TODO": [],
    "text=bb": [],
}
"""The numbers of the tasks that are listed."""
UNREADABLE = (
    "category=NOPE",
    "type=%00",
    "priority=5",
    "is_complete=perhaps",
    "due_after=2030-02-31",
    "due_before=soon",
    "due_before=01/02/2030",
    "status=%00",
    "include=project__workspace",
    "overdue=perhaps",
    "created_after=0001-01-01",
    "updated_before=9999-12-31",
    "text=%2B",
    f"text={'x' * 201}",
    "assignee__password__startswith=p",
    "project__workspace__owner__email=a",
    "text__gt=a",
    "ordering=-title,number",
    "ordering=?",
    "ordering=assignee__email",
    "ordering=-created_at.id",
    'ordering=t0."password"',
    "ordering=--title",
)


def test_list_tasks_filtered(cast: Cast) -> None:
    same: dict[str, Any] = {"actor": by(cast.lea), "project": cast.project}
    done = cast.project.statuses.get(key="DONE")
    create_task(**same, title="A")
    create_task(**same, title="B", assignee=cast.lea, status=done, due_date=date(2030, 1, 1))
    create_task(
        **same, title="C", assignee=cast.max, due_date=date(2030, 1, 2), type="BUG", priority="HIGH"
    )

    def numbers(query: str) -> list[int]:
        asked = query.format(max=cast.max.pk, lea=cast.lea.pk)
        return [task["number"] for task in listed(cast, f"?{asked}")["data"]]

    assert {query: numbers(query) for query in FILTERED} == FILTERED


def test_list_tasks_refuses_a_filter_it_cannot_read(cast: Cast) -> None:
    for query in UNREADABLE:
        refusal = listed(cast, f"?{query}", status=400)
        assert refusal["code"] == "invalid", query
        assert list(refusal["errors"]) == [query.partition("=")[0]]


def test_list_tasks_is_one_statement_psycopg_remembers(cast: Cast, task: Task) -> None:
    statements: list[str] = []

    def note(execute: Any, sql: str, params: Any, many: Any, context: Any) -> Any:
        statements.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        assert listed(cast)["data"]
    [statement] = [sql for sql in statements if "tasks_task" in sql]
    assert len(statement) <= 4096
    # Roles in workspaces, in projects, and those of the tag.
    assert statement.count("jsonb_object_agg") == 3


def test_list_tasks_counts_groups_of_the_whole_list(cast: Cast) -> None:
    same: dict[str, Any] = {"actor": by(cast.lea), "project": cast.project}
    create_task(**same, title="A", type="BUG", assignee=cast.max)
    create_task(**same, title="B", type="BUG")
    create_task(**same, title="C", priority="HIGH")
    asked = ("group=type", "group=type&priority=HIGH", "group=status", "group=assignee")
    told = {query: listed(cast, f"?limit=1&{query}")["meta"]["groups"] for query in asked}
    groups = {query: [(g["value"], g["count"]) for g in found] for query, found in told.items()}
    assert groups == {
        "group=type": [("BUG", 2), ("TASK", 1)],
        "group=type&priority=HIGH": [("TASK", 1)],
        "group=status": [("TODO", 3)],
        "group=assignee": [(None, 2), (cast.max.public_id, 1)],
    }
    assert list(listed(cast, "?group=title", status=400)["errors"]) == ["group"]
    assert "groups" not in listed(cast, "?group=")["meta"]
