"""A stand-in for Clerk: keys of its own, served over HTTP on this machine."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm
from pytest_django import Settings

from config.local import PORTS
from identity.providers.jwks import keys_at

ISSUER = "https://clerk.example.com"
PARTY = "https://app.example.com"
OURS = rsa.generate_private_key(public_exponent=65537, key_size=2048)
THEIRS = rsa.generate_private_key(public_exponent=65537, key_size=2048)


def published(**others: rsa.RSAPrivateKey) -> bytes:
    named = {"k1": OURS, **others}
    shown = [
        {**RSAAlgorithm.to_jwk(key.public_key(), as_dict=True), "kid": kid, "use": "sig"}
        for kid, key in named.items()
    ]
    return json.dumps({"keys": shown}).encode()


class Peer:
    """Answers with `answer` and counts; an `answer` of None hangs up."""

    def __init__(self) -> None:
        self.answer: Callable[[BaseHTTPRequestHandler], None] | bytes | None = published()
        self.asked = 0
        self.uri = ""


@contextmanager
def peer() -> Iterator[Peer]:
    clerk = Peer()

    class Answering(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            clerk.asked += 1
            if callable(clerk.answer):
                clerk.answer(self)
            elif clerk.answer is not None:
                self.send_response(200)
                self.end_headers()
                self.wfile.write(clerk.answer)

        def log_message(self, *_: object) -> None:
            """Silence."""

    server = _listening(Answering)
    clerk.uri = f"http://127.0.0.1:{server.server_address[1]}/jwks"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield clerk
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def switched_on(settings: Settings) -> Iterator[Peer]:
    """Clerk as identity provider of this server."""
    with peer() as running:
        settings.CLERK_ISSUER = ISSUER
        settings.CLERK_JWKS_URL = running.uri
        settings.CLERK_AUTHORIZED_PARTIES = [PARTY]
        keys_at.cache_clear()
        yield running
        keys_at.cache_clear()


def _listening(answering: type[BaseHTTPRequestHandler]) -> ThreadingHTTPServer:
    for port in PORTS:
        try:
            return ThreadingHTTPServer(("127.0.0.1", port), answering)
        except OSError:
            continue
    raise AssertionError


def claims(**more: Any) -> dict[str, Any]:
    now = int(time.time())
    usual = {
        "iss": ISSUER,
        "azp": PARTY,
        "sub": "user_grace",
        "sid": "sess_1",
        "iat": now,
        "nbf": now - 10,
        "exp": now + 60,
    }
    merged = usual | more
    return {name: value for name, value in merged.items() if value is not None}


def token(
    *, key: Any = OURS, algorithm: str = "RS256", header: dict[str, Any] | None = None, **more: Any
) -> str:
    return jwt.encode(claims(**more), key, algorithm, headers={"kid": "k1", **(header or {})})
