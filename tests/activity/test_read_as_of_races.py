"""Reading the past while others write: it stays as it was."""

from typing import Any

import pytest

from tests.activity.test_read_as_of_engine import Engine
from tests.support.cast import Cast, Client, client_of
from tests.support.past import as_of, clock, without_hidden_parents
from tests.support.threads import at_once

STEPS = 25


def boards(client: Client, paths: list[str]) -> list[Any]:
    shown = [client.ask("GET", path)["data"] for path in paths]
    return [without_hidden_parents(board, set()) for board in shown]


@pytest.mark.usefixtures("committed_db")
def test_a_moment_stays_as_it_was_while_others_write(cast: Cast) -> None:
    engines = [Engine(cast, seed) for seed in (5, 6)]
    for _ in range(10):
        for engine in engines:
            engine.step()
    moment = clock()
    projects = {pk for engine in engines for pk in engine.projects}
    paths = [f"/api/projects/{pk}/board?{as_of(moment, limit=200)}" for pk in projects]
    client, working = client_of(cast.ada), [True, True]
    before = boards(client, paths)

    def write(n: int) -> int:
        for _ in range(STEPS):
            engines[n].step()
        working[n] = False
        return 0

    def read() -> int:
        compared = 0
        while any(working):
            assert boards(client, paths) == before
            compared += 1
        return compared

    assert at_once(lambda: write(0), lambda: write(1), read)[2] > 3
