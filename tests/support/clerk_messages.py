"""Clerk's webhook messages, signed as Svix signs them."""

import json
import time
from datetime import UTC, datetime
from typing import Any

from rest_framework.test import APIClient
from standardwebhooks import Webhook

from tests.support.openapi import complaints, described

PATH = "/api/webhooks/clerk"
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
OTHER = "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
NOW = int(time.time()) * 1000


def headers(
    body: str, *, msg: str = "msg_1", at: float = 0, secret: str = SECRET
) -> dict[str, str]:
    moment = datetime.fromtimestamp(at or time.time(), UTC)
    return {
        "svix-id": msg,
        "svix-timestamp": str(int(moment.timestamp())),
        "svix-signature": Webhook(secret).sign(msg, moment, body),
    }


def post(body: str | bytes, sent: dict[str, str]) -> Any:
    raw: Any = body
    answer: Any = APIClient().generic(
        "POST", PATH, raw, content_type="application/json", headers=sent
    )
    assert complaints(answer, described("post", PATH)) == []
    return answer


def tell(kind: str, data: dict[str, Any], *, msg: str = "msg_1", at: int = NOW) -> str:
    body = json.dumps({"type": kind, "data": data, "timestamp": at})
    response = post(body, headers(body, msg=msg))
    assert response.status_code == 200, response.content
    return str(response.json()["data"]["status"])


def grace(at: int = NOW, **more: Any) -> dict[str, Any]:
    address = {
        "id": "idn_1",
        "email_address": "grace@example.com",
        "verification": {"status": "verified"},
    }
    return {
        "id": "user_grace",
        "primary_email_address_id": "idn_1",
        "email_addresses": [address],
        "first_name": "Grace",
        "last_name": "Hopper",
        "image_url": "https://img.example.com/g.png",
        "updated_at": at,
        **more,
    }


ORG = {"id": "org_1", "name": "Engines", "updated_at": NOW}


def seat(role: str = "org:member", at: int = NOW, who: str = "user_grace") -> dict[str, Any]:
    return {
        "id": "orgmem_1",
        "organization": ORG,
        "public_user_data": {"user_id": who},
        "role": role,
        "updated_at": at,
    }
