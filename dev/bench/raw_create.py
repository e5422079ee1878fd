"""The floor of creating a task: its statements sent by psycopg, one after the other, and no more.

`create_statements.jsonl` has them as a request of commit ccd26fb sent them, caught by
`connection.execute_wrapper`, without savepoints, but with the names that columns have now. A value
is a name (of a row of the data set, `task` and `new` for new ids, `number` for what the counter
returned, `position` for what followed from it), `is` a constant, `text` and `json` have names in
them.
"""

import json
import os
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
from psycopg.types.json import Jsonb

from dev.bench.processor import seconds_of_postgres

STATEMENTS = Path(__file__).with_name("create_statements.jsonl")
PREPARED_AFTER = 3
WARM_UP = 12
POSITION_STEP = 65_536
"""Of that commit; the names of the models would load Django."""


@dataclass(frozen=True, kw_only=True)
class Work:
    """The ids of the rows that the statements name, by name, and how long to send them."""

    seconds: float
    rows: dict[str, str]


def run(work: Work) -> dict[str, Any]:
    """Send them over and over; returns the seconds of each time, in all, and of the processor."""
    lines = STATEMENTS.read_text().splitlines()
    statements = [json.loads(line) for line in lines]
    waits: list[float] = []
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
        connection.prepare_threshold = PREPARED_AFTER
        for _ in range(WARM_UP):  # as a server has prepared them long ago
            create_once(connection, statements, work.rows)
        backend = connection.info.backend_pid
        start = time.perf_counter()
        web, sql = time.process_time(), seconds_of_postgres(backend)
        while len(waits) < 2 or time.perf_counter() < start + work.seconds:
            began = time.perf_counter()
            create_once(connection, statements, work.rows)
            waits.append(time.perf_counter() - began)
        used = {"web": time.process_time() - web, "sql": seconds_of_postgres(backend) - sql}
    return {"waits": waits, "seconds": sum(waits), "bytes": 0, **used}


def create_once(
    connection: psycopg.Connection[Any], statements: list[dict[str, Any]], rows: dict[str, str]
) -> None:
    """Send all of them in a transaction, and read what they return."""
    names: dict[str, Any] = {**rows, "task": str(uuid4()), "request": str(uuid4())}
    names["now"] = datetime.now(UTC)
    with connection.transaction():
        for statement in statements:
            done = connection.execute(statement["sql"], list(_values(statement, names)))
            found = done.fetchall() if done.description else []
            if "tasks_taskcounter" in statement["sql"]:
                [[number]] = found
                names |= {"number": number, "position": number * POSITION_STEP}


def _values(statement: dict[str, Any], names: dict[str, Any]) -> Iterator[Any]:
    for value in statement["values"]:
        match value:
            case "new":
                yield uuid4()
            case str():
                yield names[value]
            case {"is": constant}:
                yield constant
            case {"text": text}:
                yield text.format(**names)
            case {"json": document}:
                yield Jsonb({key: names.get(str(name), name) for key, name in document.items()})


if __name__ == "__main__":
    json.dump(run(Work(**json.load(sys.stdin))), sys.stdout)
