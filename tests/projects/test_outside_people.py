"""Who is outside the workspace is refused alike: with an account or without, by address or id."""

import json
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from accounts.services.deletion import delete_person
from accounts.services.people import change_access
from projects.models import Project
from tests.support.actors import by
from tests.support.cast import Cast, client_of, person
from workspaces.services.workspaces import add_member

NOBODY = "nobody@example.com"
NOWHERE = "01890000-0000-7000-8000-000000000000"
PLACES = [
    ("POST", "/api/projects", "team_lead"),
    ("POST", "/api/project", "team_members"),
    ("PUT", "/api/projects/{project}/lead", "team_lead"),
    ("PUT", "/api/projects/{project}/lead", "userId"),
    ("PUT", "/api/projects/{project}/lead", "email"),
    ("POST", "/api/projects/{project}/members", "email"),
    ("POST", "/api/projects/{project}/add-member", "email"),
    ("POST", "/api/projects/{project}/invite", "email"),
    ("PUT", "/api/projects/{project}/role", "email"),
    ("PUT", "/api/projects/{project}/role", "userId"),
]

BY_ID = [
    ("POST", "/api/projects/{project}/tasks", "assigneeId"),
    ("PUT", "/api/workspaces/{workspace}/owner", "user_id"),
]
"""Where only those may be named whom the person asking can see."""


@pytest.fixture
def outside(cast: Cast) -> list[User]:
    """People with accounts who may not be named: elsewhere, nowhere, switched off, deleted."""
    people = [cast.sam, person("una"), person("ned"), person("ghost")]
    for each in people[2:]:
        add_member(actor=by(cast.ada), workspace=cast.workspace, email=each.email)
    change_access(actor=by(cast.ada), person=people[2], is_active=False)
    delete_person(actor=by(None), person=people[3])
    Project.objects.filter(pk=cast.project.pk).update(team_lead=None)
    return people


def test_whoever_is_outside_is_answered_alike(cast: Cast, outside: list[User]) -> None:
    for place in PLACES:
        _, path, _ = place
        by_address = [told(cast, place, each.email) for each in outside]
        assert by_address == [told(cast, place, NOBODY)] * len(outside), place
        if path.endswith(("members", "add-member", "invite")):
            continue
        by_id = [told(cast, place, str(each.pk)) for each in outside]
        assert by_id == [told(cast, place, NOWHERE)] * len(outside), place
        status, body, _ = by_id[0]
        if not path.endswith("role"):
            assert (status, json.loads(body)["people"]) == (400, ["NAME"]), place


def test_ids_of_strangers_are_answered_as_ids_of_nobody(cast: Cast, outside: list[User]) -> None:
    strangers = [outside[0], outside[1], outside[3]]
    for place in BY_ID:
        found = [told(cast, place, str(each.pk)) for each in strangers]
        assert found == [told(cast, place, NOWHERE)] * len(strangers), place


def test_a_list_filtered_by_a_stranger_is_as_empty_as_by_nobody(
    cast: Cast, outside: list[User]
) -> None:
    path, found = f"/api/projects/{cast.project.pk}/tasks?assignee=", []
    for name in (NOWHERE, *(str(each.pk) for each in outside)):
        with CaptureQueriesContext(connection) as asked:
            listed = client_of(cast.ada).ask("GET", f"{path}{name}")["data"]
        found.append((listed, len(asked)))
    assert found == [([], found[0][1])] * (len(outside) + 1)


def test_a_mixture_names_those_outside_as_they_were_written(
    cast: Cast, outside: list[User]
) -> None:
    ids = [str(cast.max.pk), str(cast.sam.pk)]
    people = ["max@example.com", " Sam@Example.com", *ids, NOBODY, "lea@example.com"]
    body = {
        "name": "Loom",
        "workspaceId": str(cast.workspace.pk),
        "team_members": people,
        "team_lead": "UNA@example.com",
    }
    refusal = client_of(cast.ada).ask("POST", "/api/projects", body, status=400)
    wrong = [people[1], ids[1], NOBODY]
    assert (refusal["code"], refusal["people"]) == ("not_in_workspace", [*wrong, body["team_lead"]])
    sentence = "{} is not a member of the workspace.".format
    assert refusal["errors"] == {
        "team_members": [sentence(name) for name in wrong],
        "team_lead": [sentence(body["team_lead"])],
    }


def test_too_many_people_are_refused_before_anybody_is_looked_up(cast: Cast) -> None:
    many = [f"person-{n}@example.com" for n in range(20_000)]
    with CaptureQueriesContext(connection) as asked:
        body = {"name": "Loom", "team_members": [*many, "sam@example.com"]}
        refusal = client_of(cast.ada).ask("POST", "/api/projects", body, status=400)
    assert refusal["errors"] == {
        "team_members": ["Ensure this field has no more than 500 elements."]
    }
    assert "example.com" not in str(asked.captured_queries)


def told(cast: Cast, place: tuple[str, str, str], name: str) -> tuple[int, str, int]:
    """Status, body with the name left out, and the number of statements."""
    method, path, field = place
    body = {"name": "Loom", "workspaceId": str(cast.workspace.pk), "role": "VIEWER", "title": "Oil"}
    named: Any = {field: [name] if field == "team_members" else name}
    client = client_of(cast.ada)
    with CaptureQueriesContext(connection) as asked:
        answer: Any = client.generic(
            method,
            path.format(project=cast.project.pk, workspace=cast.workspace.pk),
            json.dumps({**body, **named}),
            "application/json",
        )
    text = answer.content.decode().replace(answer.json()["request_id"], "")
    assert 400 <= answer.status_code < 500
    return answer.status_code, text.replace(name, "NAME"), len(asked)
