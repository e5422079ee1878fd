"""Changes are added to the totals beside those who work, who never wait for it."""

from datetime import date
from threading import Event

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from core.context import as_system
from dashboards.models import CountedChange, Kind, Total
from dashboards.services.numbers import numbers_of
from dashboards.services.totals import add_all_changes, add_changes
from projects.models import Project
from tasks.models import Task
from tasks.services.tasks import update_task
from tests.support.actors import by
from tests.support.cast import Cast
from tests.support.databases import CommittedDatabase
from tests.support.factories import TaskFactory
from tests.support.threads import at_once, times

TODAY = date(2026, 6, 15)


def counted(project: Project) -> tuple[int, dict[str, int]]:
    """How many tasks there are, and how many of the open ones have each priority."""
    with as_system("counting"):
        shown = numbers_of([project.pk], today=TODAY, weeks=1)
    return shown["total"], {each["priority"]: each["count"] for each in shown["by_priority"]}


def test_what_changes_no_number_is_not_counted(cast: Cast) -> None:
    task = TaskFactory.create(project=cast.project)
    assert CountedChange.objects.count() == 1
    update_task(actor=by(cast.moe), task=task, changes={"title": "Newer", "description": "More"})
    assert CountedChange.objects.count() == 1
    update_task(actor=by(cast.moe), task=task, changes={"priority": "HIGH"})
    assert CountedChange.objects.count() == 3


def test_changes_are_added_once(cast: Cast) -> None:
    TaskFactory.create_batch(3, project=cast.project)
    before = counted(cast.project)
    assert [add_changes(at_most=2), add_changes(at_most=2), add_changes(at_most=2)] == [2, 1, 0]
    assert counted(cast.project) == before == (3, {"LOW": 0, "MEDIUM": 3, "HIGH": 0, "URGENT": 0})


def test_totals_of_nothing_are_removed(cast: Cast) -> None:
    task = TaskFactory.create(project=cast.project)
    add_all_changes()
    Task.objects.filter(pk=task.pk).update(priority="HIGH")
    add_all_changes()
    shown = Total.objects.filter(kind=Kind.PRIORITY).values_list("value", "count")
    assert list(shown) == [("HIGH", 1)]


def test_neither_those_who_work_wait_for_each_other_nor_who_adds_for_them(
    committed_db: CommittedDatabase, cast: Cast
) -> None:
    with as_system("two tasks"):
        first, second = TaskFactory.create_batch(2, project=cast.project)
    changed, added = Event(), Event()

    def change_slowly() -> None:
        with as_system("changing the first"):
            Task.objects.filter(pk=first.pk).update(priority="HIGH")
            changed.set()
            assert added.wait(timeout=10)

    def change_and_add() -> None:
        assert changed.wait(timeout=10)
        try:
            with as_system("changing the second"):
                Task.objects.filter(pk=second.pk).update(priority="LOW")
            assert add_changes() == 4
        finally:
            added.set()

    at_once(change_slowly, change_and_add)
    assert add_changes() == 2
    assert counted(cast.project) == (2, {"LOW": 1, "MEDIUM": 0, "HIGH": 1, "URGENT": 0})


def test_several_may_add_changes_and_count_anew_at_once(
    committed_db: CommittedDatabase, cast: Cast
) -> None:
    with as_system("many tasks"):
        TaskFactory.create_batch(30, project=cast.project)

    def work(n: int) -> None:
        match n % 3:
            case 0:
                for _ in range(5):
                    add_changes(at_most=7)
            case 1:
                call_command("rebuild_dashboards")
            case _:
                for priority in ("HIGH", "LOW"):
                    with transaction.atomic(), as_system("changing many"):
                        Project.objects.locked_shared(cast.project.pk)
                        Task.objects.update(priority=priority)

    times(6, work)
    add_all_changes()
    assert counted(cast.project)[1]["LOW"] == 30
    assert counted(cast.project)[0] == 30


def test_rebuild_dashboards_counts_one_project_or_all(
    cast: Cast, capsys: pytest.CaptureFixture[str]
) -> None:
    TaskFactory.create_batch(2, project=cast.project)
    add_all_changes()
    before = counted(cast.project)
    for options in (["--project", str(cast.project.pk)], []):
        Total.objects.update(count=99)
        CountedChange.objects.all().delete()
        call_command("rebuild_dashboards", *options)
        assert counted(cast.project) == before
    assert capsys.readouterr().out == "1 projects were counted.\n" * 2
    with pytest.raises(CommandError, match="no project"):
        call_command("rebuild_dashboards", "--project", str(cast.workspace.pk))
