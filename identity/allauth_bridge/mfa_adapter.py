"""How second factors are kept: encrypted, and bound to one host."""

import base64
import hashlib
from functools import cache

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings

from identity.allauth_bridge.internals import DefaultMFAAdapter


class MFAAdapter(DefaultMFAAdapter):
    def encrypt(self, text: str) -> str:
        return _cipher(_keys()).encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _cipher(_keys()).decrypt(encrypted_text.encode()).decode()

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """From the settings: the Host header is whatever the caller says it is."""
        return {"id": settings.AUTH_WEBAUTHN_RP_ID, "name": settings.MFA_TOTP_ISSUER}


def _keys() -> tuple[str, ...]:
    return (*settings.AUTH_MFA_KEYS, settings.SECRET_KEY)


@cache
def _cipher(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(_derived(key)) for key in keys])


def _derived(key: str) -> bytes:
    # The keys are random already: one hash that names the purpose is enough.
    return base64.urlsafe_b64encode(hashlib.sha256(b"accounts.mfa" + key.encode()).digest())
