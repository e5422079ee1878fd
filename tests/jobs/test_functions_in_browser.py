"""The page of functions in a real browser: a click has a function run."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
import requests
from django.conf import settings
from django.db.models.functions import Now
from django.test import Client

from accounts.models import User
from config import local, programs
from jobs.models import FunctionRun, RunState
from tests.support.browser import Window
from tests.support.databases import CommittedDatabase
from tests.support.programs import Programs, eventually
from tests.support.staff import sign_in_staff

pytestmark = pytest.mark.debian
BUTTON = "form[action$='run/outbox.sweep/'] button"


@pytest.fixture
def url(committed_db: CommittedDatabase, started: Programs, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("PORT", str(local.free_port()))
    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1:1/0")
    started.start(programs.web())
    started.relay()
    address = f"http://127.0.0.1:{os.environ['PORT']}"
    eventually(lambda: _answers(address))
    return address


def _answers(address: str) -> bool:
    try:
        return requests.get(f"{address}/livez", timeout=5).ok
    except requests.ConnectionError:
        return False


def signed_in(window: Window, url: str) -> None:
    browser = Client()
    sign_in_staff(browser, User.objects.create_superuser("root@example.com", "correct horse"))
    key = browser.cookies[settings.SESSION_COOKIE_NAME].value
    window.tell("Network.setCookie", name=settings.SESSION_COOKIE_NAME, value=key, url=url)


def fail_once() -> None:
    FunctionRun.objects.create(
        function="attachments.make_thumbnails",
        trigger=FunctionRun.Trigger.SCHEDULE,
        state=RunState.FAILED,
        attempts=3,
        error="Unavailable: The service is busy. Try again in a moment.",
        started_at=Now(),
        finished_at=Now(),
        milliseconds=5021,
    )


def shows(window: Window, words: str) -> bool:
    """Whether the page that is loaded has these words; False while it is being loaded."""
    return bool(window.value(f"(document.body?.innerText ?? '').includes({words!r})"))


def test_a_click_has_a_function_run(
    url: str, new_window: Callable[[str], Window], tmp_path: Path
) -> None:
    window, page = new_window("about:blank"), f"{url}/admin/jobs/functionrun/"
    signed_in(window, url)
    fail_once()
    window.tell("Page.navigate", url=page)
    eventually(lambda: window.value(f'!!document.querySelector("{BUTTON}")'))

    window.value(f'document.querySelector("{BUTTON}").click()')

    eventually(lambda: shows(window, "outbox.sweep will run within seconds."))
    runs = FunctionRun.objects.filter(function="outbox.sweep", state=RunState.SUCCEEDED)
    eventually(runs.exists)
    window.tell("Page.navigate", url=page)
    eventually(lambda: not shows(window, "will run") and shows(window, "Succeeded"))
    window.picture(tmp_path / "functions.png", width=1500, height=2100)
