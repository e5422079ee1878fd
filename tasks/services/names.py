"""Rows of a project for the names with which clients speak of them."""

from typing import Any

from core.errors import Invalid
from projects.models import Project
from tasks.models import Task
from tasks.services.bulk import Change
from tasks.services.columns import column_called, default_column, done_column
from tasks.services.labels import labels_named


def with_rows(
    project: Project, fields: dict[str, Any], *, was_complete: bool = False
) -> dict[str, Any]:
    """The fields with `status` and `is_complete` replaced by the column, and labels by rows."""
    if "labels" in fields:
        fields["labels"] = labels_named(project, fields["labels"])
    is_complete = fields.pop("is_complete", was_complete)
    if "status" in fields:
        return {**fields, "status": column_called(project, fields["status"])}
    if is_complete == was_complete:
        return fields
    return {**fields, "status": done_column(project) if is_complete else default_column(project)}


def change_named(task: Task, fields: dict[str, Any]) -> Change:
    """The change of one of many tasks, with rows of its project for names.

    `fields` may have `add_labels` and `remove_labels`, which are taken out of it.
    """
    labels = {
        name: labels_named(task.project, fields.pop(given, ()))
        for name, given in (("added", "add_labels"), ("removed", "remove_labels"))
    }
    if {*labels["added"]} & {*labels["removed"]}:
        raise Invalid(errors={"remove_labels": ["Add a label or remove it."]})
    fields = with_rows(task.project, fields, was_complete=task.is_complete)
    return Change(task=task, fields=fields, **labels)
