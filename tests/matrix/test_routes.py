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
from tests.matrix.asks import ASKS, Ask, declared, served
from tests.matrix.oracle import expected
from tests.matrix.people import clients
from tests.matrix.places import (
    Place,
    comment_of,
    foreign_place,
    other_place,
    own_place,
    project_of,
    task_of,
)
from tests.matrix.rights import BESIDE_THE_TABLE, HELD
from tests.support.actors import by
from tests.support.cast import Client, World
from tests.support.rights import filled
from workspaces.services.deletion import delete_workspace

SILENT = ("ned", "mia", "nia", "tim", "tom")
LESSER = ("bound", "reader")
"""Tokens that may less than their person, whose refusals name no right."""
KINDS = ("workspace", "project", "task", "comment")
STATES = {
    "own": KINDS,
    "other": ("project", "task", "comment"),
    "foreign": KINDS,
    "project archived": ("project", "task", "comment"),
    "comment deleted": ("comment",),
    "task deleted": ("task", "comment"),
    "project deleted": ("project", "task", "comment"),
    "workspace deleted": KINDS,
}
"""What is true of the place, and the kinds of object whose answers depend on it."""
CASES = [(state, kind) for state, kinds in STATES.items() for kind in kinds]


def test_every_route_is_declared() -> None:
    assert sorted(declared()) == sorted(served())


@pytest.fixture
def asking(world: World, settings: Settings) -> dict[str, Client]:
    everybody = clients(world.people, settings)
    return {name: client for name, client in everybody.items() if name not in SILENT}


def test_asks_about_nothing(world: World, asking: dict[str, Client]) -> None:
    asks = [ask for ask in ASKS if ask.about not in KINDS]
    assert surprises(asking, own_place(world), asks) == {}


@pytest.mark.parametrize(("state", "kind"), CASES)
def test_objects_in_every_state(
    world: World, asking: dict[str, Client], state: str, kind: str
) -> None:
    asks = [ask for ask in ASKS if ask.about == kind]
    assert surprises(asking, place_in(world, state), asks) == {}


def place_in(world: World, state: str) -> Place:
    own, lea, (kind, _, change) = own_place(world), world.people["lea"], state.partition(" ")
    match kind:
        case "other":
            return other_place(world)
        case "foreign":
            return foreign_place(world)
        case "comment":
            delete_comment(actor=by(lea), comment=comment_of(own))
        case "task":
            delete_task(actor=by(lea), task=task_of(own))
        case "project" if change == "archived":
            archive_project(actor=by(lea), project=project_of(own))
            return replace(own, is_archived=True)
        case "project":
            delete_project(actor=by(lea), project=project_of(own))
        case "workspace":
            delete_workspace(actor=by(world.people["ada"]), workspace=world.workspace)
            return replace(own, deleted=frozenset({kind, "project"}))
    return own if kind == "own" else replace(own, deleted=frozenset({kind}))


def surprises(
    asking: dict[str, Client], place: Place, asks: Iterable[Ask]
) -> dict[str, tuple[int, int]]:
    """Where an answer is another than the rules say: {who asked what: (answer, rule)}."""
    events = Event.objects.count()
    told = {
        f"{who}: {ask.method} {ask.path}": (
            answer(client, ask, place, events, is_person=who not in LESSER),
            expected(ask, who, place),
        )
        for ask in asks
        for who, client in asking.items()
    }
    return {question: pair for question, pair in told.items() if pair[0] != pair[1]}


def answer(client: Client, ask: Ask, place: Place, events: int, *, is_person: bool) -> int:
    """The status; what was done is undone. A refusal leaves no trace and names no secret."""
    path, body = ask.path.format(**place.ids), filled(ask.body, dict(place.ids))
    with transaction.atomic():
        response: Any = client.generic(
            ask.method, path, json.dumps(body), content_type="application/json"
        )
        if response.status_code >= 400:
            assert Event.objects.count() == events
            assert b"Secret" not in response.content
        if response.status_code == 403 and is_person:
            refusal = response.json()
            assert refusal["required"] in {*HELD, *BESIDE_THE_TABLE}
            assert isinstance(refusal["you_have"], list)
        transaction.set_rollback(True)
    return int(response.status_code)
