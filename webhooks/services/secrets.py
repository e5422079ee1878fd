"""Secrets of webhooks: sealed in their rows, shown once, and what is signed with them."""

import base64
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.utils import timezone
from standardwebhooks import Webhook as Signer

from core.sealing import seal, unseal
from webhooks.models import Webhook

PURPOSE = "webhook_secret"
PREFIX = "whsec_"
OCTETS = 32
OVERLAP = timedelta(hours=24)
"""For how long the former secret signs along."""


def new_secret() -> tuple[str, str]:
    """A secret, and the same sealed."""
    text = PREFIX + base64.b64encode(secrets.token_bytes(OCTETS)).decode()
    return text, seal(PURPOSE, text)


def secrets_of(webhook: Webhook) -> list[str]:
    """The secrets to sign with now, the newest first; none sealed with another SECRET_KEY."""
    sealed = [webhook.secret]
    if webhook.former_until and webhook.former_until > timezone.now():
        sealed.append(webhook.former_secret)
    return [text for text in (unseal(PURPOSE, each) for each in sealed) if text]


def signed_headers(message_id: str, body: str, keys: Sequence[str]) -> dict[str, str]:
    """The headers of Standard Webhooks, with a signature for each secret."""
    now = datetime.now(tz=timezone.get_default_timezone()).replace(microsecond=0)
    signatures = (Signer(key).sign(message_id, now, body) for key in keys)
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(signatures),
    }
