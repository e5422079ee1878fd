"""What a personal token is not enough for, and what ends it besides its owner's wish."""

import re
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import User
from accounts.services.deletion import delete_person
from core.events import publish
from core.models import IdempotencyKey
from identity.events import PasswordChanged
from identity.models import PersonalToken
from identity.services.personal_tokens import create_token
from identity.services.tokens import InvalidToken
from tests.support.actors import by
from tests.support.credentials import identify
from tests.support.openapi import KEY, operations
from tests.support.sign_in import PASSWORD, bearing
from tests.support.signing import access_token_for

PATH = "/api/auth/tokens"


@pytest.fixture
def text(grace: User) -> str:
    return create_token(actor=by(grace), name="CI", scopes=["read", "write"])[1]


def test_a_stolen_access_token_makes_no_keys(grace: User) -> None:
    client = bearing(access_token_for(grace))

    refused = client.post(PATH, {"name": "CI"})
    wrong = client.post(PATH, {"name": "CI", "password": "nonsense"})
    made = client.post(PATH, {"name": "CI", "password": PASSWORD})

    assert (refused.status_code, refused.json()["code"]) == (403, "reauthentication_required")
    assert (wrong.status_code, list(wrong.json()["errors"])) == (400, ["password"])
    assert (made.status_code, PersonalToken.objects.count()) == (201, 1)
    assert "password" not in made.json()["data"]


def own_routes() -> list[tuple[str, str]]:
    """Where an account answers its owner only."""
    asked = [
        (method.upper(), re.sub(KEY, "1", path))
        for method, path in operations()
        if path.startswith("/api/auth/")
    ]
    return [route for route in asked if APIClient().generic(*route).status_code == 401]


def test_of_the_account_it_opens_the_profile_only(text: str) -> None:
    own = own_routes()
    assert len(own) > 25
    client = bearing(text)

    answers = {(method, path): client.generic(method, path, "{}") for method, path in own}

    opened = [where for where, answer in answers.items() if answer.status_code not in (401, 403)]
    assert opened == [("GET", "/api/auth/me")]


def test_recovering_the_account_ends_them(grace: User, text: str) -> None:
    publish(PasswordChanged(actor=by(grace), person=grace, recovered=False))
    assert PersonalToken.objects.usable(timezone.now()).count() == 1

    publish(PasswordChanged(actor=by(grace), person=grace, recovered=True))
    assert not PersonalToken.objects.usable(timezone.now()).exists()


def test_deleting_the_person_leaves_neither_keys_nor_answers(grace: User, text: str) -> None:
    made = bearing(text).post(
        "/api/workspaces", {"name": "Engines"}, headers={"Idempotency-Key": "k"}
    )
    assert (made.status_code, IdempotencyKey.objects.count()) == (201, 1)

    delete_person(actor=by(grace), person=grace)

    assert not PersonalToken.objects.exists()
    assert not IdempotencyKey.objects.exists()
    with pytest.raises(InvalidToken):
        identify(text)


def test_a_token_is_never_logged(text: str, caplog: Any, capfd: Any) -> None:
    for path in ("/api/auth/me", "/api/workspaces", "/api/nowhere", PATH):
        bearing(text).get(path)

    assert "request" in caplog.text
    assert text[4:20] not in caplog.text + "".join(capfd.readouterr())
