"""A passkey in software: what a phone or a laptop does when a browser asks it."""

import hashlib
import secrets
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from fido2.cose import ES256
from fido2.utils import websafe_encode
from fido2.webauthn import (
    Aaguid,
    AttestationObject,
    AttestedCredentialData,
    AuthenticatorData,
    CollectedClientData,
)

FLAG = AuthenticatorData.FLAG
ORIGIN = "http://localhost:3000"


class Passkey:
    """`origin` and `rp_id` are what it believes to talk to; `verified`, that its owner is there."""

    def __init__(
        self, *, origin: str = ORIGIN, rp_id: str = "localhost", verified: bool = True
    ) -> None:
        self.origin = origin
        self.rp_id = rp_id
        self.flags = FLAG.UP | (FLAG.UV if verified else FLAG(0))
        self.id = secrets.token_bytes(16)
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.user_handle = ""

    def create(self, options: dict[str, Any]) -> dict[str, Any]:
        """The answer to creation options."""
        self.user_handle = options["user"]["id"]
        es256: Any = ES256  # ships no types for this call
        public = es256.from_cryptography_key(self.key.public_key())
        kept = AttestedCredentialData.create(Aaguid.NONE, self.id, public)
        seen = AuthenticatorData.create(self._rp_hash(), self.flags | FLAG.AT, 0, kept)
        client = self._client_data("webauthn.create", options)
        attestation = AttestationObject.create("none", seen, {})
        return self._answer(clientDataJSON=client, attestationObject=attestation)

    def get(self, options: dict[str, Any]) -> dict[str, Any]:
        """The answer to request options."""
        seen = AuthenticatorData.create(self._rp_hash(), self.flags, 1)
        client = self._client_data("webauthn.get", options)
        signature = self.key.sign(seen + client.hash, ec.ECDSA(SHA256()))
        answer = self._answer(clientDataJSON=client, authenticatorData=seen, signature=signature)
        answer["response"]["userHandle"] = self.user_handle
        return answer

    def _rp_hash(self) -> bytes:
        return hashlib.sha256(self.rp_id.encode()).digest()

    def _client_data(self, kind: str, options: dict[str, Any]) -> CollectedClientData:
        return CollectedClientData.create(kind, options["challenge"], self.origin)

    def _answer(self, **response: bytes) -> dict[str, Any]:
        encoded = {key: websafe_encode(value) for key, value in response.items()}
        name = websafe_encode(self.id)
        return {
            "id": name,
            "rawId": name,
            "type": "public-key",
            "response": encoded,
            "clientExtensionResults": {},
        }
