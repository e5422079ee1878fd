"""`docker-compose.yml` runs the programs of `config.programs`, with files and keys that exist."""

import json
import os
import re
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import yaml
from django.conf import settings

from config.env import ROOT
from config.health import PATIENCE
from config.programs import DRAIN_SECONDS, PROGRAMS
from config.settings.databases import RUNTIME_LIMITS
from outbox.local_sender import LONGEST_STOP

OF_THE_SERVER = ("migrate", "web", "worker", "jobs", "beat", "relay")
[LONGEST_STATEMENT] = map(int, re.findall(r"statement_timeout=(\d+)s", RUNTIME_LIMITS))


@cache
def services() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
    return found


def test_all_parts_are_there() -> None:
    assert list(services()) == ["db", "redis", *OF_THE_SERVER]


def test_the_four_programs_are_run_from_one_image() -> None:
    [usual] = re.findall(r"^CMD (.+)$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    commands = {name: services()[name].get("command", json.loads(usual)) for name in PROGRAMS}
    assert commands == {name: ["python", "-m", "config.programs", name] for name in PROGRAMS}
    images = {(services()[name]["build"], services()[name]["image"]) for name in OF_THE_SERVER}
    assert images == {(".", "gantry")}


def test_they_wait_for_the_migration_and_it_for_the_servers() -> None:
    healthy, done = (
        {"condition": "service_healthy"},
        {"condition": "service_completed_successfully"},
    )
    assert services()["migrate"]["depends_on"] == {"db": healthy, "redis": healthy}
    waiting = [services()[name]["depends_on"] for name in PROGRAMS]
    assert waiting == [{"migrate": done, "db": healthy, "redis": healthy}] * len(PROGRAMS)


def test_every_file_named_exists() -> None:
    bound = [mount.split(":")[0] for mount in services()["db"]["volumes"] if mount[0] == "."]
    copied = re.findall(r"^COPY (\S+) ", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    [migrate] = services()["migrate"]["command"]
    named = [*bound, *copied, migrate]
    assert named == ["./docker/roles.sql", "requirements/base.txt", ".", "docker/migrate"]
    assert [name for name in named if not (ROOT / name).exists()] == []
    assert os.access(ROOT / migrate, os.X_OK)


def test_every_key_is_one_the_server_reads() -> None:
    known = re.findall(r"^([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE)
    given = services()["web"]["environment"]
    assert set(given) - set(known) == set()
    assert [services()[name]["environment"] for name in OF_THE_SERVER] == [given] * len(
        OF_THE_SERVER
    )


def test_the_roles_are_those_of_the_addresses() -> None:
    made = re.findall(r"CREATE ROLE (\w+)", (ROOT / "docker/roles.sql").read_text())
    given = services()["web"]["environment"]
    named = [urlsplit(given[key]).username for key in ("DIRECT_URL", "DATABASE_URL")]
    assert named == made


def test_no_password_is_pasted_into_an_address() -> None:
    given = services()["web"]["environment"]
    assert [value for value in given.values() if "://" in value and "$" in value] == []
    made = services()["db"]["environment"]
    assert given["DIRECT_PASSWORD"] == made["OWNER_PASSWORD"]
    assert given["DATABASE_PASSWORD"] == made["APP_PASSWORD"]


def test_every_program_is_asked_whether_it_works() -> None:
    asked = {name: services()[name]["healthcheck"] for name in PROGRAMS}
    command = ["CMD", "python", "-m", "config.health"]
    assert {name: check["test"] for name, check in asked.items()} == {
        name: [*command, name] for name in PROGRAMS
    }
    assert min(seconds(check["timeout"]) for check in asked.values()) > PATIENCE


def test_every_program_has_the_time_it_needs_to_stop() -> None:
    needed = {
        "web": DRAIN_SECONDS + LONGEST_STATEMENT,
        "worker": settings.CELERY_TASK_TIME_LIMIT,
        "jobs": settings.CELERY_TASK_TIME_LIMIT,
        "beat": LONGEST_STATEMENT,
        "relay": LONGEST_STATEMENT + LONGEST_STOP,
    }
    granted = {name: seconds(services()[name]["stop_grace_period"]) for name in PROGRAMS}
    assert {name: seconds > needed[name] for name, seconds in granted.items()} == dict.fromkeys(
        PROGRAMS, True
    )


def seconds(written: str) -> float:
    return float(written.removesuffix("s"))


def test_only_this_machine_reaches_the_server() -> None:
    ports = {name: service["ports"] for name, service in services().items() if "ports" in service}
    assert ports == {"web": ["127.0.0.1:${PORT:-8000}:8000"]}
