"""Where Clerk's session tokens lead, and where they do not."""

import time
from collections.abc import Iterator
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries, Settings
from rest_framework.test import APIClient

from accounts.models import User
from identity.models import PersonalToken
from tests.support.actors import by
from tests.support.clerk_peer import Peer, switched_on, token
from tests.support.credentials import identify
from tests.support.sign_in import bearing
from workspaces.models import Membership, Workspace
from workspaces.services.leaving import end_membership


@pytest.fixture
def clerk(settings: Settings, db: None) -> Iterator[Peer]:
    with switched_on(settings) as running:
        yield running


def status(text: str) -> int:
    return int(bearing(text).get("/api/auth/me").status_code)


@pytest.mark.parametrize(
    "organization",
    [
        {"o": {"id": "org_1", "rol": "admin", "slg": "engines"}},
        {"org_id": "org_1", "org_role": "org:admin", "org_slug": "engines"},
    ],
    ids=["v2", "v1"],
)
def test_the_organisation_is_a_workspace(clerk: Peer, organization: dict[str, Any]) -> None:
    assert status(token(**organization)) == 200

    workspace = Workspace.objects.get(external_org_id="org_1")
    assert (workspace.slug, workspace.memberships.get().role) == ("engines", "ADMIN")


def test_a_request_opens_with_two_queries(
    clerk: Peer, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    text = token(o={"id": "org_1", "rol": "admin"})
    identify(text)

    with django_assert_num_queries(2):
        identify(text)


def test_an_older_token_does_not_bring_a_role_back(clerk: Peer) -> None:
    now = int(time.time())
    old = token(o={"id": "org_1", "rol": "admin"}, iat=now - 20)
    assert status(old) == 200

    assert status(token(o={"id": "org_1", "rol": "member"}, iat=now - 10)) == 200
    assert status(old) == 200
    assert Membership.objects.get().role == "MEMBER"


@pytest.mark.parametrize("role", ["org:administrator", "ADMIN", "owner", "", 7])
def test_only_the_admin_is_admin(clerk: Peer, role: Any) -> None:
    status(token(o={"id": "org_1", "rol": role}))

    assert Membership.objects.get().role == "MEMBER"


def test_who_acts_in_somebodys_name_makes_no_tokens(clerk: Peer) -> None:
    client = bearing(token(act={"sub": "user_support"}))

    assert client.get("/api/auth/me").status_code == 200
    response = client.post("/api/auth/tokens", {"name": "CI"})
    assert (response.status_code, response.json()["code"]) == (403, "not_in_somebodys_name")


def test_who_was_removed_here_does_not_return_with_the_next_token(clerk: Peer) -> None:
    seated: dict[str, Any] = {"o": {"id": "org_1", "rol": "member"}}
    status(token(o={"id": "org_1", "rol": "admin"}, sub="user_boss"))
    status(token(**seated))
    workspace, boss = Workspace.objects.get(), User.objects.get(external_id="user_boss")

    end_membership(workspace, User.objects.get(external_id="user_grace"), actor=by(boss))

    assert status(token(iat=int(time.time()) + 3, **seated)) == 200
    assert [membership.user for membership in Membership.objects.all()] == [boss]


@pytest.mark.parametrize(
    ("fva", "expected"),
    [([0, -1], 201), ([4, 0], 201), ([6, 0], 403), ([-1, 0], 403), ([True], 403), ("0", 403)],
)
def test_a_key_needs_a_recent_proof_at_clerk(clerk: Peer, fva: Any, expected: int) -> None:
    answer = bearing(token(fva=fva)).post("/api/auth/tokens", {"name": "CI"})

    assert (answer.status_code, PersonalToken.objects.count()) == (expected, expected == 201)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/auth/devices"),
        ("GET", "/api/auth/mfa"),
        ("POST", "/api/auth/mfa/totp"),
        ("POST", "/api/auth/reauthenticate"),
        ("POST", "/api/auth/password/change"),
    ],
)
def test_clerks_tokens_do_not_change_how_one_signs_in_here(
    clerk: Peer, method: str, path: str
) -> None:
    answer = bearing(token()).generic(method, path, "{}", content_type="application/json")

    assert answer.status_code == 403


def test_a_token_of_clerk_is_no_session_token(clerk: Peer) -> None:
    answer = APIClient().post(
        "/api/auth/mfa/verify", {"code": "123456"}, headers={"X-Session-Token": token()}
    )

    assert answer.status_code == 401
