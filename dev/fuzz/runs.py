"""One run of schemathesis: its options, its time limit and its report."""

import math
import signal
import sys
from argparse import Namespace
from pathlib import Path
from types import FrameType

import requests
from schemathesis.cli import schemathesis

from dev.fuzz.hooks import SUCCESS, Requests
from dev.fuzz.world import build

CONFIG = Path(__file__).with_name("schemathesis.toml")
MINUTE = 60
LEAST_SUCCESSES = 0.05
"""The share of requests that must succeed for a run to be meaningful."""


def run(server: str, options: Namespace) -> int:
    """Create rows, send generated requests, print a summary; 0 if all answers are as described."""
    sent = Requests(server, build(server))
    sent.install()
    signal.signal(signal.SIGALRM, _end_run)
    signal.alarm(options.minutes * MINUTE)
    each = math.ceil(options.cases / _operations(server))
    code = judge(server, f"--max-examples={each}", f"--seed={options.seed}", *_narrowed(options))
    signal.alarm(0)
    total, sorted_answers = sent.answers.total(), sorted(sent.answers.items())
    words = ", ".join(f"{number} with {digit}xx" for digit, number in sorted_answers)
    sys.stdout.write(f"{total} requests were answered, {words}.\n")
    if not options.only and sent.answers[SUCCESS] < total * LEAST_SUCCESSES:
        sys.stdout.write("That few successes judge nothing: is somebody still signed in?\n")
        return 1
    return code


def judge(server: str, *arguments: str) -> int:
    """Run schemathesis for the document at `/api/schema`; 1 if an answer does not match it."""
    where = (f"{server}/api/schema", f"--url={server}", "--no-color")
    try:
        schemathesis.main([f"--config-file={CONFIG}", "run", *where, *arguments])
    except SystemExit as ended:
        if isinstance(ended.code, int):
            return ended.code
        sys.stdout.write(f"{ended.code}\n")
        return 1
    return 0


def _operations(server: str) -> int:
    document = requests.get(f"{server}/api/schema?format=json", timeout=MINUTE).json()
    return sum(map(len, document["paths"].values()))


def _narrowed(options: Namespace) -> list[str]:
    """Options for phases and paths; the systematic cases of `coverage` come before random ones."""
    phases = "fuzzing" if options.quick else "coverage,fuzzing"
    paths = [f"--include-path-regex={options.only}"] if options.only else []
    return [f"--phases={phases}", *paths]


def _end_run(number: int, frame: FrameType | None) -> None:
    raise SystemExit("The run took too long.")
