"""The ids of another workspace, or of nobody, in every path: refused.

Each request is also made with ids of one's own, by somebody who may.
"""

import json
from typing import Any

import pytest
from django.db import transaction
from pytest_django import Settings

from tests.matrix.asks import ABOUT_OBJECTS, OBJECTS, Ask, one_each, view_of
from tests.matrix.oracle import expected
from tests.matrix.places import Place, World
from tests.matrix.references import NOWHERE
from tests.support.cast import client_of
from tests.support.rights import filled
from tests.support.tables import everything

ASKS = one_each([ask for ask in ABOUT_OBJECTS if "{" in ask.path])
Told = dict[str, tuple[int, str]]


def told(world: World, own: Place, ids: dict[str, str], asks: list[Ask]) -> Told:
    """What those are answered who may ask the same of their own place: status and code."""
    clients = {who: client_of(world.people[who]) for who in ("ada", "lea", "max")}
    found = {}
    for ask in asks:
        client = next(clients[who] for who in clients if expected(ask, who, own) == ask.well)
        with transaction.atomic():
            sent = json.dumps(filled(ask.body, dict(ids)))
            answer: Any = client.generic(
                ask.method, ask.path.format(**ids), sent, "application/json"
            )
            transaction.set_rollback(True)
        is_json = answer.content and answer["Content-Type"] == "application/json"
        body = answer.json() if is_json else {}
        assert answer.status_code < 300 or b"Secret" not in answer.content
        found[f"{ask.method} {ask.path}"] = (answer.status_code, body.get("code", ""))
    return found


def test_ids_of_ones_own_are_let_in(world: World, own: Place) -> None:
    statuses = {asked: status for asked, (status, _) in told(world, own, own.ids, ASKS).items()}
    assert statuses == {f"{ask.method} {ask.path}": ask.well for ask in ASKS}


def test_a_foreign_id_in_the_path_is_forbidden(world: World, own: Place, foreign: Place) -> None:
    before = everything()
    found = told(world, own, foreign.ids, ASKS)
    assert found == dict.fromkeys(found, (403, "not_a_member"))
    assert everything() == before


def test_foreign_objects_can_be_hidden(
    world: World, own: Place, foreign: Place, settings: Settings
) -> None:
    settings.HIDE_FOREIGN_OBJECTS = True
    found = told(world, own, foreign.ids, ASKS)
    assert found == dict.fromkeys(found, (404, "not_found"))


@pytest.mark.parametrize("wrong", [NOWHERE, "42", "%00", "x" * 500])
def test_an_id_nobody_has_is_not_found(world: World, own: Place, wrong: str) -> None:
    """What is no id at all is read by the view, whatever is done with what it names."""
    asks = ASKS if wrong == NOWHERE else one_of_each_view(ASKS)
    found = told(world, own, own.ids | dict.fromkeys(OBJECTS, wrong), asks)
    assert found == dict.fromkeys(found, (404, "not_found"))


def one_of_each_view(asks: list[Ask]) -> list[Ask]:
    """A read and a write."""
    return list({(view_of(ask).cls, ask.method == "GET"): ask for ask in asks}.values())
