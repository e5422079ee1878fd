"""An identity provider on this machine: OpenID Connect with PKCE, and GitHub's way beside it."""

import base64
import hashlib
import json
import secrets
import time
from collections.abc import Callable, Iterable
from functools import cache
from socketserver import ThreadingMixIn
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from jwt.algorithms import RSAAlgorithm

from config import local

SECRET = "the secret of the client"
KEY_ID = "key-1"
GRACE = {
    "sub": "grace-1",
    "email": "grace@example.com",
    "email_verified": True,
    "name": "Grace Hopper",
}
Answer = tuple[int, Any]


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Silent(WSGIRequestHandler):
    def log_message(self, *args: Any) -> None:
        """Tests have enough to say."""


@cache
def key_of(name: str) -> RSAPrivateKey:
    return generate_private_key(public_exponent=65537, key_size=2048)


class OidcProvider:
    """Signs in whoever `person` describes; `broken` maps a path to what it answers instead."""

    def __init__(self) -> None:
        self.port = local.free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.person: dict[str, Any] = dict(GRACE)
        self.told_in_token: tuple[str, ...] = ("email", "email_verified", "name")
        self.changes: dict[str, Any] = {}
        self.emails: list[dict[str, Any]] = []
        self.broken: dict[str, Answer] = {}
        self.discovery: dict[str, Any] = {}
        self.delay = 0.0
        self.dripping = False
        self.asked: list[str] = []
        self.keys = {KEY_ID: "first"}
        self._codes: dict[str, dict[str, str]] = {}
        self._server: WSGIServer | None = None

    def open(self) -> None:
        self._server = make_server("127.0.0.1", self.port, self._answer, _Server, _Silent)
        Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def close(self) -> None:
        if self._server:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def id_token(self, client_id: str, *, key: str = "", **changes: Any) -> str:
        """A token for this client; a change to None leaves the claim out."""
        now = int(time.time())
        told = {name: self.person[name] for name in ("sub", *self.told_in_token)}
        claims = {"iss": self.url, "aud": client_id, "iat": now, "exp": now + 300}
        claims |= {"jti": secrets.token_urlsafe(8), **told, **self.changes, **changes}
        kept = {name: value for name, value in claims.items() if value is not None}
        key_id = next(iter(self.keys))
        signing = key_of(key or self.keys[key_id])
        return jwt.encode(kept, signing, algorithm="RS256", headers={"kid": key_id})

    def _answer(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        self.asked.append(path)
        time.sleep(self.delay)
        status, body = self.broken.get(path) or self._routed(path, environ)
        headers = [("Content-Type", "application/json")]
        if status == 302:
            headers.append(("Location", body))
        start(f"{status} -", headers)
        told = body if isinstance(body, bytes) else json.dumps(body).encode()
        return _slowly(told) if self.dripping else [told]

    def _routed(self, path: str, environ: dict[str, Any]) -> Answer:
        routes: dict[str, Callable[[dict[str, Any]], Answer]] = {
            "/.well-known/openid-configuration": self._discovery,
            "/jwks": self._jwks,
            "/authorize": self._authorize,
            "/token": self._token,
            "/userinfo": lambda environ: self._for_bearer(environ, self.person),
            "/github/login/oauth/authorize": self._authorize,
            "/github/login/oauth/access_token": self._token,
            "/github/api/v3/user": lambda environ: self._for_bearer(environ, self._github),
            "/github/api/v3/user/emails": lambda environ: self._for_bearer(environ, self.emails),
        }
        return routes[path](environ) if path in routes else (404, {})

    @property
    def _github(self) -> dict[str, Any]:
        return {"id": 583231, "login": "grace", "name": "Grace Hopper", "email": None}

    def _discovery(self, environ: dict[str, Any]) -> Answer:
        return 200, {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "userinfo_endpoint": f"{self.url}/userinfo",
            "jwks_uri": f"{self.url}/jwks",
            "token_endpoint_auth_methods_supported": ["client_secret_basic"],
            **self.discovery,
        }

    def _jwks(self, environ: dict[str, Any]) -> Answer:
        keys = [
            RSAAlgorithm.to_jwk(key_of(name).public_key(), as_dict=True) | {"kid": kid}
            for kid, name in self.keys.items()
        ]
        return 200, {"keys": keys}

    def _authorize(self, environ: dict[str, Any]) -> Answer:
        asked = dict(parse_qsl(environ["QUERY_STRING"]))
        if asked["response_type"] != "code" or asked.get("code_challenge_method") != "S256":
            return 400, {"error": "invalid_request"}
        code = secrets.token_urlsafe(16)
        self._codes[code] = asked
        query = urlencode({"code": code, "state": asked["state"]})
        return 302, f"{asked['redirect_uri']}?{query}"

    def _token(self, environ: dict[str, Any]) -> Answer:
        sent = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
        given = {name: values[0] for name, values in parse_qs(sent.decode()).items()}
        asked = self._codes.pop(given.get("code", ""), None)
        digest = hashlib.sha256(given.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if not asked or asked["code_challenge"] != challenge:
            return 400, {"error": "invalid_grant"}
        if asked["redirect_uri"] != given["redirect_uri"] or not _knows_secret(environ, given):
            return 401, {"error": "invalid_client"}
        bearer = {"access_token": "opaque", "token_type": "Bearer"}
        return 200, bearer | {
            "id_token": self.id_token(asked["client_id"], nonce=asked.get("nonce"))
        }

    def _for_bearer(self, environ: dict[str, Any], body: Any) -> Answer:
        told = environ.get("HTTP_AUTHORIZATION", "")
        return (200, body) if told in ("Bearer opaque", "token opaque") else (401, {})


def _slowly(body: bytes) -> Iterable[bytes]:
    """A byte at a time, each in time for a limit on single reads."""
    for byte in body[:40]:
        time.sleep(0.1)
        yield bytes([byte])


def _knows_secret(environ: dict[str, Any], given: dict[str, str]) -> bool:
    scheme, _, pair = environ.get("HTTP_AUTHORIZATION", "").partition(" ")
    if scheme == "Basic":
        return base64.b64decode(pair).decode().partition(":")[2] == SECRET
    return given.get("client_secret") == SECRET
