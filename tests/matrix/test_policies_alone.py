"""Row-level security keeps workspaces apart even where the product has forgotten to."""

import json
from typing import Any

import pytest

from tests.matrix.asks import ABOUT_OBJECTS, ASKS, Ask
from tests.matrix.places import Place, World, task_of
from tests.matrix.references import body_with, in_bodies
from tests.support.cast import Client, client_of
from tests.support.databases import CommittedDatabase
from tests.support.isolation import without_policies
from tests.support.rights import filled
from tests.support.tables import everything

pytestmark = pytest.mark.usefixtures("only_policies")


@pytest.fixture
def ada(world: World) -> Client:
    return client_of(world.people["ada"])


def stored() -> dict[str, tuple[int, str]]:
    """All rows but the counts of attempts, which refused ones stay in."""
    return {table: rows for table, rows in everything().items() if table != "core_attemptcount"}


def ask(client: Client, asked: Ask, place: Place, body: Any = None) -> tuple[int, str]:
    """The status, and the answer as it stands there."""
    sent = json.dumps(filled(asked.body, dict(place.ids)) if body is None else body)
    path = asked.path.format(**place.ids)
    answer: Any = client.generic(asked.method, path, sent, "application/json")
    return answer.status_code, answer.content.decode()


def test_no_route_opens_what_lives_elsewhere(ada: Client, own: Place, foreign: Place) -> None:
    before = stored()
    told = {f"{each.method} {each.path}": ask(ada, each, foreign) for each in ABOUT_OBJECTS}
    assert {asked: said for asked, said in told.items() if said[0] not in (403, 404)} == {}
    assert not any("Secret" in text for _, text in told.values())
    assert stored() == before


def test_no_body_reaches_what_lives_elsewhere(
    world: World, ada: Client, own: Place, foreign: Place
) -> None:
    named = foreign.ids | {"status": str(task_of(foreign).status_id)}
    named |= dict.fromkeys(("colleague", "member"), str(world.people["sam"].pk))
    named |= dict.fromkeys(("neighbour", "parent"), foreign.ids["task"])
    before = stored()
    for each in in_bodies():
        value = [named[each.kind]] if each.is_list else named[each.kind]
        kept, wrong = body_with(each, value)
        status, text = ask(ada, each.ask, own, filled(kept, dict(own.ids)) | wrong)
        assert 400 <= status < 500, (each, text)
    assert stored() == before


def test_no_list_shows_what_lives_elsewhere(ada: Client, own: Place, foreign: Place) -> None:
    lists = [
        each
        for each in ASKS
        if each.method == "GET" and each.about == "somebody" and each.well == 200
    ]
    for each in lists:
        status, text = ask(ada, each, own)
        assert status == 200
        assert "Secret workspace" not in text
        assert foreign.ids["project"] not in text


def test_without_the_third_wall_all_of_it_would_leak(
    only_policies: CommittedDatabase, ada: Client, own: Place, foreign: Place
) -> None:
    without_policies(only_policies)
    reads = [each for each in ABOUT_OBJECTS if each.method == "GET"]
    told = {each.path: ask(ada, each, foreign) for each in reads}
    assert {path: said for path, said in told.items() if said[0] != 200} == {}
    changing = next(each for each in ASKS if (each.method, each.about) == ("PATCH", "task"))
    assert ask(ada, changing, foreign)[0] == 200
