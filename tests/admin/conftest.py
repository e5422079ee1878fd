"""Staff, and something to look at."""

import pytest

from accounts.models import User
from projects.models import Project
from tasks.models import Task
from tasks.services.tasks import create_task
from tests.admin.desk import Desk
from tests.support.actors import by
from tests.support.cast import Cast
from tests.support.staff import sign_in_staff


@pytest.fixture
def root(db: None) -> User:
    """A superuser who belongs to no workspace."""
    return User.objects.create_superuser("root@example.com", "correct horse", name="Root")


@pytest.fixture
def desk(root: User) -> Desk:
    browser = Desk()
    sign_in_staff(browser, root)
    return browser


@pytest.fixture
def task(cast: Cast, project: Project) -> Task:
    return create_task(actor=by(cast.lea), project=project, title="Grind the gears")
