"""Wrong second factors are counted exactly: for the account, for the internet address."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings
from rest_framework.test import APIClient

from accounts.models import User
from tests.support.databases import CommittedDatabase
from tests.support.factors import (
    code_of,
    give_app,
    give_recovery_codes,
    half_signed_in,
    verify,
    wrong_code_for,
)
from tests.support.passkey import Passkey
from tests.support.sign_in import PASSWORD, bearing
from tests.support.signing import access_token_for
from tests.support.threads import times

Attempt = Callable[[int], Any]
"""Says the wrong thing, each time from elsewhere."""


def wrong_codes(grace: User) -> Attempt:
    wrong = wrong_code_for(give_app(grace))
    token = half_signed_in(APIClient(), grace)
    return lambda n: verify(APIClient(), token, wrong, REMOTE_ADDR=f"198.51.{n}.1")


def wrong_proofs(grace: User) -> Attempt:
    wrong, token = {"code": wrong_code_for(give_app(grace))}, access_token_for(grace)
    path = "/api/auth/reauthenticate"
    return lambda n: bearing(token).post(path, wrong, REMOTE_ADDR=f"198.51.{n}.1")


def wrong_keys(grace: User) -> Attempt:
    give_app(grace)
    token, path = half_signed_in(APIClient(), grace), "/api/auth/mfa/verify/passkey"
    sent: Any = {"HTTP_X_SESSION_TOKEN": token}
    begun = APIClient().post(f"{path}/begin", **sent).json()["data"]["options"]
    key = Passkey()
    key.user_handle = "AAAA"
    body = {"credential": key.get(begun)}
    return lambda n: APIClient().post(path, body, REMOTE_ADDR=f"198.51.{n}.1", **sent)


@pytest.mark.parametrize("kind", [wrong_codes, wrong_proofs, wrong_keys])
def test_of_many_at_once_five_are_evaluated(
    committed_db: CommittedDatabase, kind: Callable[[User], Attempt]
) -> None:
    grace = User.objects.create_user("grace@example.com", PASSWORD)
    give_recovery_codes(grace)
    attempt = kind(grace)

    answers = Counter(times(16, lambda n: attempt(n).status_code))

    assert answers == {400: 5, 429: 11}


@pytest.mark.parametrize("spend", ["app", "recovery"])
def test_a_code_sent_many_times_at_once_is_good_once(
    committed_db: CommittedDatabase, spend: str
) -> None:
    grace = User.objects.create_user("grace@example.com", PASSWORD)
    codes = {"app": code_of(give_app(grace)), "recovery": give_recovery_codes(grace)[0]}
    tokens = [half_signed_in(APIClient(), grace) for _ in range(5)]

    answers = times(5, lambda n: verify(APIClient(), tokens[n], codes[spend]).status_code)

    assert sorted(answers) == [200] + [400] * 4


def test_a_right_code_does_not_forget_wrong_ones(stranger: APIClient, grace: User) -> None:
    secret = give_app(grace)
    for _ in range(4):
        verify(stranger, half_signed_in(stranger, grace), wrong_code_for(secret))
    assert verify(stranger, half_signed_in(stranger, grace), code_of(secret)).status_code == 200
    refused = [
        verify(stranger, half_signed_in(stranger, grace), wrong_code_for(secret)).status_code
        for _ in range(2)
    ]

    assert refused == [400, 429]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("proxies", "seen", "last"),
    [
        (0, {"REMOTE_ADDR": "192.0.2.7"}, 429),
        (0, {"HTTP_X_FORWARDED_FOR": "203.0.113.{}"}, 429),
        (1, {"HTTP_X_FORWARDED_FOR": "203.0.113.{}, 192.0.2.7"}, 429),
        (1, {"HTTP_X_FORWARDED_FOR": "203.0.113.{}"}, 400),
        (1, {"HTTP_X_FORWARDED_FOR": "2001:db8::{}"}, 429),
        (0, {"REMOTE_ADDR": "2001:db8::{}"}, 429),
        (0, {"REMOTE_ADDR": "2001:db8:0:{}::1"}, 400),
    ],
)
def test_one_address_tries_ten_whoever_is_attacked(
    settings: Settings, proxies: int, seen: dict[str, str], last: int
) -> None:
    settings.TRUSTED_PROXY_COUNT = proxies
    attacked = []
    for n in range(3):
        person = User.objects.create_user(f"{n}@example.com", PASSWORD)
        give_app(person)
        attacked.append(half_signed_in(APIClient(REMOTE_ADDR=f"198.51.100.{n}"), person))
    answers = []
    for n in range(11):
        from_there = {header: value.format(n) for header, value in seen.items()}
        answers.append(verify(APIClient(), attacked[n % 3], "000000", **from_there).status_code)

    assert answers == [400] * 10 + [last]


def test_the_pages_count_with_the_api(client: Client, stranger: APIClient, grace: User) -> None:
    secret = give_app(grace)
    page = client.post("/accounts/login/", {"login": grace.email, "password": PASSWORD})["Location"]
    for _ in range(5):
        client.post(page, {"code": wrong_code_for(secret)})

    told = client.post(page, {"code": code_of(secret)}).content.decode()
    refused = verify(stranger, half_signed_in(stranger, grace), code_of(secret))

    assert "Too many failed login attempts" in told
    assert (refused.status_code, "Retry-After" in refused) == (429, True)


def test_the_pages_count_proofs_too(client: Client, grace: User) -> None:
    secret = give_app(grace)
    client.force_login(grace)
    page = "/accounts/2fa/reauthenticate/"
    for _ in range(5):
        client.post(page, {"code": wrong_code_for(secret)})

    told = client.post(page, {"code": code_of(secret)}).content.decode()

    assert "Too many failed login attempts" in told
