"""What dashboards count: changes of tasks as they happen, and their totals for each project."""

from typing import ClassVar

from django.db import models

from projects.models import Category, Priority


class Kind(models.TextChoices):
    """What a total counts; `value` and `day` say which tasks, others than deleted ones."""

    CATEGORY = "CATEGORY"
    STATUS = "STATUS"
    """`value` is the id of the column."""
    PRIORITY = "PRIORITY"
    """Of open tasks."""
    ASSIGNEE = "ASSIGNEE"
    """Of open tasks; `value` is the id of the person, or empty."""
    DUE = "DUE"
    """Open tasks that are due on `day`."""
    COMPLETED = "COMPLETED"
    """Complete tasks that were completed on `day`."""
    FLOW = "FLOW"
    """By how many tasks the category `value` grew on `day`."""


class CountedChange(models.Model):
    """What a task was before a change, with amount -1, or is since then, with amount 1.

    Written by a trigger of `tasks_task`, which only ever inserts: a row with a total that each
    change of a task updates would make all who work in a project wait for each other. Deleted when
    `add_changes` has added it to the totals. Days are those of UTC. Ids are no foreign keys.
    """

    id = models.BigAutoField(primary_key=True)
    workspace_id = models.UUIDField()
    project_id = models.UUIDField(db_index=True)
    day = models.DateField()
    amount = models.SmallIntegerField()
    category = models.CharField(max_length=12, choices=Category)
    status_id = models.UUIDField()
    priority = models.CharField(max_length=8, choices=Priority)
    assignee_id = models.UUIDField(null=True)
    due_date = models.DateField(null=True)
    completed_on = models.DateField(null=True)

    def __str__(self) -> str:
        return f"{self.project_id}: {self.amount:+} {self.category}"


class Total(models.Model):
    """How many tasks of a project are of a kind, but for the changes not added yet."""

    id = models.BigAutoField(primary_key=True)
    workspace_id = models.UUIDField()
    project_id = models.UUIDField()
    kind = models.CharField(max_length=9, choices=Kind)
    day = models.DateField(null=True)
    value = models.CharField(max_length=36, blank=True)
    count = models.IntegerField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["project_id", "kind", "day", "value"],
                name="total_once_per_project",
                nulls_distinct=False,
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["id"], name="empty_totals", condition=models.Q(count=0)),
        ]

    def __str__(self) -> str:
        return f"{self.project_id} {self.kind} {self.value}: {self.count}"
