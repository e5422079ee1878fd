"""Following the log by number: in order, exactly once, with holes for what may not be read."""

import threading
import time
from typing import Any

import pytest
from django.db import connection, connections, transaction

from activity.models import Event
from activity.services import pages
from projects.services.projects import create_project
from tasks.services.tasks import create_task
from tests.support.actors import by
from tests.support.cast import Cast, client_of
from tests.support.log import number_events
from tests.support.threads import times


def ask(cast: Cast, person: Any, after: int = 0, **more: Any) -> Any:
    number_events()
    asked = "&".join(f"{name}={value}" for name, value in {"after": after, **more}.items())
    return client_of(person).ask("GET", f"/api/workspaces/{cast.workspace.pk}/events?{asked}")


def numbers(answer: Any) -> list[int]:
    return [event["seq"] for event in answer["data"]]


def test_pages_follow_each_other_without_gap_or_double(cast: Cast, task: Any) -> None:
    whole, after, seen = ask(cast, cast.ada), 0, []
    while after < whole["meta"]["last"]:
        answer = ask(cast, cast.ada, after, limit=4)
        seen += numbers(answer)
        after = answer["meta"]["through"]
    assert seen == numbers(whole) == [*range(1, len(seen) + 1)]
    assert whole["meta"] == {"through": len(seen), "last": len(seen)}


def test_numbers_that_may_not_be_read_are_holes(cast: Cast) -> None:
    private: dict[str, Any] = {"name": "Secret", "visibility": "PRIVATE", "team_lead": cast.lea}
    secret = create_project(actor=by(cast.ada), workspace=cast.workspace, **private)
    create_task(actor=by(cast.lea), project=secret, title="Hide")
    every, seen = ask(cast, cast.lea), ask(cast, cast.moe)
    assert every["meta"] == seen["meta"]
    hidden = {*numbers(every)} - {*numbers(seen)}
    assert len(hidden) >= 4
    assert "Secret" not in str(seen)
    last = every["meta"]["last"]
    assert ask(cast, cast.moe, last - 1) | {"data": []} == ask(cast, cast.moe, last - 1)
    assert ask(cast, cast.moe, last - 1)["meta"]["through"] == last


def test_beyond_the_end_nothing_is_found(cast: Cast) -> None:
    last = ask(cast, cast.moe)["meta"]["last"]
    for after in (last, last + 1000):
        answer = ask(cast, cast.moe, after)
        assert (answer["data"], answer["meta"]) == ([], {"through": after, "last": last})


@pytest.mark.parametrize("after", [-1, -(10**30), 2**63])
def test_a_number_that_is_never_given_is_a_gap(cast: Cast, after: int) -> None:
    path = f"/api/workspaces/{cast.workspace.pk}/events?after={after}"
    assert client_of(cast.moe).ask("GET", path, status=400)["code"] == "gap"


@pytest.mark.parametrize("wrong", ["after=x", "limit=0", "limit=501", "since=1"])
def test_wrong_parameters_are_refused(cast: Cast, wrong: str) -> None:
    path = f"/api/workspaces/{cast.workspace.pk}/events?{wrong}"
    client_of(cast.moe).ask("GET", path, status=400)


def test_others_are_refused(cast: Cast) -> None:
    path = f"/api/workspaces/{cast.workspace.pk}/events"
    client_of(cast.sam).ask("GET", path, status=403)
    client_of(None).ask("GET", path, status=401)


def test_a_page_examines_a_bounded_number(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "EXAMINED", 3)
    answer = ask(cast, cast.ada)
    assert (numbers(answer), answer["meta"]["through"]) == ([1, 2, 3], 3)


def follow(cast: Cast, seen: list[int], done: threading.Event) -> None:
    """Ask again and again for what comes after the last number examined."""
    after, is_last = seen[-1], False
    while not is_last:
        is_last = done.is_set()
        answer = follow_once(cast, after, "&limit=7")
        seen += numbers(answer)
        after = answer["meta"]["through"]
        is_last = is_last and after == answer["meta"]["last"]
    connections.close_all()


@pytest.mark.usefixtures("committed_db")
def test_a_follower_of_eight_writers_misses_nothing(cast: Cast) -> None:
    """Writers hold their transactions open for different times, so late commits are certain."""
    place: dict[str, Any] = {"actor": by(cast.ada), "workspace": cast.workspace}
    projects = [create_project(**place, name=f"P{n}") for n in range(8)]
    done, seen = threading.Event(), [Event.objects.filter(workspace_id=cast.workspace.pk).count()]

    def write(n: int) -> None:
        for pause in range(4):
            with transaction.atomic():
                create_task(actor=by(cast.ada), project=projects[n], title="Oil")
                time.sleep((n + pause) % 3 * 0.01)

    reader = threading.Thread(target=follow, args=(cast, seen, done))
    reader.start()
    times(8, write)
    done.set()
    reader.join()
    assert seen == list(range(seen[0], seen[0] + 33))


@pytest.mark.usefixtures("committed_db")
def test_what_commits_while_a_page_is_read_is_on_the_next_one(cast: Cast) -> None:
    """Between any two statements about events, somebody else commits one."""
    number_events()
    seen = numbers(ask(cast, cast.ada))

    def write(_: int = 0) -> None:
        create_task(actor=by(cast.lea), project=cast.project, title="Oil")

    def meanwhile(execute: Any, sql: str, *args: Any) -> Any:
        if sql.startswith("SELECT") and "activity_event" in sql:
            times(1, write)
        return execute(sql, *args)

    after = seen[-1]
    with connection.execute_wrapper(meanwhile):
        for _ in range(3):
            answer = follow_once(cast, after)
            seen, after = seen + numbers(answer), answer["meta"]["through"]
    seen += numbers(follow_once(cast, after))
    assert seen == [*range(1, len(numbers(ask(cast, cast.ada, limit=500))) + 1)]


def follow_once(cast: Cast, after: int, more: str = "") -> Any:
    path = f"/api/workspaces/{cast.workspace.pk}/events?after={after}{more}"
    return client_of(cast.ada).ask("GET", path)
