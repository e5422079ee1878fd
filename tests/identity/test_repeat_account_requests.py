"""`Idempotency-Key` under /api/auth: one effect, and no secret is kept for a second answer."""

import re
from collections.abc import Iterator
from typing import Any

from django.urls import get_resolver
from rest_framework.test import APIClient

from accounts.models import User
from core.models import IdempotencyKey
from identity.models import PersonalToken
from tests.matrix.asks import answers
from tests.support.databases import CommittedDatabase
from tests.support.factors import code_of, give_app, prove_again
from tests.support.openapi import described, document, operations
from tests.support.sign_in import PASSWORD, bearing
from tests.support.signing import access_token_for, token_pair_for
from tests.support.threads import times
from tests.test_architecture import routes

KEY = {"Idempotency-Key": "once"}
ME, TOKENS, TOTP = "/api/auth/me", "/api/auth/tokens", "/api/auth/mfa/totp"
SECRET = re.compile(r"token|secret|codes|challenge|totp_url|csrf|^url$|^options$|password|key$")
HARMLESS = {"tokens_left", "codes_left", "session_key"}


def views() -> Iterator[tuple[str, str, Any]]:
    """Every changing operation of accounts whose requests may carry a key."""
    for path, view in routes(get_resolver().url_patterns):
        for method in ("POST", "PUT", "PATCH", "DELETE"):
            kept = getattr(getattr(view, "cls", None), "kept_answers", None)
            if path.startswith("api/auth/") and kept is not None and answers(view, method):
                yield method, f"/{path}", view.cls


def keys_in(schema: Any) -> Iterator[str]:
    """Every name a described body may hold, behind references as well."""
    if isinstance(schema, list):
        for inner in schema:
            yield from keys_in(inner)
    if isinstance(schema, dict):
        if reference := schema.get("$ref"):
            yield from keys_in(document()["components"]["schemas"][reference.rpartition("/")[2]])
        yield from schema.get("properties", {})
        for inner in schema.values():
            yield from keys_in(inner)


def secrets_of(method: str, path: str) -> set[str]:
    """The names in the described answers that sound like a secret."""
    responses = operations()[described(method.lower(), path)]["responses"]
    told = [body.get("content", {}) for status, body in responses.items() if status < "300"]
    return {name for name in keys_in(told) if SECRET.search(name)} - HARMLESS


def test_the_operations_are_found() -> None:
    found = {(method, path): secrets_of(method, path) for method, path, _ in views()}
    assert len(found) >= 18
    assert "token" in found["POST", TOKENS]
    assert {"secret", "totp_url"} <= found["POST", TOTP]
    assert found["POST", f"{TOTP}/activate"] == {"recovery_codes"}
    assert "access_token" in found["POST", "/api/auth/password/change"]


def test_no_answer_with_a_secret_is_kept() -> None:
    kept = {(method, path) for method, path, view in views() if method in view.kept_answers}
    assert ("PATCH", ME) in kept
    assert {where: secrets_of(*where) for where in kept if secrets_of(*where)} == {}


def twice(client: APIClient, path: str, body: Any = None, method: str = "post") -> list[Any]:
    return [getattr(client, method)(path, body, "json", headers=KEY) for _ in range(2)]


def test_a_profile_is_changed_once(signed_in: APIClient, grace: User) -> None:
    first, again = twice(signed_in, ME, {"name": "G"}, "patch")
    assert (again.content, again["Idempotency-Replayed"]) == (first.content, "true")
    grace.refresh_from_db()
    assert (grace.name, grace.version) == ("G", 2)


def test_another_body_is_another_request(signed_in: APIClient) -> None:
    signed_in.patch(ME, {"name": "G"}, headers=KEY)
    refused = signed_in.patch(ME, {"name": "H"}, headers=KEY)
    assert (refused.status_code, refused.json()["code"]) == (422, "idempotency_key_reused")


def test_the_answer_that_was_lost_says_what_to_do(grace: User) -> None:
    client = bearing(token_pair_for(grace)["access_token"])
    body = {"current_password": PASSWORD, "new_password": "An0ther, longer 1"}
    first, again = twice(client, "/api/auth/password/change", body)
    assert (first.status_code, again.status_code) == (200, 409)
    assert again.json()["code"] == "answer_not_kept"
    assert again.json()["message"].endswith("sign in with it.")


def test_nothing_of_a_secret_is_stored(grace: User) -> None:
    client = bearing(token_pair_for(grace)["access_token"])
    prove_again(client)
    begun, again = twice(client, TOTP)
    secret = begun.json()["data"]["secret"]
    assert (begun.status_code, again.json()["code"]) == (200, "answer_not_kept")

    code = {"code": code_of(secret)}
    client.post(f"{TOTP}/activate", code, "json", headers={"Idempotency-Key": "two"})

    assert IdempotencyKey.objects.count() == 2
    assert {bytes(kept.body) for kept in IdempotencyKey.objects.all()} == {b""}


def test_a_code_that_is_spent_proves_once(grace: User) -> None:
    """The repetition is answered, though the same code would be refused by now."""
    secret = give_app(grace)
    client = bearing(token_pair_for(grace)["access_token"])
    told = twice(client, "/api/auth/reauthenticate", {"code": code_of(secret)})
    assert [answer.status_code for answer in told] == [204, 204]


def test_who_is_not_signed_in_stores_nothing(grace: User) -> None:
    told = twice(APIClient(), "/api/auth/login", {"email": grace.email, "password": PASSWORD})
    assert [answer.status_code for answer in told] == [200, 200]
    assert not IdempotencyKey.objects.exists()
    about = operations()["post", "/api/auth/login"]["description"]
    assert "`Idempotency-Key` has no effect here" in about


def test_twenty_at_once_make_one_token(committed_db: CommittedDatabase) -> None:
    grace = User.objects.create_user("grace@example.com", PASSWORD)
    text, body = access_token_for(grace), {"name": "CI", "password": PASSWORD}

    told = times(20, lambda _: bearing(text).post(TOKENS, body, "json", headers=KEY))

    assert sorted(answer.status_code for answer in told) == [201] + [409] * 19
    assert PersonalToken.objects.count() == 1


def test_twenty_at_once_change_a_profile_once(committed_db: CommittedDatabase) -> None:
    grace = User.objects.create_user("grace@example.com", PASSWORD)
    text = access_token_for(grace)

    told = times(20, lambda _: bearing(text).patch(ME, {"name": "G"}, "json", headers=KEY))

    assert {answer.status_code for answer in told} == {200}
    assert len({answer.content for answer in told}) == 1
    grace.refresh_from_db()
    assert grace.version == 2


def test_a_refused_request_may_be_tried_again(signed_in: APIClient) -> None:
    wrong = signed_in.post(TOKENS, {"name": "CI", "password": "wrong"}, headers=KEY)
    right = signed_in.post(TOKENS, {"name": "CI", "password": PASSWORD}, headers=KEY)
    assert (wrong.status_code, right.status_code) == (400, 201)
