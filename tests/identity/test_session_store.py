"""Two requests of one session: each keeps what the other has written."""

from typing import Any

import pytest
from django.contrib.sessions.backends.base import UpdateError
from rest_framework.test import APIClient

from accounts.models import User
from identity.services.session_store import SessionStore, merged
from tests.support.databases import CommittedDatabase
from tests.support.sign_in import PASSWORD, bearing
from tests.support.signing import token_pair_for
from tests.support.threads import at_once


def opened(**content: Any) -> str:
    session = SessionStore()
    session.update(content)
    session.save()
    return str(session.session_key)


@pytest.mark.parametrize(
    ("read", "found", "ours", "kept"),
    [
        ({}, {}, {"a": 1}, {"a": 1}),
        ({"a": 1}, {"a": 2}, {"a": 1}, {"a": 2}),
        ({"a": 1}, {"a": 1}, {}, {}),
        ({"a": 1}, {}, {"a": 1}, {}),
        ({"a": 1}, {"a": 1, "b": 2}, {"a": 3}, {"a": 3, "b": 2}),
        ({"a": {"x": 1}}, {"a": {"y": 2}}, {"a": {"x": 1, "z": 3}}, {"a": {"y": 2, "z": 3}}),
        ({"a": [1]}, {"a": [1, 2]}, {"a": [1, 3]}, {"a": [1, 3]}),
    ],
)
def test_merged_keeps_the_changes_of_both(read: Any, found: Any, ours: Any, kept: Any) -> None:
    assert merged(read, found, ours) == kept


@pytest.mark.django_db
def test_save_keeps_what_others_have_written_since() -> None:
    key = opened(old=1, shared={"spent": 1})
    slow, quick = SessionStore(key), SessionStore(key)
    slow["mine"] = "slow"
    del quick["old"]
    quick["shared"] = {"fresh": 2}
    quick.save()

    slow.save()
    slow["more"] = True
    slow.save()

    kept = dict(SessionStore(key).items())
    assert kept == {"mine": "slow", "more": True, "shared": {"fresh": 2}}


@pytest.mark.django_db
def test_save_does_not_bring_back_a_session_that_has_ended() -> None:
    key = opened(a=1)
    slow = SessionStore(key)
    slow["a"] = 2
    SessionStore(key).delete()

    with pytest.raises(UpdateError):
        slow.save()
    assert not SessionStore(key).exists(key)


@pytest.mark.parametrize("_", range(3))
def test_a_proof_beside_a_refresh_leaves_both_done(committed_db: CommittedDatabase, _: int) -> None:
    pair = token_pair_for(User.objects.create_user("grace@example.com", PASSWORD))
    spent, proved = at_once(
        lambda: refresh(pair["refresh_token"]), lambda: prove(pair["access_token"])
    )

    assert (spent.status_code, proved.status_code) == (200, 204)
    fresh = spent.json()["data"]
    assert bearing(fresh["access_token"]).post("/api/auth/mfa/totp").status_code == 200
    assert refresh(fresh["refresh_token"]).status_code == 200


@pytest.mark.parametrize("_", range(3))
def test_a_step_in_a_session_that_ends_meanwhile_is_refused(
    committed_db: CommittedDatabase, _: int
) -> None:
    pair = token_pair_for(User.objects.create_user("grace@example.com", PASSWORD))
    ended, proved = at_once(
        lambda: bearing(pair["access_token"]).post("/api/auth/logout"),
        lambda: prove(pair["access_token"]),
    )

    assert ended.status_code == 204
    assert proved.status_code in {204, 401}, proved.content
    assert refresh(pair["refresh_token"]).status_code == 401


def refresh(token: str) -> Any:
    return APIClient().post("/api/auth/refresh", {"refresh_token": token})


def prove(token: str) -> Any:
    return bearing(token).post("/api/auth/reauthenticate", {"password": PASSWORD})
