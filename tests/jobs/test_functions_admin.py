"""The page of background functions in the admin."""

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.urls import reverse

from accounts.models import User
from jobs.models import FunctionFigures, FunctionRun, RunState
from tests.admin.desk import Desk, list_of, page_of
from tests.jobs.functions import run_all, speaker, wanted
from tests.support.staff import sign_in_staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk() -> Desk:
    browser = Desk()
    sign_in_staff(browser, User.objects.create_superuser("root@example.com", "correct horse"))
    return browser


def run_page(name: str) -> str:
    return reverse("admin:jobs_functionrun_run", args=[name])


def test_the_page_shows_every_function_and_how_it_went(desk: Desk) -> None:
    desk.post(run_page("outbox.sweep"))
    run_all()

    page = desk.get(list_of(FunctionRun))

    html = page.content.decode()
    assert page.status_code == 200
    assert "Give up what could not be delivered for three days." in html
    assert f'action="{run_page("outbox.sweep")}"' in html
    assert "every 10 min (worker)" in html
    assert "A message of Clerk whose effect failed when it came" in html
    assert run_page("clerk.apply_kept_message") not in html
    assert desk.get(list_of(FunctionFigures)).status_code == 200
    assert desk.get(page_of(FunctionRun.objects.get())).status_code == 200


def test_run_now_is_logged_and_done_once(desk: Desk) -> None:
    assert desk.get(run_page("outbox.sweep")).status_code == 405
    first = desk.post(run_page("outbox.sweep"), follow=True).content.decode()
    second = desk.post(run_page("outbox.sweep"), follow=True).content.decode()

    assert "outbox.sweep will run within seconds." in first
    assert "outbox.sweep is being run already." in second
    run = FunctionRun.objects.get()
    assert LogEntry.objects.get().object_id == str(run.pk)
    refused = desk.post(run_page("clerk.apply_kept_message"), follow=True).content.decode()
    assert "This function runs when its event happens" in refused
    assert "Not found" in desk.post(run_page("outbox.nothing"), follow=True).content.decode()


def test_failed_runs_are_replayed_and_refusals_shown(desk: Desk) -> None:
    with speaker() as said:
        failed, waiting = wanted("hello"), wanted("bye")
        FunctionRun.objects.filter(pk=failed.pk).update(state=RunState.FAILED)

        page = desk.act("replay", failed, waiting).content.decode()
        run_all()

    assert sorted(said.words) == ["bye", "hello"]
    assert "Only runs that have failed can be replayed." in page
    assert "will run again." in page
    assert FunctionRun.objects.get(replay_of=failed).state == RunState.SUCCEEDED


def test_who_may_only_look_runs_nothing(desk: Desk) -> None:
    person = User.objects.create_user("desk@example.com", "correct horse", is_staff=True)
    person.user_permissions.add(Permission.objects.get(codename="view_functionrun"))
    other = Desk()
    sign_in_staff(other, person)

    html = other.get(list_of(FunctionRun)).content.decode()

    assert "outbox.sweep" in html
    assert "Run now" not in html
    assert other.post(run_page("outbox.sweep")).status_code == 403
    with speaker():
        run = wanted("hello")
        FunctionRun.objects.update(state=RunState.FAILED)
        other.act("replay", run)
    assert FunctionRun.objects.count() == 1
