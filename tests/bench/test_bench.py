"""The benchmark runs on a few rows, and what a request costs stays what it is."""

import os
import time
from collections.abc import Callable, Iterator
from io import BytesIO
from statistics import median
from typing import Any, NamedTuple

import psycopg
import pytest
from django.db import connection
from psycopg.rows import namedtuple_row
from pytest_django import DjangoDbBlocker, Settings

from config.postgresql.connections import LONGEST_KNOWN
from config.wsgi import application
from core.context import as_system
from dev.bench import filling, many, rounds
from dev.bench.asking import (
    last_page,
    newest_of_each,
    raw_rows,
    same_board,
    same_tasks,
    traffic,
)
from dev.bench.bare import answer
from dev.bench.goals import chosen, verdicts
from dev.bench.policies import switch_policies
from dev.bench.rounds import measure
from dev.bench.serving import serving
from dev.bench.targets import (
    CONNECTIONS,
    Target,
    headers,
    in_bulk,
    in_large_projects,
    moving,
    overviews,
    reading,
    writing,
    written,
)
from tasks.models import Task
from tests.support.cast import client_of
from tests.support.databases import CommittedDatabase, in_use
from tests.support.traffic import Traffic

FEW = {"WORKSPACES": 1, "TASKS": 60}
COUNTS = {
    "list 50": Traffic(2, 4),
    "unchanged list": Traffic(2, 4),
    "filtered list": Traffic(3, 5),
    "without RLS": Traffic(2, 4),
    "task": Traffic(2, 4),
    "me": Traffic(1, 3),
    "board of 1,000": Traffic(7, 9),
    "search of 100": Traffic(5, 7),
    "search of a tenth": Traffic(5, 7),
    "dashboard": Traffic(7, 9),
    "create task": Traffic(20, 24),
    "comment": Traffic(9, 13),
    "transition": Traffic(18, 22),
    "move": Traffic(16, 20),
    "bulk of 100": Traffic(7, 11),
    "list of 10,000": Traffic(2, 4),
    "large dashboard": Traffic(6, 8),
    "deep page": Traffic(2, 4),
}
"""Statements, and round trips with those of the transaction, of each line of the benchmark."""
MOST_TIMES = {"list 50": 10.0, "board of 1,000": 20.0, "task": 15.0, "me": 40.0}
"""The processor time of a line without a server, as multiples of its floor: far above what it is,
so that only what makes a request several times as dear is noticed."""
ROUNDS, TIMES = 9, 5
QUICK = ("list 50", "bare list 50", "unchanged list", "create task", "raw create", "transition")


class Bench(NamedTuple):
    """The rows of the benchmark, few of them, and its lines."""

    dataset: filling.Dataset
    larger: many.Many
    targets: list[Target]


@pytest.fixture(scope="module")
def bench(shared_db: CommittedDatabase, django_db_blocker: DjangoDbBlocker) -> Iterator[Bench]:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in FEW.items():
            patch.setattr(filling, name, value)
        patch.setattr(many, "REFERENCE", 120)
        with django_db_blocker.unblock(), in_use(shared_db):
            dataset, larger = filling.fill(), many.fill_many(120)
            with as_system("measuring"):
                listed = Task.objects.filter(project=dataset.projects[0]).order_by("-created_at")
                ids = [str(task.pk) for task in listed[:50]]
                newest = [each.tasks.latest("created_at") for each in written(dataset)]
            deep = f"/api/projects/{larger.largest.pk}/tasks?limit=50"
            cursor = client_of(larger.people.common).ask("GET", deep)["meta"]["next_cursor"]
            moved = [str(task.pk) for task in newest]
            targets = reading(dataset, ids[0]) + overviews(dataset)
            targets += writing(dataset, ids[-1])
            targets += moving(dataset, ids[-CONNECTIONS - 1 : -1], moved)
            targets += [in_bulk(dataset, ids)]
            targets += in_large_projects(larger, f"{deep}&cursor={cursor}")
            yield Bench(dataset, larger, targets)


def test_each_line_costs_so_many_statements_and_round_trips(
    bench: Bench, settings: Settings
) -> None:
    # The tests' own middleware says who asks, which takes two round trips.
    settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if not name.startswith("tests.")]
    assert traffic(bench.targets) == COUNTS


def test_psycopg_keeps_every_statement(bench: Bench) -> None:
    sent: list[str] = []

    def note(execute: Any, sql: str, params: Any, many: Any, context: Any) -> Any:
        sent.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        traffic(bench.targets)
    assert 4096 < max(map(len, sent)) <= LONGEST_KNOWN


def test_the_lines_named_are_measured_with_their_floors(bench: Bench) -> None:
    lines = chosen(bench.targets, ["board of 1,000", "me"])
    assert [each.name for each in lines] == ["me", "bare me", "board of 1,000", "bare board"]
    assert chosen(bench.targets, []) == bench.targets
    with pytest.raises(SystemExit, match=r"No line: you\. Lines: .*board of 1,000;"):
        chosen(bench.targets, ["you"])


def test_no_line_costs_many_times_its_floor(bench: Bench) -> None:
    lines = {target.name: target for target in bench.targets}
    switch_policies(on=True)
    found = {name: _times_its_floor(lines[name], bench) for name in MOST_TIMES}
    assert {name: times for name, times in found.items() if times > MOST_TIMES[name]} == {}


def _times_its_floor(target: Target, bench: Bench) -> float:
    """The median of the processor time of a request, divided by that of its floor."""
    environ = _environ(target.paths[0], headers(bench.dataset)["Authorization"])

    def product() -> None:
        statuses: list[str] = []
        b"".join(application(environ(), lambda status, *_: statuses.append(status)))
        assert statuses == ["200 OK"]

    with psycopg.connect(
        os.environ["DATABASE_URL"], autocommit=True, row_factory=namedtuple_row
    ) as connection:
        connection.execute("SELECT set_config('gantry.system', 'tests', false)")
        pairs = [
            (_seconds(product), _seconds(lambda: answer(connection, environ())))
            for _ in range(ROUNDS)
        ]
    return median(pair[0] for pair in pairs) / median(pair[1] for pair in pairs)


def _seconds(ask: Callable[[], Any]) -> float:
    began = time.process_time()
    for _ in range(TIMES):
        ask()
    return time.process_time() - began


def _environ(path: str, authorization: str) -> Callable[[], dict[str, Any]]:
    path, _, query = path.partition("?")
    return lambda: {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "SERVER_NAME": "testserver",
        "SERVER_PORT": "80",
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.input": BytesIO(),
        "wsgi.url_scheme": "http",
        "HTTP_AUTHORIZATION": authorization,
    }


def test_the_servers_are_measured_beside_each_other(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALLOWED_HOSTS", "127.0.0.1")
    monkeypatch.setenv("FRONTEND_URL", "http://localhost")
    monkeypatch.setenv("SECURE_SSL_REDIRECT", "0")
    monkeypatch.setattr(rounds, "WARM_UP", 0.05)
    quick = [each for each in bench.targets if each.name in QUICK]
    with serving("gantry", "bare") as servers:
        assert len(same_tasks(bench.dataset, servers)) == 50
        same_board(bench.dataset, servers)
        assert len(set(newest_of_each(bench.dataset, servers["gantry"]))) == CONNECTIONS
        assert "cursor=" in last_page(bench.larger, servers["gantry"])
        figures = measure(quick, servers, lambda: raw_rows(bench.dataset), rounds=1, seconds=0.1)
    assert all(each.rate > 0 for each in figures.values())
    told = [text.partition(":")[0] for text, _ in verdicts(figures, 100.0)]
    assert {"list 50 / bare list 50", "create task / raw create"} <= set(told)
