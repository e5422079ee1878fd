"""Clerk's session tokens: whom they open the API for, and the forgeries that do not."""

import base64
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler
from typing import Any

import jwt
import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings as configured
from pytest_django import DjangoAssertNumQueries, Settings

from accounts.models import User
from identity.providers import jwks
from identity.services.personal_tokens import create_token
from tests.support.actors import by
from tests.support.clerk_peer import (
    ISSUER,
    OURS,
    THEIRS,
    Peer,
    claims,
    published,
    switched_on,
    token,
)
from tests.support.credentials import identify
from tests.support.databases import CommittedDatabase
from tests.support.sign_in import PASSWORD, bearing
from tests.support.signing import access_token_for
from tests.support.threads import times
from workspaces.models import Membership

ME = "/api/auth/me"


@pytest.fixture
def clerk(settings: Settings) -> Iterator[Peer]:
    with switched_on(settings) as running:
        yield running


def status(text: str) -> int:
    return int(bearing(text).get(ME).status_code)


@pytest.mark.django_db
def test_the_first_token_makes_the_person(clerk: Peer) -> None:
    more: dict[str, Any] = {
        "email": "Grace@Example.com",
        "email_verified": True,
        "name": "Grace Hopper",
    }
    shown = bearing(token(**more)).get(ME).json()["data"]

    assert (shown["id"], shown["email"]) == ("user_grace", "grace@example.com")
    assert EmailAddress.objects.get().verified
    assert status(token()) == 200
    assert User.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("more", [{}, {"email": "grace@example.com", "email_verified": False}])
def test_an_unverified_address_is_not_believed(clerk: Peer, more: dict[str, Any]) -> None:
    local = User.objects.create_user("grace@example.com", PASSWORD)

    assert bearing(token(**more)).get(ME).json()["data"]["email"].endswith("clerk.invalid")
    local.refresh_from_db()
    assert (local.external_id, local.has_usable_password()) == (None, True)


@pytest.mark.django_db
def test_a_known_person_costs_one_query(
    clerk: Peer, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    identify(token())

    with django_assert_num_queries(1):
        person, credential = identify(token())

    assert (person.external_id, credential.kind) == ("user_grace", "clerk")


def part(value: Any) -> str:
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def confused(secret: bytes) -> str:
    """HS256 with something everybody knows as its secret."""
    text = f"{part({'alg': 'HS256', 'kid': 'k1'})}.{part(claims())}"
    return f"{text}.{part(hmac.digest(secret, text.encode(), hashlib.sha256))}"


PEM = OURS.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
MODULUS = OURS.public_key().public_numbers().n.to_bytes(256, "big")
NOW = int(time.time())
FORGERIES: dict[str, Callable[[], str]] = {
    "no signature": lambda: f"{part({'alg': 'none', 'kid': 'k1'})}.{part(claims())}.",
    "the public key as secret": lambda: confused(PEM),
    "the modulus as secret": lambda: confused(MODULUS),
    "our own secret": lambda: token(key=configured.JWT_SECRET, algorithm="HS256"),
    "RS512": lambda: token(algorithm="RS512"),
    "PS256": lambda: token(algorithm="PS256"),
    "another key": lambda: token(key=THEIRS),
    "a key in the header": lambda: token(
        key=THEIRS, header={"jwk": json.loads(published(k9=THEIRS))["keys"][1]}
    ),
    "an address of keys": lambda: token(key=THEIRS, header={"jku": "http://127.0.0.1:1/"}),
    "a critical header": lambda: token(header={"crit": ["x"], "x": 1}),
    "an SQL key": lambda: token(key=THEIRS, header={"kid": "' OR 1=1 --"}),
    "a file as key": lambda: token(key=THEIRS, header={"kid": "../../dev/null"}),
    "a long key": lambda: token(header={"kid": "k" * 500}),
    "no key": lambda: jwt.encode(claims(), OURS, "RS256"),
    "expired": lambda: token(exp=int(time.time()) - 10),
    "no expiry": lambda: token(exp=None),
    "not yet": lambda: token(nbf=int(time.time()) + 60),
    "from the future": lambda: token(iat=int(time.time()) + 60),
    "ten years": lambda: token(exp=int(time.time()) + 315_360_000),
    "longer issuer": lambda: token(iss=f"{ISSUER}.evil.com"),
    "no issuer": lambda: token(iss=None),
    "another party": lambda: token(azp="https://evil.example.com"),
    "no party": lambda: token(azp=None),
    "a template": lambda: token(sid=None),
    "pending": lambda: token(sts="pending"),
    "no person": lambda: token(sub=None),
    "a machine": lambda: token(sub="mch_1"),
    "SQL as person": lambda: token(sub="user_' OR 1=1"),
    "truncated": lambda: token()[:-3],
    "nine kilobytes": lambda: token(name="a" * 9_000),
    "nested": lambda: f"{part(b'[' * 2_900)}.{part(claims())}.x",
}


@pytest.mark.django_db
def test_forged_tokens_are_refused(clerk: Peer) -> None:
    assert status(token()) == 200

    answers = {name: status(forge()) for name, forge in FORGERIES.items()}

    assert answers == dict.fromkeys(FORGERIES, 401)
    assert User.objects.count() == 1


@pytest.mark.django_db
def test_switched_off_nothing_of_clerk_opens(clerk: Peer, settings: Settings) -> None:
    settings.CLERK_ISSUER = ""

    assert status(token()) == 401
    assert clerk.asked == 0


@pytest.mark.django_db
def test_invented_keys_cost_no_request(clerk: Peer) -> None:
    assert status(token()) == 200
    for n in range(200):
        with pytest.raises(Exception, match="not valid"):
            identify(token(header={"kid": f"k{n + 2}"}))
    assert clerk.asked == 1


@pytest.mark.django_db
def test_an_outage_is_survived_with_the_keys_at_hand(clerk: Peer) -> None:
    assert status(token()) == 200
    known = jwks.keys_at(clerk.uri)
    known.fetched_at -= jwks.FRESH_FOR
    clerk.answer = None

    assert {status(token()) for _ in range(20)} == {200}
    until(lambda: clerk.asked == 2)
    assert {status(token()) for _ in range(20)} == {200}
    assert clerk.asked == 2


@pytest.mark.django_db
def test_nobody_waits_while_there_are_keys(clerk: Peer) -> None:
    assert status(token()) == 200
    known = jwks.keys_at(clerk.uri)
    known.fetched_at = expired = known.fetched_at - jwks.FRESH_FOR  # an hour ago
    let_go = threading.Event()
    clerk.answer = slow(let_go)

    assert {status(token()) for _ in range(20)} == {200}
    let_go.set()
    until(lambda: known.fetched_at > expired)
    assert clerk.asked == 2


def slow(let_go: threading.Event) -> Callable[[BaseHTTPRequestHandler], None]:
    def answer(answering: BaseHTTPRequestHandler) -> None:
        let_go.wait(timeout=2)
        answering.send_response(200)
        answering.end_headers()
        answering.wfile.write(published())

    return answer


def until(happened: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 5
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def redirect(answering: BaseHTTPRequestHandler) -> None:
    answering.send_response(302)
    answering.send_header("Location", "/elsewhere")
    answering.end_headers()


def drip(answering: BaseHTTPRequestHandler) -> None:
    answering.send_response(200)
    answering.end_headers()
    try:
        for _ in range(100):
            answering.wfile.write(b" ")
            time.sleep(0.05)
    except OSError:
        return


BROKEN = {
    "hangs up": None,
    "huge": b" " * 5_000_000 + published(),
    "no JSON": b"<html>",
    "no set": b"[]",
    "no keys": b'{"keys": []}',
    "redirects": redirect,
    "drips": drip,
}


@pytest.mark.django_db
@pytest.mark.parametrize("answer", BROKEN.values(), ids=BROKEN.keys())
def test_without_any_keys_clerk_is_said_to_be_away(
    clerk: Peer, answer: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jwks, "TIMEOUT", 0.5)
    clerk.answer = answer

    assert {status(token()) for _ in range(3)} == {503}
    assert clerk.asked == 1


@pytest.mark.django_db
def test_a_new_key_is_fetched(clerk: Peer) -> None:
    assert status(token()) == 200
    clerk.answer = published(k2=THEIRS)
    jwks.keys_at(clerk.uri).cooldown_duration = 0

    assert status(token(key=THEIRS, header={"kid": "k2"})) == 200


def test_eight_first_requests_make_one_person(committed_db: CommittedDatabase, clerk: Peer) -> None:
    text = token(email="grace@example.com", email_verified=True, o={"id": "org_1", "rol": "admin"})

    assert times(8, lambda _: status(text)) == [200] * 8
    assert (User.objects.count(), Membership.objects.count()) == (1, 1)


def test_a_proved_address_is_linked_and_keeps_its_password(clerk: Peer, grace: User) -> None:
    EmailAddress.objects.create(user=grace, email=grace.email, verified=True, primary=True)

    assert status(token(email=grace.email, email_verified=True)) == 200
    grace.refresh_from_db()
    assert (grace.external_id, grace.has_usable_password()) == ("user_grace", True)


def test_whoever_squatted_the_address_is_out(clerk: Peer, grace: User) -> None:
    session = access_token_for(grace)
    _, personal = create_token(actor=by(grace), name="Back door", scopes=["read"])
    Authenticator.objects.create(user=grace, type="totp", data={})
    assert {status(session), status(personal)} == {200}

    assert status(token(email=grace.email, email_verified=True)) == 200

    assert {status(session), status(personal)} == {401}
    grace.refresh_from_db()
    assert (grace.external_id, grace.has_usable_password()) == ("user_grace", False)
    assert not Authenticator.objects.exists()


def test_a_second_person_of_clerk_takes_nobody_over(clerk: Peer, grace: User) -> None:
    more: dict[str, Any] = {"email": grace.email, "email_verified": True}
    status(token(**more))

    shown = bearing(token(sub="user_eve", **more)).get(ME).json()["data"]

    assert (shown["id"], shown["email"]) == ("user_eve", "user_eve@users.clerk.invalid")
