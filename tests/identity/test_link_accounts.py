"""/api/auth/provider/accounts: one's accounts at providers, linked and removed."""

from datetime import datetime
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.test import Client
from pytest_django import Settings
from rest_framework.test import APIClient

from accounts.models import User
from activity.models import Event
from identity.services.linked_accounts import unlink_account
from identity.services.personal_tokens import create_token
from identity.services.reset_links import reset_link
from tests.notifications.mailing import send_all
from tests.support.actors import by
from tests.support.documents import at
from tests.support.factors import prove_again
from tests.support.oidc_provider import OidcProvider
from tests.support.openapi import complaints, described
from tests.support.provider_sign_in import (
    CALLBACK,
    JSON,
    LINKED,
    at_provider,
    begin,
    by_token,
    dance,
    exchange,
)
from tests.support.sign_in import PASSWORD, bearing
from tests.support.signing import access_token_for, token_pair_for

pytestmark = pytest.mark.django_db
BEGIN = f"{LINKED}/redirect"


@pytest.fixture
def proven(signed_in: APIClient, grace: User, peer: OidcProvider) -> APIClient:
    """Grace, whose address is verified, moments after she has proved herself again."""
    EmailAddress.objects.create(user=grace, email=grace.email, verified=True, primary=True)
    prove_again(signed_in)
    return signed_in


def link(client: APIClient, peer: OidcProvider, provider: str = "oidc", **changes: Any) -> Any:
    token = peer.id_token(f"gantry-{provider}", **changes)
    answer = client.post(LINKED, {"provider": provider, "id_token": token})
    assert complaints(answer, described("post", LINKED)) == []
    return answer


def unlink(client: APIClient, account_id: int) -> Any:
    answer = client.delete(f"{LINKED}/{account_id}")
    assert complaints(answer, described("delete", f"{LINKED}/1")) == []
    return answer


def shown_at(instant: datetime) -> str:
    return instant.isoformat().replace("+00:00", "Z")


def code_of(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def test_link_answers_the_account(proven: APIClient, peer: OidcProvider) -> None:
    answer = link(proven, peer, email="hopper@navy.example")

    account = SocialAccount.objects.get()
    assert answer.status_code == 201
    assert answer.json()["data"] == {
        "id": account.pk,
        "provider": "oidc",
        "name": "Example ID",
        "email": "hopper@navy.example",
        "created_at": shown_at(account.date_joined),
        "last_used_at": shown_at(account.last_login),
    }
    shown = proven.get(LINKED)
    assert complaints(shown, described("get", LINKED)) == []
    assert shown.json()["data"] == [answer.json()["data"]]


def test_a_linked_account_opens_ones_own_whatever_its_address(
    proven: APIClient, stranger: APIClient, peer: OidcProvider, grace: User
) -> None:
    link(proven, peer, email="hopper@navy.example")

    answer = by_token(stranger, peer, email_verified=False)

    assert answer.json()["data"]["user"]["email"] == grace.email


def test_link_twice_changes_nothing(proven: APIClient, peer: OidcProvider) -> None:
    assert [link(proven, peer).status_code for _ in range(2)] == [201, 201]
    assert Event.objects.filter(action="account_linked").count() == 1


def test_link_an_account_of_somebody_else_is_a_conflict(
    proven: APIClient, stranger: APIClient, peer: OidcProvider
) -> None:
    by_token(stranger, peer, sub="ada-1", email="ada@example.com")

    assert code_of(link(proven, peer, sub="ada-1")) == (409, "linked_to_another")


def test_link_needs_an_address_of_ones_own(
    signed_in: APIClient, peer: OidcProvider, grace: User
) -> None:
    """Or its owner would one day share the account with whoever linked theirs first."""
    EmailAddress.objects.create(user=grace, email=grace.email)
    prove_again(signed_in)

    assert code_of(link(signed_in, peer)) == (409, "unverified_email")
    assert not SocialAccount.objects.exists()


def test_link_by_redirect_needs_no_cookie_of_ones_own(proven: APIClient, grace: User) -> None:
    browser, token = Client(), token_pair_for(grace)["access_token"]
    prove_again(bearing(token))

    ended = dance(browser, path=BEGIN, headers={"Authorization": f"Bearer {token}"})

    assert ended == CALLBACK
    assert SocialAccount.objects.get().user_id == grace.pk
    assert exchange(browser).status_code == 401


def test_a_link_fails_where_its_beginner_has_signed_out(proven: APIClient, grace: User) -> None:
    browser, token = Client(), token_pair_for(grace)["access_token"]
    bearer = {"Authorization": f"Bearer {token}"}
    prove_again(bearing(token))
    answer = begin(browser, path=BEGIN, headers=bearer)
    assert complaints(answer, described("post", BEGIN)) == []
    bearing(token).post("/api/auth/logout")

    ended = browser.get(at_provider(answer.json()["data"]["url"]))["Location"]

    assert ended == f"{CALLBACK}?error=invalid_state"
    assert not SocialAccount.objects.exists()


def test_a_link_by_redirect_tells_what_stands_against_it(
    proven: APIClient, stranger: APIClient, peer: OidcProvider, grace: User
) -> None:
    by_token(stranger, peer, sub="ada-1", email="ada@example.com")
    peer.person["sub"] = "ada-1"
    token = token_pair_for(grace)["access_token"]
    prove_again(bearing(token))

    ended = dance(Client(), path=BEGIN, headers={"Authorization": f"Bearer {token}"})

    assert ended == f"{CALLBACK}?error=linked_to_another"


CHANGES = [
    ("post", LINKED, {"provider": "oidc", "id_token": "x"}),
    ("post", BEGIN, {"provider": "oidc", "callback_url": CALLBACK}),
    ("delete", f"{LINKED}/1", None),
]


@pytest.mark.parametrize(("method", "path", "body"), CHANGES)
def test_changes_need_a_recent_proof(
    signed_in: APIClient, peer: OidcProvider, method: str, path: str, body: Any
) -> None:
    answer = getattr(signed_in, method)(path, body)

    assert code_of(answer) == (403, "reauthentication_required")
    assert complaints(answer, described(method, path)) == []


@pytest.mark.parametrize(("method", "path", "body"), CHANGES)
def test_changes_need_a_recent_sign_in_of_who_knows_no_password(
    peer: OidcProvider, method: str, path: str, body: Any
) -> None:
    person = User.objects.create_user("ada@example.com")

    answer = getattr(bearing(access_token_for(person)), method)(path, body)

    assert code_of(answer) == (403, "reauthentication_required")


@pytest.mark.parametrize("path", ["/api/auth/mfa/totp", "/api/auth/mfa/passkeys/begin"])
def test_so_do_second_factors(peer: OidcProvider, path: str) -> None:
    """A stolen token of somebody without a password must not lock its owner out."""
    person = User.objects.create_user("ada@example.com")

    answer = bearing(access_token_for(person)).post(path)

    assert code_of(answer) == (403, "reauthentication_required")


@pytest.mark.parametrize(("method", "path", "body"), [*CHANGES, ("get", LINKED, None)])
def test_a_cookie_is_not_enough(
    client: Client, grace: User, peer: OidcProvider, method: str, path: str, body: Any
) -> None:
    client.force_login(grace)

    assert getattr(client, method)(path, body, content_type=JSON).status_code == 401


def test_who_came_from_a_provider_a_moment_ago_may_link_another(
    stranger: APIClient, peer: OidcProvider, settings: Settings
) -> None:
    newcomer = bearing(by_token(stranger, peer).json()["data"]["access_token"])
    assert link(newcomer, peer, "google").status_code == 201

    settings.ACCOUNT_REAUTHENTICATION_TIMEOUT = 0
    assert code_of(link(newcomer, peer, "google")) == (403, "reauthentication_required")


@pytest.mark.parametrize(("method", "path", "body"), [*CHANGES, ("get", LINKED, None)])
def test_a_personal_token_links_nothing(
    proven: APIClient, grace: User, method: str, path: str, body: Any
) -> None:
    program = bearing(create_token(actor=by(grace), name="Key", scopes=["read", "write"])[1])

    assert getattr(program, method)(path, body).status_code == 403


def test_unlink_closes_a_way_in(
    proven: APIClient, stranger: APIClient, peer: OidcProvider, grace: User
) -> None:
    account_id = link(proven, peer).json()["data"]["id"]

    assert unlink(proven, account_id).status_code == 204

    assert proven.get(LINKED).json()["data"] == []
    assert unlink(proven, account_id).status_code == 404
    assert Event.objects.filter(entity_id=grace.pk, action="account_unlinked").exists()
    assert {mail.kind for mail in send_all()} >= {"account_linked", "account_unlinked"}


def test_unlink_leaves_accounts_of_others_alone(
    proven: APIClient, stranger: APIClient, peer: OidcProvider
) -> None:
    by_token(stranger, peer, sub="ada-1", email="ada@example.com")

    assert unlink(proven, SocialAccount.objects.get().pk).status_code == 404
    assert SocialAccount.objects.exists()


@pytest.fixture
def newcomer(stranger: APIClient, peer: OidcProvider) -> APIClient:
    """Somebody who has nothing but an account at a provider."""
    return bearing(by_token(stranger, peer).json()["data"]["access_token"])


def only_account() -> SocialAccount:
    return SocialAccount.objects.get(uid="grace-1")


def test_the_last_way_in_stays(newcomer: APIClient) -> None:
    assert code_of(unlink(newcomer, only_account().pk)) == (409, "last_way_in")
    assert SocialAccount.objects.exists()


def test_an_account_at_a_provider_that_is_off_is_no_way_in(
    newcomer: APIClient, peer: OidcProvider, settings: Settings
) -> None:
    last = only_account()
    link(newcomer, peer, "google", sub="other")
    settings.AUTH_PROVIDERS = [one for one in settings.AUTH_PROVIDERS if one["id"] == "oidc"]

    assert code_of(unlink(newcomer, last.pk)) == (409, "last_way_in")
    shown = {row["provider"]: row["name"] for row in newcomer.get(LINKED).json()["data"]}
    assert shown == {"oidc": "Example ID", None: "google"}


def test_a_passkey_is_a_way_in(newcomer: APIClient, peer: OidcProvider) -> None:
    account = only_account()
    kind = Authenticator.Type.WEBAUTHN
    Authenticator.objects.create(user=account.user, type=kind, data={})

    unlink_account(actor=by(account.user), account_id=account.pk)

    assert not SocialAccount.objects.exists()


def test_who_sets_a_password_may_unlink_the_last_account(
    newcomer: APIClient, stranger: APIClient
) -> None:
    account = only_account()
    body = {"key": reset_link(account.user).rpartition("/")[2], "password": PASSWORD}
    assert stranger.post("/api/auth/password/reset", body).status_code == 200

    unlink_account(actor=by(account.user), account_id=account.pk)

    signed_in = stranger.post(
        "/api/auth/login", {"email": account.user.email, "password": PASSWORD}
    )
    assert signed_in.status_code == 200


def test_an_export_tells_of_linked_accounts(newcomer: APIClient, peer: OidcProvider) -> None:
    account = only_account()

    [told] = newcomer.get("/api/auth/me/export").json()["data"]["providers"]

    assert told == {
        "provider": peer.url,
        "uid": "grace-1",
        "email": "grace@example.com",
        "name": "Grace Hopper",
        "date_joined": at(account.date_joined),
        "last_login": at(account.last_login),
    }


def test_a_deleted_person_leaves_no_account_behind(newcomer: APIClient) -> None:
    assert newcomer.delete("/api/auth/me").status_code == 204

    assert not SocialAccount.objects.exists()
