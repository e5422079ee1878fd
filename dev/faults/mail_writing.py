"""Changes over HTTP of which people get mail, and a journal of those that were acknowledged."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from dev.faults.changing import Changing

if TYPE_CHECKING:
    from random import Random

    from dev.faults.asking import Api

SOON = timedelta(minutes=1)


@dataclass
class Journal:
    """What was acknowledged: at which `time.time()` a task ended, or stopped being a person's."""

    assigned: Counter[tuple[str, str]] = field(default_factory=Counter)
    """How often a task was given to a person."""
    completed: dict[str, float] = field(default_factory=dict)
    deleted: dict[str, float] = field(default_factory=dict)
    taken_away: dict[tuple[str, str], float] = field(default_factory=dict)

    def ends_reminders(self, task: str, person: str) -> float | None:
        """Since when the person is surely not to be reminded of the task."""
        return min(self._ends(task, person, self.completed), default=None)

    def ends_mail(self, task: str, person: str) -> float | None:
        """Since when the person is surely not to be told that they have the task."""
        return min(self._ends(task, person, {}), default=None)

    def _ends(self, task: str, person: str, completed: dict[str, float]) -> list[float]:
        found = completed.get(task), self.deleted.get(task), self.taken_away.get((task, person))
        return [at for at in found if at is not None]


class MailWriter(Changing):
    """Sends `amount` changes to tasks that nobody else changes; `faults` are wrong answers."""

    def __init__(
        self, api: Api, project: str, people: list[str], journal: Journal, chance: Random
    ) -> None:
        super().__init__(api, chance, amount=0)
        self.project, self.people, self.journal = project, people, journal
        self._holders: dict[str, str | None] = {}
        """The tasks that are open, and whose they are as far as is known."""
        self.verbs = {
            self.create: 8,
            self.assign: 4,
            self.make_due: 4,
            self.comment: 3,
            self.complete: 2,
            self.delete: 1,
            self.unassign: 1,
        }

    def again(self, amount: int) -> MailWriter:
        """To be started once more, for so many changes."""
        writer = MailWriter(self.api, self.project, self.people, self.journal, self.chance)
        writer.amount, writer._holders = amount, self._holders
        return writer

    def _any(self) -> str | None:
        return self.chance.choice(list(self._holders)) if self._holders else None

    def create(self) -> None:
        person = self.chance.choice(self.people)
        body = {"title": "Caulk the seams", "assignee_id": person, **self._due()}
        if made := self.send("POST", f"/projects/{self.project}/tasks", body):
            self._holders[made["id"]] = person
            self.journal.assigned[made["id"], person] += 1

    def assign(self) -> None:
        if task := self._any():
            self._give(task, self.chance.choice(self.people))

    def unassign(self) -> None:
        if task := self._any():
            self._give(task, None)

    def _give(self, task: str, person: str | None) -> None:
        before = self._holders[task]
        if person:
            self.journal.taken_away.pop((task, person), None)
        if self.send("PATCH", f"/tasks/{task}", {"assignee_id": person}) is None:
            # From now on it may be anybody's.
            self._holders.pop(task)
            return
        self._holders[task] = person
        if person and person != before:
            self.journal.assigned[task, person] += 1
        if before and before != person:
            self.journal.taken_away[task, before] = time.time()

    def make_due(self) -> None:
        if task := self._any():
            self.send("PATCH", f"/tasks/{task}", self._due())

    def _due(self) -> dict[str, Any]:
        """In a minute, or not at all. People are in UTC."""
        if self.chance.random() < 0.3:
            return {"due_date": None, "due_time": None}
        soon = datetime.now(UTC) + SOON
        return {"due_date": f"{soon:%Y-%m-%d}", "due_time": f"{soon:%H:%M}"}

    def comment(self) -> None:
        if task := self._any():
            self.send("POST", f"/tasks/{task}/comments", {"content": "Who has the oakum?"})

    def complete(self) -> None:
        if task := self._any():
            self._end(task, self.send("PATCH", f"/tasks/{task}", {"is_complete": True}), "done")

    def delete(self) -> None:
        if task := self._any():
            self._end(task, self.send("DELETE", f"/tasks/{task}"), "deleted")

    def _end(self, task: str, answer: Any, how: str) -> None:
        self._holders.pop(task)
        if answer is not None:
            ended = self.journal.deleted if how == "deleted" else self.journal.completed
            ended[task] = time.time()
