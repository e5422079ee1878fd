"""Forgotten, reset and changed passwords, and proving oneself once more."""

import re
from datetime import timedelta
from typing import Any
from unittest.mock import ANY

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.utils import timezone
from pytest_django import Settings
from rest_framework.test import APIClient

from accounts.models import User
from identity.services.reset_links import reset_link
from outbox.models import Delivery
from tests.notifications.mailing import send_all
from tests.support.databases import CommittedDatabase
from tests.support.factors import give_app
from tests.support.sign_in import PASSWORD, bearing
from tests.support.signing import access_token_for, token_pair_for
from tests.support.sink import Sink, part
from tests.support.threads import times

FORGOT, RESET, CHANGE = (f"/api/auth/password/{verb}" for verb in ("forgot", "reset", "change"))
NEW = "Entirely 0ther words"


def key_for(person: User) -> str:
    return reset_link(person).rpartition("/")[2]


def enter(client: APIClient, password: str = PASSWORD, **extra: Any) -> Any:
    body = {"email": "grace@example.com", "password": password}
    return client.post("/api/auth/login", body, **extra)


def reset(client: APIClient, key: str, password: str = NEW) -> Any:
    return client.post(RESET, {"key": key, "password": password})


def change(client: APIClient, current: str = PASSWORD, new: str = NEW) -> Any:
    return client.post(CHANGE, {"current_password": current, "new_password": new})


def test_forgot_answers_the_same_for_everybody(stranger: APIClient, grace: User) -> None:
    User.objects.create_user("idle@example.com", PASSWORD, is_active=False)
    people = ("Grace@Example.com", "nobody@example.com", "idle@example.com")
    answers = [stranger.post(FORGOT, {"email": email}) for email in people]

    assert [answer.status_code for answer in answers] == [200] * 3
    assert all(answer.json() == answers[0].json() for answer in answers)
    kinds = Delivery.objects.order_by("created_at").values_list("kind", flat=True)
    assert list(kinds) == ["password_reset", "unknown_account", "unknown_account"]


def test_forgot_asks_the_database_the_same_for_everybody(
    stranger: APIClient, grace: User, django_assert_num_queries: Any
) -> None:
    # Attempts are counted on a connection of their own.
    for email in (grace.email, "nobody@example.com"):
        with django_assert_num_queries(4):
            stranger.post(FORGOT, {"email": email})


@pytest.mark.parametrize("email", ["grace@example.com", "nobody@example.com"])
def test_forgot_is_limited_for_each_address(stranger: APIClient, grace: User, email: str) -> None:
    answers = [stranger.post(FORGOT, {"email": email}).status_code for _ in range(6)]

    assert answers == [200] * 5 + [429]


@pytest.mark.django_db
def test_forgot_is_limited_for_each_internet_address(stranger: APIClient) -> None:
    answers = [stranger.post(FORGOT, {"email": f"{n}@example.com"}).status_code for n in range(21)]

    assert answers == [200] * 20 + [429]


def test_the_mail_links_to_the_front_end_and_staff_cannot_read_the_link(
    stranger: APIClient, grace: User, sink: Sink
) -> None:
    stranger.post(FORGOT, {"email": grace.email}, HTTP_HOST="localhost:6666")
    [delivery] = send_all()
    text = part(sink.mails[0], "plain")
    found = re.search(r"http://localhost:3000/reset-password/(\S+)", text)

    assert found
    assert "•••••" in delivery.mail.text
    assert found[1] not in str(Delivery.objects.values().get())
    assert reset(stranger, found[1]).status_code == 200


def test_a_link_is_not_sent_after_its_time(stranger: APIClient, grace: User, sink: Sink) -> None:
    stranger.post(FORGOT, {"email": grace.email})
    Delivery.objects.update(created_at=timezone.now() - timedelta(hours=2))

    [delivery] = send_all()

    assert (delivery.state, sink.mails) == ("SKIPPED", [])


def test_reset_tells_whether_the_link_works(stranger: APIClient, grace: User) -> None:
    good = stranger.get(RESET, HTTP_X_PASSWORD_RESET_KEY=key_for(grace))
    bad = stranger.get(RESET, HTTP_X_PASSWORD_RESET_KEY="x")

    assert good.json()["data"] == {"email": grace.email}
    assert (bad.status_code, bad.json()["code"]) == (400, "invalid_reset_link")


def test_reset_ends_every_session(stranger: APIClient, grace: User, signed_in: APIClient) -> None:
    pair = token_pair_for(grace)
    enter(stranger)
    grace.refresh_from_db()

    assert reset(stranger, key_for(grace)).status_code == 200

    assert signed_in.get("/api/auth/me").status_code == 401
    spent = stranger.post("/api/auth/refresh", {"refresh_token": pair["refresh_token"]})
    assert spent.status_code == 401
    assert not UserSession.objects.exists()
    assert enter(stranger).status_code == 401
    assert enter(stranger, NEW).status_code == 200


def test_reset_works_once(stranger: APIClient, grace: User) -> None:
    key = key_for(grace)
    reset(stranger, key)

    assert reset(stranger, key, "And 0ther ones again").status_code == 400


def test_reset_refuses_other_keys(stranger: APIClient, grace: User, settings: Settings) -> None:
    other = User.objects.create_user("eve@example.com", PASSWORD)
    key = key_for(grace)
    swapped = f"{other.pk.hex}-{key.partition('-')[2]}"
    forged = [swapped, key[:-1], f"{key}x", "", "-", "x-y", f"{grace.pk.hex}-", "ü-ü"]
    settings.PASSWORD_RESET_TIMEOUT = -1

    assert {reset(stranger, key).status_code for key in (*forged, key)} == {400}


def test_reset_refuses_a_weak_password_and_keeps_the_link(stranger: APIClient, grace: User) -> None:
    key = key_for(grace)
    refused = reset(stranger, key, "grace@example.com")

    assert (refused.status_code, list(refused.json()["errors"])) == (400, ["password"])
    assert reset(stranger, key).status_code == 200


def test_reset_is_no_way_around_the_second_factor(stranger: APIClient, grace: User) -> None:
    give_app(grace)

    answer = reset(stranger, key_for(grace)).json()

    assert answer["data"] == {"status": "ok"}
    assert enter(stranger, NEW).json()["code"] == "mfa_required"


def test_reset_links_are_not_guessed_quickly(stranger: APIClient, grace: User) -> None:
    guesses = [reset(stranger, f"{grace.pk.hex}-x-{n}").status_code for n in range(20)]

    assert guesses == [400] * 20
    assert reset(stranger, key_for(grace)).status_code == 429
    asked = stranger.get(RESET, HTTP_X_PASSWORD_RESET_KEY=key_for(grace))
    assert asked.status_code == 429


def test_reset_lifts_the_lock(stranger: APIClient, grace: User) -> None:
    for n in range(6):
        refused = enter(stranger, "wrong", REMOTE_ADDR=f"192.0.2.{n}")
    assert refused.status_code == 429

    reset(stranger, key_for(grace))

    assert enter(stranger, NEW).status_code == 200


def test_reset_many_times_at_once_happens_once(committed_db: CommittedDatabase) -> None:
    key = key_for(User.objects.create_user("grace@example.com", PASSWORD))

    answers = times(6, lambda n: int(reset(APIClient(), key, f"{NEW} {n}").status_code))

    assert sorted(answers) == [200] + [400] * 5


def test_change_keeps_this_device_and_ends_the_others(stranger: APIClient, grace: User) -> None:
    here, there = token_pair_for(grace), token_pair_for(grace)

    response = change(bearing(here["access_token"]))

    assert response.status_code == 200
    assert response.json()["data"].keys() == {"access_token", "refresh_token", "expires_in"}
    assert bearing(here["access_token"]).get("/api/auth/me").status_code == 200
    assert bearing(there["access_token"]).get("/api/auth/me").status_code == 401
    tokens = (response.json()["data"], here, there)
    refreshed = [
        stranger.post("/api/auth/refresh", {"refresh_token": pair["refresh_token"]}).status_code
        for pair in tokens
    ]
    assert refreshed == [200, 401, 401]


def test_change_needs_the_current_password(signed_in: APIClient, grace: User) -> None:
    refused = [change(signed_in, "wrong") for _ in range(5)]

    assert {answer.json()["code"] for answer in refused} == {"incorrect_password"}
    assert change(signed_in).status_code == 429
    grace.refresh_from_db()
    assert grace.check_password(PASSWORD)


def test_change_refuses_a_weak_password(signed_in: APIClient, grace: User) -> None:
    response = change(signed_in, new="grace@example.com")

    assert (response.status_code, list(response.json()["errors"])) == (400, ["new_password"])


@pytest.mark.django_db
def test_change_is_not_for_strangers(stranger: APIClient, grace: User) -> None:
    assert change(stranger).status_code == 401
    stranger.force_login(grace)
    assert change(stranger).status_code == 401


def test_change_tells_the_owner(signed_in: APIClient, sink: Sink) -> None:
    change(signed_in)
    send_all()

    assert [str(mail["Subject"]) for mail in sink.mails] == ["Your password was changed"]
    assert "grace@example.com" in part(sink.mails[0], "plain")


def test_reauthenticate_is_noted_in_the_session(grace: User) -> None:
    client = bearing(access_token_for(grace))

    wrong = client.post("/api/auth/reauthenticate", {"password": "wrong"})
    assert (wrong.status_code, wrong.json()["code"]) == (400, "incorrect_password")
    assert client.post("/api/auth/reauthenticate", {"password": PASSWORD}).status_code == 204

    [record] = Session.objects.get().get_decoded()["account_authentication_methods"]
    assert record == {"method": "password", "reauthenticated": True, "at": ANY}


def test_reauthenticate_is_limited(signed_in: APIClient, stranger: APIClient) -> None:
    for _ in range(5):
        signed_in.post("/api/auth/reauthenticate", {"password": "wrong"})

    answer = signed_in.post("/api/auth/reauthenticate", {"password": PASSWORD})

    assert (answer.status_code, "Retry-After" in answer) == (429, True)
    assert stranger.post("/api/auth/reauthenticate", {"password": "x"}).status_code == 401
