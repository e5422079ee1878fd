"""What becomes of a file that is imported."""

import pytest

from activity.models import Event
from imports.models import ExternalReference, ImportRow
from jobs.models import JobState
from notifications.models import Notification
from tasks.models import Task, TaskLabel
from tests.imports.importing import imported
from tests.support.cast import Cast

pytestmark = pytest.mark.usefixtures("committed_db")

FILE = """id,title,description,status,priority,type,assignee,labels,due date,parent
A,Build the engine,With gears,In progress,High,Story,max@example.com,"iron,brass",2030-05-01,
B,Grind the gears,,Done,low,bug,nobody@example.com,iron,,A
C,Oil the gears,,Whatever,,,,,,B
"""


def test_rows_become_tasks(cast: Cast) -> None:
    job = imported(cast.lea, cast.project, FILE)

    assert (job.state, job.error) == (JobState.COMPLETED, None)
    engine, gears, oil = Task.objects.filter(project=cast.project).order_by("number")
    assert [task.number for task in (engine, gears, oil)] == [1, 2, 3]
    assert (engine.title, engine.description, engine.priority) == (
        "Build the engine",
        "With gears",
        "HIGH",
    )
    assert (engine.category, engine.type, engine.assignee) == ("IN_PROGRESS", "FEATURE", cast.max)
    assert str(engine.due_date) == "2030-05-01"
    assert (gears.category, gears.parent, gears.assignee) == ("DONE", engine, None)
    assert gears.description == "Imported: assignee nobody@example.com"
    assert gears.completed_at is not None
    assert (oil.parent, oil.category) == (gears, "TODO")
    assert {task.deleted_at for task in (engine, gears, oil)} == {None}
    names = TaskLabel.objects.filter(task=engine).values_list("label__name", flat=True)
    assert sorted(names) == ["brass", "iron"]
    assert job.result is not None
    assert (job.result["tasks"], job.result["unknown_statuses"]) == (3, ["Whatever"])
    assert job.result["unknown_people"] == ["nobody@example.com"]
    assert (job.done, job.total) == (3, 3)


def test_what_is_imported_is_in_the_log_and_nobody_is_told(cast: Cast) -> None:
    imported(cast.lea, cast.project, FILE)

    events = Event.objects.filter(origin="import").order_by("seq")
    told = [(event.entity, event.action) for event in events]
    assert told.count(("task", "created")) == 3
    assert told.count(("task", "assigned")) == 1
    assert told.count(("label", "added")) == 2
    assert all(event.seq for event in events)
    assert not Notification.objects.filter(task__isnull=False).exists()


def test_a_second_time_nothing_is_made_twice(cast: Cast) -> None:
    imported(cast.lea, cast.project, FILE)
    job = imported(cast.lea, cast.project, f"{FILE}D,Something new,,,,,,,,A\n")

    assert job.result is not None, job.error
    assert (job.result["tasks"], job.result["known"]) == (1, 3)
    assert Task.objects.filter(project=cast.project).count() == 4
    assert Task.objects.get(title="Something new").parent == Task.objects.get(number=1)
    assert ExternalReference.objects.count() == 4
    assert not ImportRow.objects.exists()


def test_a_trial_changes_nothing(cast: Cast) -> None:
    job = imported(cast.lea, cast.project, f"{FILE},,no title\n", dry_run=True)

    assert job.state == JobState.COMPLETED
    assert job.result is not None
    assert (job.result["tasks"], job.result["refused"]) == (3, 1)
    assert {flaw["row"] for flaw in job.result["flaws"]} == {4}
    assert not Task.objects.exists()
    assert not ImportRow.objects.exists()
