"""An answer is given a second time only to somebody who may still see what it shows."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction

from accounts.models import User
from comments.models import Comment
from core.models import IdempotencyKey
from identity.models import PersonalToken
from identity.services.personal_tokens import create_token
from projects.models import Project, ProjectMembership
from tasks.models import Task
from tests.matrix.asks import ASKS, Ask, one_each
from tests.matrix.oracle import expected
from tests.matrix.people import bearing
from tests.matrix.places import Place, World
from tests.support.actors import by
from tests.support.cast import Client
from tests.support.rights import filled
from workspaces.models import Membership, Workspace

HOOKS = "/api/workspaces/{workspace}/webhooks"
SECRETS = (
    ("POST", "/api/realtime/ticket"),
    ("POST", HOOKS),
    ("POST", f"{HOOKS}/{{webhook}}/rotate"),
    ("POST", "/api/calendar-feeds"),
    ("POST", "/api/calendar-feeds/{feed}/rotate"),
)
"""What they answer is a secret, which is never given again."""
OWN = (
    ("POST", "/api/notifications/read"),
    ("POST", "/api/notifications/unread"),
    ("PATCH", "/api/notifications/schedule"),
)
"""They answer how much was unread in one's own inbox, and one's own hours: nothing of others."""
SHOWING = (200, 201)
"""Answers that show something; those without a body do not."""
WRITES = one_each(
    [
        ask
        for ask in ASKS
        if ask.method not in ("GET", "DELETE") and ask.about != "nobody" and ask.well in SHOWING
        if (ask.method, ask.path) not in (*SECRETS, *OWN)
    ]
)
DELETIONS = [ask for ask in ASKS if ask.method == "DELETE" and ask.well < 300]
ASKING = ("amy", "lea", "max", "ada", "una")
KEY = {"Idempotency-Key": "once"}
Loss = Callable[[User, Place], None]


@pytest.fixture
def place(world: World) -> Place:
    return world.own


def somebody_who_may(ask: Ask, world: World, place: Place) -> User:
    """The first who is let in; with everything granted to the author of task and comment."""
    return next(world.people[who] for who in ASKING if expected(ask, who, place) < 300)


def programs_of(person: User) -> Client:
    return bearing(create_token(actor=by(person), name="CI", scopes=["read", "write"])[1])


def send(client: Client, ask: Ask, place: Place, **headers: str) -> Any:
    body = json.dumps(filled(ask.body, dict(place.ids)))
    path = ask.path.format(**place.ids)
    return client.generic(ask.method, path, body, "application/json", headers=headers)


def lose_membership(person: User, place: Place) -> None:
    Project.objects.filter(team_lead=person).update(team_lead=None)
    ProjectMembership.objects.filter(user=person).delete()
    Membership.objects.filter(user=person).delete()


def lose_role(person: User, place: Place) -> None:
    ProjectMembership.objects.filter(user=person).update(role="VIEWER")
    Project.objects.filter(team_lead=person).update(team_lead=None)
    Membership.objects.filter(user=person).update(role="GUEST")


def lose_reach(person: User, place: Place) -> None:
    # The oldest, which the repeated request cannot have made.
    elsewhere = Workspace.objects.exclude(pk=place.ids["workspace"]).earliest("created_at")
    PersonalToken.objects.update(workspace_ids=[elsewhere.pk])


def lose_object(person: User, place: Place) -> None:
    for model in (Comment, Task, Project, Workspace):
        model.objects.update(deleted_at="2026-01-01T00:00Z")


LOSSES: tuple[Loss, ...] = (lose_membership, lose_role, lose_reach, lose_object)
REFUSALS: dict[Loss, int] = {lose_membership: 403, lose_reach: 404}
"""What the same request is answered without its key, whatever it asks."""


def test_no_answer_is_repeated_to_whom_the_route_is_closed(world: World, place: Place) -> None:
    for ask in WRITES:
        person = somebody_who_may(ask, world, place)
        with transaction.atomic():
            client = programs_of(person)
            check_open(client, ask, place)
            for lose in LOSSES:
                with transaction.atomic():
                    lose(person, place)
                    check_closed(client, ask, place, lose)
                    transaction.set_rollback(True)
            transaction.set_rollback(True)


def check_open(client: Client, ask: Ask, place: Place) -> None:
    """Asked with its key, it is answered, and answered the same again."""
    first = send(client, ask, place, **KEY)
    assert first.status_code == ask.well, first.content
    again = send(client, ask, place, **KEY)
    assert again.has_header("Idempotency-Replayed"), (ask, again.content)
    assert again.content == first.content


def check_closed(client: Client, ask: Ask, place: Place, lose: Loss) -> None:
    """The repetition is refused as the same request without its key is."""
    again = send(client, ask, place, **KEY)
    assert again.status_code in (403, 404, 409), (ask, lose, again.content)
    assert not again.has_header("Idempotency-Replayed")
    assert "data" not in again.json()
    if again.status_code == 409:
        assert again.json()["code"] == "answer_not_kept"
    elif ask.about not in ("somebody", "invited") and lose in REFUSALS:
        assert (ask, lose, again.status_code) == (ask, lose, REFUSALS[lose])
    elif ask.about not in ("somebody", "invited") and lose is lose_role:
        anew = send(client, ask, place)
        assert (ask, again.status_code) == (ask, anew.status_code)


@pytest.mark.parametrize("ask", DELETIONS, ids=lambda ask: ask.path)
def test_what_was_deleted_shows_nothing_when_asked_again(
    world: World, place: Place, ask: Ask
) -> None:
    person = somebody_who_may(ask, world, place)
    client = programs_of(person)
    first = send(client, ask, place, **KEY)
    lose_membership(person, place)
    again = send(client, ask, place, **KEY)
    if again.status_code >= 400:
        assert again.status_code in (403, 404)
    else:
        assert (again.content, first.status_code) == (first.content, ask.well)
        assert first.content == b"" or first.json()["data"] == {"deleted": 1}


def test_somebody_with_another_role_reads_the_object_instead(world: World, place: Place) -> None:
    """What was shown to one role, such as addresses, may be closed to another."""
    amy, ask = world.people["amy"], next(ask for ask in WRITES if ask.right == "project:set_lead")
    client = programs_of(amy)
    assert send(client, ask, place, **KEY).status_code == 200
    Membership.objects.filter(user=amy).update(role="PM")

    refusal = send(client, ask, place, **KEY)

    assert (refusal.status_code, refusal.json()["code"]) == (409, "answer_not_kept")
    assert send(client, ask, place).status_code == 200


def test_who_gave_the_right_away_is_answered_again(world: World, place: Place) -> None:
    """The answer that got lost said that it was given away."""
    ask = next(ask for ask in WRITES if ask.right == "owner")
    ada = programs_of(world.people["ada"])
    first, again = (send(ada, ask, place, **KEY) for _ in range(2))
    assert (first.status_code, again.content) == (200, first.content)
    assert again["Idempotency-Replayed"] == "true"


@pytest.mark.parametrize(("letter", "again"), [("o", 201), ("\N{OIL DRUM}", 409)])
def test_an_answer_of_many_bytes_is_not_kept(
    world: World, place: Place, letter: str, again: int
) -> None:
    client, path = programs_of(world.people["max"]), f"/api/tasks/{place.ids['task']}/comments"
    body, before = {"content": letter * 20_000}, Comment.objects.count()
    answers = [client.post(path, body, "json", headers=KEY) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, again]
    assert Comment.objects.count() == before + 1
    if again == 409:
        assert answers[1].json()["code"] == "answer_not_kept"
        assert bytes(IdempotencyKey.objects.get().body) == b""


def test_conditions_of_another_release_are_not_met(world: World, place: Place) -> None:
    client, path = programs_of(world.people["max"]), f"/api/tasks/{place.ids['task']}/comments"
    body = {"content": "Said"}
    client.post(path, body, "json", headers=KEY)
    gone = {"model": "tasks.Renamed", "id": place.ids["task"], "roles": [], "may": True}
    IdempotencyKey.objects.update(conditions=[gone])
    refusal = client.post(path, body, "json", headers=KEY)
    assert (refusal.status_code, refusal.json()["code"]) == (409, "answer_not_kept")
