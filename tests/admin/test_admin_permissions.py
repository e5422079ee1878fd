"""Who comes into the admin, and how far."""

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from accounts.models import User
from activity.models import Event
from tasks.models import Task
from tests.admin.desk import Desk, list_of, page_of
from tests.support.cast import Cast
from tests.support.staff import sign_in_staff

LEDGERS = ["activity.event", "activity.eventcounter", "tasks.statuschange", "tasks.taskcounter"]


@pytest.fixture
def clerk(cast: Cast) -> User:
    """Staff who may look at tasks and nothing else."""
    cast.moe.is_staff = True
    cast.moe.save()
    cast.moe.user_permissions.add(Permission.objects.get(codename="view_task"))
    return cast.moe


def test_strangers_are_sent_to_the_sign_in(task: Task) -> None:
    for path in (reverse("admin:index"), list_of(Task), page_of(task)):
        answer = Desk().get(path)
        assert answer.status_code == 302
        assert "login" in answer["Location"]


def test_people_who_are_not_staff_are_sent_away(cast: Cast, task: Task) -> None:
    browser = Desk()
    sign_in_staff(browser, cast.ada)

    for path in (reverse("admin:index"), list_of(Task), page_of(task)):
        assert browser.get(path).status_code == 302


def test_staff_see_what_they_may_see(clerk: User, task: Task) -> None:
    browser = Desk()
    sign_in_staff(browser, clerk)

    assert browser.get(page_of(task)).status_code == 200
    assert browser.post(page_of(task), {"title": "Mine"}).status_code == 403
    assert browser.get(page_of(task, "delete")).status_code == 403
    assert browser.get(list_of(Event)).status_code == 403
    groups = browser.get(reverse("admin:index")).context["sidebar_navigation"]
    shown = [item["title"] for group in groups for item in group["items"] if item["has_permission"]]
    assert shown == ["Tasks"]


def test_staff_who_only_look_are_offered_no_action(clerk: User, task: Task) -> None:
    browser = Desk()
    sign_in_staff(browser, clerk)

    browser.act("mark_done", task)

    task.refresh_from_db()
    assert task.category == "TODO"
    assert browser.get(list_of(Task)).context["cl"].result_count == 1


@pytest.mark.parametrize("label", LEDGERS)
def test_ledgers_are_only_read(task: Task, desk: Desk, label: str) -> None:
    add = reverse(f"admin:{label.replace('.', '_')}_add")

    assert desk.get(add).status_code == 403
    assert desk.post(add, {}).status_code == 403


def test_the_log_is_neither_changed_nor_deleted(task: Task, desk: Desk) -> None:
    event = Event.objects.get(entity_id=task.pk)

    assert desk.post(page_of(event), {"action": "updated"}).status_code == 403
    assert desk.delete_row(event).status_code == 403
    desk.act("delete_selected", event, post="yes")

    event.refresh_from_db()
    assert event.action == "created"


def test_history_is_neither_changed_nor_deleted(task: Task, desk: Desk) -> None:
    step = task.status_changes.get()

    assert desk.post(page_of(step), {"target": "DONE"}).status_code == 403
    assert desk.delete_row(step).status_code == 403

    assert task.status_changes.get().target == "TODO"
