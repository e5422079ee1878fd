"""GET /api/auth/devices, DELETE /api/auth/devices/{id}, and the mail about a new one."""

from datetime import UTC, datetime
from typing import Any
from unittest.mock import ANY

import pytest
from allauth.usersessions.models import UserSession
from rest_framework.test import APIClient

from accounts.models import User
from audit.models import AuditEntry
from outbox.models import Delivery
from tests.notifications.mailing import send_all
from tests.support.databases import CommittedDatabase
from tests.support.sign_in import PASSWORD, bearing
from tests.support.sink import Sink, part
from tests.support.threads import times

DEVICES = "/api/auth/devices"


def enter(email: str = "grace@example.com", agent: str = "Firefox/140.0", **extra: Any) -> Any:
    body = {"email": email, "password": PASSWORD}
    answer = APIClient().post("/api/auth/login", body, HTTP_USER_AGENT=agent, **extra)
    return answer.json()["data"]


def test_devices_are_one_s_own(grace: User) -> None:
    User.objects.create_user("eve@example.com", PASSWORD)
    enter("eve@example.com")
    enter(agent="Safari/18")
    answer = bearing(enter()["access_token"]).get(DEVICES).json()["data"]

    seen = {"id": ANY, "ip": "127.0.0.1", "created_at": ANY, "last_seen_at": ANY}
    assert answer == [
        seen | {"user_agent": "Firefox/140.0", "is_current": True},
        seen | {"user_agent": "Safari/18", "is_current": False},
    ]


def test_a_device_is_signed_out_from_afar(grace: User, stranger: APIClient) -> None:
    stolen = enter(agent="Opera")
    lost = UserSession.objects.get().pk
    here = bearing(enter()["access_token"])

    assert here.delete(f"{DEVICES}/{lost}").status_code == 204

    assert bearing(stolen["access_token"]).get("/api/auth/me").status_code == 401
    body = {"refresh_token": stolen["refresh_token"]}
    assert stranger.post("/api/auth/refresh", body).status_code == 401
    assert here.get("/api/auth/me").status_code == 200
    assert here.delete(f"{DEVICES}/{lost}").status_code == 404


def test_devices_of_others_do_not_exist(grace: User) -> None:
    User.objects.create_user("eve@example.com", PASSWORD)
    hers = enter("eve@example.com")
    device = UserSession.objects.get().pk

    assert bearing(enter()["access_token"]).delete(f"{DEVICES}/{device}").status_code == 404
    assert bearing(hers["access_token"]).get("/api/auth/me").status_code == 200


def test_a_device_that_refreshes_is_seen_again(grace: User, stranger: APIClient) -> None:
    tokens = enter()
    UserSession.objects.update(last_seen_at=datetime(2026, 1, 1, tzinfo=UTC))

    stranger.post("/api/auth/refresh", {"refresh_token": tokens["refresh_token"]})

    assert UserSession.objects.get().last_seen_at > datetime(2026, 1, 2, tzinfo=UTC)


@pytest.mark.django_db
def test_devices_are_not_for_strangers(stranger: APIClient) -> None:
    assert stranger.get(DEVICES).status_code == 401
    assert stranger.delete(f"{DEVICES}/1").status_code == 401


def test_a_new_device_is_told_of(grace: User, sink: Sink) -> None:
    enter()
    enter(agent="Firefox/141.0", REMOTE_ADDR="127.0.3.4")
    assert not Delivery.objects.exists()

    enter(agent="Safari/18", REMOTE_ADDR="192.0.2.1")
    send_all()

    [mail] = sink.mails
    assert str(mail["Subject"]) == "A sign-in from a new device"
    assert "192.0.2.1" in part(mail, "plain")
    assert "Safari/18" in part(mail, "plain")


def test_sign_outs_of_one_device_at_once_are_one_event(committed_db: CommittedDatabase) -> None:
    User.objects.create_user("grace@example.com", PASSWORD)
    token = enter()["access_token"]
    answers = times(4, lambda _: bearing(token).post("/api/auth/logout").status_code)
    assert answers == [204] * 4
    assert AuditEntry.objects.filter(action="session.ended").count() == 1
