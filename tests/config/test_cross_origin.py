"""From which origins a browser may ask, on a developer's machine and on a server."""

import json

import pytest

from tests.config.production import run

PREFLIGHT = """
import json, sys
import django
django.setup()
from django.test import Client
asked = {"Origin": sys.argv[1], "Access-Control-Request-Method": "GET"}
host = "localhost" if "development" in sys.argv[2] else "gantry.example.com"
answer = Client(headers={"Host": host}).options("/api/workspaces", headers=asked, secure=True)
told = {name: answer.get(f"Access-Control-Allow-{name}") for name in ("Origin", "Credentials")}
print(json.dumps([answer.status_code, told]))
"""
NOTHING = {"Origin": None, "Credentials": None}


def preflight(origin: str, settings: str) -> object:
    """The status of a preflight from this origin, and what its answer allows."""
    name = f"config.settings.{settings}"
    ended = run("-c", PREFLIGHT, origin, name, DJANGO_SETTINGS_MODULE=name)
    assert ended.returncode == 0, ended.stderr
    return json.loads(ended.stdout.splitlines()[-1])


@pytest.mark.parametrize(
    "origin", ["http://localhost:5173", "http://localhost", "http://127.0.0.1:3000"]
)
def test_local_front_ends_may_ask_in_development_only(origin: str) -> None:
    assert preflight(origin, "development") == [200, {"Origin": origin, "Credentials": "true"}]
    assert preflight(origin, "production") == [200, NOTHING]


@pytest.mark.parametrize(
    "origin",
    [
        "https://evil.example.com",
        "http://localhost.evil.example.com",
        "http://localhost:1.evil.com",
    ],
)
def test_others_may_not_even_in_development(origin: str) -> None:
    assert preflight(origin, "development") == [200, NOTHING]
