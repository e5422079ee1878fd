"""Measures in rounds over all targets, so that other load on the machine affects all alike."""

import json
import subprocess
import sys
from dataclasses import astuple, dataclass
from statistics import median, quantiles
from typing import Any

from django.db import connection
from django.test import Client

from dev.bench.filling import Dataset
from dev.bench.policies import switch_policies
from dev.bench.processor import seconds_of, seconds_of_postgres
from dev.bench.serving import Server
from dev.bench.targets import Target, headers

WARM_UP = 0.5
NOT_COUNTED = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE")


@dataclass(frozen=True)
class Figures:
    """Requests per second, percentiles of the milliseconds a request took, processor time.

    `web` and `sql` are the milliseconds of the web process and of PostgreSQL for a request, `size`
    the bytes of an answer.
    """

    rate: float
    p50: float
    p95: float
    web: float
    sql: float
    size: float

    @property
    def cpu(self) -> float:
        """The milliseconds of both for a request."""
        return self.web + self.sql


def measure(
    targets: list[Target],
    dataset: Dataset,
    servers: dict[str, Server],
    *,
    rounds: int,
    seconds: float,
) -> dict[str, Figures]:
    """The medians over all rounds, by name of the target."""
    found: dict[str, list[Figures]] = {target.name: [] for target in targets}
    for target in targets:
        _round(target, dataset, servers[target.server], WARM_UP)
    for number in range(rounds):
        for target in targets[:: -1 if number % 2 else 1]:
            found[target.name].append(_round(target, dataset, servers[target.server], seconds))
    return {name: _middle(figures) for name, figures in found.items()}


def sql_count(target: Target, dataset: Dataset) -> int:
    """The number of SQL statements of one request, without those of transactions."""
    statements: list[str] = []

    def note(execute: Any, sql: str, params: Any, many: Any, context: Any) -> Any:
        statements.append(sql)
        return execute(sql, params, many, context)

    switch_policies(on=target.has_policies)
    client = Client(SERVER_NAME="127.0.0.1", headers=headers(dataset))
    with connection.execute_wrapper(note):
        answer = client.generic(target.method, target.paths[0], target.body, "application/json")
    if answer.status_code != target.status:
        raise SystemExit(answer.content.decode())
    return sum(not sql.startswith(NOT_COUNTED) for sql in statements)


def _round(target: Target, dataset: Dataset, server: Server, seconds: float) -> Figures:
    switch_policies(on=target.has_policies)
    load = {
        "port": server.port,
        "seconds": seconds,
        "requests": target.requests(dataset),
        "status": target.status,
    }
    web, sql = seconds_of(server.pid), seconds_of_postgres()
    done = subprocess.run(
        [sys.executable, "-m", "dev.bench.client"],
        input=json.dumps(load).encode(),
        stdout=subprocess.PIPE,
        check=True,
    )
    result = json.loads(done.stdout)
    count, cuts = len(result["waits"]), quantiles(result["waits"], n=20)
    return Figures(
        rate=count / result["seconds"],
        p50=cuts[9] * 1000,
        p95=cuts[18] * 1000,
        web=(seconds_of(server.pid) - web) * 1000 / count,
        sql=(seconds_of_postgres() - sql) * 1000 / count,
        size=result["bytes"] / count,
    )


def _middle(rounds: list[Figures]) -> Figures:
    return Figures(*(median(column) for column in zip(*map(astuple, rounds), strict=True)))
