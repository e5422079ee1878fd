"""What is kept of refresh tokens: few rows, which end with their session however it ends."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.db import IntegrityError, connection, transaction
from rest_framework.test import APIClient

from accounts.models import User
from identity.models import RefreshToken
from identity.services.access import end_access
from identity.services.tokens import MOST_UNSPENT, issue, rotate
from tests.support.actors import by
from tests.support.databases import CommittedDatabase
from tests.support.sign_in import PASSWORD, bearing
from tests.support.signing import token_pair_for
from tests.support.threads import at_once


def by_sql(statement: str, values: list[str]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


ENDINGS: dict[str, Callable[[str], object]] = {
    "by a query": lambda key: Session.objects.filter(pk=key).delete(),
    "by its store": lambda key: SessionStore(key).delete(),
    "by its row": lambda key: Session.objects.get(pk=key).delete(),
    "by SQL": lambda key: by_sql("DELETE FROM django_session WHERE session_key = %s", [key]),
}


def refresh(token: str) -> Any:
    return APIClient().post("/api/auth/refresh", {"refresh_token": token})


@pytest.mark.parametrize("end", ENDINGS.values(), ids=ENDINGS)
def test_refresh_tokens_end_with_their_session(grace: User, end: Callable[[str], object]) -> None:
    ended = token_pair_for(grace)
    key = RefreshToken.objects.get().session_id
    kept = token_pair_for(grace)

    end(key)

    assert RefreshToken.objects.exclude(session=key).count() == RefreshToken.objects.count() == 1
    assert rotate(ended["refresh_token"]) is None
    assert rotate(kept["refresh_token"]) is not None


def test_a_refresh_token_needs_a_session(grace: User) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        RefreshToken.objects.create(session_id="of nobody")


def test_ending_access_leaves_no_refresh_token(grace: User, stranger: APIClient) -> None:
    stranger.post("/api/auth/login", {"email": grace.email, "password": PASSWORD})
    assert RefreshToken.objects.count() == 1

    end_access(grace, actor=by(grace))

    assert not RefreshToken.objects.exists()


def test_spending_a_token_turns_its_row_into_that_of_its_successor(grace: User) -> None:
    first = token_pair_for(grace)["refresh_token"]
    [before] = RefreshToken.objects.all()

    rotate(first)

    [after] = RefreshToken.objects.all()
    assert (after.previous_id, after.session_id) == (before.pk, before.session_id)
    assert after.pk != before.pk


def test_another_pair_voids_the_oldest_and_ends_nothing_else(grace: User) -> None:
    pairs = [token_pair_for(grace)]
    key = RefreshToken.objects.get().session_id
    pairs += [pair for _ in range(MOST_UNSPENT) if (pair := issue(grace, key))]

    assert RefreshToken.objects.count() == MOST_UNSPENT
    assert [refresh(pair["refresh_token"]).status_code for pair in pairs[1:]] == [200] * 5


@pytest.mark.parametrize("_", range(5))
def test_refresh_beside_exchange_and_log_out(committed_db: CommittedDatabase, _: int) -> None:
    grace = User.objects.create_user("grace@example.com", PASSWORD)
    pair = token_pair_for(grace)
    key = RefreshToken.objects.get().session_id
    more = issue(grace, key)
    assert more

    spent, also_spent, _pair, ended = at_once(
        lambda: refresh(pair["refresh_token"]),
        lambda: refresh(more["refresh_token"]),
        lambda: issue(grace, key),
        lambda: bearing(pair["access_token"]).post("/api/auth/logout"),
    )

    assert {spent.status_code, also_spent.status_code} <= {200, 401}
    assert ended.status_code == 204
    assert not RefreshToken.objects.exists()
    assert not Session.objects.filter(pk=key).exists()
