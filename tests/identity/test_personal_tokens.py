"""Personal access tokens: made, used, limited and revoked."""

from datetime import timedelta
from typing import Any
from unittest.mock import ANY
from uuid import uuid4

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries
from rest_framework.test import APIClient

from accounts.models import User
from activity.models import Event
from core.models import IdempotencyKey
from identity.api.account import PersonalTokens
from identity.models import PersonalToken
from identity.services.personal_tokens import (
    MOST_TOKENS,
    create_token,
    digest,
    is_well_formed,
    mint,
)
from identity.services.tokens import InvalidToken
from tests.support.actors import by
from tests.support.credentials import identify
from tests.support.sign_in import bearing
from tests.support.signing import access_token_for, token_pair_for

PATH = "/api/auth/tokens"
NOBODYS = "01900000-0000-7000-8000-000000000000"


@pytest.fixture
def signed_in(grace: User) -> APIClient:
    """In since a moment ago."""
    return bearing(token_pair_for(grace)["access_token"])


@pytest.fixture
def text(grace: User) -> str:
    return create_token(actor=by(grace), name="CI", scopes=["read", "write"])[1]


@pytest.fixture
def token(text: str) -> PersonalToken:
    return PersonalToken.objects.get(digest=digest(text))


def test_a_token_is_shown_once_and_kept_as_a_digest(signed_in: APIClient) -> None:
    response = signed_in.post(PATH, {"name": "CI", "scopes": ["write", "read"]})

    assert (response.status_code, response["Cache-Control"]) == (201, "no-store")
    shown = response.json()["data"]
    text = shown.pop("token")
    kept = PersonalToken.objects.get()
    assert shown == {
        "id": str(kept.pk),
        "name": "CI",
        "scopes": ["read", "write"],
        "workspace_ids": None,
        "created_at": ANY,
        "expires_at": ANY,
        "last_used_at": None,
    }
    assert text not in str(vars(kept))
    assert kept.digest == digest(text)
    assert signed_in.get(PATH).json() == {"success": True, "data": [shown]}


def test_a_token_lives_ninety_days_and_reads_unless_asked_otherwise(signed_in: APIClient) -> None:
    signed_in.post(PATH, {"name": "CI"})

    token = PersonalToken.objects.get()
    assert (token.expires_at - token.created_at).days in (89, 90)
    assert token.scopes == ["read"]


WRONG: list[tuple[dict[str, Any], str]] = [
    ({}, "name"),
    ({"name": "CI", "expiresInDays": 366}, "expires_in_days"),
    ({"name": "CI", "expires_in_days": 0}, "expires_in_days"),
    ({"name": "CI", "scopes": []}, "scopes"),
    ({"name": "CI", "scopes": ["admin"]}, "scopes"),
    ({"name": "CI", "workspace_ids": []}, "workspace_ids"),
    ({"name": "CI", "workspace_ids": [NOBODYS]}, "workspace_ids"),
]


@pytest.mark.parametrize(("body", "field"), WRONG)
def test_a_wrong_wish_is_refused(signed_in: APIClient, body: dict[str, Any], field: str) -> None:
    response = signed_in.post(PATH, body)

    assert response.status_code == 400
    assert list(response.json()["errors"]) == [field]
    assert not PersonalToken.objects.exists()


def test_the_text_is_never_kept_for_an_idempotency_key(signed_in: APIClient) -> None:
    first, again = (
        signed_in.post(PATH, {"name": "CI"}, headers={"Idempotency-Key": "k"}) for _ in range(2)
    )

    assert (first.status_code, again.status_code) == (201, 409)
    assert again.json()["code"] == "answer_not_kept"
    assert again.json()["message"].endswith(PersonalTokens.repeat_advice)
    kept = IdempotencyKey.objects.get()
    assert (bytes(kept.body), kept.headers, kept.is_kept) == (b"", {}, False)
    assert PersonalToken.objects.count() == 1


def test_nobody_collects_tokens_without_end(signed_in: APIClient, token: PersonalToken) -> None:
    PersonalToken.objects.bulk_create(
        PersonalToken(user=token.user, digest=str(n), scopes=["read"], expires_at=token.expires_at)
        for n in range(MOST_TOKENS - 1)
    )

    response = signed_in.post(PATH, {"name": "CI"})

    assert (response.status_code, response.json()["code"]) == (409, "too_many_tokens")


def test_a_token_opens_with_one_query(
    text: str, grace: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    PersonalToken.objects.update(last_used_at=timezone.now())

    with django_assert_num_queries(1):
        person, credential = identify(text)

    assert (person, credential.kind) == (grace, "personal_token")


def test_the_last_use_is_noted_once_a_minute(text: str, token: PersonalToken) -> None:
    identify(text)
    token.refresh_from_db()
    first = token.last_used_at
    identify(text)
    token.refresh_from_db()
    assert first is not None
    assert token.last_used_at == first

    PersonalToken.objects.update(last_used_at=first - timedelta(minutes=1))
    identify(text)
    token.refresh_from_db()
    assert token.last_used_at is not None
    assert token.last_used_at > first


def forged(text: str) -> list[str]:
    swapped = "a" if text[10] != "a" else "b"
    return [
        f"{text[:10]}{swapped}{text[11:]}",
        text[:-1],
        f"{text}0",
        text.swapcase(),
        "pmp_",
        f"pmp_{'a' * 43}000000",
        f"pmp_{'ü' * 43}000000",
        f"pmp_{'a' * 9_000}",
        f"{text[:-6]}' OR 1",
    ]


def test_a_wrong_checksum_costs_no_query(
    text: str, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for guess in forged(text):
        with django_assert_num_queries(0), pytest.raises(InvalidToken):
            identify(guess)


def test_a_guess_that_looks_right_is_refused(grace: User) -> None:
    guess = mint()

    assert is_well_formed(guess)
    assert bearing(guess).get("/api/auth/me").status_code == 401


@pytest.mark.parametrize(
    "end",
    [
        lambda: PersonalToken.objects.update(revoked_at=timezone.now()),
        lambda: PersonalToken.objects.update(expires_at=timezone.now()),
        lambda: User.objects.update(is_active=False),
        lambda: User.objects.update(deleted_at=timezone.now()),
        lambda: User.objects.all().delete(),
    ],
    ids=["revoked", "expired", "deactivated", "deleted", "gone"],
)
def test_an_ended_token_opens_nothing(text: str, end: Any) -> None:
    assert bearing(text).get("/api/auth/me").status_code == 200
    end()

    response = bearing(text).get("/api/auth/me")

    assert (response.status_code, response.json()["code"]) == (401, "invalid_token")


def test_revoking_ends_a_token_at_once(
    signed_in: APIClient, text: str, token: PersonalToken
) -> None:
    assert signed_in.delete(f"{PATH}/{token.pk}").status_code == 204

    assert bearing(text).get("/api/auth/me").status_code == 401
    assert signed_in.get(PATH).json()["data"] == []
    assert signed_in.delete(f"{PATH}/{token.pk}").status_code == 404
    told = Event.objects.filter(entity_id=token.user_id).values_list("action", flat=True)
    assert {"token_created", "token_revoked"} <= set(told)


def test_the_token_of_somebody_else_does_not_exist(token: PersonalToken, text: str) -> None:
    thief = User.objects.create_user("thief@example.com")
    client = bearing(access_token_for(thief))

    assert client.get(PATH).json()["data"] == []
    for pk in (token.pk, uuid4(), "x", "%00"):
        assert client.delete(f"{PATH}/{pk}").status_code == 404
    assert bearing(text).get("/api/auth/me").status_code == 200


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_stranger_has_no_tokens(stranger: APIClient, db: None, method: str) -> None:
    assert getattr(stranger, method)(PATH).status_code == 401


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", PATH),
        ("POST", PATH),
        ("DELETE", f"{PATH}/{NOBODYS}"),
        ("PATCH", "/api/auth/me"),
        ("PATCH", "/api/auth/me/"),
    ],
)
def test_a_token_never_manages_the_account(text: str, method: str, path: str) -> None:
    client = bearing(text)
    response = client.generic(method, path, '{"name": "Mine"}', content_type="application/json")

    assert response.status_code == 403
    refusal = response.json()
    assert (refusal["code"], refusal["required"]) == ("not_with_personal_token", "session")
    assert PersonalToken.objects.count() == 1


def test_a_refusal_is_shown_to_a_browser_too(text: str) -> None:
    response = bearing(text).get(PATH, headers={"Accept": "text/html"})

    assert response.status_code == 403


def test_a_token_opens_none_of_the_pages(text: str) -> None:
    response = bearing(text).get("/admin/")

    assert response.status_code == 302
