"""Measures in rounds over all targets, so that other load on the machine affects all alike."""

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import astuple, dataclass
from statistics import median, quantiles
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from django.db import connection

from dev.bench.policies import switch_policies
from dev.bench.processor import seconds_of, seconds_of_postgres
from dev.bench.serving import Server
from dev.bench.targets import RAW, Target

WARM_UP = 0.5
RawRows = Callable[[], dict[str, str]]
"""The rows that the raw statements name, with the key of a session that still lives."""


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
    servers: dict[str, Server],
    raw_rows: RawRows,
    *,
    rounds: int,
    seconds: float,
) -> dict[str, Figures]:
    """The medians over all rounds, by name of the target."""

    def once(target: Target, length: float) -> Figures:
        switch_policies(on=target.has_policies)
        if target.server == RAW:
            return _sent_raw(raw_rows(), length)
        return _round(target, servers[target.server], length)

    found: dict[str, list[Figures]] = {target.name: [] for target in targets}
    for target in targets:
        once(target, WARM_UP)
    for number in range(rounds):
        for target in targets[:: -1 if number % 2 else 1]:
            found[target.name].append(once(target, seconds))
    return {name: _middle(figures) for name, figures in found.items()}


def _round(target: Target, server: Server, seconds: float) -> Figures:
    tag = _tag(target, server) if target.tag_of else ""
    load = {
        "port": server.port,
        "seconds": seconds,
        "requests": target.requests(tag),
        "statuses": target.statuses,
    }
    connection.ensure_connection()
    backend = connection.connection.info.backend_pid
    web, sql = seconds_of(server.pid), seconds_of_postgres(backend)
    result = _run("dev.bench.client", load)
    return _figures(result, seconds_of(server.pid) - web, seconds_of_postgres(backend) - sql)


def _sent_raw(rows: dict[str, str], seconds: float) -> Figures:
    result = _run("dev.bench.raw_create", {"seconds": seconds, "rows": rows})
    return _figures(result, result["web"], result["sql"])


def _run(module: str, work: dict[str, Any]) -> dict[str, Any]:
    """What a program of the bench found, which runs beside the servers."""
    done = subprocess.run(
        [sys.executable, "-m", module],
        input=json.dumps(work).encode(),
        stdout=subprocess.PIPE,
        check=True,
    )
    return dict(json.loads(done.stdout))


def _figures(result: dict[str, Any], web: float, sql: float) -> Figures:
    count, cuts = len(result["waits"]), quantiles(result["waits"], n=20)
    return Figures(
        rate=count / result["seconds"],
        p50=cuts[9] * 1000,
        p95=cuts[18] * 1000,
        web=web * 1000 / count,
        sql=sql * 1000 / count,
        size=result["bytes"] / count,
    )


def _tag(target: Target, server: Server) -> str:
    """The ETag the server gives now; empty if it gives none."""
    address = f"http://127.0.0.1:{server.port}{target.tag_of}"
    try:
        with urlopen(Request(address, headers=target.headers())) as answer:
            return str(answer.headers.get("ETag", ""))
    except HTTPError as error:
        raise SystemExit(error.read().decode()) from error


def _middle(rounds: list[Figures]) -> Figures:
    return Figures(*(median(column) for column in zip(*map(astuple, rounds), strict=True)))
