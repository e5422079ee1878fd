"""Whatever happens to a project: what is read `as_of` a moment is what was seen then."""

from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime
from random import Random
from typing import Any

import pytest

from comments.models import Comment
from comments.services.comments import add_comment, delete_comment
from core.errors import Refusal
from projects.models import Category, Priority, Project, Status
from projects.services.columns import add_column, delete_column, reorder_columns, update_column
from projects.services.members import set_project_lead
from projects.services.projects import create_project, update_project
from tasks.models import Label, Task, TaskType
from tasks.services.bulk import Change, change_tasks
from tasks.services.deletion import restore_task
from tasks.services.labels import add_label, delete_label, update_label
from tasks.services.moves import Place, move_task
from tasks.services.tasks import create_task, delete_task, transition_task, update_task
from tasks.services.transfers import transfer_task
from tests.support.actors import by
from tests.support.cast import Cast, client_of
from tests.support.past import Facts, as_of, board_seen, clock, task_seen, without_hidden_parents

SEEDS, STEPS = 3, 30
WORDS = ["oil", "gear", "lever", "cam", "shaft", "crank"]


class Engine:
    """Does anything to two projects, as Ada, who may do it."""

    def __init__(self, cast: Cast, seed: int) -> None:
        self.cast, self.random, self.actor = cast, Random(seed), by(cast.ada)
        other = create_project(actor=self.actor, workspace=cast.workspace, name="Other")
        self.projects = [cast.project.pk, other.pk]
        set_project_lead(actor=self.actor, project=cast.project, person=None)

        for do in (self.label, self.create, self.create) * 2:
            with suppress(Refusal):
                do()

    def step(self) -> str:
        """Do something that is not refused; returns what."""
        while True:
            do: Callable[[], Any] = self.random.choice(self.verbs())
            with suppress(Refusal, IndexError):
                do()
                return do.__name__

    def verbs(self) -> list[Callable[[], Any]]:
        often = [self.create, self.edit, self.transition, self.move, self.transfer]
        rarely = [self.delete, self.restore, self.say, self.unsay, self.bulk, self.lead]
        labels = [self.label, self.relabel, self.unlabel]
        columns = [self.add_column, self.edit_column, self.drop_column, self.reorder]
        return [*often, *often, *often, *rarely, *labels, *columns, self.rename]

    def any(self, rows: Any) -> Any:
        return self.random.choice(list(rows.order_by("pk")))

    @property
    def project(self) -> Project:
        return Project.objects.get(pk=self.random.choice(self.projects))

    @property
    def task(self) -> Task:
        found: Task = self.any(Task.objects.filter(deleted_at=None))
        return found

    def words(self) -> str:
        return " ".join(self.random.choices(WORDS, k=self.random.randint(1, 12)))

    def fields(self, project: Any) -> dict[str, Any]:
        column, label = (
            Status.objects.filter(project=project),
            Label.objects.filter(project=project),
        )
        family = Task.objects.filter(project=project, deleted_at=None).order_by("pk")
        people = [None, self.cast.ada] + [self.cast.max] * (project == self.projects[0])
        day = date(2026, self.random.randint(1, 9), self.random.randint(1, 28))
        found = {
            "title": self.words(),
            "description": ". ".join(
                self.words() for _ in range(int(__import__("os").environ.get("SEEDS", "4")))
            ),
            "type": self.random.choice(TaskType.values),
            "priority": self.random.choice(Priority.values),
            "status": self.any(column),
            "assignee": self.random.choice(people),
            "labels": self.random.sample(list(label), self.random.randint(0, label.count())),
            "parent": self.random.choice([None, *family]),
            "estimate_minutes": self.random.choice([None, 5, 90]),
            "due_date": day,
            "repeat_every": None,
            "repeat_unit": "",
        }
        if self.random.random() < 0.1:
            found |= {"repeat_every": 2, "repeat_unit": "WEEK"}
        kept = self.random.sample(sorted(found), self.random.randint(1, 4))
        pair = {"repeat_every", "repeat_unit"}
        return {name: found[name] for name in {*kept} | (pair if pair & {*kept} else set())}

    def create(self) -> None:
        project = self.project
        fields = {"title": self.words(), **self.fields(project.pk)}
        create_task(actor=self.actor, project=project, **fields)

    def edit(self) -> None:
        task = self.task
        update_task(actor=self.actor, task=task, changes=self.fields(task.project_id))

    def bulk(self) -> None:
        first = self.task
        labels = Label.objects.filter(project=first.project_id)
        tasks = Task.objects.filter(project=first.project_id, deleted_at=None)
        added, removed = [self.any(labels)], [self.any(labels)]
        change_tasks(
            actor=self.actor,
            wanted=[Change(task=task, added=added, removed=removed) for task in tasks],
        )

    def transition(self) -> None:
        task = self.task
        column = self.any(Status.objects.filter(project=task.project_id))
        transition_task(actor=self.actor, task=task, status=column)

    def move(self) -> None:
        task, place = self.task, Place(order=self.random.randint(0, 3))
        column = self.any(Status.objects.filter(project=task.project_id))
        move_task(actor=self.actor, task=task, place=place, status=column)

    def transfer(self) -> None:
        transfer_task(actor=self.actor, task=self.task, project=self.project)

    def delete(self) -> None:
        delete_task(actor=self.actor, task=self.task)

    def restore(self) -> None:
        restore_task(actor=self.actor, task=self.any(Task.objects.exclude(deleted_at=None)))

    def say(self) -> None:
        add_comment(actor=self.actor, task=self.task, content=self.words())

    def unsay(self) -> None:
        comment = self.any(Comment.objects.filter(deleted_at=None, task__deleted_at=None))
        delete_comment(actor=self.actor, comment=comment)

    def label(self) -> None:
        add_label(actor=self.actor, project=self.project, name=self.random.choice(WORDS))

    def relabel(self) -> None:
        changes = {"name": self.random.choice(WORDS), "color": "#00ff00"}
        update_label(actor=self.actor, label=self.any(Label.objects), changes=changes)

    def unlabel(self) -> None:
        delete_label(actor=self.actor, label=self.any(Label.objects))

    def add_column(self) -> None:
        fields = {"category": self.random.choice(Category.values), "name": self.words()[:20]}
        is_default = self.random.random() < 0.3
        add_column(actor=self.actor, project=self.project, is_default=is_default, **fields)

    def edit_column(self) -> None:
        options = {
            "name": self.words()[:20],
            "category": self.random.choice(Category.values),
            "is_default": True,
            "wip_limit": self.random.choice([None, 1, 2]),
        }
        chosen = self.random.choice(sorted(options))
        update_column(
            actor=self.actor, column=self.any(Status.objects), changes={chosen: options[chosen]}
        )

    def drop_column(self) -> None:
        column = self.any(Status.objects)
        others = Status.objects.filter(project=column.project_id).exclude(pk=column.pk)
        delete_column(actor=self.actor, column=column, move_to=self.any(others))

    def reorder(self) -> None:
        project = self.project
        order = self.random.sample(list(project.statuses.all()), project.statuses.count())
        reorder_columns(actor=self.actor, project=project, order=order)

    def rename(self) -> None:
        changes = {"name": self.words(), "priority": self.random.choice(Priority.values)}
        update_project(actor=self.actor, project=self.project, changes=changes)

    def lead(self) -> None:
        person = self.random.choice([None, self.cast.ada])
        set_project_lead(actor=self.actor, project=self.project, person=person)


class Watcher:
    """Keeps what Ada sees after each step."""

    def __init__(self, engine: Engine) -> None:
        self.engine, self.client = engine, client_of(engine.cast.ada)
        self.kept: list[tuple[str, datetime, dict[str, Any]]] = []

    def look(self, done: str) -> None:
        moment = clock()
        chosen = self.engine.random.sample(range(40), 6)
        tasks = Task.objects.filter(number__in=chosen).values_list("pk", flat=True)
        seen = {f"tasks/{pk}": task_seen(self.client, pk) for pk in tasks}
        boards = {
            f"projects/{pk}/board": board_seen(self.client, pk) for pk in self.engine.projects
        }
        self.kept.append((done, moment, {**boards, **seen}))

    def compare(self) -> None:
        """What is read now of all those moments is what was seen; a deleted task is not read."""
        alive = Task.objects.filter(deleted_at=None).values_list("pk", flat=True)
        known = set(map(str, alive))
        for done, moment, seen in self.kept:
            for path, before in seen.items():
                is_task, pk = path.startswith("tasks"), path.split("/")[1]
                if not is_task or pk in known:
                    self._compare(path, moment, before, known, done)

    def _compare(
        self, path: str, moment: datetime, before: Facts | None, known: set[str], done: str
    ) -> None:
        there = f"/api/{path}?{as_of(moment, **({'limit': 200} if 'board' in path else {}))}"
        answer = self.client.ask("GET", there, status=200 if before else 404)
        if before is None:
            assert answer["code"] == "was_deleted"
            return
        for name in answer["meta"]["unknown"]:
            before[name] = answer["data"][name]
        shown = without_hidden_parents(answer["data"], known)
        assert shown == without_hidden_parents(before, known), done


@pytest.mark.parametrize("seed", range(SEEDS))
def test_the_past_is_what_was_seen(cast: Cast, seed: int) -> None:
    watcher = Watcher(Engine(cast, seed))
    for _ in range(STEPS):
        watcher.look(watcher.engine.step())
    watcher.compare()
