"""Second factors in somebody's hands."""

import base64
import hashlib
import hmac
import secrets
import struct
import time
from typing import Any

from allauth.mfa.models import Authenticator
from rest_framework.test import APIClient

from accounts.models import User
from identity.adapters import MFAAdapter
from tests.support.sign_in import PASSWORD

PERIOD = 30


def code_of(secret: str) -> str:
    """What an authenticator app shows now (RFC 6238), with a second left to type it."""
    left = PERIOD - time.time() % PERIOD
    if left < 1:
        time.sleep(left)
    counter = struct.pack(">Q", int(time.time()) // PERIOD)
    digest = hmac.new(base64.b32decode(secret), counter, hashlib.sha1).digest()
    offset = digest[-1] & 0x0F
    number = struct.unpack(">I", digest[offset : offset + 4])[0] & 0x7FFFFFFF
    return f"{number % 10**6:06}"


def wrong_code_for(secret: str) -> str:
    return f"{(int(code_of(secret)) + 1) % 10**6:06}"


def give_app(person: User) -> str:
    """Enrol an authenticator app without the ceremony; returns its secret."""
    secret = base64.b32encode(secrets.token_bytes(20)).decode()
    data = {"secret": MFAAdapter().encrypt(secret)}
    Authenticator.objects.create(user=person, type=Authenticator.Type.TOTP, data=data)
    return secret


def give_recovery_codes(person: User) -> list[str]:
    data = {"seed": MFAAdapter().encrypt(secrets.token_hex(40)), "used_mask": 0}
    kind = Authenticator.Type.RECOVERY_CODES
    codes = Authenticator.objects.create(user=person, type=kind, data=data).wrap()
    return list(codes.get_unused_codes())


def half_signed_in(client: APIClient, person: User) -> str:
    """The session token of a sign-in that waits for the second factor."""
    response = client.post("/api/auth/login", {"email": person.email, "password": PASSWORD})
    assert (response.status_code, response.json()["code"]) == (401, "mfa_required")
    return str(response.json()["session_token"])


def verify(client: APIClient, session_token: str, code: str, **extra: Any) -> Any:
    return client.post(
        "/api/auth/mfa/verify", {"code": code}, HTTP_X_SESSION_TOKEN=session_token, **extra
    )


def prove_again(client: APIClient, **proof: str) -> None:
    response = client.post("/api/auth/reauthenticate", proof or {"password": PASSWORD})
    assert response.status_code == 204
