"""Each worker's own databases, cloned from one that was migrated once, used as the runtime role.

One is empty, others hold the cast or the world of the matrix: a test that names the fixture
`cast` or `world` finds everybody in their place, committed before it began, instead of waiting for
services to put them there.
"""

from __future__ import annotations

import fcntl
import os
import pickle
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from uuid import uuid4

import psycopg
import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connections, transaction
from psycopg import sql
from psycopg.errors import InsufficientPrivilege, ObjectInUse

from tests.support.cast import Cast, gather

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from pytest_django.plugin import DjangoDbBlocker

RUN = "GANTRY_TEST_RUN"
ALIASES = ("default", "attempts", "direct")
PEOPLE: dict[str, Callable[[], Any]] = {"cast": gather}
"""Who can be found in a database, by the fixture that asks for them; tests/matrix adds its own."""
_connected: dict[str, dict[str, Any]] = {}
"""The connections of a database that is not in use, by their alias."""


@dataclass(frozen=True)
class CommittedDatabase:
    """A database where commits are real and other processes may join."""

    name: str
    url: str
    direct_url: str


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        os.environ[RUN] = uuid4().hex[:8]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Choose the database before any fixture connects to one.

    Attempts are counted on a connection of their own; what a test counts ends with it.
    """
    for item in items:
        names: list[str] = getattr(item, "fixturenames", [])
        if _wanted(names):
            names[:0] = ["committed_db"] if "committed_db" in names else ["peopled_db", "db"]
        mark = item.get_closest_marker("django_db")
        if "db" in names or (mark and not mark.kwargs):
            item.add_marker(pytest.mark.django_db(databases=["default", "attempts"]), append=False)


def pytest_unconfigure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput") and (settings.DATA_DIR / _template()).exists():
        _drop(_template())
        (settings.DATA_DIR / _template()).unlink()


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    name = f"{_template()}_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"
    with django_db_blocker.unblock():
        _migrate_once()
        _clone(name, _template())
        _switch_to(name)
    yield
    with django_db_blocker.unblock():
        _close_all()
        _drop(name)


@pytest.fixture(scope="session")
def everybody(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[Callable[[str], Any]]:
    """Those of `PEOPLE`, committed to a database beside the empty one when first asked for.

    Whoever asks gets objects of their own.
    """
    empty, made = _current(), dict[str, bytes]()

    def people(kind: str) -> Any:
        if kind not in made:
            _clone(f"{empty}_{kind}", _template())
            _swap_to(f"{empty}_{kind}")
            with transaction.atomic():
                # A third of the time of `deepcopy`, which every test would wait for.
                made[kind] = pickle.dumps(PEOPLE[kind]())
            _swap_to(empty)
        return pickle.loads(made[kind])

    yield people
    with django_db_blocker.unblock():
        for kind in made:
            _leave(f"{empty}_{kind}")
            _drop(f"{empty}_{kind}")


@pytest.fixture
def peopled_db(
    request: pytest.FixtureRequest,
    everybody: Callable[[str], Any],
    django_db_blocker: DjangoDbBlocker,
) -> Iterator[None]:
    """The database with those the test asks for, in place of the empty one."""
    [kind], empty = _wanted(request.fixturenames), _current()
    with django_db_blocker.unblock():
        everybody(kind)
        _swap_to(f"{empty}_{kind}")
        yield
        _swap_to(empty)


@pytest.fixture
def cast(everybody: Callable[[str], Any]) -> Cast:
    """The people of Analytical Engines and one stranger, in the database of the test."""
    people: Cast = everybody("cast")
    return people


@pytest.fixture
def committed_db(
    request: pytest.FixtureRequest,
    everybody: Callable[[str], Any],
    django_db_blocker: DjangoDbBlocker,
) -> Iterator[CommittedDatabase]:
    """For threads, other processes and on-commit work; never together with the `django_db` mark."""
    with django_db_blocker.unblock():
        source = _template()
        for kind in _wanted(request.fixturenames):
            everybody(kind)
            source = f"{_current()}_{kind}"
        with _cloned(source) as here, in_use(here):
            yield here


@pytest.fixture(scope="module")
def shared_db(
    everybody: Callable[[str], Any], django_db_blocker: DjangoDbBlocker
) -> Iterator[CommittedDatabase]:
    """One with the cast for all tests of a module, each of which is `in_use` of it."""
    with django_db_blocker.unblock():
        everybody("cast")
        with _cloned(f"{_current()}_cast") as here:
            yield here


@pytest.fixture(scope="session")
def lasting_db(
    everybody: Callable[[str], Any], django_db_blocker: DjangoDbBlocker
) -> Iterator[CommittedDatabase]:
    """One with the cast for all modules that share a server, each test of which is `in_use`."""
    stack = ExitStack()
    with django_db_blocker.unblock():
        everybody("cast")
        here = stack.enter_context(_cloned(f"{_current()}_cast"))
    yield here
    with django_db_blocker.unblock():
        stack.close()


@contextmanager
def in_use(database: CommittedDatabase) -> Iterator[None]:
    """Use it in the block, and in the programs that the block starts."""
    usual = _current()
    _switch_to(database.name)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATABASE_URL", database.url)
        patch.setenv("DIRECT_URL", database.direct_url)
        try:
            yield
        finally:
            _switch_to(usual)


@contextmanager
def _cloned(source: str) -> Iterator[CommittedDatabase]:
    name = f"{_template()}_{uuid4().hex[:8]}"
    runtime, direct = os.environ["DATABASE_URL"], _owner_url()
    _clone(name, source)
    try:
        yield CommittedDatabase(name, _renamed(runtime, name), _renamed(direct, name))
    finally:
        _drop(name)


def _template() -> str:
    return f"test_{os.environ[RUN]}"


def _migrate_once() -> None:
    with (settings.DATA_DIR / _template()).open("a+") as done:
        fcntl.flock(done, fcntl.LOCK_EX)
        done.seek(0)
        if done.read():
            return
        _execute("CREATE DATABASE {}", _template())
        _switch_to(_template())
        call_command("migrate", verbosity=0, interactive=False)
        _close_all()
        done.write("migrated")


def _clone(name: str, source: str) -> None:
    # A template may have no visitors; workers clone one after the other.
    _leave(source)
    with (settings.DATA_DIR / _template()).open() as gate:
        fcntl.flock(gate, fcntl.LOCK_EX)
        # Copying files takes a tenth of the time of writing every page to the log.
        _execute("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY", name, source)


def _drop(name: str, patience: float = 30.0) -> None:
    deadline = time.monotonic() + patience
    while True:
        try:
            return _execute("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)
        except (InsufficientPrivilege, ObjectInUse):
            # Sessions of the runtime role, which the owner may not end, are still saying goodbye.
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)


def _switch_to(name: str) -> None:
    _close_all()
    for alias in ALIASES:
        connections.settings[alias]["NAME"] = name


def _swap_to(name: str) -> None:
    """Switch, but keep the connections, and what they have prepared, until the next time."""
    known = _connected.pop(name, {})
    _connected[_current()] = {alias: connections[alias] for alias in ALIASES}
    for alias in ALIASES:
        connections.settings[alias]["NAME"] = name
        if alias in known:
            connections[alias] = known[alias]
        else:
            del connections[alias]


def _leave(name: str) -> None:
    """Close the connections kept to a database."""
    for connection in _connected.pop(name, {}).values():
        connection.close()


def _wanted(names: Iterable[str]) -> list[str]:
    """Whom a test with these fixtures asks for."""
    return [kind for kind in PEOPLE if kind in names]


def _current() -> str:
    return str(connections.settings["default"]["NAME"])


def _close_all() -> None:
    for alias in ALIASES:
        connections[alias].close()


def _execute(statement: str, *names: str) -> None:
    with psycopg.connect(_owner_url(), autocommit=True) as owner:
        owner.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


def _owner_url() -> str:
    return os.environ.get("DIRECT_URL") or os.environ["DATABASE_URL"]


def _renamed(url: str, name: str) -> str:
    return urlsplit(url)._replace(path=f"/{name}").geturl()
