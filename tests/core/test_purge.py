"""What is left of deleted projects, tasks and comments that can no longer be restored."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from activity.models import Event, TextChange
from comments.models import Comment
from comments.services.comments import add_comment, delete_comment, edit_comment
from core import retention
from core.retention import apply_rules
from projects.models import Project
from projects.services.deletion import delete_project, restore_project
from projects.services.projects import update_project
from tasks.models import Relation, StatusChange, Task
from tasks.services.tasks import create_task, delete_task, update_task
from tests.core.aged import rule_named
from tests.support.actors import by
from tests.support.cast import Cast, client_of
from tests.support.context import without_context
from tests.support.log import log_of
from tests.support.relations import block, some_tasks

SECRET = "The secret of the gears"


@pytest.fixture
def said(cast: Cast, comment: Comment) -> Comment:
    """A project, a task and a comment in which the secret stands, now and in the log."""
    words = {"description": SECRET}
    update_project(actor=by(cast.lea), project=cast.project, changes=words)
    update_task(actor=by(cast.lea), task=comment.task, changes=words)
    return edit_comment(actor=by(cast.max), comment=comment, content=SECRET)


def age(**past: int) -> None:
    """Everything that is deleted was deleted so long ago."""
    for model in (Project, Task, Comment):
        gone = model.objects.filter(deleted_at__isnull=False)
        gone.update(deleted_at=timezone.now() - timedelta(**past))


def purge() -> dict[str, int]:
    with without_context():
        return apply_rules(within=5)


def kept_words() -> dict[str, list[str]]:
    """Where the secret still stands."""
    found = {
        "project": Project.objects.filter(description=SECRET),
        "task": Task.objects.filter(description=SECRET),
        "comment": Comment.objects.filter(content=SECRET),
    }
    logged = TextChange.objects.filter(edits__isnull=False).values_list("event__entity", flat=True)
    return {"rows": [name for name, rows in found.items() if rows], "log": sorted(logged)}


ALL = ["comment", "project", "task"]


def test_purging_a_comment(cast: Cast, said: Comment) -> None:
    delete_comment(actor=by(cast.max), comment=said)
    age(days=30, hours=1, seconds=1)
    assert purge() == {"texts of deleted comments": 1}
    assert kept_words() == {"rows": ["project", "task"], "log": ["project", "task"]}
    assert [action for action, _, _ in log_of(said)] == [
        "commented",
        "updated",
        "deleted",
        "purged",
    ]
    assert purge() == {}


def test_purging_a_task_takes_its_comments_along(cast: Cast, said: Comment) -> None:
    task = said.task
    delete_task(actor=by(cast.lea), task=task)
    age(days=30, hours=1, seconds=1)
    assert purge() == {"texts of deleted tasks": 1, "texts of deleted comments": 1}
    assert kept_words() == {"rows": ["project"], "log": ["project"]}
    task.refresh_from_db()
    assert (task.number, task.title, task.description) == (1, "", "")
    assert StatusChange.objects.filter(task=task).exists()
    assert log_of(task)[-1] == ("purged", None, {})


def test_purging_a_project_takes_everything_along(cast: Cast, said: Comment) -> None:
    events = Event.objects.count()
    delete_project(actor=by(cast.lea), project=cast.project)
    age(days=30, hours=1, seconds=1)
    purge()
    purge()
    assert kept_words() == {"rows": [], "log": []}
    project = Project.objects.get(pk=cast.project.pk)
    assert (project.key, project.name) == ("ENG", "")
    assert Event.objects.count() == events + 4  # deleted, and three times purged


def test_nothing_is_purged_while_it_can_be_restored(cast: Cast, said: Comment) -> None:
    delete_project(actor=by(cast.lea), project=cast.project)
    age(days=29, hours=23)
    assert purge() == {}
    restore_project(actor=by(cast.lea), project=cast.project)
    assert kept_words() == {"rows": ["project", "task", "comment"], "log": ALL}


@pytest.mark.parametrize("kind", ["projects", "tasks", "comments"])
def test_what_is_purged_is_not_restored(cast: Cast, said: Comment, kind: str) -> None:
    """Whatever the clocks say."""
    rows = {"projects": cast.project, "tasks": said.task, "comments": said}
    rows_of_kind: Any = type(rows[kind])._default_manager
    now = timezone.now()
    rows_of_kind.filter(pk=rows[kind].pk).update(deleted_at=now, purged_at=now)
    path = f"/api/{kind}/{rows[kind].pk}/restore"
    assert client_of(cast.ada).ask("POST", path, status=404)["code"] == "not_found"


def test_purging_takes_what_is_in_a_project_in_batches(
    cast: Cast, said: Comment, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However much it is: one statement for all of it would meet its time limit for ever."""
    monkeypatch.setattr(retention, "CONTENTS_AT_ONCE", 2)
    for n in range(4):
        create_task(actor=by(cast.lea), project=cast.project, title=f"Oil {n}")
    delete_project(actor=by(cast.lea), project=cast.project)
    age(days=31)
    projects = rule_named("texts of deleted projects")

    def step() -> tuple[int, int]:
        with without_context():
            count = projects.apply()
        return count, Task.objects.alive().count()

    assert [step() for _ in range(3)] == [(projects.at_once, 3), (projects.at_once, 1), (1, 0)]
    purge()
    assert kept_words() == {"rows": [], "log": []}


def test_purging_takes_the_comments_on_a_task_in_batches(
    cast: Cast, said: Comment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "CONTENTS_AT_ONCE", 2)
    for _ in range(2):
        add_comment(actor=by(cast.max), task=said.task, content=SECRET)
    delete_task(actor=by(cast.lea), task=said.task)
    age(days=31)
    tasks = rule_named("texts of deleted tasks")

    with without_context():
        assert tasks.apply() == tasks.at_once
    assert Task.objects.get().title != ""
    with without_context():
        assert tasks.apply() == 1
    purge()
    assert kept_words() == {"rows": ["project"], "log": ["project"]}


def test_a_purged_task_has_no_relations(cast: Cast) -> None:
    before, gone, after, other = some_tasks(cast, 4)
    block(cast, before, gone, after)
    block(cast, other, after)
    delete_task(actor=by(cast.lea), task=gone)
    age(days=31)
    purge()
    assert [relation.source for relation in Relation.objects.all()] == [other]
    after.refresh_from_db()
    assert after.open_blockers == 1
