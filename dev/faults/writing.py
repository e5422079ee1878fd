"""Random changes of a workspace over HTTP, of which any may be refused or not be answered."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from dev.faults.changing import Changing

if TYPE_CHECKING:
    from random import Random

    from dev.faults.asking import Api
    from dev.faults.copies import Copy

WORDS = (
    "anchor",
    "keel.",
    "mast",
    "sail,",
    "rudder\n",
    "ötzi",
    "🎉 party",
    "hull",
    "deck;",
    "rope",
)
LONGER_THAN_A_PUSH = 40_000
MOST_TASKS, MOST_COLUMNS, MOST_LABELS = 40, 7, 8
PRIORITIES = ("LOW", "MEDIUM", "HIGH")
CATEGORIES = ("TODO", "IN_PROGRESS", "DONE")


class World:
    """What there is, as read at the beginning of a round, and what was deleted until then."""

    def __init__(self) -> None:
        self.rows: dict[str, list[dict[str, Any]]] = {}
        self.deleted: dict[str, list[str]] = defaultdict(list)
        self.other = ""
        """The id of a person who reads some projects some of the time."""
        self.other_address = ""

    def learn(self, copy: Copy) -> None:
        self.rows = {entity: list(rows.values()) for entity, rows in copy.rows.items()}


class Writer(Changing):
    """Changes whatever there is in a workspace."""

    def __init__(self, api: Api, world: World, chance: Random, amount: int) -> None:
        super().__init__(api, chance, amount)
        self.world = world
        self.verbs = {
            self.create_task: 5,
            self.edit_task: 6,
            self.edit_text: 8,
            self.move: 8,
            self.transition: 6,
            self.transfer: 3,
            self.delete_task: 3,
            self.restore_task: 3,
            self.comment: 5,
            self.change_comment: 6,
            self.label: 4,
            self.column: 4,
            self.project: 4,
            self.many: 2,
            self.access: 4,
        }

    def _any(self, entity: str, **where: Any) -> dict[str, Any] | None:
        found = [
            row
            for row in self.world.rows[entity]
            if all(row[name] == value for name, value in where.items())
        ]
        return self.chance.choice(found) if found else None

    def _words(self, most: int = 60) -> str:
        return " ".join(self.chance.choices(WORDS, k=self.chance.randint(1, most)))

    # Tasks

    def create_task(self) -> None:
        project = self._any("project")
        if project is None or len(self.world.rows["task"]) > MOST_TASKS * self.chance.random() * 2:
            return
        body: dict[str, Any] = {"title": self._words(5), "description": self._words()}
        if label := self._any("label", project_id=project["id"]):
            body["labels"] = [label["name"]]
        self.send("POST", f"/projects/{project['id']}/tasks", body)

    def edit_task(self) -> None:
        if task := self._any("task"):
            parent = self._any("task", project_id=task["project_id"])
            labels = [row["name"] for row in self.world.rows["label"]]
            choices: dict[str, Any] = {
                "title": self._words(5),
                "priority": self.chance.choice(PRIORITIES),
                "estimate_minutes": self.chance.choice([None, 5, 500]),
                "due_date": self.chance.choice([None, "2030-01-31", "2031-12-01"]),
                "parent_id": self.chance.choice([None, parent and parent["id"]]),
                "labels": self.chance.sample(labels, min(len(labels), 1)),
            }
            names = self.chance.sample(list(choices), 2)
            self.send("PATCH", f"/tasks/{task['id']}", {name: choices[name] for name in names})

    def edit_text(self) -> None:
        """Write a text in which something was put, cut or replaced; sometimes a very long one."""
        if task := self._any("task"):
            text = task["description"]
            for _ in range(self.chance.randint(1, 3)):
                start = self.chance.randint(0, len(text))
                end = min(len(text), start + self.chance.choice([0, 0, 5, 60]))
                text = text[:start] + self._words(4) + text[end:]
            if self.chance.random() < 0.05:
                text = self._words(9) * (LONGER_THAN_A_PUSH // 30)
            task["description"] = text if len(text) < LONGER_THAN_A_PUSH else ""
            self.send("PATCH", f"/tasks/{task['id']}", {"description": text[:90_000]})

    def move(self) -> None:
        if task := self._any("task"):
            body: dict[str, Any] = {"order": self.chance.randint(0, 3)}
            beside = self._any("task", project_id=task["project_id"], status=task["status"])
            if beside and beside is not task and self.chance.random() < 0.7:
                body = {self.chance.choice(["before_id", "after_id"]): beside["id"]}
            elif column := self._any("column", project_id=task["project_id"]):
                body["status"] = column["key"]
            self.send("POST", f"/tasks/{task['id']}/move", body)

    def transition(self) -> None:
        if (task := self._any("task")) and (
            column := self._any("column", project_id=task["project_id"])
        ):
            body = {"status": column["key"]}
            self.send("POST", f"/tasks/{task['id']}/transition", body)

    def transfer(self) -> None:
        if (task := self._any("task")) and (project := self._any("project")):
            self.send("POST", f"/tasks/{task['id']}/transfer", {"project_id": project["id"]})

    def delete_task(self) -> None:
        if task := self._any("task"):
            self.send("DELETE", f"/tasks/{task['id']}")
            self.world.deleted["task"].append(task["id"])

    def restore_task(self) -> None:
        if deleted := self.world.deleted["task"]:
            self.send("POST", f"/tasks/{self.chance.choice(deleted[-20:])}/restore")

    def many(self) -> None:
        """One request for several tasks."""
        tasks = [row["id"] for row in self.world.rows["task"]]
        body = {
            "task_ids": self.chance.sample(tasks, min(len(tasks), 8)),
            "set": {"priority": self.chance.choice(PRIORITIES)},
            "is_atomic": False,
        }
        self.send("POST", "/tasks/bulk", body)

    def access(self) -> None:
        """Open a project to its members or to all; take the other person in, or put them out."""
        if project := self._any("project"):
            path = f"/projects/{project['id']}"
            match self.chance.randint(0, 3):
                case 0:
                    self.send("POST", f"{path}/members", {"email": self.world.other_address})
                case 1:
                    self.send("DELETE", f"{path}/members/{self.world.other}")
                case _:
                    body = {"visibility": self.chance.choice(["PRIVATE", "WORKSPACE"])}
                    self.send("PATCH", path, body)

    # What is on tasks, and what they are in

    def comment(self) -> None:
        if task := self._any("task"):
            body = {"content": self._words(20)}
            first = self._any("comment", task_id=task["id"], parent_id=None)
            if first and self.chance.random() < 0.5:
                body["parent_id"] = first["id"]
            self.send("POST", f"/tasks/{task['id']}/comments", body)

    def change_comment(self) -> None:
        if comment := self._any("comment"):
            path, deleted = f"/comments/{comment['id']}", self.world.deleted["comment"]
            match self.chance.randint(0, 5):
                case 0:
                    self.send("DELETE", path)
                    deleted.append(comment["id"])
                case 1 if deleted:
                    self.send("POST", f"/comments/{self.chance.choice(deleted[-20:])}/restore")
                case 2:
                    self.send(self.chance.choice(["PUT", "DELETE"]), f"{path}/reactions/🎉")
                case _:
                    self.send("PATCH", path, {"content": comment["content"] + self._words(9)})

    def label(self) -> None:
        project, label = self._any("project"), self._any("label")
        if project and (label is None or self.chance.random() < 0.5):
            if len(self.world.rows["label"]) < MOST_LABELS:
                body = {"name": f"label {self.chance.randint(0, 99)}"}
                self.send("POST", f"/projects/{project['id']}/labels", body)
        elif label and self.chance.random() < 0.5:
            body = {"name": f"label {self.chance.randint(0, 99)}"}
            self.send("PATCH", f"/labels/{label['id']}", body)
        elif label:
            self.send("DELETE", f"/labels/{label['id']}")

    def column(self) -> None:
        column = self._any("column")
        if column is None:
            return
        beside = [
            row for row in self.world.rows["column"] if row["project_id"] == column["project_id"]
        ]
        path = f"/projects/{column['project_id']}/statuses"
        match self.chance.randint(0, 3):
            case 0 if len(beside) < MOST_COLUMNS:
                body = {"name": self._words(2), "category": self.chance.choice(CATEGORIES)}
                self.send("POST", path, {**body, "is_default": self.chance.random() < 0.3})
            case 1:
                target = self.chance.choice(beside)["key"]
                self.send("DELETE", f"{path}/{column['id']}?move_to={target}")
            case 2:
                order = self.chance.sample([row["id"] for row in beside], len(beside))
                self.send("POST", f"{path}/reorder", {"order": order})
            case _:
                limit = {"wip_limit": self.chance.choice([None, 3])}
                self.send("PATCH", f"{path}/{column['id']}", {"name": self._words(2), **limit})

    def project(self) -> None:
        if not (project := self._any("project")):
            return
        path = f"/projects/{project['id']}"
        if self.chance.random() < 0.7:
            body = {"name": self._words(3), "description": project["description"] + self._words(30)}
            self.send("PATCH", path, body)
        else:
            self.send("DELETE", path)
            self.send("POST", f"{path}/restore")
