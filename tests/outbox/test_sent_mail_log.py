"""A developer reads in the log where a mail is; no other log names people or what they got."""

from pathlib import Path

import pytest
from django.urls import resolve
from pytest_django.fixtures import Settings

from outbox.models import State
from tests.config.production import settings_of
from tests.outbox.notes import claim, send, write
from tests.support.mail import FILES

pytestmark = pytest.mark.django_db

NAMES_PEOPLE = ("max@example.com", "A note")


@pytest.fixture(autouse=True)
def development(settings: Settings, caplog: pytest.LogCaptureFixture) -> None:
    settings.LOG_SENT_MAIL = True
    settings.PUBLIC_URL = "http://localhost:8010"
    caplog.set_level("INFO")


def lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.name == "gantry.mail"]


def test_mail_in_a_file_is_logged_with_its_path(
    settings: Settings, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    settings.EMAIL_BACKEND, settings.EMAIL_FILE_PATH = FILES, str(tmp_path)
    write()

    send(claim())

    [file] = tmp_path.iterdir()
    [line] = lines(caplog)
    assert all(part in line for part in (*NAMES_PEOPLE, str(file)))


def test_mail_is_logged_with_its_page_in_the_admin(caplog: pytest.LogCaptureFixture) -> None:
    write()

    row = send(claim())

    [line] = lines(caplog)
    assert all(part in line for part in NAMES_PEOPLE)
    assert "'file'" not in line
    page = f"/admin/outbox/delivery/{row.pk}/change/"
    assert f"http://localhost:8010{page}" in line
    assert resolve(page).view_name == "admin:outbox_delivery_change"


def test_mail_of_a_production_server_is_not_logged(
    settings: Settings, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    settings.LOG_SENT_MAIL = False
    write()

    assert send(claim()).state == State.SENT

    told = caplog.text + "".join(capfd.readouterr())
    assert not [part for part in NAMES_PEOPLE if part in told]


def test_production_does_not_log_sent_mail() -> None:
    assert settings_of("LOG_SENT_MAIL") == [False]
    development = {"DJANGO_SETTINGS_MODULE": "config.settings.development"}
    assert settings_of("LOG_SENT_MAIL", **development) == [True]
