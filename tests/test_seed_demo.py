"""`manage.py seed_demo`."""

from io import StringIO
from typing import Any

import pytest
from django.contrib.auth import authenticate
from django.core.mail import EmailMessage
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import RequestFactory
from pytest_django import Settings

from accounts.models import User
from activity.models import Event
from comments.models import Comment
from dev.demo.services import AlreadySeeded, seed_demo
from notifications.models import Reminder
from notifications.services import queue_due_reminders
from outbox.models import Delivery
from outbox.services import claim_due
from projects.models import Category, Priority, Project
from tasks.models import StatusChange, Task, TaskType
from tests.support.actors import by
from tests.support.databases import CommittedDatabase
from tests.support.threads import at_once
from workspaces.models import Workspace
from workspaces.services.workspaces import update_workspace

COUNTED = (User, Workspace, Project, Task, Comment, StatusChange, Event, Delivery, Reminder)


def seed(**options: Any) -> str:
    out = StringIO()
    call_command("seed_demo", stdout=out, **{"into": connection.settings_dict["NAME"], **options})
    return out.getvalue()


def counts() -> dict[str, int]:
    return {model.__name__: model._default_manager.count() for model in COUNTED}


@pytest.mark.django_db
def test_seed_demo_shows_a_bit_of_everything() -> None:
    seed()

    found = counts()
    assert (found["User"], found["Workspace"], found["Project"], found["Task"]) == (13, 3, 7, 40)
    assert set(Task.objects.values_list("type", flat=True)) == set(TaskType.values)
    assert set(Task.objects.values_list("priority", flat=True)) == set(Priority.values)
    assert set(Task.objects.values_list("category", flat=True)) == set(Category.values)
    assert Comment.objects.count() >= 20


@pytest.mark.django_db
def test_seed_demo_leaves_the_traces_of_real_work() -> None:
    seed()

    created = Event.objects.filter(entity="task", action="created")
    assert created.count() == Task.objects.count()
    closed = Task.objects.get(category="CLOSED")
    steps = closed.status_changes.order_by("created_at").values_list("target", flat=True)
    assert list(steps) == ["open", "in_progress", "resolved", "closed"]


@pytest.mark.django_db
def test_seed_demo_twice_changes_nothing() -> None:
    seed()
    ada = User.objects.get(email="ada@example.com")
    update_workspace(actor=by(ada), workspace=ada.owned_workspaces.get(), changes={"name": "Ours"})
    before = counts()

    told = seed()

    assert told.startswith("Somebody has one of the demo's addresses already")
    assert counts() == before
    assert Workspace.objects.filter(name="Ours").exists()


@pytest.mark.django_db
def test_seed_demo_leaves_a_person_with_such_an_address_alone() -> None:
    User.objects.create_user("lucy@example.com", "correct horse")

    seed()

    assert counts()["User"] == 1


@pytest.mark.django_db
def test_seed_demo_sends_no_mail(mailoutbox: list[EmailMessage]) -> None:
    seed()

    assert {(d.state, d.reason) for d in Delivery.objects.all()} == {("SKIPPED", "demo data")}
    assert set(Reminder.objects.values_list("state", flat=True)) == {"CANCELLED"}
    assert queue_due_reminders() == 0
    assert claim_due(limit=100) == []
    assert mailoutbox == []


@pytest.mark.django_db
def test_seed_demo_prints_sign_ins_that_work() -> None:
    told = seed()

    for address in ("admin@example.com", "ada@example.com"):
        assert address in told
        request = RequestFactory().post("/")
        person = authenticate(request, email=address, password="gantry-demo")
        assert person is not None
    superusers = User.objects.filter(is_superuser=True, is_staff=True)
    assert [person.email for person in superusers] == ["admin@example.com"]
    assert told.count("(superuser)") == 1


@pytest.mark.django_db
def test_seed_demo_is_refused_in_production(settings: Settings) -> None:
    settings.REFUSE_DEMO_PEOPLE = True

    with pytest.raises(CommandError):
        seed()

    assert not User.objects.exists()


@pytest.mark.django_db
def test_seed_demo_fills_only_the_database_it_was_told() -> None:
    for options in ({"into": "gantry_production"}, {"into": ""}):
        with pytest.raises(CommandError, match="The database is called test_"):
            seed(**options)
    with pytest.raises(CommandError, match="required"):
        call_command("seed_demo")

    assert not User.objects.exists()


def test_seed_demo_by_two_at_once_happens_once(committed_db: CommittedDatabase) -> None:
    def attempt() -> str:
        try:
            seed_demo()
        except AlreadySeeded:
            return "refused"
        return "planted"

    assert sorted(at_once(attempt, attempt)) == ["planted", "refused"]
    assert counts()["Task"] == 40
    for workspace in Workspace.objects.all():
        events = Event.objects.filter(workspace_id=workspace.pk).order_by("seq")
        assert [event.seq for event in events] == list(range(1, len(events) + 1))
