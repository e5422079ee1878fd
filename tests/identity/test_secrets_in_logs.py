"""No line of any log tells a secret, whichever way somebody comes in."""

import logging
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

import pytest
from django.test import Client
from pytest_django import Settings
from rest_framework.test import APIClient

from accounts.models import User
from tests.notifications.mailing import send_all
from tests.support.actors import by
from tests.support.clerk_peer import THEIRS, switched_on, token
from tests.support.factors import code_of, half_signed_in, prove_again, verify, wrong_code_for
from tests.support.logged import Lines, Secrets, watched
from tests.support.oidc_provider import OidcProvider
from tests.support.passkey import Passkey
from tests.support.provider_sign_in import by_token, dance, exchange
from tests.support.sign_in import PASSWORD, bearing
from tests.support.sink import Sink, part
from workspaces.services.workspaces import create_workspace

mandatory = pytest.mark.usefixtures("mandatory_verification")
NEW = "another Tr0ub4dor"
SESSION = "HTTP_X_SESSION_TOKEN"
SECRET = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"


@pytest.fixture
def lines() -> Iterator[Lines]:
    handler, root = Lines(), logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield handler
    root.removeHandler(handler)
    root.setLevel(level)


@pytest.fixture(autouse=True)
def secrets(lines: Lines, monkeypatch: pytest.MonkeyPatch, db: None) -> Iterator[Secrets]:
    """What clients send and receive; at the end none of it stands in a line."""
    secrets = Secrets({PASSWORD, NEW})
    monkeypatch.setattr(Client, "request", watched(secrets, Client.request))
    yield secrets
    assert len(lines.text) > 1
    assert len(secrets.found) > 2
    assert secrets.told_in(lines.text) == {}


def mailed(secrets: Secrets, sink: Sink) -> str:
    """The text of the mail that was sent last."""
    send_all()
    text = part(sink.mails[-1], "plain")
    secrets.of_mail(text)
    return text


def code_in(text: str) -> str:
    [code] = re.findall(r"\b[A-Z0-9]{4}-[A-Z0-9]{4}\b", text)
    return str(code)


def link_in(text: str) -> str:
    key, *_ = re.findall(r"http://localhost:3000/\S+/(\S+)", text)
    return unquote(key)


def log_in(client: APIClient, password: str, **extra: Any) -> Any:
    body = {"email": "grace@example.com", "password": password}
    return client.post("/api/auth/login", body, **extra)


@mandatory
def test_sign_up_and_verification(stranger: APIClient, secrets: Secrets, sink: Sink) -> None:
    body = {"email": "grace@example.com", "password": PASSWORD}
    token = stranger.post("/api/auth/register", body).json()["data"]["session_token"]
    pending: dict[str, Any] = {SESSION: token}
    stranger.post("/api/auth/email/verify", {"code": "XXXX-XXXX"}, **pending)
    code = code_in(mailed(secrets, sink))
    answer = stranger.post("/api/auth/email/verify", {"code": code}, **pending)
    assert answer.status_code == 200
    stranger.post("/api/auth/email/resend", **pending)
    stranger.post("/api/auth/register", body)
    mailed(secrets, sink)
    stranger.generic("POST", "/api/auth/login", f'{{"password": "{NEW}"', "application/json")


def test_verification_by_link(signed_in: APIClient, secrets: Secrets, sink: Sink) -> None:
    assert signed_in.post("/api/auth/email/resend").status_code == 200
    key = link_in(mailed(secrets, sink))
    Client().get(f"/accounts/confirm-email/{key}/")
    Client().get(f"/verify-email/{key}")
    assert signed_in.post("/api/auth/email/verify", {"code": key}).status_code == 200


def test_signing_in_refreshing_and_out(stranger: APIClient, grace: User) -> None:
    log_in(stranger, "wrong password 1")
    pair = log_in(stranger, PASSWORD).json()["data"]
    for _ in range(2):
        stranger.post("/api/auth/refresh", {"refresh_token": pair["refresh_token"]})
    cookies: dict[str, Any] = {
        "HTTP_X_AUTH_TRANSPORT": "cookie",
        "HTTP_ORIGIN": "http://localhost:3000",
    }
    assert log_in(stranger, PASSWORD, **cookies).status_code == 200
    assert stranger.post("/api/auth/refresh", **cookies).status_code == 200
    stranger.post("/api/auth/logout", **cookies)
    bearing(pair["access_token"]).get("/api/auth/me")
    bearing(f"{pair['access_token']}x").get(f"/api/tasks/{pair['access_token']}")


def test_recovery(stranger: APIClient, grace: User, secrets: Secrets, sink: Sink) -> None:
    stranger.post("/api/auth/password/forgot", {"email": grace.email})
    key = link_in(mailed(secrets, sink))
    header: dict[str, Any] = {"HTTP_X_PASSWORD_RESET_KEY": key}
    assert stranger.get("/api/auth/password/reset", **header).status_code == 200
    Client().get(f"/accounts/password/reset/key/{key}/")
    Client().get(f"/reset-password/{key}")
    body = {"key": key, "password": NEW}
    assert stranger.post("/api/auth/password/reset", body).status_code == 200
    assert stranger.post("/api/auth/password/reset", body).status_code == 400


def test_changing_the_password(signed_in: APIClient, grace: User) -> None:
    body = {"current_password": PASSWORD, "new_password": NEW}
    assert signed_in.post("/api/auth/password/change", body).status_code == 200
    browser = Client()
    browser.post("/accounts/login/", {"login": grace.email, "password": "wrong password 2"})
    browser.post("/accounts/login/", {"login": grace.email, "password": NEW})
    form = {"current_password": NEW, "new_password": PASSWORD}
    assert browser.post("/accounts/password/change/", form).status_code == 302


def test_second_factors(signed_in: APIClient, grace: User) -> None:
    prove_again(signed_in)
    secret = signed_in.post("/api/auth/mfa/totp").json()["data"]["secret"]
    done = signed_in.post("/api/auth/mfa/totp/activate", {"code": code_of(secret)})
    recovery = done.json()["data"]["recovery_codes"]
    token = half_signed_in(APIClient(), grace)
    verify(APIClient(), token, wrong_code_for(secret))
    assert verify(APIClient(), token, recovery[0]).status_code == 200
    key = Passkey()
    options = signed_in.post("/api/auth/mfa/passkeys/begin").json()["data"]["options"]
    body = {"name": "Phone", "credential": key.create(options)}
    assert signed_in.post("/api/auth/mfa/passkeys", body).status_code == 201
    begun = APIClient().post("/api/auth/passkey/begin").json()["data"]
    answer = {"credential": key.get(begun["options"])}
    entered = APIClient().post("/api/auth/passkey", answer, **{SESSION: begun["session_token"]})
    assert entered.status_code == 200


def test_the_first_factor_of_staff(grace: User, secrets: Secrets, sink: Sink) -> None:
    User.objects.filter(pk=grace.pk).update(is_staff=True)
    browser = Client()
    browser.post("/accounts/login/", {"login": grace.email, "password": PASSWORD})
    browser.post("/accounts/reauthenticate/", {"password": PASSWORD})
    browser.post("/accounts/2fa/enrolment/", {"send": "1"})
    browser.post("/accounts/2fa/enrolment/", {"code": "BBBB-BBBB"})
    browser.post("/accounts/2fa/enrolment/", {"code": code_in(mailed(secrets, sink))})
    form: Any = browser.get("/accounts/2fa/totp/activate/").context["form"]
    secrets.add(form.secret)
    done = browser.post("/accounts/2fa/totp/activate/", {"code": code_of(form.secret)})
    assert done["Location"] == "/accounts/2fa/recovery-codes/"
    assert exchange(browser).status_code == 200


@pytest.mark.parametrize("provider", ["oidc", "google", "github"])
def test_providers(peer: OidcProvider, stranger: APIClient, provider: str) -> None:
    peer.emails = [{"email": "grace@example.com", "primary": True, "verified": True}]
    browser = Client(enforce_csrf_checks=True)
    dance(browser, provider)
    assert exchange(browser).status_code == 200
    if provider != "github":
        assert by_token(stranger, peer, provider).status_code == 200
        by_token(stranger, peer, provider, aud="somebody else")
    path = "/github/login/oauth/access_token" if provider == "github" else "/token"
    peer.broken[path] = (500, {"error": "broken"})
    dance(Client(), provider)


def test_personal_tokens_and_invitations(
    stranger: APIClient, grace: User, secrets: Secrets, sink: Sink
) -> None:
    fresh = bearing(log_in(stranger, PASSWORD).json()["data"]["access_token"])
    made = fresh.post("/api/auth/tokens", {"name": "CI", "scopes": ["read"]}).json()["data"]
    bearing(made["token"]).get("/api/auth/me")
    bearing(f"{made['token']}x").get(f"/api/tasks/{made['token']}")
    workspace = create_workspace(actor=by(grace), name="Engines")
    path = f"/api/workspaces/{workspace.public_id}/invitations"
    fresh.post(path, {"email": "new@example.com", "role": "MEMBER"})
    token = link_in(mailed(secrets, sink))
    for path in ("/api/invitations/{}", "/api/invitations/{}/accept", "/invitations/{}"):
        fresh.post(path.format(token))
        Client().get(path.format(token))


def test_clerk(settings: Settings, secrets: Secrets) -> None:
    known: dict[str, Any] = {"email": "grace@example.com", "email_verified": True}
    with switched_on(settings):
        assert bearing(token(**known)).get("/api/auth/me").status_code == 200
        assert bearing(token(key=THEIRS)).get("/api/auth/me").status_code == 401
        impersonated = token(act={"sub": "user_support"})
        assert bearing(impersonated).get("/api/auth/me").status_code == 200
        bearing(token(fva=[0, -1])).post("/api/auth/tokens", {"name": "CI", "scopes": ["read"]})
    secrets.add(SECRET)
    settings.CLERK_WEBHOOK_SECRETS = [SECRET]
    body = {"type": "user.updated", "data": {"id": "user_grace"}}
    headers = {"svix-id": "msg_1", "svix-timestamp": "1", "svix-signature": "v1,c2lnbmF0dXJl"}
    refused = APIClient().post("/api/webhooks/clerk", body, headers=headers)
    assert refused.status_code == 400
