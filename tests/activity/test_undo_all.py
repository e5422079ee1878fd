"""Whatever is done to a task, undoing it from the newest event on leads back the same way."""

import random
from collections.abc import Callable
from datetime import date, time, timedelta
from typing import Any

import pytest

from activity.models import Event
from activity.services.undo.undoing import undo_event
from tasks.models import Label, RelatedAs, Relation, Task, Watcher
from tasks.services.deletion import restore_task
from tasks.services.labels import add_label
from tasks.services.moves import Place, move_task
from tasks.services.relations import add_relation
from tasks.services.tasks import delete_task, update_task
from tasks.services.watchers import unwatch_task, watch_task
from tests.support.actors import by
from tests.support.cast import Cast
from tests.support.log import number_events
from tests.support.relations import some_tasks

STEPS = 25
FIELDS = (
    *("title", "description", "description_html", "type", "priority", "status", "category"),
    *("is_complete", "assignee_id", "parent_id", "position", "estimate_minutes", "start_date"),
    *("due_date", "due_time", "repeat_every", "repeat_unit", "project_id"),
)
"""What undoing puts back; not versions, nor when the task was complete or deleted."""
WORDS = ("Oil the gears.", "Slowly!", "Then fast;", "twice,\n", "and again", " by hand. ", "")
State = tuple[Any, ...]
Step = Callable[[Task], object]


class Hand:
    """Somebody who does anything to a task, by chance."""

    def __init__(self, cast: Cast, chance: random.Random) -> None:
        self.cast, self.chance, self.actor = cast, chance, by(cast.lea)
        self.others = some_tasks(cast, 3)
        names = ("Red", "Green", "Blue")
        self.labels = [self.label(name) for name in names]

    def label(self, name: str) -> Label:
        return add_label(actor=self.actor, project=self.cast.project, name=name)

    def act(self, task: Task) -> None:
        task.refresh_from_db()
        if task.deleted_at is not None:
            restore_task(actor=self.actor, task=task)
            return
        steps: list[Step] = [self.edit, self.edit, self.edit, self.move, self.watch, self.relate]
        self.chance.choice([*steps, self.delete])(task)

    def edit(self, task: Task) -> None:
        changes = {name: value() for name, value in self.chance.sample(self.values(), k=3)}
        if changes.get("due_date", task.due_date) is None:
            changes.pop("due_time", None)
        if "repeat_every" in changes:
            changes["repeat_unit"] = "DAY" if changes["repeat_every"] else ""
        update_task(actor=self.actor, task=task, changes=changes)

    def values(self) -> list[tuple[str, Callable[[], Any]]]:
        chance, day = self.chance, date(2030, 1, 1)
        columns = list(self.cast.project.statuses.all())
        people = (None, self.cast.lea, self.cast.max)
        return [
            ("title", lambda: chance.choice(WORDS[:5])),
            ("description", lambda: "".join(chance.choices(WORDS, k=chance.randint(0, 9)))),
            ("priority", lambda: chance.choice(("LOW", "HIGH", "URGENT"))),
            ("assignee", lambda: chance.choice(people)),
            ("status", lambda: chance.choice(columns)),
            ("parent", lambda: chance.choice((None, *self.others))),
            ("labels", lambda: chance.sample(self.labels, k=chance.randint(0, 3))),
            ("due_date", lambda: chance.choice((None, day + timedelta(chance.randint(9, 20))))),
            ("due_time", lambda: chance.choice((None, time(12), time(23, 59)))),
            ("start_date", lambda: chance.choice((None, day + timedelta(chance.randint(0, 9))))),
            ("estimate_minutes", lambda: chance.choice((None, 30, 90))),
            ("repeat_every", lambda: chance.choice((None, 1, 7))),
        ]

    def move(self, task: Task) -> None:
        move_task(actor=self.actor, task=task, place=Place(order=self.chance.randint(0, 3)))

    def watch(self, task: Task) -> None:
        person = self.chance.choice((self.cast.lea, self.cast.max))
        service = self.chance.choice((watch_task, unwatch_task))
        service(actor=self.actor, task=task, person=person)

    def relate(self, task: Task) -> None:
        other, kind = self.chance.choice(self.others), RelatedAs.BLOCKED_BY
        if not Relation.objects.filter(source=other, target=task).exists():
            add_relation(actor=self.actor, task=task, other=other, kind=kind)

    def delete(self, task: Task) -> None:
        delete_task(actor=self.actor, task=task)


def state(task: Task) -> State:
    """Everything that undoing puts back."""
    [fields] = Task.objects.filter(pk=task.pk).values_list(*FIELDS)
    labels = task.task_labels.order_by("label__name").values_list("label__name", flat=True)
    watchers = Watcher.objects.filter(task=task).order_by("user").values_list("user", flat=True)
    blockers = Relation.objects.filter(target=task).order_by("source")
    is_deleted = Task.objects.filter(pk=task.pk, deleted_at=None).exists()
    others = tuple(blockers.values_list("source", flat=True))
    return (*fields, tuple(labels), tuple(watchers), others, is_deleted)


def newest_of(task: Task, after: int) -> list[Event]:
    number_events()
    return list(Event.objects.filter(entity_id=task.pk, seq__gt=after).order_by("-seq"))


@pytest.mark.parametrize("seed", range(6))
def test_undoing_leads_back_the_same_way(cast: Cast, task: Task, seed: int) -> None:
    hand = Hand(cast, random.Random(seed))
    done: list[tuple[State, list[Event]]] = []
    last = max(event.seq or 0 for event in newest_of(task, 0))
    for _ in range(STEPS):
        before = state(task)
        hand.act(task)
        events = newest_of(task, last)
        last = max([last, *(event.seq or 0 for event in events)])
        done.append((before, events))
    for before, events in reversed(done):
        for event in events:
            undo_event(actor=hand.actor, event=event)
            number_events()
        assert state(task) == before, [(each.action, each.changes) for each in events]
