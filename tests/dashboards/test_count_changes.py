"""Random histories: whatever happens to tasks, the numbers are those of a plain count."""

from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from dashboards.models import CountedChange, Total
from dashboards.services.numbers import numbers_of
from dashboards.services.totals import add_changes, rebuild_totals
from projects.models import Category, Project
from projects.services.columns import add_column, delete_column, update_column
from projects.services.deletion import delete_project, restore_project
from projects.services.projects import create_project
from tasks.models import Task
from tasks.services.bulk import Change, change_tasks
from tasks.services.deletion import restore_task
from tasks.services.tasks import create_task, delete_task, transition_task, update_task
from tasks.services.transfers import transfer_task
from tests.dashboards.counting import (
    WEEK,
    let_a_week_pass,
    monday,
    plain_count,
    plain_flow,
    plain_throughput,
)
from tests.support.actors import by
from tests.support.cast import Cast

TODAY = date(2026, 6, 15)
WEEKS = 6
MOST_COLUMNS = 6
WALKS = settings(
    derandomize=True,
    deadline=None,
    database=None,
    phases=[Phase.generate],
    max_examples=5,
    stateful_step_count=25,
    suppress_health_check=list(HealthCheck),
)
numbers = st.integers(min_value=0, max_value=60)
priorities = st.sampled_from(["LOW", "HIGH", "URGENT"])
days = st.sampled_from([None, date(2026, 6, 14), TODAY, date(2026, 7, 1)])
categories = st.sampled_from(Category.values)


class Histories(RuleBasedStateMachine):
    """Each walk ends with its transaction, which is rolled back."""

    def __init__(self, cast: Cast) -> None:
        super().__init__()
        self.cast, self.actor = cast, by(cast.ada)
        self.flows: list[dict[str, int]] = []
        self.walk = transaction.atomic()
        self.walk.__enter__()
        self.projects: list[Project] = [
            create_project(actor=self.actor, workspace=cast.workspace, name=name)
            for name in ("One", "Other")
        ]
        for n in range(4):
            self.create(n, n)

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.walk.__exit__(None, None, None)

    def one(self, number: int, *, is_alive: bool = True) -> Task | None:
        """A task of a project that is not deleted."""
        there = {"project__in": self.projects, "project__deleted_at": None}
        tasks = Task.objects.filter(**there, deleted_at__isnull=is_alive)
        found = list(tasks.select_related("project", "status").order_by("created_at", "pk"))
        return found[number % len(found)] if found else None

    def project(self, number: int) -> Project:
        return Project.objects.get(pk=self.projects[number % 2].pk)

    def column(self, number: int, project: Project) -> Any:
        columns = list(project.statuses.order_by("position"))
        return columns[number % len(columns)]

    @rule(number=numbers, column=numbers)
    def create(self, number: int, column: int) -> None:
        project = self.project(number)
        if project.deleted_at is None:
            status = self.column(column, project)
            create_task(actor=self.actor, project=project, title="New", status=status)

    @rule(number=numbers, column=numbers)
    def enter(self, number: int, column: int) -> None:
        if task := self.one(number):
            status = self.column(column, task.project)
            transition_task(actor=self.actor, task=task, status=status)

    @rule(number=numbers, day=days, priority=priorities)
    def plan(self, number: int, day: date | None, priority: str) -> None:
        if task := self.one(number):
            fields = {"due_date": day, "priority": priority, "title": f"Due {day}"}
            update_task(actor=self.actor, task=task, changes=fields)

    @rule(number=numbers)
    def assign(self, number: int) -> None:
        if task := self.one(number):
            person = None if number % 3 else self.cast.ada
            update_task(actor=self.actor, task=task, changes={"assignee": person})

    @rule(number=numbers, priority=priorities)
    def change_many(self, number: int, priority: str) -> None:
        chosen = filter(None, {self.one(n) for n in range(number, number + 3)})
        wanted = [Change(task=task, fields={"priority": priority}) for task in chosen]
        change_tasks(actor=self.actor, wanted=wanted)

    @rule(number=numbers)
    def delete(self, number: int) -> None:
        if task := self.one(number):
            delete_task(actor=self.actor, task=task)

    @rule(number=numbers)
    def restore(self, number: int) -> None:
        if task := self.one(number, is_alive=False):
            restore_task(actor=self.actor, task=task)

    @rule(number=numbers)
    def transfer(self, number: int) -> None:
        task = self.one(number)
        there = next(p for p in self.projects if not task or p.pk != task.project_id)
        if task and Project.objects.get(pk=there.pk).deleted_at is None:
            transfer_task(actor=self.actor, task=task, project=there)

    @rule(number=numbers, column=numbers, category=categories)
    def recategorise(self, number: int, column: int, category: str) -> None:
        project = self.project(number)
        if project.deleted_at is None:
            chosen = self.column(column, project)
            update_column(actor=self.actor, column=chosen, changes={"category": category})

    @rule(number=numbers, column=numbers, category=categories)
    def replace_column(self, number: int, column: int, category: str) -> None:
        project = self.project(number)
        if project.deleted_at is None and project.statuses.count() < MOST_COLUMNS:
            new = add_column(actor=self.actor, project=project, name="New", category=category)
            chosen = self.column(column, project)
            if chosen != new:
                delete_column(actor=self.actor, column=chosen, move_to=new)

    @rule(number=numbers)
    def delete_or_restore_project(self, number: int) -> None:
        project = self.project(number)
        change = restore_project if project.deleted_at else delete_project
        change(actor=self.actor, project=project)

    @rule(number=numbers)
    def add_some(self, number: int) -> None:
        add_changes(at_most=1 + number)
        assert not Total.objects.filter(count=0).exists()

    @rule()
    def a_week_passes(self) -> None:
        self.flows.append(plain_flow(self.projects))
        let_a_week_pass()

    @invariant()
    def numbers_are_those_of_a_plain_count(self) -> None:
        for chosen in (self.projects, self.projects[:1]):
            shown = numbers_of([each.pk for each in chosen], today=TODAY, weeks=WEEKS)
            weeks, _ = shown.pop("weeks"), shown.pop("cycle_time")
            assert shown == plain_count(chosen, TODAY)
            completed = plain_throughput(chosen)
            assert [each["throughput"] for each in weeks] == [completed[w["start"]] for w in weeks]
            if chosen is self.projects:
                self.check_flow(weeks)

    def check_flow(self, weeks: Any) -> None:
        nothing = dict.fromkeys(Category.values, 0)
        expected = [*[nothing] * WEEKS, *self.flows, plain_flow(self.projects)]
        assert [each["flow"] for each in weeks] == expected[-WEEKS:]
        assert weeks[-1]["start"] == monday(timezone.now()) == weeks[0]["start"] + 5 * WEEK

    @rule()
    def rebuild(self) -> None:
        """What is shown of now stays; undone, because the past is told by what columns mean now."""
        ids = [each.pk for each in self.projects]
        before = numbers_of(ids, today=TODAY, weeks=WEEKS)
        with transaction.atomic():
            for each in ids:
                rebuild_totals(each)
            assert not CountedChange.objects.filter(project_id__in=ids).exists()
            after = numbers_of(ids, today=TODAY, weeks=WEEKS)
            transaction.set_rollback(True)
        throughput = [[week["throughput"] for week in each["weeks"]] for each in (before, after)]
        assert throughput[0] == throughput[1]
        assert before.pop("weeks")[-1] == after.pop("weeks")[-1]
        assert after == before


def test_numbers_are_those_of_a_plain_count(cast: Cast) -> None:
    class Walk(Histories):
        def __init__(self) -> None:
            super().__init__(cast)

    run_state_machine_as_test(Walk, settings=WALKS)
