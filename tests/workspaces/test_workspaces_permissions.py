"""Who ends a place in a workspace, and who brings a workspace back.

Every other question about workspaces is asked in tests/matrix.
"""

from typing import Any

import pytest

from tests.support.actors import by
from tests.support.cast import Cast, client_of
from tests.support.rights import check, rows
from workspaces.services.deletion import delete_workspace
from workspaces.services.workspaces import add_member, create_workspace

TABLE = rows("""
                                                                  nobody sam gus moe max lea pia ada
POST   /api/workspaces/{deleted}/restore                             401 404 404 404 404 404 404 200
DELETE /api/workspaces/{workspace}/members/{max}                     401 403 403 403 204 403 204 204
DELETE /api/workspaces/{workspace}/members/{me}                      401 403 204 204 204 204 204 409
""")


@pytest.fixture
def named(cast: Cast) -> dict[str, object]:
    """What stands in the braces of a path or body."""
    deleted = create_workspace(actor=by(cast.ada), name="Deleted")
    for one in (cast.pia, cast.max, cast.gus):
        add_member(actor=by(cast.ada), workspace=deleted, email=one.email, role="PM")
    delete_workspace(actor=by(cast.ada), workspace=deleted)
    return {
        "workspace": cast.workspace.pk,
        "deleted": deleted.pk,
        "max": cast.max.pk,
        "me": "me",
    }


def test_who_ends_what(cast: Cast, named: dict[str, object]) -> None:
    check(cast, TABLE, lambda _: {}, **named)


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
