"""What every test may use."""

import gc
from collections.abc import Iterator
from importlib import import_module

import pytest
from django.conf import settings

from accounts.models import User
from comments.models import Comment
from comments.services.comments import add_comment
from projects.models import Project
from tasks.models import Task
from tasks.services.tasks import create_task
from tests.support.actors import by
from tests.support.cast import Cast
from tests.support.tables import everything
from workspaces.models import Workspace

# Nothing that is imported is garbage.
gc.disable()
# Tests look at what registers itself for the web server only, such as the pages of the admin.
import_module(settings.ROOT_URLCONF)

pytest_plugins = [
    "tests.support.processors",
    "tests.support.context",
    "tests.support.databases",
    "tests.support.mail",
    "tests.support.programs",
    "tests.support.pooler",
    "tests.support.browser",
    "tests.support.own_postgres",
    "tests.support.isolation",
    "tests.support.sign_in",
    "tests.support.simulated_clock",
]


def pytest_collection_finish() -> None:
    """Spare the garbage collector what stays loaded: every full pass took a third of a second."""
    gc.freeze()
    gc.set_threshold(20_000, 10, 10)
    gc.enable()


@pytest.fixture
def ada(cast: Cast) -> User:
    return cast.ada


@pytest.fixture
def lea(cast: Cast) -> User:
    return cast.lea


@pytest.fixture
def workspace(cast: Cast) -> Workspace:
    return cast.workspace


@pytest.fixture
def project(cast: Cast) -> Project:
    return cast.project


@pytest.fixture
def task(cast: Cast) -> Task:
    """Lea's task, given to nobody."""
    return create_task(actor=by(cast.lea), project=cast.project, title="Grind the gears")


@pytest.fixture
def comment(cast: Cast, task: Task) -> Comment:
    """What Max said about it."""
    return add_comment(actor=by(cast.max), task=task, content="On it")


@pytest.fixture
def unchanged(comment: Comment) -> Iterator[None]:
    """The test leaves every row of every table as it was."""
    before = everything()
    yield
    assert everything() == before
