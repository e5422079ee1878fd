"""Every route, asked by everybody, of objects in every state."""

import json
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest
from django.db import transaction
from pytest_django import Settings

from activity.models import Event
from comments.services.comments import delete_comment
from projects.services.deletion import archive_project, delete_project
from tasks.services.tasks import delete_task
from tests.matrix.asks import ABOUT_OBJECTS, ASKS, Ask, declared, served
from tests.matrix.oracle import expected
from tests.matrix.people import clients
from tests.matrix.places import (
    Place,
    World,
    comment_of,
    foreign_place,
    other_place,
    own_place,
    project_of,
    settle,
    task_of,
)
from tests.support.actors import by
from tests.support.cast import Client
from tests.support.rights import filled
from workspaces.services.deletion import delete_workspace

SILENT = ("ned", "mia", "nia", "tim", "tom")


def test_every_route_is_declared() -> None:
    assert sorted(declared()) == sorted(served())


@pytest.fixture
def world(db: None) -> World:
    return settle()


@pytest.fixture
def asking(world: World, settings: Settings) -> dict[str, Client]:
    everybody = clients(world.people, settings)
    return {name: client for name, client in everybody.items() if name not in SILENT}


def test_asks_about_nothing(world: World, asking: dict[str, Client]) -> None:
    asks = [ask for ask in ASKS if ask not in ABOUT_OBJECTS]
    assert surprises(asking, own_place(world), asks) == {}


def test_own_objects(world: World, asking: dict[str, Client]) -> None:
    assert surprises(asking, own_place(world)) == {}


def test_other_objects_of_the_workspace(world: World, asking: dict[str, Client]) -> None:
    own_place(world)
    assert surprises(asking, other_place(world)) == {}


def test_objects_of_another_workspace(world: World, asking: dict[str, Client]) -> None:
    own_place(world)
    assert surprises(asking, foreign_place(world)) == {}


def test_an_archived_project(world: World, asking: dict[str, Client]) -> None:
    place = own_place(world)
    archive_project(actor=by(world.people["lea"]), project=project_of(place))

    assert surprises(asking, replace(place, is_archived=True)) == {}


@pytest.mark.parametrize("kind", ["comment", "task", "project", "workspace"])
def test_a_deleted_object(world: World, asking: dict[str, Client], kind: str) -> None:
    place = own_place(world)
    lea = world.people["lea"]
    match kind:
        case "comment":
            delete_comment(actor=by(lea), comment=comment_of(place))
        case "task":
            delete_task(actor=by(lea), task=task_of(place))
        case "project":
            delete_project(actor=by(lea), project=project_of(place))
        case "workspace":
            delete_workspace(actor=by(world.people["ada"]), workspace=world.workspace)

    gone = {kind, "project"} if kind == "workspace" else {kind}
    assert surprises(asking, replace(place, deleted=frozenset(gone))) == {}


def surprises(
    asking: dict[str, Client], place: Place, asks: Iterable[Ask] = ABOUT_OBJECTS
) -> dict[str, tuple[int, int]]:
    """Where an answer is another than the rules say: {who asked what: (answer, rule)}."""
    told = {
        f"{who}: {ask.method} {ask.path}": (answer(client, ask, place), expected(ask, who, place))
        for ask in asks
        for who, client in asking.items()
    }
    return {question: pair for question, pair in told.items() if pair[0] != pair[1]}


def answer(client: Client, ask: Ask, place: Place) -> int:
    """The status; what was done is undone. A refusal leaves no trace and names no secret."""
    path, body = ask.path.format(**place.ids), filled(ask.body, dict(place.ids))
    before = Event.objects.count()
    with transaction.atomic():
        response: Any = client.generic(
            ask.method, path, json.dumps(body), content_type="application/json"
        )
        if response.status_code >= 400:
            assert Event.objects.count() == before
            assert b"Secret" not in response.content
        transaction.set_rollback(True)
    return int(response.status_code)
