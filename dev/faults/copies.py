"""A copy of what a room shows, kept by events, as docs/realtime.md says and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dev.faults.asking import Api, last_of

if TYPE_CHECKING:
    from collections.abc import Iterable

Row = dict[str, Any]
FIELDS = {
    "project": (
        *("id", "key", "name", "description", "visibility", "status", "priority", "progress"),
        *("start_date", "end_date", "completion_requires_unblocked", "team_lead"),
    ),
    "column": ("id", "key", "name", "color", "position", "category", "is_default", "wip_limit"),
    "label": ("id", "project_id", "name", "color"),
    "task": (
        *("id", "project_id", "key", "title", "description", "type", "priority", "status"),
        *("assignee_id", "parent_id", "position", "estimate_minutes", "start_date", "due_date"),
        *("due_time", "labels"),
    ),
    "comment": ("id", "task_id", "parent_id", "content", "reactions"),
}
"""What the copy has of each row."""
DOCUMENT_KEYS = {"parent": "parent_id", "assignee": "assignee_id"}
"""Keys of documents, where `changes` has another one."""
GONE = ("deleted", "purged")
READ = ("created", "restored", "transferred", "reacted", "reaction_removed")
"""After these the row is read."""
IN_PROJECT = ("column", "label", "task")


class Copy:
    """Rows by entity and id, of a workspace or of one of its projects."""

    def __init__(self, api: Api, workspace: str, project: str | None = None) -> None:
        self.api, self.workspace, self.project = api, workspace, project
        self.rows: dict[str, dict[str, Row]] = {entity: {} for entity in FIELDS}
        self.read_at: dict[str, int] = {}
        """By id, the log's last number after the row was read: it shows no later event."""
        self.reads = 0
        """How often something was read because of an event."""

    def load(self) -> None:
        """Read everything."""
        self.clear()
        if self.project:
            self._read_project(self.project)
            return
        for found in list(self.api.rows(f"/projects?workspace={self.workspace}")):
            self._read_project(found["id"])

    def clear(self) -> None:
        self.rows = {entity: {} for entity in FIELDS}

    def read_again(self, project: str) -> None:
        """Read a project whose room was refused; forget it if it may not be read any more.

        It may be open again already, by an event that has come before the refusal.
        """
        self.reads += 1
        self._read_project(project)

    def rows_of(self, project: str | None) -> dict[str, dict[str, Row]]:
        """The rows of one project, or all."""
        if project is None:
            return self.rows
        keys = {project, *self._within("project_id", project)}
        return {
            entity: {key: row for key, row in rows.items() if key in keys}
            for entity, rows in self.rows.items()
        }

    def apply(self, event: Any) -> None:
        """Do to the copy what the event says, or read what it does not say."""
        entity, action, key = event["entity"], event["action"], event["entity_id"]
        if entity not in FIELDS and entity != "membership":
            return
        is_new = event["project_id"] not in self.rows["project"] and action not in GONE
        if event["project_id"] and (is_new or opens(event)):
            self.reads += 1
            self._read_project(event["project_id"])
        if entity not in FIELDS:
            return
        if entity == "column" or action == "columns_reordered":
            self._read_columns(event)
        elif action in GONE:
            self._remove(entity, key)
        elif action in READ or (key not in self.rows[entity] and self._is_here(event)):
            self.reads += 1
            self._read(entity, key, event["project_id"])
        if entity == "label":
            self._name_labels(event)
        is_done = action in GONE or action in READ or entity == "column"
        if not is_done and key in self.rows[entity]:
            self._change(entity, key, event)

    def _is_here(self, event: Any) -> bool:
        return self.project in (None, event["project_id"])

    def _change(self, entity: str, key: str, event: Any) -> None:
        row, changes = self.rows[entity][key], event["changes"]
        for name, change in changes.items():
            field = DOCUMENT_KEYS.get(name, name)
            if field not in FIELDS[entity]:
                continue
            is_known = change is not None and "new" in change
            if is_known:
                row[field] = change["new"]
            elif change is None or event["seq"] <= self.read_at[key]:
                # The row may show the edits already.
                self.reads += 1
                self._read(entity, key, event["project_id"])
                return
            else:
                row[field] = edited(row[field], change["edits"])

    # What is read

    def _read(self, entity: str, key: str, project: str | None) -> None:
        if entity == "project":
            self._read_project(key)
        elif entity == "task":
            self._read_task(key)
        else:
            self._replace(entity, key, self.api.row(f"/{entity}s/{key}"))

    def _read_project(self, key: str) -> None:
        if self.project not in (None, key):
            return
        self._remove("project", key)
        found = self.api.row(f"/projects/{key}")
        if found is None:
            return
        self._put("project", [found])
        self._put_columns(key)
        self._put("label", self.api.rows(f"/projects/{key}/labels"))
        for task in self.api.rows(f"/projects/{key}/tasks?include=labels,comments"):
            whole = self.api.row(f"/tasks/{task['id']}") if task["truncated"] else task
            self._put_task(whole)
        self._mark({key, *self._within("project_id", key)})

    def _read_columns(self, event: Any) -> None:
        """Read the columns, of which another one may be the default now, and move tasks there."""
        project = event["project_id"]
        if project not in self.rows["project"]:
            return
        self.reads += 1
        columns = self.rows["column"]
        for key in [key for key, row in columns.items() if row["project_id"] == project]:
            del columns[key]
        self._put_columns(project)
        if "tasks" in event["changes"]:
            old, new = (event["changes"]["tasks"][name] for name in ("old", "new"))
            for task in self.rows["task"].values():
                if task["project_id"] == project and task["status"] == old:
                    task["status"] = new

    def _read_task(self, key: str) -> None:
        self._remove("task", key)
        found = self.api.row(f"/tasks/{key}")
        if found is None or self.project not in (None, found["project_id"]):
            return
        self._put_task(found)
        self._mark({key, *self._within("task_id", key)})

    def _put_columns(self, project: str) -> None:
        columns = self.api.rows(f"/projects/{project}/statuses")
        self._put("column", ({**column, "project_id": project} for column in columns))

    def _put_task(self, found: Row | None) -> None:
        if found is not None:
            self._put("task", [found])
            is_whole = "comments" not in found["truncated"]
            path = f"/tasks/{found['id']}/comments"
            self._put("comment", found["comments"] if is_whole else self.api.rows(path))

    def _replace(self, entity: str, key: str, found: Row | None) -> None:
        self.rows[entity].pop(key, None)
        if found is not None and (entity != "comment" or found["task_id"] in self.rows["task"]):
            self._put(entity, [found])
            self._mark({key})

    def _put(self, entity: str, found: Iterable[Row]) -> None:
        for document in found:
            row = {field: document[field] for field in FIELDS[entity]}
            if entity == "task":
                row["labels"] = sorted(label["name"] for label in row["labels"])
            if entity == "column":
                row["project_id"] = document["project_id"]
            self.rows[entity][row["id"]] = row

    def _mark(self, keys: Iterable[str]) -> None:
        """Remember that these rows show no event after the present end of the log."""
        self.read_at |= dict.fromkeys(keys, last_of(self.api, self.workspace))

    # What follows from events about other rows

    def _within(self, name: str, key: str) -> list[str]:
        """The ids of rows of the project or the task, and of comments on tasks of the project."""
        found = [
            row["id"]
            for rows in self.rows.values()
            for row in rows.values()
            if row.get(name) == key
        ]
        return found + [each for task in found for each in self._comments_on(task)]

    def _comments_on(self, task: str) -> list[str]:
        return [row["id"] for row in self.rows["comment"].values() if row["task_id"] == task]

    def _remove(self, entity: str, key: str) -> None:
        names = {"project": "project_id", "task": "task_id"}
        for gone in (key, *(self._within(names[entity], key) if entity in names else ())):
            for rows in self.rows.values():
                rows.pop(gone, None)

    def _name_labels(self, event: Any) -> None:
        """Tasks have labels by name: rename it there, and drop names that no label has any more."""
        project, renamed = event["project_id"], event["changes"].get("name")
        labels = self.rows["label"].values()
        names = {label["name"] for label in labels if label["project_id"] == project}
        for task in self.rows["task"].values():
            if task["project_id"] == project:
                if renamed:
                    old, new = renamed["old"], renamed["new"]
                    task["labels"] = [new if name == old else name for name in task["labels"]]
                if event["action"] == "deleted":
                    task["labels"] = [name for name in task["labels"] if name in names]
                task["labels"].sort()


def opens(event: Any) -> bool:
    """Whether the person perhaps could not read the project until this event."""
    kind = f"{event['entity']}:{event['action']}"
    return kind in ("project:restored", "membership:added") or "visibility" in event["changes"]


def edited(text: str, edits: list[tuple[int, str, str]]) -> str:
    """The text after its edits, whose places are counted in characters of the text before."""
    pieces, done = [], 0
    for place, before, after in edits:
        if place < done or text[place : place + len(before)] != before:
            raise AssertionError(f"an edit does not fit: {before!r} at {place} of {text!r}")
        pieces += [text[done:place], after]
        done = place + len(before)
    return "".join([*pieces, text[done:]])
