"""A token that may write but not read is shown nothing but the id and version of what it wrote."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction

from accounts.models import User
from identity.services.personal_tokens import create_token
from projects.models import Project, Status, Transition
from tests.matrix.asks import ASKS, Ask, one_each
from tests.matrix.oracle import expected
from tests.matrix.people import bearing
from tests.matrix.places import Place, World, project_of, task_of
from tests.matrix.test_replays import SECRETS
from tests.support.actors import by
from tests.support.cast import Client
from tests.support.rights import filled

TO_READ = ("/api/realtime/ticket", "/api/calendar-feeds")
"""Writes that are good for nothing but reading, and refused: tests/realtime, tests/calendars."""
CHANGES = [ask for ask in ASKS if ask.method != "GET" and ask.about != "nobody"]
WRITES = one_each([ask for ask in CHANGES if ask.path not in TO_READ])
READS = [ask for ask in ASKS if ask.method == "GET" and ask.about != "nobody"]
ASKING = ("ada", "lea", "max", "una")
SHOWN = {"id", "version"}
TOLD = {"success", "message", "code", "errors", "required", "you_have", "request_id", "data"}
KEY, STALE = {"Idempotency-Key": "once"}, {"If-Match": '"999"'}
Headers = dict[str, str]
Clients = dict[str, Client]


@pytest.fixture
def place(world: World) -> Place:
    return world.own


@pytest.fixture
def writers(place: Place) -> Clients:
    """Their programs, each with a token that may write only."""
    people = {person.name.lower(): person for person in User.objects.all()}
    tokens = {
        who: create_token(actor=by(people[who]), name="CI", scopes=["write"]) for who in ASKING
    }
    return {who: bearing(text) for who, (_, text) in tokens.items()}


def send(client: Client, ask: Ask, place: Place, **headers: str) -> Any:
    body = "" if ask.method == "GET" else json.dumps(filled(ask.body, dict(place.ids)))
    path = ask.path.format(**place.ids)
    return client.generic(ask.method, path, body, "application/json", headers=headers)


def undone(client: Client, ask: Ask, place: Place, times: int, headers: Headers) -> list[Any]:
    """The request and its repetitions, whose effects are undone."""
    with transaction.atomic():
        answers = [send(client, ask, place, **headers) for _ in range(times)]
        transaction.set_rollback(True)
    return answers


def who_may(writers: Clients, ask: Ask, place: Place) -> Client:
    return next(writers[who] for who in ASKING if expected(ask, who, place) == ask.well)


def refused(writers: Clients, ask: Ask, place: Place) -> list[Client]:
    """The first who may not, if there is somebody."""
    return [writers[who] for who in ASKING if expected(ask, who, place) != ask.well][:1]


def documents(body: Any) -> Iterator[Any]:
    """Everything an answer has in `data`."""
    data = body.get("data") or {}
    yield from data if isinstance(data, list) else [data]


def check(answer: Any) -> None:
    body = answer.json() if answer.content else {}
    assert body.keys() <= TOLD, body
    assert all(shown.keys() <= SHOWN for shown in documents(body)), body
    assert b"Secret" not in answer.content


def test_an_answer_shows_id_and_version(writers: Clients, place: Place) -> None:
    for ask in WRITES:
        first, again = undone(who_may(writers, ask, place), ask, place, 2, KEY)
        assert first.status_code == ask.well, (ask, first.content)
        check(first)
        check(again)
        if ask.well < 300 and (ask.method, ask.path) not in SECRETS:
            assert (again.content, again["Idempotency-Replayed"]) == (first.content, "true")


def test_a_refusal_shows_neither(writers: Clients, place: Place) -> None:
    refusals = [
        answer
        for ask in WRITES
        for client in refused(writers, ask, place)
        for answer in undone(client, ask, place, 1, KEY)
    ]
    assert len(refusals) > 30
    for answer in refusals:
        assert answer.status_code in (403, 404, 409), answer.content
        check(answer)


def test_a_stale_edit_shows_id_and_version(writers: Clients, place: Place) -> None:
    told = [undone(who_may(writers, ask, place), ask, place, 1, STALE)[0] for ask in WRITES]
    stale = [answer for answer in told if answer.status_code == 412]
    assert len(stale) > 20
    for answer in stale:
        check(answer)
        assert set(answer.json()["data"]) <= SHOWN


def test_a_created_object_can_be_named(writers: Clients, place: Place) -> None:
    path = f"/api/projects/{place.ids['project']}/tasks"
    made = writers["max"].post(path, {"title": "Secret"}, "json").json()
    assert made == {
        "success": True,
        "message": "Task created successfully",
        "data": {"id": made["data"]["id"], "version": 1},
    }


def test_no_read_is_answered(writers: Clients, place: Place) -> None:
    told = {ask: send(writers["ada"], ask, place) for ask in READS}
    assert {answer.status_code for answer in told.values()} == {403}
    for answer in told.values():
        check(answer)


def test_a_refusal_tells_nothing_of_what_is_stored(writers: Clients, place: Place) -> None:
    project: Project = project_of(place)
    first, *_, last = Status.objects.filter(project=project).order_by("position")
    Status.objects.filter(pk=last.pk).update(key="SECRET", name="Secret")
    workspace = project.workspace
    Transition.objects.create(project=project, workspace=workspace, source=last, target=first)
    task, client = f"/api/tasks/{task_of(place).pk}", writers["max"]

    unknown = client.patch(task, {"status": "nowhere"}, "json")
    illegal = client.post(f"{task}/transition", {"status": "secret"}, "json")

    assert (unknown.status_code, unknown.json()["code"]) == (400, "unknown_status")
    assert (illegal.status_code, illegal.json()["code"]) == (409, "illegal_transition")
    assert unknown.json()["errors"] == {"status": [unknown.json()["message"]]}
    assert b"SECRET" not in unknown.content + illegal.content
    check(unknown)
    check(illegal)
