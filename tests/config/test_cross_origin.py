"""From which origins a browser may ask, on a developer's machine and on a server."""

import json

from tests.config.production import run

PREFLIGHTS = """
import json, sys
import django
django.setup()
from django.test import Client
host, *origins = sys.argv[1:]
for origin in origins:
    asked = {"Origin": origin, "Access-Control-Request-Method": "GET"}
    answer = Client(headers={"Host": host}).options("/api/workspaces", headers=asked, secure=True)
    told = {name: answer.get(f"Access-Control-Allow-{name}") for name in ("Origin", "Credentials")}
    print(json.dumps([answer.status_code, told]))
"""
LOCAL = ("http://localhost:5173", "http://localhost", "http://127.0.0.1:3000")
FOREIGN = (
    "https://evil.example.com",
    "http://localhost.evil.example.com",
    "http://localhost:1.evil.com",
)
NOTHING = {"Origin": None, "Credentials": None}


def preflights(settings: str, host: str) -> dict[str, object]:
    """Of each origin the status of its preflight, and what the answer allows."""
    origins = [*LOCAL, *FOREIGN]
    name = f"config.settings.{settings}"
    ended = run("-c", PREFLIGHTS, host, *origins, DJANGO_SETTINGS_MODULE=name)
    assert ended.returncode == 0, ended.stderr
    told = [json.loads(line) for line in ended.stdout.splitlines()[-len(origins) :]]
    return dict(zip(origins, told, strict=True))


def test_local_front_ends_may_ask_in_development_and_others_may_not() -> None:
    allowed = {here: [200, {"Origin": here, "Credentials": "true"}] for here in LOCAL}
    refused: dict[str, object] = {origin: [200, NOTHING] for origin in FOREIGN}
    assert preflights("development", "localhost") == allowed | refused


def test_in_production_nobody_may_who_is_not_named() -> None:
    refused = {origin: [200, NOTHING] for origin in (*LOCAL, *FOREIGN)}
    assert preflights("production", "gantry.example.com") == refused
