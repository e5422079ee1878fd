"""Measures in rounds over all targets, so that other load on the machine affects all alike."""

import json
import subprocess
import sys
from dataclasses import dataclass
from statistics import median, quantiles
from typing import Any

from django.db import connection
from django.test import Client

from dev.bench.filling import Dataset
from dev.bench.policies import switch_policies
from dev.bench.targets import Target, headers

WARM_UP = 0.5
NOT_COUNTED = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE")


@dataclass(frozen=True)
class Figures:
    """Requests per second, and percentiles of the milliseconds a request took."""

    rate: float
    p50: float
    p95: float


def measure(
    targets: list[Target], dataset: Dataset, ports: dict[str, int], *, rounds: int, seconds: float
) -> dict[str, Figures]:
    """The medians over all rounds, by name of the target."""
    found: dict[str, list[Figures]] = {target.name: [] for target in targets}
    for target in targets:
        _round(target, dataset, ports[target.server], WARM_UP)
    for number in range(rounds):
        for target in targets[:: -1 if number % 2 else 1]:
            found[target.name].append(_round(target, dataset, ports[target.server], seconds))
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


def _round(target: Target, dataset: Dataset, port: int, seconds: float) -> Figures:
    switch_policies(on=target.has_policies)
    load = {
        "port": port,
        "seconds": seconds,
        "requests": target.requests(dataset),
        "status": target.status,
    }
    done = subprocess.run(
        [sys.executable, "-m", "dev.bench.client"],
        input=json.dumps(load).encode(),
        stdout=subprocess.PIPE,
        check=True,
    )
    result = json.loads(done.stdout)
    cuts = quantiles(result["waits"], n=20)
    return Figures(len(result["waits"]) / result["seconds"], cuts[9] * 1000, cuts[18] * 1000)


def _middle(rounds: list[Figures]) -> Figures:
    return Figures(
        median(one.rate for one in rounds),
        median(one.p50 for one in rounds),
        median(one.p95 for one in rounds),
    )
