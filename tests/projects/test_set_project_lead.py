"""Handing a project over."""

from typing import Any

import pytest

from tests.support.cast import Cast, client_of
from tests.support.databases import CommittedDatabase
from tests.support.documents import project_alone
from tests.support.log import log_of
from tests.support.threads import times


def set_lead(cast: Cast, body: dict[str, Any], who: str = "pia", status: int = 200) -> Any:
    path = f"/api/projects/{cast.project.pk}/lead"
    return client_of(getattr(cast, who)).ask("PUT", path, body, status=status)


def roles(cast: Cast) -> dict[str, str]:
    return dict(cast.project.memberships.values_list("user__name", "role"))


@pytest.mark.parametrize("who", ["ada", "pia", "lea"])
def test_set_project_lead_hands_over(cast: Cast, who: str) -> None:
    answer = set_lead(cast, {"team_lead": "max@example.com"}, who)
    cast.project.refresh_from_db()
    assert cast.project.team_lead == cast.max
    assert answer == {"success": True, "data": project_alone(cast.project, getattr(cast, who))}
    assert roles(cast) == {"Ada": "MEMBER", "Lea": "MEMBER", "Max": "LEAD"}
    change = {"team_lead": {"old": str(cast.lea.pk), "new": str(cast.max.pk)}}
    assert log_of(cast.project)[-1] == ("lead_changed", getattr(cast, who).pk, change)


@pytest.mark.parametrize("key", ["team_lead", "teamLead", "userId", "user_id", "email"])
def test_set_project_lead_takes_a_newcomer_in(cast: Cast, key: str) -> None:
    set_lead(cast, {key: str(cast.moe.pk)})
    assert roles(cast)["Moe"] == "LEAD"


@pytest.mark.parametrize("nobody", [None, ""])
def test_a_project_may_be_left_without_a_lead(cast: Cast, nobody: str | None) -> None:
    shown = set_lead(cast, {"team_lead": nobody})["data"]
    assert (shown["team_lead"], shown["lead"]) == (None, None)
    assert roles(cast)["Lea"] == "MEMBER"
    client_of(cast.lea).ask("PATCH", f"/api/projects/{cast.project.pk}", {"name": "x"}, status=403)
    client_of(cast.pia).ask("PATCH", f"/api/projects/{cast.project.pk}", {"name": "x"})


def test_set_project_lead_to_who_leads_already_changes_nothing(cast: Cast, unchanged: None) -> None:
    set_lead(cast, {"team_lead": "lea@example.com"})


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "invalid"),
        ({"team_lead": "nobody@example.com"}, "not_in_workspace"),
        ({"team_lead": "sam@example.com"}, "not_in_workspace"),
    ],
)
def test_set_project_lead_refuses(
    cast: Cast, unchanged: None, body: dict[str, str], code: str
) -> None:
    refusal = set_lead(cast, body, status=400)
    assert refusal["code"] == code
    assert list(refusal["errors"]) == ["team_lead"]


def test_a_project_has_one_lead_whoever_hands_over_at_once(
    committed_db: CommittedDatabase, cast: Cast
) -> None:
    people = [cast.max, cast.moe, cast.pia, cast.ada]
    clients = [client_of(cast.pia) for _ in people]
    path = f"/api/projects/{cast.project.pk}/lead"
    bodies = [{"team_lead": person.email} for person in people]
    answers = times(4, lambda n: clients[n].put(path, bodies[n], format="json").status_code)
    assert answers == [200] * 4
    cast.project.refresh_from_db()
    assert cast.project.memberships.get(role="LEAD").user == cast.project.team_lead
