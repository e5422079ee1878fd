"""The columns a task has been in, with who moved it and when."""

from tasks.models import StatusChange, Task
from tasks.services.tasks import transition_task
from tests.support.actors import by
from tests.support.cast import Cast, client_of


def test_the_history_is_shown_whole_the_newest_first(cast: Cast, task: Task) -> None:
    done = cast.project.statuses.get(key="DONE")
    transition_task(actor=by(cast.max), task=task, status=done)
    shown = client_of(cast.moe).ask("GET", f"/api/tasks/{task.pk}/history")["data"]
    assert [(each["from_status"], each["to_status"], each["actor"]["name"]) for each in shown] == [
        ("TODO", "DONE", "Max"),
        (None, "TODO", "Lea"),
    ]
    step = StatusChange.objects.get(target="DONE")
    assert set(shown[0]) == {"id", "from_status", "to_status", "actor", "created_at"}
    assert shown[0]["created_at"] == step.created_at.isoformat()


def test_the_history_is_read_by_who_reads_the_task(cast: Cast, task: Task) -> None:
    path = f"/api/tasks/{task.pk}/history"
    client_of(cast.gus).ask("GET", path, status=404)
    client_of(cast.sam).ask("GET", path, status=403)
    client_of(cast.lea).ask("GET", f"{path}?status=DONE", status=400)


def test_the_history_is_paged(cast: Cast, task: Task) -> None:
    for key in ("DONE", "TODO"):
        column = cast.project.statuses.get(key=key)
        transition_task(actor=by(cast.max), task=task, status=column)
    first = client_of(cast.lea).ask("GET", f"/api/tasks/{task.pk}/history?limit=2")
    rest = f"/api/tasks/{task.pk}/history?limit=2&cursor={first['meta']['next_cursor']}"
    assert [each["from_status"] for each in client_of(cast.lea).ask("GET", rest)["data"]] == [None]
