"""`python -m config.health relay` exits with 1 and a message if the relay is not working."""

from __future__ import annotations

import argparse
from contextlib import closing
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException

from config import env
from config.programs import PROGRAMS, web_address
from core import heartbeats

OLDEST = 60.0
"""Most seconds since a heartbeat; programs wait less for a database or broker."""
PATIENCE = 4.0


def problem_of(program: str, oldest: float) -> str | None:
    """What is wrong with the programs of this name on this machine, None if nothing is."""
    if program == "web":
        return _problem_of_web()
    found = heartbeats.ages(program, env.folder("DATA_DIR", env.ROOT / ".local"))
    if not found:
        return f"No {program} runs here."
    if max(found) > oldest:
        return f"A {program} has given no heartbeat for {max(found):.0f} seconds."
    return None


def _problem_of_web() -> str | None:
    host, port = web_address()
    with closing(HTTPConnection(host, port, timeout=PATIENCE)) as connection:
        try:
            connection.request("GET", "/readyz")
            status = connection.getresponse().status
        except (OSError, HTTPException) as problem:
            return f"The web server on {host}:{port} does not answer: {problem}."
    return None if status == HTTPStatus.OK else f"/readyz on {host}:{port} answers {status}."


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m config.health")
    parser.add_argument("program", choices=PROGRAMS)
    parser.add_argument("--oldest", type=float, default=OLDEST, help="seconds of a heartbeat")
    chosen = parser.parse_args()
    problem = problem_of(chosen.program, chosen.oldest)
    if problem:
        raise SystemExit(problem)


if __name__ == "__main__":
    main()
