"""Changing a project."""

from typing import Any

import pytest

from tests.support.cast import Cast, client_of
from tests.support.documents import project_alone
from tests.support.log import log_of


def update(cast: Cast, body: dict[str, Any], *, method: str = "PATCH", status: int = 200) -> Any:
    return client_of(cast.lea).ask(method, f"/api/projects/{cast.project.pk}", body, status=status)


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_update_project_changes_what_is_given(cast: Cast, method: str) -> None:
    body = {"name": "Renamed", "status": "on_hold", "endDate": "2030-01-31", "progress": 96.84}
    body["completion_requires_unblocked"] = True
    answer = update(cast, body, method=method)
    cast.project.refresh_from_db()
    assert answer == {
        "success": True,
        "data": project_alone(cast.project, cast.lea),
        "message": "Project updated successfully",
    }
    changes = {
        "name": {"old": "Engine", "new": "Renamed"},
        "status": {"old": "ACTIVE", "new": "ON_HOLD"},
        "end_date": {"old": None, "new": "2030-01-31"},
        "progress": {"old": 0, "new": 97},
        "completion_requires_unblocked": {"old": False, "new": True},
    }
    assert log_of(cast.project)[-1] == ("updated", cast.lea.pk, changes)
    assert cast.project.version == 2


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_update_project_with_the_same_values_changes_nothing(
    cast: Cast, unchanged: None, method: str
) -> None:
    shown = update(cast, {"name": "Engine", "priority": "medium", "start_date": ""}, method=method)
    assert shown["data"] == project_alone(cast.project, cast.lea)


def test_update_project_empties_dates_and_description(cast: Cast) -> None:
    update(cast, {"start_date": "2030-01-01", "end_date": "2030-01-01", "description": "Long"})
    shown = update(cast, {"start_date": "", "end_date": None, "description": None})["data"]
    assert (shown["start_date"], shown["end_date"], shown["description"]) == (None, None, "")


def test_update_project_ignores_what_it_does_not_change(cast: Cast, unchanged: None) -> None:
    body = {"team_lead": "max@example.com", "key": "X", "workspaceId": str(cast.elsewhere.pk)}
    assert update(cast, body)["data"] == project_alone(cast.project, cast.lea)


@pytest.mark.parametrize(
    "body",
    [
        {"start_date": "2030-02-01", "end_date": "2030-01-31"},
        {"end_date": "2029-12-31"},
        {"start_date": "2030-06-02"},
    ],
)
def test_update_project_refuses_an_end_before_its_start(cast: Cast, body: dict[str, str]) -> None:
    update(cast, {"start_date": "2030-01-01", "end_date": "2030-06-01"})
    refusal = update(cast, body, status=400)
    assert refusal["code"] == "ends_before_it_starts"
    shown = client_of(cast.lea).ask("GET", f"/api/projects/{cast.project.pk}")["data"]
    assert (shown["start_date"], shown["end_date"]) == ("2030-01-01", "2030-06-01")
