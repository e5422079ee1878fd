"""How often one person may try to take somebody into workspaces, who has an account or has none."""

from typing import Any

import pytest
from pytest_django import Settings

from tests.support.cast import Cast, client_of
from tests.support.databases import CommittedDatabase
from tests.support.threads import times
from workspaces.models import Membership

ADD = "/api/workspace/add-member"
LIMIT = 3


@pytest.fixture(autouse=True)
def _few(settings: Settings) -> None:
    settings.ADMISSIONS_PER_HOUR = LIMIT


def body_for(cast: Cast, email: str) -> dict[str, Any]:
    return {"workspaceId": str(cast.workspace.pk), "email": email}


def test_unknown_addresses_count_as_known_ones_do(
    committed_db: CommittedDatabase, cast: Cast
) -> None:
    ada = client_of(cast.ada)
    ada.ask("POST", ADD, body_for(cast, "nobody@example.com"), status=404)
    ada.ask("POST", ADD, body_for(cast, "max@example.com"), status=409)
    ada.ask("POST", ADD, body_for(cast, "nothing"), status=400)
    refused: Any = ada.post(ADD, body_for(cast, "sam@example.com"), format="json")
    assert (refused.status_code, refused.json()["code"]) == (429, "too_many_requests")
    assert 3500 < int(refused["Retry-After"]) <= 3600
    assert not Membership.objects.filter(workspace=cast.workspace, user=cast.sam).exists()
    client_of(cast.pia).ask("POST", ADD, body_for(cast, "sam@example.com"), status=201)


def test_the_limit_is_exact_however_many_try_at_once(
    committed_db: CommittedDatabase, cast: Cast
) -> None:
    clients = [client_of(cast.ada) for _ in range(8)]
    bodies = [body_for(cast, f"nobody-{n}@example.com") for n in range(8)]
    answers = times(8, lambda n: clients[n].post(ADD, bodies[n], format="json").status_code)
    assert sorted(answers) == [404] * LIMIT + [429] * (8 - LIMIT)


def test_both_spellings_share_the_limit(committed_db: CommittedDatabase, cast: Cast) -> None:
    ada, path = client_of(cast.ada), f"/api/workspaces/{cast.workspace.pk}/members"
    for n in range(LIMIT):
        ada.ask("POST", path, {"email": f"new-{n}@example.com"}, status=201)
    ada.ask("POST", path, {"email": "new@example.com"}, status=429)
    ada.ask("POST", ADD, body_for(cast, "sam@example.com"), status=429)


def test_a_repeated_answer_does_not_count(committed_db: CommittedDatabase, cast: Cast) -> None:
    ada, key = client_of(cast.ada), {"Idempotency-Key": "once"}
    for _ in range(LIMIT + 2):
        ada.ask("POST", ADD, body_for(cast, "sam@example.com"), status=201, **key)
    ada.ask("POST", ADD, body_for(cast, "nobody@example.com"), status=404)
