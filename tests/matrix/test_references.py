"""Ids of elsewhere, in every place an id can stand: refused, and nothing has happened."""

import json
from typing import Any
from urllib.parse import parse_qsl, urlencode

import pytest
from django.db import transaction

from accounts.services.deletion import delete_person
from accounts.services.people import change_access
from notifications.models import Notification
from projects.models import Project
from projects.services.deletion import delete_project
from projects.services.projects import create_project
from tasks.services.tasks import create_task, delete_task
from tests.matrix.places import Place, World, task_of
from tests.matrix.references import (
    NOWHERE,
    Reference,
    body_with,
    firsts,
    in_bodies,
    in_queries,
    no_ids,
    right_value,
    wrong_ids,
)
from tests.support.actors import by
from tests.support.cast import Client, client_of, person
from tests.support.rights import filled
from tests.support.tables import everything
from workspaces.services.deletion import delete_workspace
from workspaces.services.workspaces import add_member, create_workspace

Clients = dict[str, Client]


@pytest.fixture
def place(world: World) -> Place:
    return world.own


@pytest.fixture
def clients(world: World) -> Clients:
    return {name: client_of(world.people[name]) for name in ("ada", "lea")}


@pytest.fixture
def strangers(world: World, place: Place) -> dict[str, list[str]]:
    """Rows that exist, by kind, none of which may be named in Lea's project."""
    foreign, other = world.foreign, world.other
    Project.objects.filter(pk=other.ids["project"]).update(visibility="PRIVATE")
    gone = _deleted(world)
    people = [str(world.people["sam"].pk), gone["person"]]
    change_access(actor=by(world.people["ada"]), person=world.people["ned"], is_active=False)
    places = [foreign.ids, other.ids]
    return {
        "workspace": [foreign.ids["workspace"], gone["workspace"]],
        "project": [*(ids["project"] for ids in places), gone["project"], place.ids["task"]],
        "second": [foreign.ids["second"], gone["project"], place.ids["task"]],
        "other_task": [*(ids["task"] for ids in places), gone["task"], place.ids["task"]],
        "comment": [*(ids["comment"] for ids in places), place.ids["task"]],
        "task": (tasks := [*(ids["task"] for ids in places), gone["task"], place.ids["project"]]),
        "label": [ids["label"] for ids in places],
        "parent": tasks,
        "delivery": [ids["delivery"] for ids in places],
        "neighbour": [*tasks, place.ids["task"]],
        "status": [str(task_of(each).status_id) for each in (foreign, other)],
        "colleague": [*people, str(world.people["ned"].pk), place.ids["task"]],
        "member": [*people, str(world.people["moe"].pk), place.ids["workspace"]],
        "person": people,
        "filter": [each.ids["filter"] for each in (foreign, other)],
        "notification": [each.ids["notification"] for each in (foreign, place)],
        "cursor": ["x", "e30", "MTox.eyJ9", "x" * 10_000, NOWHERE],
    }


def _deleted(world: World) -> dict[str, str]:
    """One of each, gone."""
    ada, ghost = world.people["ada"], person("ghost")
    add_member(actor=by(ada), workspace=world.workspace, email=ghost.email, role="MEMBER")
    delete_person(actor=by(None), person=ghost)
    project = create_project(actor=by(ada), workspace=world.workspace, name="Gone")
    task = create_task(actor=by(ada), project=project, title="Gone")
    delete_task(actor=by(ada), task=task)
    delete_project(actor=by(ada), project=project)
    workspace = create_workspace(actor=by(ada), name="Gone")
    delete_workspace(actor=by(ada), workspace=workspace)
    rows = {"person": ghost, "project": project, "task": task, "workspace": workspace}
    return {kind: str(row.pk) for kind, row in rows.items()}


def test_the_places_are_found() -> None:
    found = {(each.ask.path, each.name) for each in in_bodies()}
    assert {
        ("/api/projects", "workspace_id"),
        ("/api/projects", "team_members"),
        ("/api/tasks", "project_id"),
        ("/api/tasks/{task}", "assignee_id"),
        ("/api/tasks/{task}/transition", "status"),
        ("/api/projects/{project}/role", "user_id"),
        ("/api/workspaces/{workspace}/owner", "user_id"),
    } <= found
    assert {each.name for each in in_queries()} >= {"workspace", "assignee", "cursor"}


def test_no_body_names_what_is_elsewhere(
    world: World, clients: Clients, place: Place, strangers: dict[str, list[str]]
) -> None:
    own = rows_of_its_own(world, place)
    before = everything()
    for each in in_bodies():
        assert send(asking(clients, each), each, place, right_value(each, own)) < 300, each
    # Under its other spelling the same field has been heard with a right id.
    wrong = [
        (each, value)
        for each in in_bodies()
        for value in wrong_ids(each, strangers)[: None if each.is_own_name else 1]
    ]
    assert len(wrong) > 100
    assert let_in(clients, place, wrong) == {}
    assert everything() == before


def test_no_body_takes_what_is_no_id(clients: Clients, place: Place) -> None:
    before = everything()
    odd = [(each, value) for each in firsts(in_bodies()) for value in no_ids(each)]
    assert len(odd) > 100
    assert let_in(clients, place, odd) == {}
    assert everything() == before


def let_in(clients: Clients, place: Place, named: list[tuple[Reference, Any]]) -> dict[str, int]:
    """What was not refused."""
    answers = {
        f"{each.ask.method} {each.ask.path} {each.name}={value!r:.60}": send(
            asking(clients, each), each, place, value
        )
        for each, value in named
    }
    return {asked: told for asked, told in answers.items() if not 400 <= told < 500}


def rows_of_its_own(world: World, place: Place) -> dict[str, str]:
    """What may be named in Lea's project, by kind."""
    member = str(world.people["max"].pk)
    kinds = (
        "workspace",
        "project",
        "second",
        "task",
        "other_task",
        "label",
        "comment",
        "filter",
        "delivery",
    )
    named = {kind: place.ids[kind] for kind in kinds}
    named |= dict.fromkeys(("colleague", "member", "person"), member)
    task, theirs = task_of(place), Notification.objects.filter(recipient=world.people["lea"])
    beside = create_task(actor=by(world.people["max"]), project=task.project, title="Beside")
    return named | {
        "status": str(task.status_id),
        "notification": str(theirs[0].pk),
        **dict.fromkeys(("neighbour", "parent"), str(beside.pk)),
    }


def test_no_query_names_what_is_elsewhere(
    world: World, clients: Clients, place: Place, strangers: dict[str, list[str]]
) -> None:
    """A parameter that another list reads, too, is the same: it is tried with two."""
    own = rows_of_its_own(world, place)
    first_of_each_kind = {each.name: each for each in reversed(in_queries())}.values()
    for each in in_queries():
        path, _, asked = each.ask.path.format(**place.ids).partition("?")
        usual = dict(parse_qsl(asked))
        if each.kind in own:
            right = asking(clients, each).get(
                f"{path}?{urlencode(usual | {each.name: own[each.kind]})}"
            )
            assert right.status_code == 200, each
        wrong = [*strangers[each.kind], NOWHERE, "x", "\0"]
        for value in wrong if each in first_of_each_kind else wrong[:2]:
            client = asking(clients, each)
            answer: Any = client.get(f"{path}?{urlencode(usual | {each.name: value})}")
            is_empty = answer.status_code == 200 and answer.json()["data"] == []
            assert is_empty or 400 <= answer.status_code < 500, (each, value)
            assert b"Secret" not in answer.content


def asking(clients: Clients, reference: Reference) -> Client:
    """Who may ask, and would be answered if the id were right."""
    in_workspace = reference.ask.about == "workspace" or reference.kind == "workspace"
    return clients["ada" if in_workspace else "lea"]


def send(client: Client, reference: Reference, place: Place, value: Any) -> int:
    """The status; what was done is undone."""
    kept, named = body_with(reference, value)
    body = {**filled(kept, dict(place.ids)), **named}
    with transaction.atomic():
        answer = ask_with(client, reference, place, body)
        transaction.set_rollback(True)
    assert answer.status_code < 300 or b"Secret" not in answer.content
    return int(answer.status_code)


def ask_with(client: Client, reference: Reference, place: Place, body: Any) -> Any:
    path = reference.ask.path.format(**place.ids)
    return client.generic(reference.ask.method, path, json.dumps(body), "application/json")
