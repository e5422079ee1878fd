"""Whom descriptions mention: people who may read the task, and nobody learns of others."""

from collections import defaultdict
from typing import Any
from uuid import uuid4

import pytest

from accounts.models import User
from accounts.services.deletion import delete_person
from accounts.services.personal_data import kinds
from core import events
from core.events import subscribe
from projects.services.members import add_project_member
from projects.services.projects import create_project, update_project
from tasks.events import TaskCreated, TaskTransferred, TaskUpdated
from tasks.models import Interval, Task, TaskMention
from tasks.services.bulk import Change, change_tasks
from tasks.services.columns import done_column
from tasks.services.copies import copy_task
from tasks.services.tasks import create_task, delete_task, transition_task, update_task
from tasks.services.transfers import transfer_task
from tests.core.test_purge import age, purge
from tests.support.actors import by
from tests.support.cast import Cast, client_of
from tests.support.documents import person, task_alone
from tests.support.threads import times
from tests.support.traffic import traffic_of

Told = list[tuple[str, set[str]]]


def described(cast: Cast, text: str, who: str = "lea", **more: Any) -> Task:
    return create_task(
        actor=by(getattr(cast, who)), project=cast.project, title="Oil", description=text, **more
    )


def mentioned(task: Task) -> set[str]:
    return {mention.user.name for mention in TaskMention.objects.filter(task=task)}


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> Told:
    """Whom events tell as newly mentioned."""
    found: Told = []
    monkeypatch.setattr(events, "_receivers", defaultdict(list))

    def note(event: Any) -> None:
        found.append((type(event).__name__, {user.name for user in event.mentioned}))

    for kind in (TaskCreated, TaskUpdated, TaskTransferred):
        subscribe(kind)(note)
    return found


def test_a_task_shows_whom_it_mentions(cast: Cast) -> None:
    text = f"@[whoever]({cast.lea.pk}), @moe and @pia@example.com: who? `@ada` a@ada.com"
    body = {"title": "Oil", "description": text}
    path = f"/api/projects/{cast.project.pk}/tasks"
    shown = client_of(cast.max).ask("POST", path, body, status=201)["data"]
    task = Task.objects.get()
    assert shown == task_alone(task, cast.max)
    assert shown["mentions"] == [person(cast.lea), person(cast.moe), person(cast.pia)]
    [listed] = client_of(cast.moe).ask("GET", f"{path}?include=mentions")["data"]
    alone = client_of(cast.moe).ask("GET", f"/api/tasks/{task.pk}")["data"]
    assert listed["mentions"] == alone["mentions"] == shown["mentions"]
    assert "mentions" not in client_of(cast.moe).ask("GET", path)["data"][0]


def test_mentioning_who_may_not_read_tells_nothing(cast: Cast) -> None:
    """A guest, somebody elsewhere and nobody at all are answered alike."""
    texts = [f"@[X]({each})" for each in (cast.gus.pk, cast.sam.pk, uuid4())]
    texts += ["@gus", "@sam", "@nobody", "@sam@example.com", "@nobody@example.com"]
    path = f"/api/projects/{cast.project.pk}/tasks"
    for text in texts:
        body = {"title": "Oil", "description": text}
        shown = client_of(cast.max).ask("POST", path, body, status=201)["data"]
        assert shown["mentions"] == []
    assert not TaskMention.objects.exists()


def test_a_guest_finds_nobody_by_an_address(cast: Cast) -> None:
    add_project_member(actor=by(cast.lea), project=cast.project, person=cast.gus, role="MEMBER")
    text = f"@max @lea@example.com @[Ada]({cast.ada.pk})"
    assert mentioned(described(cast, text, who="gus")) == {"Ada"}


def test_only_so_many_are_mentioned(cast: Cast) -> None:
    first = " ".join(f"@[x](p{n})" for n in range(20))
    assert mentioned(described(cast, f"{first} @[Lea]({cast.lea.pk})")) == set()


def test_an_edit_tells_of_those_who_are_new(cast: Cast, told: Told) -> None:
    task = described(cast, "@lea and @moe")
    for text in ("@moe and @ada, now", "Nobody", "@moe"):
        task = update_task(actor=by(cast.max), task=task, changes={"description": text})
    update_task(actor=by(cast.max), task=task, changes={"title": "Oil it"})
    assert told == [
        ("TaskCreated", {"Lea", "Moe"}),
        *(("TaskUpdated", names) for names in ({"Ada"}, set(), {"Moe"}, set())),
    ]
    assert mentioned(task) == {"Moe"}


def test_many_tasks_changed_at_once_mention_people(cast: Cast, told: Told) -> None:
    tasks = [described(cast, "@lea"), described(cast, "")]
    told.clear()
    fields = {"description": "@lea and @moe"}
    wanted = [Change(task=task, fields=dict(fields)) for task in tasks]
    change_tasks(actor=by(cast.max), wanted=wanted)
    assert [mentioned(task) for task in tasks] == [{"Lea", "Moe"}] * 2
    assert sorted(len(names) for _, names in told) == [1, 2]


def test_copies_mention_the_same_people(cast: Cast, told: Told) -> None:
    task = described(cast, "@moe")
    described(cast, "@ada", parent=task)
    told.clear()
    copy = copy_task(actor=by(cast.max), task=task)
    assert mentioned(copy) == {"Moe"}
    assert told == [("TaskCreated", {"Moe"}), ("TaskCreated", {"Ada"})]
    assert TaskMention.objects.count() == 4


def test_the_next_of_a_repeating_task_mentions_them(cast: Cast) -> None:
    task = described(cast, "@moe", repeat_every=1, repeat_unit=Interval.DAY)
    transition_task(actor=by(cast.max), task=task, status=done_column(cast.project))
    last = Task.objects.latest("number")
    assert (last.number, mentioned(last)) == (task.number + 1, {"Moe"})


def test_a_transfer_mentions_who_may_read_it_there(cast: Cast, told: Told) -> None:
    update_project(actor=by(cast.lea), project=cast.project, changes={"visibility": "PRIVATE"})
    other = create_project(
        actor=by(cast.ada), workspace=cast.workspace, name="Loom", team_members=[cast.moe]
    )
    update_project(actor=by(cast.ada), project=other, changes={"visibility": "PRIVATE"})
    task = described(cast, "@lea, @moe and @ada")
    assert mentioned(task) == {"Lea", "Ada"}
    told.clear()
    transfer_task(actor=by(cast.ada), task=task, project=other)
    assert mentioned(task) == {"Moe", "Ada"}
    assert told == [("TaskTransferred", {"Moe"})]


def test_mentions_are_removed_when_the_task_is_purged(cast: Cast) -> None:
    task = described(cast, "@moe")
    delete_task(actor=by(cast.lea), task=task)
    assert mentioned(task) == {"Moe"}
    age(days=31)
    purge()
    assert not TaskMention.objects.exists()


def test_a_person_takes_their_mentions_along(cast: Cast) -> None:
    task = described(cast, "@moe")
    described(cast, "@ada")
    kind = kinds["task_mentions"]
    assert [row.task_id for row in kind.rows(cast.moe)] == [task.pk]
    delete_person(actor=by(cast.moe), person=cast.moe)
    [shown] = client_of(cast.max).ask("GET", f"/api/tasks/{task.pk}")["data"]["mentions"]
    assert (shown["name"], shown["email"]) == (User.objects.get(pk=cast.moe.pk).name, None)


def test_what_names_nobody_costs_no_statement(cast: Cast) -> None:
    task = described(cast, "Oil it")

    def edit(text: str) -> int:
        changes = {"description": text}
        return traffic_of(
            lambda: update_task(actor=by(cast.lea), task=task, changes=changes)
        ).statements

    edit("Warmed up")
    usual = edit("Polish it")
    assert edit("a@b.com") == usual
    assert edit("Polish it") == usual + 1
    assert edit("@lea") > usual + 1


def test_edits_at_once_leave_those_of_the_last(committed_db: object, cast: Cast) -> None:
    task = described(cast, "")
    texts = ["@lea @moe", "@moe @ada", "@ada @lea", "@pia"] * 3

    def edit(n: int) -> None:
        update_task(actor=by(cast.max), task=task, changes={"description": texts[n]})

    times(len(texts), edit)
    task.refresh_from_db()
    names = {name.strip("@").title() for name in task.description.split()}
    assert mentioned(task) == names
