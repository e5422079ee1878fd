"""One run of schemathesis: what is generated, what is checked, and what is said at the end."""

import signal
import sys
from argparse import Namespace
from pathlib import Path
from types import FrameType

import requests
from schemathesis.cli import schemathesis

from fuzz.hooks import Requests
from fuzz.world import build

CONFIG = Path(__file__).with_name("schemathesis.toml")
MINUTE = 60


def run(server: str, options: Namespace) -> int:
    sent = Requests(server, build(server))
    sent.install()
    paths = requests.get(f"{server}/api/schema?format=json", timeout=60).json()["paths"]
    operations = sum(map(len, paths.values()))
    argv = [
        f"--config-file={CONFIG}",
        "run",
        f"{server}/api/schema",
        f"--url={server}",
        f"--max-examples={max(1, options.cases // operations)}",
        f"--seed={options.seed}",
        "--no-color",
    ]
    if options.only:
        argv.append(f"--include-path-regex={options.only}")
    signal.signal(signal.SIGALRM, _give_up)
    signal.alarm(options.minutes * MINUTE)
    try:
        code = int(schemathesis.main(argv, standalone_mode=False) or 0)
    except SystemExit as ended:
        code = int(ended.code or 0)
    told = ", ".join(f"{number} x {digit}xx" for digit, number in sorted(sent.answers.items()))
    sys.stdout.write(f"{sent.answers.total()} requests answered: {told}\n")
    return code


def _give_up(number: int, frame: FrameType | None) -> None:
    raise SystemExit("The run took too long.")
