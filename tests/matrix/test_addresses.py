"""Whose e-mail addresses people read, in every document and every refusal."""

import json
import re
from typing import Any

import pytest
from django.db import transaction
from django.urls import resolve

from identity.services.personal_tokens import create_token
from projects.services.members import add_project_member, set_project_lead
from tests.matrix.asks import ASKS, METHODS, Ask, one_each
from tests.matrix.people import bearing
from tests.matrix.places import Place, World, project_of
from tests.matrix.references import body_with, in_bodies
from tests.support.actors import by
from tests.support.cast import Client, client_of
from tests.support.rights import filled
from workspaces.services.workspaces import add_member

ADDRESS = re.compile(r"[\w.+-]+@example\.com")
SHOWS_MEMBERS = {
    "/api/workspaces/{workspace}/members",
    "/api/workspaces/{workspace}/members/{member}",
    "/api/workspace/{workspace}/members",
    "/api/workspaces/{workspace}/events",
    "/api/activity?workspace={workspace}",
    "/api/notifications",
}
SHOWS_PEOPLE = {
    *SHOWS_MEMBERS,
    "/api/projects",
    "/api/projects/{project}",
    "/api/projects/{project}/members",
    "/api/project",
    "/api/project/{project}",
    "/api/projects/workspace/{workspace}",
    "/api/projects/workspace/{workspace}/projects",
    "/api/projects/{project}/tasks",
    "/api/tasks/project/{project}/tasks",
    "/api/projects/{project}/filters",
    "/api/filters/{filter}",
    "/api/tasks/recent?workspace={workspace}",
    "/api/tasks/{task}",
    "/api/tasks/{task}/relations",
    "/api/tasks/{task}/dependencies",
    "/api/tasks/{task}/comments",
    "/api/tasks/{task}/watchers",
    "/api/tasks/{task}/activity",
    "/api/tasks/{task}/history",
    "/api/workspaces/{workspace}/tasks/{key}",
    "/api/comments/task/{task}/comments",
    "/api/comments/{comment}",
    "/api/tasks/{task}/attachments",
    "/api/attachments/{attachment}",
}
"""What tells a MEMBER the addresses of others."""
OWN = ("/api/auth/me", "/api/auth/me/export")


@pytest.fixture
def place(world: World) -> Place:
    """Lea's project, which Gus the GUEST may read."""
    place = world.own
    lea, gus = world.people["lea"], world.people["gus"]
    add_project_member(actor=by(lea), project=project_of(place), person=gus, role="VIEWER")
    return place


@pytest.fixture
def led_by_gus(world: World, place: Place) -> Place:
    set_project_lead(
        actor=by(world.people["ada"]), project=project_of(place), person=world.people["gus"]
    )
    return place


@pytest.mark.parametrize(("name", "paths"), [("moe", SHOWS_PEOPLE), ("bob", SHOWS_MEMBERS)])
def test_who_may_reads_addresses(world: World, place: Place, name: str, paths: set[str]) -> None:
    """Or their absence below would prove nothing."""
    found = walk(client_of(world.people[name]), place, "GET", f"{name}@example.com")
    assert set(found) == paths


def test_a_guest_reads_only_their_own_address(world: World, place: Place) -> None:
    gus = client_of(world.people["gus"])
    for method in METHODS:
        assert walk(gus, place, method, "gus@example.com") == {}


def test_a_guest_who_leads_reads_no_more(world: World, led_by_gus: Place) -> None:
    gus, stale = client_of(world.people["gus"]), {"If-Match": '"99"'}
    for method in METHODS:
        assert walk(gus, led_by_gus, method, "gus@example.com") == {}
        if method != "GET":
            assert walk(gus, led_by_gus, method, "gus@example.com", **stale) == {}


def test_refusals_of_ids_tell_no_address(world: World, led_by_gus: Place) -> None:
    gus, told = client_of(world.people["gus"]), {}
    for each in [each for each in in_bodies() if each.name.islower()]:
        for name in ("sam", "moe", "lea", "ned"):
            person = str(world.people[name].pk)
            kept, wrong = body_with(each, [person] if each.is_list else person)
            body = {**filled(kept, dict(led_by_gus.ids)), **wrong}
            found = addresses(gus, each.ask, led_by_gus, body)
            told[each.ask.path, each.name, name] = found - {"gus@example.com"}
    assert len(told) > 40
    assert {question: found for question, found in told.items() if found} == {}


def test_ones_own_address_is_always_shown(world: World, place: Place) -> None:
    gus = client_of(world.people["gus"])
    members = gus.ask("GET", f"/api/projects/{place.ids['project']}/members")["data"]
    shown = {member["user"]["name"]: member["user"]["email"] for member in members}
    assert shown.pop("Gus") == "gus@example.com"
    assert set(shown.values()) == {None}
    own = gus.ask("GET", f"/api/workspaces/{place.ids['workspace']}/members/me")["data"]
    assert own["email"] == own["user"]["email"] == "gus@example.com"
    for path in OWN:
        assert set(ADDRESS.findall(gus.get(path).content.decode())) == {"gus@example.com"}


def test_each_row_goes_by_the_role_in_its_workspace(world: World, place: Place) -> None:
    gus = world.people["gus"]
    add_member(
        actor=by(world.people["sam"]), workspace=world.elsewhere, email=gus.email, role="MEMBER"
    )
    listed = client_of(gus).ask("GET", "/api/projects")["data"]
    shown = {project["workspace_id"]: project["created_by"]["email"] for project in listed}
    assert shown == {str(world.workspace.pk): None, str(world.elsewhere.pk): "sam@example.com"}


@pytest.mark.parametrize(("name", "paths"), [("gus", set()), ("vic", SHOWS_PEOPLE)])
def test_a_bound_token_reads_what_its_person_reads(
    world: World, place: Place, name: str, paths: set[str]
) -> None:
    person, bound = world.people[name], [world.workspace.pk]
    _, token = create_token(actor=by(person), name="Bot", scopes=["read"], workspace_ids=bound)
    found = walk(bearing(token), place, "GET", person.email)
    assert set(found) == paths


def walk(client: Client, place: Place, method: str, own: str, **headers: str) -> dict[str, Any]:
    """The addresses of others that were told, by path, everything one may embed included.

    Lists look different under each of their paths.
    """
    told = {
        ask.path: addresses(client, ask, place, filled(ask.body, dict(place.ids)), **headers)
        for ask in (ASKS if method == "GET" else one_each(ASKS))
        if ask.method == method
    }
    return {path: found - {own} for path, found in told.items() if found - {own}}


def addresses(client: Client, ask: Ask, place: Place, body: Any, **headers: str) -> set[str]:
    """Those in the answer, of a refusal without the ones the request named; it is undone."""
    path, sent = ask.path.format(**place.ids), json.dumps(body)
    with transaction.atomic():
        answer: Any = client.generic(
            ask.method, f"{path}{_embedding(ask, path)}", sent, "application/json", headers=headers
        )
        transaction.set_rollback(True)
    told = {*ADDRESS.findall(answer.content.decode()), *ADDRESS.findall(str(answer.headers))}
    return told - set(ADDRESS.findall(sent)) if answer.status_code >= 400 else told


def _embedding(ask: Ask, path: str) -> str:
    view: Any = resolve(path.partition("?")[0]).func
    document: Any = getattr(getattr(view, "cls", None), "document", None)
    embeds = getattr(document, "embeds", {})
    if ask.method != "GET" or not embeds or "?" in path:
        return ""
    return f"?include={','.join({document.asked_by.get(name, name) for name in embeds})}"
