"""Who may read a project, and why: a report for those who decide it."""

from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

from projects.services.members import add_project_member
from projects.services.projects import update_project
from tests.support.actors import by
from tests.support.cast import Cast, client_of
from tests.support.documents import person

BY_WORKSPACE, BY_PROJECT = ["workspace_role"], ["project_role"]
BOTH = [*BY_WORKSPACE, *BY_PROJECT]


def access(cast: Cast, query: str = "") -> list[Any]:
    path = f"/api/projects/{cast.project.pk}/access{query}"
    found: list[Any] = client_of(cast.lea).ask("GET", path)["data"]
    return found


def because(cast: Cast) -> dict[str, list[str]]:
    return {reader["user"]["name"]: reader["because"] for reader in access(cast)}


def test_access_tells_both_roles_and_the_reason(cast: Cast) -> None:
    add_project_member(actor=by(cast.lea), project=cast.project, person=cast.gus, role="VIEWER")
    assert access(cast)[-1] == {
        "user": person(cast.gus),
        "workspace_role": "GUEST",
        "project_role": "VIEWER",
        "because": BY_PROJECT,
    }
    assert because(cast) == {
        "Ada": BOTH,
        "Pia": BY_WORKSPACE,
        "Lea": BOTH,
        "Max": BOTH,
        "Moe": BY_WORKSPACE,
        "Gus": BY_PROJECT,
    }


def test_access_to_a_private_project(cast: Cast) -> None:
    cast.project.memberships.filter(user=cast.ada).delete()
    update_project(actor=by(cast.lea), project=cast.project, changes={"visibility": "PRIVATE"})
    assert because(cast) == {"Ada": BY_WORKSPACE, "Lea": BY_PROJECT, "Max": BY_PROJECT}


def test_access_is_what_people_really_have(cast: Cast) -> None:
    cast.workspace.memberships.filter(user=cast.moe).update(role="BILLING")
    for visibility in ("WORKSPACE", "PRIVATE"):
        update_project(actor=by(cast.lea), project=cast.project, changes={"visibility": visibility})
        path = f"/api/projects/{cast.project.pk}"
        seeing = {
            user.name
            for user in (cast.ada, cast.pia, cast.lea, cast.max, cast.moe, cast.gus, cast.sam)
            if client_of(user).get(path).status_code == 200
        }
        assert because(cast).keys() == seeing


def test_people_who_cannot_sign_in_are_left_out(cast: Cast) -> None:
    cast.moe.is_active = False
    cast.moe.save()
    assert "Moe" not in because(cast)


def test_access_is_paged_and_costs_the_same_for_everybody(cast: Cast) -> None:
    client = client_of(cast.pia)
    path = f"/api/projects/{cast.project.pk}/access?limit=2"
    first = client.ask("GET", path)
    assert [reader["user"]["name"] for reader in first["data"]] == ["Ada", "Pia"]
    with CaptureQueriesContext(connection) as queries:
        client.ask("GET", f"{path}&cursor={first['meta']['next_cursor']}")
    assert len([query for query in queries if "SAVEPOINT" not in query["sql"]]) <= 4
