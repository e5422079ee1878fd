"""Every route, asked of objects in every state by each kind of person.

Of the paths that lead to the same code one is asked by everybody, the others by a few.
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from django.db import transaction
from pytest_django import Settings

from attachments.services.attachments import delete_attachment
from comments.services.comments import delete_comment
from projects.services.deletion import archive_project, delete_project
from tasks.services.tasks import delete_task
from tests.matrix.asks import ABOUT_OBJECTS, ASKS, OBJECTS, Ask, declared, one_each, served
from tests.matrix.oracle import expected
from tests.matrix.people import UNKNOWN, clients
from tests.matrix.places import (
    Place,
    World,
    attachment_of,
    comment_of,
    project_of,
    task_of,
)
from tests.matrix.rights import BESIDE_THE_TABLE, HELD
from tests.support.actors import by
from tests.support.cast import Client
from tests.support.rights import filled
from tests.support.tables import everything
from workspaces.services.deletion import delete_workspace

PEOPLE = ("ada", "amy", "pia", "lea", "max", "vic", "moe", "gus", "bob", "rex", "sam", "una")
LESSER = ("bound", "reader")
"""Tokens that may less than their person, whose refusals name no right."""
ASKING = (*PEOPLE, *LESSER, *UNKNOWN)
FEW = ("lea", "ada", "sam")
"""Who may anything, and who is a stranger: they ask under other paths, too."""
CREDENTIALS = ("ada", "bound", "expired", "nobody")
"""A good one, one that may less, a bad one and none."""
STATES = {
    "own": OBJECTS,
    "other": OBJECTS[1:],
    "foreign": OBJECTS,
    "project archived": OBJECTS[1:],
    "comment deleted": ("comment",),
    "attachment deleted": ("attachment",),
    "task deleted": ("task", "comment", "attachment"),
    "project deleted": OBJECTS[1:],
    "workspace deleted": OBJECTS,
}
"""What is true of the place, and the kinds of object whose answers depend on it."""
Question = tuple[str, Ask]


def test_every_route_is_declared() -> None:
    unequal = set(declared()) ^ served()
    assert not unequal, f"{unequal}: enter each route served in ASKS (tests/matrix/asks.py)"
    assert len(declared()) == len(served())


@pytest.fixture
def asking(world: World, settings: Settings) -> dict[str, Client]:
    everybody = clients(world.people, settings)
    return {name: everybody[name] for name in ASKING}


def test_asks_about_nothing(world: World, asking: dict[str, Client]) -> None:
    asks = [ask for ask in ASKS if ask not in ABOUT_OBJECTS]
    place = world.own
    questions = [(who, ask) for ask in asks if ask.about == "nobody" for who in CREDENTIALS]
    questions += in_every_role([ask for ask in asks if ask.about != "nobody"], place)
    assert surprises(asking, place, questions) == {}


def test_objects_as_they_usually_are(world: World, asking: dict[str, Client]) -> None:
    place = world.own
    assert surprises(asking, place, in_every_role(ABOUT_OBJECTS, place)) == {}


@pytest.mark.parametrize("state", list(STATES)[1:])
def test_objects_in_every_other_state(world: World, asking: dict[str, Client], state: str) -> None:
    usual = world.own
    place = place_in(world, usual, state)
    asks = [ask for ask in one_each(ABOUT_OBJECTS) if ask.about in STATES[state]]
    assert surprises(asking, place, in_another_state(asks, usual, place)) == {}


def place_in(world: World, own: Place, state: str) -> Place:
    lea, (kind, _, change) = world.people["lea"], state.partition(" ")
    match kind:
        case "other":
            return world.other
        case "foreign":
            return world.foreign
        case "comment":
            delete_comment(actor=by(lea), comment=comment_of(own))
        case "attachment":
            delete_attachment(actor=by(lea), attachment=attachment_of(own))
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
    return replace(own, deleted=frozenset({kind}))


def in_every_role(asks: list[Ask], place: Place) -> list[Question]:
    """By one person in each role for each right, by who would notice another right elsewhere.

    By a few where the same code is asked under another path.
    """
    one, known = one_each(asks), set[tuple[str, str]]()

    def asking(ask: Ask) -> Iterable[str]:
        if ask not in one:
            return FEW
        is_known = (ask.about, ask.right) in known
        known.add((ask.about, ask.right))
        return telling(ask, place) if is_known else in_each_role(ask, place)

    return [(who, ask) for ask in asks for who in asking(ask)]


def in_each_role(ask: Ask, place: Place) -> list[str]:
    def role(who: str) -> Any:
        of_both = place.roles.get(who, (None, None)) if who in PEOPLE else (who, None)
        return of_both[: 1 if ask.about == "workspace" else 2], expected(ask, who, place)

    return first_of_each(ASKING, role)


def telling(ask: Ask, place: Place) -> list[str]:
    """Those whom the route would answer otherwise if it needed any other right, or none.

    A token that may only read changes nothing: tests/workspaces/test_bound_tokens.py asks it all.
    """
    people = [*first_of_each(PEOPLE, lambda who: expected(ask, who, place)), "gus"]
    for other in [ask._replace(right=right) for right in (*HELD, "owner")]:
        differ = [w for w in PEOPLE if expected(other, w, place) != expected(ask, w, place)]
        if differ and not {*differ}.intersection(people):
            people.append(differ[0])
    return [*dict.fromkeys(people), "nobody", "bound"]


def in_another_state(asks: list[Ask], usual: Place, place: Place) -> list[Question]:
    """By one of those whom the rules answer alike, here and in the usual place.

    To whom it is closed in either, the usual place has shown; how those are refused elsewhere who
    may here, tests/matrix/test_foreign_paths.py.
    """

    def rule(ask: Ask, who: str) -> Any:
        return expected(ask, who, usual), expected(ask, who, place), who in place.roles

    def is_telling(ask: Ask, who: str) -> bool:
        before, here, is_member = rule(ask, who)
        if "ada" not in place.roles and before == ask.well:
            return False
        return bool(before != here or (is_member and here != 404))

    return [
        (who, ask)
        for ask in asks
        for who in first_of_each((*PEOPLE, "bound"), partial(rule, ask))
        if is_telling(ask, who)
    ]


def first_of_each(people: tuple[str, ...], alike: Callable[[str], Any]) -> list[str]:
    """One of those about whom the same is to be said."""
    return list({alike(who): who for who in reversed(people)}.values())


def surprises(
    asking: dict[str, Client], place: Place, questions: Iterable[Question]
) -> dict[str, tuple[int, int]]:
    """Where an answer is another than the rules say: {who asked what: (answer, rule)}.

    Refusals leave no trace; what was done is undone.
    """
    before = everything()
    told = {
        f"{who}: {ask.method} {ask.path}": (
            answer(asking[who], ask, place, is_person=who not in LESSER),
            expected(ask, who, place),
        )
        for who, ask in questions
    }
    assert everything() == before
    return {question: pair for question, pair in told.items() if pair[0] != pair[1]}


def answer(client: Client, ask: Ask, place: Place, *, is_person: bool) -> int:
    """The status. A refusal names no secret, and what is missing."""
    path, body = ask.path.format(**place.ids), filled(ask.body, dict(place.ids))
    with transaction.atomic():
        response: Any = client.generic(
            ask.method, path, json.dumps(body), content_type="application/json"
        )
        if response.status_code < 400:
            transaction.set_rollback(True)
    assert response.status_code < 400 or b"Secret" not in response.content
    if response.status_code == 403 and is_person:
        refusal = response.json()
        assert refusal["required"] in {*HELD, *BESIDE_THE_TABLE}
        assert isinstance(refusal["you_have"], list)
    return int(response.status_code)
