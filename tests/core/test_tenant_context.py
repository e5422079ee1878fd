"""Whose rows a transaction sees: set when a request is opened, gone when it ends."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client as Browser
from django.utils import timezone

from accounts.models import User
from core.context import as_system, show_also, show_workspaces_of
from dev.demo.services import seed_demo
from identity.services.personal_tokens import create_token
from notifications.background import queue_due_reminders
from notifications.models import Reminder
from outbox import background
from outbox.models import Delivery, State
from tasks.models import Task
from tasks.services.tasks import create_task
from tests.support.actors import by
from tests.support.cast import Cast, client_of
from tests.support.context import without_context
from tests.support.databases import CommittedDatabase
from tests.support.sink import Sink
from workspaces.models import Workspace, WorkspaceQuerySet
from workspaces.services.workspaces import create_workspace

CONTEXT = "current_setting('gantry.system', true), current_setting('gantry.workspaces', true)"


def seen() -> set[str]:
    return set(Workspace.objects.values_list("name", flat=True))


def context() -> tuple[str, str]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {CONTEXT}")
        found: tuple[str, str] = cursor.fetchone()
        return found


@pytest.fixture
def gateless(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> Cast:
    """The list of workspaces forgets to ask whose they are."""
    monkeypatch.setattr(WorkspaceQuerySet, "visible_to", lambda rows, _: rows.all())
    return cast


def listed(client: Any) -> list[str]:
    answer = client.get("/api/workspaces", headers={"Accept": "application/json"})
    return sorted(workspace["name"] for workspace in answer.json().get("data", ()))


def test_a_request_sees_nothing_of_the_context_around_it(gateless: Cast) -> None:
    with as_system("a test that must not lend its eyes"):
        assert seen() == {"Analytical Engines", "Elsewhere"}
        assert listed(client_of(gateless.sam)) == ["Elsewhere"]
        assert listed(client_of(gateless.ada)) == ["Analytical Engines"]
        assert listed(client_of(None)) == []


def test_nothing_of_a_request_is_left_for_what_follows(gateless: Cast) -> None:
    listed(client_of(gateless.sam))
    assert seen() == {"Analytical Engines", "Elsewhere"}
    assert context() == ("tests", "")


def test_staff_see_no_more_on_the_pages_for_developers_than_with_a_token(gateless: Cast) -> None:
    gateless.sam.is_staff = gateless.sam.is_superuser = True
    gateless.sam.save()
    browser = Browser()
    browser.force_login(gateless.sam)
    assert listed(browser) == ["Elsewhere"]


def test_a_personal_token_sees_what_it_is_bound_to(gateless: Cast) -> None:
    second = create_workspace(actor=by(gateless.sam), name="Second")
    for bound, expected in ((None, ["Elsewhere", "Second"]), ([second.pk], ["Second"])):
        _, text = create_token(
            actor=by(gateless.sam), name="Script", scopes=["read"], workspace_ids=bound
        )
        client = client_of(None)
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {text}")
        assert listed(client) == expected


def test_a_token_of_a_former_password_opens_nothing(gateless: Cast) -> None:
    client = client_of(gateless.sam)
    User.objects.filter(pk=gateless.sam.pk).update(password="!")
    assert client.get("/api/workspaces").status_code == 401


def test_a_new_workspace_is_seen_by_the_request_that_made_it(cast: Cast) -> None:
    made = client_of(cast.moe).ask("POST", "/api/workspaces", {"name": "Mine"}, status=201)
    project = {"name": "First", "workspaceId": made["data"]["id"]}
    client_of(cast.moe).ask("POST", "/api/projects", project, status=201)
    client_of(cast.gus).ask("POST", "/api/projects", {"name": "Personal"}, status=201)


def test_the_system_steps_back_into_the_former_context(cast: Cast) -> None:
    with without_context():
        assert seen() == set()
        show_workspaces_of(cast.sam.pk)
        with as_system("first"), as_system("second"):
            assert context()[0] == "second"
            assert len(seen()) == 2
        assert seen() == {"Elsewhere"}
        show_also(cast.workspace.pk)
        assert len(seen()) == 2


def test_the_system_steps_back_when_something_goes_wrong(cast: Cast) -> None:
    with without_context():
        show_workspaces_of(cast.sam.pk)
        with pytest.raises(ZeroDivisionError), as_system("arithmetic"):
            raise ZeroDivisionError
        assert seen() == {"Elsewhere"}


def test_a_context_ends_with_its_transaction(committed_db: CommittedDatabase, cast: Cast) -> None:
    with without_context():
        with transaction.atomic():
            show_workspaces_of(cast.sam.pk)
            assert seen() == {"Elsewhere"}
        assert (seen(), context()) == (set(), ("", ""))
        with as_system("a look at everything"):
            assert len(seen()) == 2
        assert (seen(), context()) == (set(), ("", ""))


def give_to_max(cast: Cast, due: date) -> None:
    create_task(
        actor=by(cast.lea), project=cast.project, title="Oil", assignee=cast.max, due_date=due
    )


def test_background_entries_bring_their_own_context(
    committed_db: CommittedDatabase, sink: Sink, cast: Cast
) -> None:
    give_to_max(cast, timezone.localdate() + timedelta(days=1))
    Reminder.objects.update(fire_at=timezone.now())
    with without_context():
        queue_due_reminders()
        background.deliver_due()
        background.sweep()
    assert len(sink.mails) == 2
    assert set(Delivery.objects.values_list("state", flat=True)) == {State.SENT}


def test_planting_the_demo_needs_no_context(db: None) -> None:
    with without_context():
        seed_demo()
    assert Task.objects.count() > 1


def test_moving_to_another_zone_plans_reminders_anew_in_all_workspaces(cast: Cast) -> None:
    give_to_max(cast, timezone.localdate() + timedelta(days=9))
    client_of(cast.max).ask("PATCH", "/api/auth/me", {"time_zone": "Pacific/Auckland"})
    assert list(Reminder.objects.order_by("rev").values_list("state", flat=True)) == [
        "CANCELLED",
        "PLANNED",
    ]
