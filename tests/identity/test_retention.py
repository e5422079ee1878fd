"""What is kept of sessions and devices, and how long."""

from datetime import timedelta
from typing import Any

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db.models import F
from rest_framework.test import APIClient

from accounts.models import User
from identity.models import KnownDevice
from identity.retention import (
    remove_expired_sessions,
    remove_known_devices,
    remove_orphaned_devices,
)
from identity.services.recovery import note_device
from outbox.models import Delivery
from tests.support.sign_in import PASSWORD

pytestmark = pytest.mark.django_db


@pytest.fixture
def grace() -> User:
    return User.objects.create_user("grace@example.com", PASSWORD)


def sign_in() -> Any:
    credentials = {"email": "grace@example.com", "password": PASSWORD}
    return APIClient().post("/api/auth/login", credentials).json()["data"]


def refresh(pair: Any) -> int:
    body = {"refresh_token": pair["refresh_token"]}
    return APIClient().post("/api/auth/refresh", body).status_code


def test_an_expired_session_goes_with_its_tokens_and_its_device(grace: User) -> None:
    old, live = sign_in(), sign_in()
    first = UserSession.objects.order_by("pk")[0].session_key
    Session.objects.filter(pk=first).update(expire_date=F("expire_date") - timedelta(days=15))

    assert [remove_expired_sessions(10), remove_expired_sessions(10)] == [1, 0]

    assert not UserSession.objects.filter(session_key=first).exists()
    assert (Session.objects.count(), UserSession.objects.count()) == (1, 1)
    assert [refresh(old), refresh(live)] == [401, 200]


def test_a_device_without_a_session_goes_and_one_with_a_session_stays(grace: User) -> None:
    sign_in(), sign_in()
    UserSession.objects.update(created_at=F("created_at") - timedelta(days=91))
    Session.objects.filter(pk=UserSession.objects.order_by("pk")[0].session_key).delete()

    assert [remove_orphaned_devices(10), remove_orphaned_devices(10)] == [1, 0]

    assert Session.objects.filter(pk=UserSession.objects.get().session_key).exists()


def test_a_browser_in_use_stays_known(grace: User) -> None:
    browsers = ("Firefox", "Chrome")
    for browser in browsers:
        note_device(person=grace, user_agent=browser, address="192.0.2.1")
    KnownDevice.objects.update(seen_at=F("seen_at") - timedelta(days=366))
    note_device(person=grace, user_agent="Firefox", address="192.0.2.1")

    assert remove_known_devices(10) == 1

    told = Delivery.objects.filter(kind="new_device").count()
    for browser in browsers:
        note_device(person=grace, user_agent=browser, address="192.0.2.1")
    assert Delivery.objects.filter(kind="new_device").count() == told + 1
