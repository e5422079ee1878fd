"""What a link shows before anybody signs in."""

from typing import Any

import pytest
from django.utils import timezone

from tests.support.cast import Cast, client_of
from tests.workspaces.inviting import invite, token_of
from workspaces.models import Invitation


def test_preview_invitation_shows_four_things(cast: Cast) -> None:
    token = token_of(invite(cast, "zoe.quux@example.com", role="PM", message="Secret"))
    assert client_of(None).ask("GET", f"/api/invitations/{token}") == {
        "success": True,
        "data": {
            "workspace_name": "Analytical Engines",
            "inviter_name": "Ada",
            "role": "PM",
            "email": "z•••@example.com",
        },
    }


def test_preview_invitation_is_the_same_for_everybody(cast: Cast) -> None:
    path = f"/api/invitations/{token_of(invite(cast))}"
    answer = client_of(None).ask("GET", path)
    assert client_of(cast.sam).ask("GET", path) == client_of(cast.ada).ask("GET", path) == answer
    assert client_of(None).ask("GET", path, Authorization="Bearer expired") == answer


@pytest.mark.parametrize("secret", ["x", "%00", "x" * 5000])
def test_preview_invitation_nobody_sent(cast: Cast, secret: str) -> None:
    invite(cast)
    client_of(None).ask("GET", f"/api/invitations/{secret}", status=404)


def test_an_invitation_is_not_previewed_by_its_id(cast: Cast) -> None:
    client_of(cast.ada).ask("GET", f"/api/invitations/{invite(cast).pk}", status=404)


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"expires_at": timezone.now()}, "invitation_expired"),
        ({"status": "REVOKED"}, "invitation_revoked"),
        ({"status": "ACCEPTED"}, "invitation_accepted"),
    ],
)
def test_preview_invitation_that_is_over(cast: Cast, facts: dict[str, Any], code: str) -> None:
    path = f"/api/invitations/{token_of(invite(cast))}"
    Invitation.objects.update(**facts)
    assert client_of(None).ask("GET", path, status=409)["code"] == code


def test_preview_invitation_of_a_deleted_workspace(cast: Cast) -> None:
    path = f"/api/invitations/{token_of(invite(cast))}"
    client_of(cast.ada).ask("DELETE", f"/api/workspaces/{cast.workspace.pk}", status=204)
    client_of(None).ask("GET", path, status=404)


def test_the_secret_of_a_link_is_not_logged(cast: Cast, caplog: pytest.LogCaptureFixture) -> None:
    token = token_of(invite(cast))
    caplog.set_level("INFO")
    client_of(None).ask("GET", f"/api/invitations/{token}")
    client_of(cast.sam).ask("POST", f"/api/invitations/{token}/accept/")
    assert "'path': '/api/invitations/•••••/accept'" in caplog.text
    assert token not in caplog.text
