"""Long walks through the task engine, beside a model of it in dictionaries."""

from collections import defaultdict
from collections.abc import Callable
from itertools import pairwise
from typing import Any
from uuid import UUID

from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from core.errors import Refusal
from projects.services.projects import create_project
from tasks.models import RelatedAs, Relation, Task, TaskLabel
from tasks.services.copies import copy_task
from tasks.services.deletion import restore_task
from tasks.services.labels import add_label, labels_named
from tasks.services.moves import Place, move_task
from tasks.services.relations import add_relation, remove_relation
from tasks.services.tasks import create_task, delete_task, transition_task, update_task
from tasks.services.transfers import transfer_task
from tests.support.actors import by
from tests.support.cast import Cast
from tests.support.invariants import faults
from tests.tasks.engine_model import COLUMNS, LABELS, Engine, Part

MOST_TASKS = 18
WALKS = settings(
    derandomize=True,
    deadline=None,
    database=None,
    phases=[Phase.generate],  # a walk is replayed as it was; making it shorter takes minutes
    max_examples=11,
    stateful_step_count=30,
    suppress_health_check=list(HealthCheck),
)
numbers = st.integers(min_value=0, max_value=60)  # each chooses one of however many there are
MET = {"dependency_cycle", "illegal_transition", "not_in_column", "parent_cycle", "too_deep"}
"""Refusals that no walk may do without, or the rules have become too tame."""
places = st.sampled_from(["free", "free", "strict"])


class TaskEngine(RuleBasedStateMachine):
    """Each walk ends with its transaction, which is rolled back."""

    def __init__(self, cast: Cast, met: set[str]) -> None:
        super().__init__()
        self.model, self.actor, self.met = Engine(), by(cast.ada), met
        self.walk = transaction.atomic()
        self.walk.__enter__()
        same: dict[str, Any] = {"actor": self.actor, "workspace": cast.workspace}
        self.projects = {
            "free": create_project(**same, name="Free"),
            "strict": create_project(**same, name="Strict", workflow="TICKET"),
        }
        for at, project in self.projects.items():
            for name in LABELS[at]:
                add_label(actor=self.actor, project=project, name=name)

    def teardown(self) -> None:
        try:
            assert faults() == {}
        finally:
            transaction.set_rollback(True)
            self.walk.__exit__(None, None, None)

    def refusal_of(self, service: Callable[..., Any], **facts: Any) -> str | None:
        try:
            service(actor=self.actor, **facts)
        except Refusal as refusal:
            self.met.add(refusal.code)
            return refusal.code
        return None

    def has_live(self) -> bool:
        return bool(self.model.live())

    def may_grow(self) -> bool:
        return self.has_live() and len(self.model.tasks) < MOST_TASKS

    def row(self, pk: UUID) -> Task:
        task: Task = Task.objects.select_related("project", "status").get(pk=pk)
        return task

    def one(self, number: int) -> UUID:
        live = self.model.live()
        return live[number % len(live)]

    def column(self, at: str, key: str) -> Any:
        return self.projects[at].statuses.get(key=key)

    def create(self, at: str, key: str, parent: UUID | None) -> None:
        facts = {"project": self.projects[at], "status": self.column(at, key), "title": "New"}
        why = self.model.why_not_below(None, parent) if parent else None
        if parent:
            facts["parent"] = self.row(parent)
        if why:
            assert self.refusal_of(create_task, **facts) == why
        else:
            made = create_task(actor=self.actor, **facts)
            self.model.add(made.pk, Part(at, key, "New", parent))

    @initialize(at=places)
    def begin(self, at: str) -> None:
        """Three tasks, each of which blocks the next one, four below the last, and one too many."""
        for _ in range(3):
            self.create(at, COLUMNS[at][0], None)
        for pair in pairwise(self.model.live()):
            self.relate(*pair)
        for _ in range(5):
            self.create(at, COLUMNS[at][0], self.model.live()[-1])

    @precondition(may_grow)
    @rule(at=places, column=numbers)
    def create_one(self, at: str, column: int) -> None:
        self.create(at, COLUMNS[at][column % 3], None)

    @precondition(may_grow)
    @rule(number=numbers)
    def create_part(self, number: int) -> None:
        """Of any task, or of that at the lowest level."""
        live = self.model.live()
        deepest = max(live, key=lambda pk: len(list(self.model.above(pk))))
        parent = deepest if number % 3 else self.one(number)
        at = self.model.tasks[parent].project
        self.create(at, COLUMNS[at][0], parent)

    @precondition(has_live)
    @rule(number=numbers, other=numbers)
    def put_below(self, number: int, other: int) -> None:
        self.put(self.one(number), None if other % 5 == 0 else self.one(other))

    @precondition(has_live)
    @rule(number=numbers, other=numbers)
    def put_below_its_own(self, number: int, other: int) -> None:
        *_, top = self.model.above(self.one(number))
        below = [pk for level in self.model.below(top) for pk in level]
        self.put(top, below[other % len(below)])

    def put(self, pk: UUID, parent: UUID | None) -> None:
        facts = {"task": self.row(pk), "changes": {"parent": parent and self.row(parent)}}
        expected = self.model.put_below(pk, parent)
        assert self.refusal_of(update_task, **facts) == expected

    @precondition(has_live)
    @rule(number=numbers, column=numbers)
    def enter(self, number: int, column: int) -> None:
        pk = self.one(number)
        at = self.model.tasks[pk].project
        key = COLUMNS[at][column % len(COLUMNS[at])]
        facts = {"task": self.row(pk), "status": self.column(at, key)}
        expected = self.model.enter(pk, key)
        assert self.refusal_of(transition_task, **facts) == expected

    @precondition(has_live)
    @rule(number=numbers, to=numbers, at=st.sampled_from([0, 1, 2, 9]))
    def move_to(self, number: int, to: int, at: int) -> None:
        pk = self.one(number)
        self.move(pk, self.some_column(pk, to), ("order", at))

    @precondition(has_live)
    @rule(number=numbers, to=numbers, other=numbers, how=st.sampled_from(["after", "before"]))
    def move_beside(self, number: int, to: int, other: int, how: str) -> None:
        """A task of the column, or now and then one of another."""
        pk = self.one(number)
        key, live = self.some_column(pk, to), self.model.live()
        column = self.model.columns[self.model.tasks[pk].project, key]
        there = [one for one in column if one in live and one != pk] if other % 5 else []
        beside = there[other % len(there)] if there else self.one(other)
        if beside != pk:
            self.move(pk, key, (how, beside))

    def some_column(self, pk: UUID, to: int) -> str:
        task = self.model.tasks[pk]
        return COLUMNS[task.project][to % 3] if to % 2 else task.column

    def move(self, pk: UUID, key: str, beside: tuple[str, Any]) -> None:
        how, value = beside
        place: dict[str, Any] = {how: value if how == "order" else self.row(value)}
        column = self.column(self.model.tasks[pk].project, key)
        expected, facts = self.model.move(pk, key, beside), {"task": self.row(pk), "status": column}
        assert self.refusal_of(move_task, place=Place(**place), **facts) == expected

    @precondition(has_live)
    @rule(number=numbers, other=numbers)
    def block(self, number: int, other: int) -> None:
        self.relate(self.one(number), self.one(other))

    @precondition(lambda self: bool(self.model.blocks))
    @rule(number=numbers, other=numbers)
    def close_cycle(self, number: int, other: int) -> None:
        source, target = sorted(self.model.blocks)[number % len(self.model.blocks)]
        reached = sorted(self.model.blocked_by(target))
        pair = (reached[other % len(reached)], source)
        if not any(self.model.tasks[pk].is_deleted for pk in pair):
            self.relate(*pair)

    def relate(self, source: UUID, target: UUID) -> None:
        facts = {"task": self.row(target), "other": self.row(source)}
        expected = self.model.block(source, target)
        assert self.refusal_of(add_relation, **facts, kind=RelatedAs.BLOCKED_BY) == expected

    @rule(number=numbers)
    def unblock(self, number: int) -> None:
        live = set(self.model.live())
        if pairs := sorted(pair for pair in self.model.blocks if live.issuperset(pair)):
            source, target = pairs[number % len(pairs)]
            relation = Relation.objects.get(source=source, target=target)
            remove_relation(actor=self.actor, task=relation.target, relation=relation)
            self.model.blocks.remove((source, target))

    @precondition(has_live)
    @rule(number=numbers, names=st.sets(st.sampled_from(["red", "blue", "late", "lost"])))
    def label(self, number: int, names: set[str]) -> None:
        pk = self.one(number)
        task = self.model.tasks[pk]
        task.labels = frozenset(names & LABELS[task.project])
        labels = labels_named(self.projects[task.project], sorted(task.labels))
        update_task(actor=self.actor, task=self.row(pk), changes={"labels": labels})

    @precondition(has_live)
    @rule(number=numbers)
    def delete(self, number: int) -> None:
        """A task, or with its parent, before or after it."""
        pk = self.one(number)
        pks = [pk, *self.model.above(self.model.tasks[pk].parent)][: 1 + number % 2]
        for one in pks if number % 3 else reversed(pks):
            self.model.delete(one)
            delete_task(actor=self.actor, task=self.row(one))

    @precondition(lambda self: bool(self.model.deleted()))
    @rule(number=numbers)
    def restore(self, number: int) -> None:
        deleted = self.model.deleted()
        pk = deleted[number % len(deleted)]
        self.model.restore(pk)
        restore_task(actor=self.actor, task=self.row(pk))

    @precondition(has_live)
    @rule(number=numbers)
    def transfer(self, number: int) -> None:
        pk = self.one(number)
        there = "strict" if self.model.tasks[pk].project == "free" else "free"
        self.model.transfer(pk, there)
        transfer_task(actor=self.actor, task=self.row(pk), project=self.projects[there])

    @precondition(may_grow)
    @rule(number=numbers)
    def copy(self, number: int) -> None:
        pk, known = self.one(number), set(self.model.tasks)
        expected = self.model.copies(pk)
        copy_task(actor=self.actor, task=self.row(pk))
        made = Task.objects.exclude(pk__in=known).order_by("number").values_list("pk", flat=True)
        copy_of = dict(zip([one for one, _ in expected], made, strict=True))
        for one, copied in expected:
            if one != pk:
                copied.parent = copy_of[copied.parent] if copied.parent else None
            self.model.add(copy_of[one], copied)

    @invariant()
    def the_model_is_right(self) -> None:
        shown, orders = {}, defaultdict(list)
        for task in Task.objects.select_related("status").order_by("position"):
            shown[task.pk] = (self.as_shown(task), task.is_blocked)
            orders[self.place_of(task)].append(task.pk)
            if known := self.model.tasks.get(task.pk):
                known.number, known.position = task.number, task.position
        for pk, name in TaskLabel.objects.values_list("task", "label__name"):
            shown[pk][0].labels |= {name}
        assert shown == self.model.shown()
        assert orders == {place: order for place, order in self.model.columns.items() if order}
        assert set(Relation.objects.values_list("source", "target")) == self.model.blocks

    def place_of(self, task: Task) -> tuple[str, str]:
        names = {project.pk: at for at, project in self.projects.items()}
        return names[task.project_id], task.status.key

    def as_shown(self, task: Task) -> Part:
        is_deleted = task.deleted_at is not None
        return Part(*self.place_of(task), task.title, task.parent_id, is_deleted=is_deleted)


def test_the_engine_does_what_the_model_does(cast: Cast) -> None:
    met = set[str]()

    class Walk(TaskEngine):
        def __init__(self) -> None:
            super().__init__(cast, met)

    run_state_machine_as_test(Walk, settings=WALKS)
    assert met >= MET
