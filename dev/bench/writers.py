"""The load generator of `bin/bench --locks`: concurrent writers with a number of requests each."""

import json
import selectors
import sys
import time
from dataclasses import dataclass
from typing import Any

from dev.bench.client import connect

UNAVAILABLE = b"503"


@dataclass(frozen=True, kw_only=True)
class Work:
    """Connection n repeats request n until it has succeeded `count` times; a 503 is retried."""

    port: int
    requests: list[str]
    count: int


def run(work: Work) -> dict[str, Any]:
    """Do the work; returns the seconds it took and how many answers were 503."""
    left = {connect(work.port, [request]): work.count for request in work.requests}
    selector = selectors.DefaultSelector()
    refused, start = 0, time.perf_counter()
    for connection in left:
        selector.register(connection.socket, selectors.EVENT_READ, connection)
        connection.send()
    while left:
        for key, _ in selector.select():
            is_refused = key.data.receive(b"201", UNAVAILABLE) == UNAVAILABLE
            refused += is_refused
            left[key.data] -= not is_refused
            if left[key.data]:
                key.data.send()
            else:
                selector.unregister(key.data.socket)
                del left[key.data]
    return {"seconds": time.perf_counter() - start, "refused": refused}


if __name__ == "__main__":
    json.dump(run(Work(**json.load(sys.stdin))), sys.stdout)
