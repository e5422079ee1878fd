"""From which origins a browser may ask, on a developer's machine and on a server."""

from ast import literal_eval

from django.test import Client
from pytest_django import Settings

from tests.config.production import run_forked

CHOSEN = """
from django.conf import settings
print({name: getattr(settings, name) for name in dir(settings) if name.startswith("CORS_")})
"""
LOCAL = ("http://localhost:5173", "http://localhost", "http://127.0.0.1:3000")
FOREIGN = (
    "https://evil.example.com",
    "http://localhost.evil.example.com",
    "http://localhost:1.evil.com",
)
NOTHING = {"Origin": None, "Credentials": None}


def choose(settings: Settings, name: str) -> None:
    """Let the origins be those of these settings."""
    shown = run_forked(CHOSEN, DJANGO_SETTINGS_MODULE=f"config.settings.{name}")
    chosen = literal_eval(shown.stdout)
    assert "CORS_ALLOWED_ORIGINS" in chosen
    for key, value in chosen.items():
        setattr(settings, key, value)


def preflight(origin: str) -> object:
    """The status of its preflight, and what the answer allows."""
    headers = {"Origin": origin, "Access-Control-Request-Method": "GET"}
    answer = Client().options("/api/workspaces", headers=headers, secure=True)
    names = ("Origin", "Credentials")
    return answer.status_code, {name: answer.get(f"Access-Control-Allow-{name}") for name in names}


def test_local_front_ends_may_ask_in_development_and_others_may_not(settings: Settings) -> None:
    choose(settings, "development")
    for here in LOCAL:
        assert preflight(here) == (200, {"Origin": here, "Credentials": "true"})
    for foreign in FOREIGN:
        assert preflight(foreign) == (200, NOTHING)


def test_in_production_nobody_may_who_is_not_named(settings: Settings) -> None:
    choose(settings, "production")
    for origin in (*LOCAL, *FOREIGN):
        assert preflight(origin) == (200, NOTHING)
    settings.CORS_ALLOWED_ORIGINS = LOCAL[:1]
    assert preflight(LOCAL[0]) == (200, {"Origin": LOCAL[0], "Credentials": "true"})
