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
from dashboards.services.totals import rebuild_totals
from notifications.models import Reminder
from notifications.services import queue_due_reminders
from outbox.models import Delivery
from outbox.services import claim_due
from projects.models import Category, Priority, Project, Status
from tasks.models import StatusChange, Task, TaskLabel, TaskType, Watcher
from tests.support.actors import by
from tests.support.cast import client_of
from tests.support.databases import CommittedDatabase
from tests.support.threads import times
from workspaces.models import Workspace
from workspaces.services.workspaces import update_workspace

COUNTED = (User, Workspace, Project, Task, Comment, StatusChange, Event, Delivery, Reminder)


def seed(**options: Any) -> str:
    out = StringIO()
    call_command("seed_demo", stdout=out, **{"into": connection.settings_dict["NAME"], **options})
    return out.getvalue()


def is_refusal(told: str) -> bool:
    return told.endswith("nothing was changed.\n")


def counts() -> dict[str, int]:
    return {model.__name__: model._default_manager.count() for model in COUNTED}


def test_seed_demo_by_two_at_once_plants_once_what_real_work_leaves(
    committed_db: CommittedDatabase, mailoutbox: list[EmailMessage]
) -> None:
    told, refused = sorted(times(2, lambda _: seed()), key=is_refusal)

    assert not is_refusal(told)
    assert is_refusal(refused)
    assert told.count("(superuser)") == 1
    assert all(person.check_password("gantry-demo") for person in User.objects.all())
    for address in ("admin@example.com", "ada@example.com"):
        assert address in told
        assert authenticate(RequestFactory().post("/"), email=address, password="gantry-demo")
    check_a_bit_of_everything_is_shown()
    check_the_traces_of_real_work()
    check_the_past_weeks_are_shown()
    check_nobody_gets_mail(mailoutbox)
    check_a_second_time_changes_nothing()


def check_a_bit_of_everything_is_shown() -> None:
    found = counts()
    assert (found["User"], found["Workspace"], found["Project"], found["Task"]) == (13, 3, 7, 65)
    assert set(Task.objects.values_list("type", flat=True)) == set(TaskType.values)
    assert set(Task.objects.values_list("priority", flat=True)) == set(Priority.values)
    assert set(Task.objects.values_list("category", flat=True)) == set(Category.values)
    assert Comment.objects.count() >= 20
    assert Task.objects.filter(parent__parent__isnull=False, start_date=None).exists()
    assert Task.objects.filter(repeat_every=1, estimate_minutes=20).count() == 1
    assert TaskLabel.objects.values("label__color").distinct().count() >= 3
    assert Watcher.objects.count() == 1
    full = Status.objects.get(wip_limit__isnull=False)
    assert full.tasks.count() > (full.wip_limit or 0)
    superusers = User.objects.filter(is_superuser=True, is_staff=True)
    assert [person.email for person in superusers] == ["admin@example.com"]


def check_the_traces_of_real_work() -> None:
    created = Event.objects.filter(entity="task", action="created")
    assert created.count() == Task.objects.count()
    closed = Task.objects.get(category="CLOSED")
    steps = closed.status_changes.order_by("created_at").values_list("target", flat=True)
    assert list(steps) == ["open", "in_progress", "resolved", "closed"]
    for workspace in Workspace.objects.all():
        events = Event.objects.filter(workspace_id=workspace.pk).order_by("seq")
        assert [event.seq for event in events] == list(range(1, len(events) + 1))
        assert [event.created_at for event in events] == sorted(e.created_at for e in events)


def check_the_past_weeks_are_shown() -> None:
    ada = client_of(User.objects.get(email="ada@example.com"))
    project = Project.objects.get(name="Mobile app")
    path = f"/api/projects/{project.pk}/dashboard"
    shown = ada.ask("GET", f"{path}?weeks=8")["data"]
    assert sum(week["throughput"] > 0 for week in shown["weeks"]) >= 5
    scopes = [week["scope"] for week in shown["weeks"]]
    assert scopes == sorted(scopes)
    assert scopes[0] < scopes[-1]
    assert shown["cycle_time"]["tasks"] == shown["completed"]
    assert 24 < shown["cycle_time"]["median_hours"] < 24 * 14
    rebuild_totals(project.pk)
    assert ada.ask("GET", f"{path}?weeks=8")["data"] == shown


def check_nobody_gets_mail(mailoutbox: list[EmailMessage]) -> None:
    assert {(d.state, d.reason) for d in Delivery.objects.all()} == {("SKIPPED", "demo data")}
    assert set(Reminder.objects.values_list("state", flat=True)) == {"CANCELLED"}
    assert queue_due_reminders() == 0
    assert claim_due(limit=100) == []
    assert mailoutbox == []


def check_a_second_time_changes_nothing() -> None:
    ada = User.objects.get(email="ada@example.com")
    update_workspace(actor=by(ada), workspace=ada.owned_workspaces.get(), changes={"name": "Ours"})
    before = counts()

    assert is_refusal(seed())

    assert counts() == before
    assert Workspace.objects.filter(name="Ours").exists()


@pytest.mark.django_db
def test_seed_demo_leaves_a_person_with_such_an_address_alone() -> None:
    User.objects.create_user("lucy@example.com", "correct horse")

    seed()

    assert counts()["User"] == 1


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
