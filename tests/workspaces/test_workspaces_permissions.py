"""Who may do what with a workspace."""

from typing import Any

import pytest

from tests.cast import Cast, client_of
from tests.rights import Row, check, each, routes_in, routes_of, rows

TABLE = rows("""
                                         nobody sam gus moe max lea pia ada
GET   /api/workspaces                       401 200 200 200 200 200 200 200
POST  /api/workspaces                       401 201 201 201 201 201 201 201
GET   /api/workspaces/{workspace}           401 403 200 200 200 200 200 200
PUT   /api/workspaces/{workspace}           401 403 403 403 403 403 403 200
PATCH /api/workspaces/{workspace}           401 403 403 403 403 403 403 200
GET   /api/workspaces/{workspace}/can?action=update 401 403 200 200 200 200 200 200
GET   /api/workspaces/{workspace}/members   401 403 200 200 200 200 200 200
POST  /api/workspace/add-member             401 403 403 403 403 403 201 201
GET   /api/workspace                        401 200 200 200 200 200 200 200
POST  /api/workspace                        401 201 201 201 201 201 201 201
GET   /api/workspace/{workspace}            401 403 200 200 200 200 200 200
PUT   /api/workspace/{workspace}            401 403 403 403 403 403 403 200
PATCH /api/workspace/{workspace}            401 403 403 403 403 403 403 200
GET   /api/workspace/{workspace}/members    401 403 200 200 200 200 200 200
""")
NEW_MEMBER = {"email": "sam@example.com", "role": "member", "workspaceId": "{workspace}"}


@each(TABLE)
def test_the_table_of_rights(cast: Cast, row: Row) -> None:
    check(cast, row, NEW_MEMBER if row[1].endswith("add-member") else {"name": "Renamed"})


def test_every_route_stands_in_the_table() -> None:
    assert routes_of("workspaces") == routes_in(TABLE)


@pytest.mark.parametrize(
    ("who", "you_have"),
    [("sam", []), ("gus", ["workspace:GUEST"]), ("pia", ["workspace:PM"])],
)
def test_a_refusal_says_what_is_missing(cast: Cast, who: str, you_have: list[str]) -> None:
    path = f"/api/workspaces/{cast.workspace.pk}"
    refusal = client_of(getattr(cast, who)).ask("PATCH", path, {"name": "Mine"}, status=403)
    stranger = who == "sam"
    assert refusal == {
        "success": False,
        "message": (
            "You are not a member of this workspace."
            if stranger
            else "You do not have permission to do this."
        ),
        "code": "not_a_member" if stranger else "forbidden",
        "required": "workspace:read" if stranger else "workspace:update",
        "you_have": you_have,
        "request_id": refusal["request_id"],
    }


@pytest.mark.parametrize("role", ["ADMIN", "super_admin", "BILLING"])
def test_nobody_gives_a_role_above_their_own(cast: Cast, role: str) -> None:
    body: dict[str, Any] = {"email": "sam@example.com", "role": role}
    body["workspaceId"] = str(cast.workspace.pk)
    refusal = client_of(cast.pia).ask("POST", "/api/workspace/add-member", body, status=403)
    assert refusal["code"] == "role_out_of_reach"
    assert refusal["you_have"] == ["workspace:PM"]
    assert not cast.workspace.memberships.filter(user=cast.sam).exists()
