"""The workflows a project can start with."""

from typing import NamedTuple

from django.db import models

from projects.models import Category


class Workflow(models.TextChoices):
    SIMPLE = "SIMPLE"
    KANBAN = "KANBAN"
    TICKET = "TICKET"


class Column(NamedTuple):
    key: str
    name: str
    color: str
    category: Category


COLUMNS = {
    Workflow.SIMPLE: [
        Column("TODO", "To do", "#6b7280", Category.TODO),
        Column("IN_PROGRESS", "In progress", "#3b82f6", Category.IN_PROGRESS),
        Column("DONE", "Done", "#10b981", Category.DONE),
    ],
    Workflow.KANBAN: [
        Column("TODO", "To Do", "#6b7280", Category.TODO),
        Column("IN_PROGRESS", "In Progress", "#3b82f6", Category.IN_PROGRESS),
        Column("REVIEW", "Review", "#f59e0b", Category.IN_PROGRESS),
        Column("DONE", "Done", "#10b981", Category.DONE),
    ],
    Workflow.TICKET: [
        Column("open", "Open", "#6b7280", Category.TODO),
        Column("in_progress", "In progress", "#3b82f6", Category.IN_PROGRESS),
        Column("resolved", "Resolved", "#10b981", Category.DONE),
        Column("closed", "Closed", "#374151", Category.CLOSED),
    ],
}

STRICTLY_FORWARD = (Workflow.TICKET,)
"""Workflows in which a task only moves to the next column; in the others it moves freely."""
