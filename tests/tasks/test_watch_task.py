"""Following a task."""

from typing import Any

import pytest

from accounts.models import User
from accounts.services.deletion import delete_person
from projects.models import Visibility
from tasks.models import Task, Watcher
from tasks.services import watchers
from tasks.services.tasks import create_task
from tasks.services.watchers import watch_task
from tests.support.actors import by
from tests.support.cast import Cast, client_of
from tests.support.databases import CommittedDatabase
from tests.support.documents import person
from tests.support.log import log_of
from tests.support.threads import succeeds, times
from workspaces.models import Membership
from workspaces.services.members import remove_member


def ask(who: User, method: str, task: Task, path: str = "", body: Any = None, **how: Any) -> Any:
    return client_of(who).ask(method, f"/api/tasks/{task.pk}/watchers{path}", body, **how)


def test_watch_task(cast: Cast, task: Task) -> None:
    ask(cast.moe, "POST", task, status=201)
    shown = ask(cast.moe, "POST", task, status=201)["data"]
    watcher = Watcher.objects.get()
    moe = str(cast.moe.pk)
    assert shown == {
        "id": str(watcher.pk),
        "user_id": moe,
        "user": person(cast.moe),
        "watched_at": shown["watched_at"],
    }
    assert ask(cast.max, "GET", task)["data"] == [shown]
    assert log_of(task)[-1] == ("watched", cast.moe.pk, {"watcher": {"old": None, "new": moe}})
    ask(cast.moe, "DELETE", task, "/me", status=204)
    ask(cast.moe, "DELETE", task, "/me", status=204)
    ask(cast.max, "DELETE", task, f"/{cast.moe.pk}", status=404)
    logged = [action for action, *_ in log_of(task)]
    assert (ask(cast.max, "GET", task)["data"], logged[-2:]) == ([], ["watched", "unwatched"])


def test_watchers_at_the_same_moment_are_counted_and_logged_once(
    committed_db: CommittedDatabase, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watchers, "MOST_WATCHERS", 2)
    task = create_task(actor=by(cast.lea), project=cast.project, title="Grind the gears")
    people = [cast.ada, cast.max, cast.moe]

    def watch(n: int) -> bool:
        person = people[n % 3]
        return succeeds(watch_task, actor=by(person), task=task, person=person)

    assert sorted(times(12, watch)).index(True) == 4
    logged = [action for action, *_ in log_of(task)]
    assert (Watcher.objects.count(), logged) == (2, ["created", "watched", "watched"])


def test_lists_are_narrowed_to_what_one_watches(cast: Cast, task: Task) -> None:
    other = Task.objects.exclude(pk=task.pk)
    assert not other.exists()
    client, path = client_of(cast.moe), f"/api/projects/{cast.project.pk}/tasks"
    client.ask("POST", path, {"title": "Other"}, status=201)
    watch_task(actor=by(cast.moe), task=task, person=cast.moe)
    watched = client.ask("GET", f"{path}?watching=true")["data"]
    others = client.ask("GET", f"{path}?watching=false")["data"]
    assert ([each["id"] for each in watched], len(others)) == ([str(task.pk)], 1)
    assert client_of(cast.max).ask("GET", f"{path}?watching=true")["data"] == []


def test_others_follow_if_they_may_read_it(cast: Cast, task: Task) -> None:
    ask(cast.max, "POST", task, "", {"user_id": str(cast.moe.pk)}, status=201)
    ask(cast.max, "DELETE", task, f"/{cast.moe.pk}", status=204)
    ask(cast.max, "POST", task, "", {"user_id": str(cast.sam.pk)}, status=400)
    refusal = ask(cast.max, "POST", task, "", {"user_id": str(cast.gus.pk)}, status=400)
    assert refusal["code"] == "may_not_read"
    assert not Watcher.objects.exists()


def test_who_may_only_read_follows_for_themselves(cast: Cast, task: Task) -> None:
    role = {"role": "VIEWER"}
    path = f"/api/projects/{cast.project.pk}/members"
    client_of(cast.lea).ask("POST", path, {"email": cast.gus.email, **role}, status=201)
    ask(cast.gus, "POST", task, status=201)
    ask(cast.gus, "POST", task, "", {"user_id": str(cast.max.pk)}, status=403)


@pytest.mark.parametrize("way", ["leaves", "is deleted"])
def test_who_is_gone_follows_nothing(cast: Cast, task: Task, way: str) -> None:
    for who in (cast.moe, cast.max):
        watch_task(actor=by(who), task=task, person=who)
    if way == "leaves":
        membership = Membership.objects.get(workspace=cast.workspace, user=cast.moe)
        remove_member(actor=by(cast.ada), membership=membership)
    else:
        delete_person(actor=by(None), person=cast.moe)
    assert [watcher.user_id for watcher in Watcher.objects.all()] == [cast.max.pk]


def test_a_hidden_task_is_followed_by_nobody_outside(cast: Cast, task: Task) -> None:
    cast.project.visibility = Visibility.PRIVATE
    cast.project.save()
    ask(cast.moe, "POST", task, status=404)
    ask(cast.max, "POST", task, "", {"user_id": str(cast.moe.pk)}, status=400)


def test_what_has_no_version_has_no_tag(cast: Cast, task: Task) -> None:
    answer = client_of(cast.moe).post(f"/api/tasks/{task.pk}/watchers", {}, format="json")
    assert (answer.status_code, answer.has_header("ETag")) == (201, False)
