"""Attempts are counted exactly, whatever comes at once and from wherever."""

from typing import Any

import pytest
from django.db import transaction
from django.test import RequestFactory
from pytest_django import Settings
from rest_framework.test import APIClient

from accounts.models import User
from core.errors import TooManyRequests
from core.limits import (
    AUTONOMOUS,
    UNKNOWN_ADDRESS,
    Limit,
    client_network,
    give_back,
    remove_attempt_counts,
    reset,
    take,
)
from core.models import AttemptCount
from tests.support.databases import CommittedDatabase
from tests.support.sign_in import PASSWORD
from tests.support.threads import at_once, times

WRONG = "wrong"
THREE = Limit("tests", 3, 60)


def attempt(email: str, password: str = WRONG, **extra: Any) -> Any:
    return APIClient().post("/api/auth/login", {"email": email, "password": password}, **extra)


@pytest.mark.parametrize("email", ["grace@example.com", "nobody@example.com"])
def test_many_wrong_passwords_at_once_are_five_evaluated(
    committed_db: CommittedDatabase, email: str
) -> None:
    User.objects.create_user("grace@example.com", PASSWORD)

    answers = times(16, lambda n: attempt(email, REMOTE_ADDR=f"192.0.{n}.1").status_code)

    assert sorted(answers) == [401] * 5 + [429] * 11
    assert attempt(email, PASSWORD, REMOTE_ADDR="198.51.100.1").status_code == 429


def test_many_attempts_at_once_count_exactly(committed_db: CommittedDatabase) -> None:
    assert sum(at_once(*[_is_let_through] * 16)) == 3


def _is_let_through() -> bool:
    try:
        take(THREE, "somebody")
    except TooManyRequests:
        return False
    return True


def test_right_passwords_at_once_leave_no_trace(committed_db: CommittedDatabase) -> None:
    User.objects.create_user("grace@example.com", PASSWORD)

    answers = at_once(*[lambda: attempt("grace@example.com", PASSWORD).status_code] * 8)

    assert set(answers) <= {200, 429}
    assert [attempt("grace@example.com").status_code for _ in range(6)] == [401] * 5 + [429]


def test_a_request_that_is_rolled_back_was_an_attempt(committed_db: CommittedDatabase) -> None:
    with transaction.atomic():
        take(THREE, "somebody")
        transaction.set_rollback(True)

    take(THREE, "somebody")
    assert AttemptCount.objects.get().count == 2


@pytest.mark.django_db
def test_a_window_ends() -> None:
    moment = Limit("tests", 1, 0)
    for _ in range(5):
        take(moment, "somebody")

    assert remove_attempt_counts(10) == 1
    assert not AttemptCount.objects.using(AUTONOMOUS).exists()


@pytest.mark.django_db
def test_attempts_are_given_back_and_forgotten() -> None:
    for _ in range(3):
        take(THREE, "Somebody ")
    give_back(THREE, "somebody")
    take(THREE, "somebody")
    with pytest.raises(TooManyRequests):
        take(THREE, "SOMEBODY")
    reset(THREE, "somebody")

    take(THREE, "somebody")


@pytest.mark.django_db
def test_the_table_names_nobody() -> None:
    attempt("ada@example.com")

    counts = list(AttemptCount.objects.using(AUTONOMOUS).values())
    assert len(counts) == 6
    assert "ada" not in str(counts)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("proxies", "forwarded", "last"),
    [
        (0, "203.0.113.{}", 429),
        (1, "203.0.113.{}, 192.0.2.7", 429),
        (1, "203.0.113.{}", 401),
        (2, "203.0.113.{}", 401),
        (1, "2001:db8::{}", 429),
        (1, "garbage {}", 429),
    ],
)
def test_internet_addresses_are_those_our_proxies_saw(
    settings: Settings, proxies: int, forwarded: str, last: int
) -> None:
    settings.TRUSTED_PROXY_COUNT = proxies
    for n in range(10):
        attempt(f"{n}@example.com", HTTP_X_FORWARDED_FOR=forwarded.format(n))

    answer = attempt("ada@example.com", HTTP_X_FORWARDED_FOR=forwarded.format(99))
    assert answer.status_code == last


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8::1:2", "2001:db8::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", UNKNOWN_ADDRESS),
        ("/run/gantry.sock", UNKNOWN_ADDRESS),
    ],
)
def test_what_one_attacker_holds_counts_as_one(
    rf: RequestFactory, address: str, network: str
) -> None:
    assert client_network(rf.get("/", REMOTE_ADDR=address)) == network


@pytest.mark.django_db
def test_codes_are_limited_for_each_internet_address(stranger: APIClient) -> None:
    answers = [
        stranger.post("/api/auth/email/verify", {"code": "x"}).status_code for _ in range(31)
    ]

    assert answers == [400] * 30 + [429]
