"""How long an answer takes tells nothing either: medians of interleaved rounds, real passwords."""

import time
from collections.abc import Callable, Iterator
from itertools import count, islice
from statistics import median
from typing import Any

import pytest
from pytest_django import Settings
from rest_framework.test import APIClient

from accounts.models import User
from core.limits import AUTONOMOUS
from core.models import AttemptCount
from tests.support.sign_in import PASSWORD

Ask = Callable[[int], Any]
ROUNDS = 3
ATTEMPTS = 5


@pytest.fixture(autouse=True)
def real_hasher(settings: Settings) -> None:
    settings.PASSWORD_HASHERS = ["accounts.passwords.Argon2"]


def alike(rounds: int, **asked: Ask) -> dict[str, float]:
    """The medians, which differ by less than twice; measured again before that is denied."""
    numbers = count()
    for _ in range(ATTEMPTS):
        found = medians(rounds, numbers, asked)
        if max(found.values()) < 2 * min(found.values()):
            return found
    pytest.fail(f"not alike: {found}")


def medians(rounds: int, numbers: Iterator[int], asked: dict[str, Ask]) -> dict[str, float]:
    """In seconds; each round asks everything once, so that a slow moment strikes them all."""
    taken: dict[str, list[float]] = {name: [] for name in asked}
    for n in islice(numbers, rounds + 1):
        for name, ask in asked.items():
            AttemptCount.objects.using(AUTONOMOUS).all().delete()
            began = time.perf_counter()
            ask(n)
            taken[name].append(time.perf_counter() - began)
    return {name: median(times[1:]) for name, times in taken.items()}


def log_in(email: str, password: str) -> Ask:
    return lambda _: APIClient().post("/api/auth/login", {"email": email, "password": password})


def test_log_in_takes_as_long_for_everybody(grace: User) -> None:
    User.objects.create_user("idle@example.com", PASSWORD, is_active=False)
    User.objects.create_user("provider@example.com", None)

    found = alike(
        ROUNDS,
        wrong=log_in(grace.email, "wrong"),
        unknown=log_in("nobody@example.com", "wrong"),
        idle=log_in("idle@example.com", "wrong"),
        idle_but_right=log_in("idle@example.com", PASSWORD),
        without_password=log_in("provider@example.com", "wrong"),
    )

    assert min(found.values()) > 0.01


def test_forgot_takes_as_long_for_everybody(grace: User) -> None:
    def forgot(email: str) -> Ask:
        return lambda _: APIClient().post("/api/auth/password/forgot", {"email": email})

    alike(21, known=forgot(grace.email), unknown=forgot("nobody@example.com"))


@pytest.mark.usefixtures("mandatory_verification")
def test_register_takes_as_long_for_everybody(grace: User) -> None:
    def register(email: str) -> Ask:
        path = "/api/auth/register"
        return lambda n: APIClient().post(path, {"email": email.format(n), "password": PASSWORD})

    alike(ROUNDS, known=register(grace.email), unknown=register("new{}@example.com"))
