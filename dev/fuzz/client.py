"""An HTTP client for JSON as one person; each request claims another IP address."""

from itertools import count
from typing import Any

import requests

PASSWORD = "a long enough secret"
PATIENCE = 30.0

_numbers = count(1)


def next_address() -> str:
    """A new IP address: with one address most answers would be 429, by the limits per address."""
    number = next(_numbers)
    return f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"


class Client:
    """For requests that prepare a run: SystemExit if one is not successful."""

    def __init__(self, server: str, token: str = "") -> None:
        self.server, self.token = server, token

    def ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        """Send a request to `/api{path}`; returns the answer's `data`."""
        headers = {"X-Forwarded-For": next_address()}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        answer = requests.request(
            method, f"{self.server}/api{path}", json=body, headers=headers, timeout=PATIENCE
        )
        if not answer.ok:
            raise SystemExit(f"{method} {path} was answered {answer.status_code}: {answer.text}")
        return answer.json()["data"] if answer.content else None


def register(server: str, name: str) -> Client:
    """Create an account; returns a client signed in to it."""
    body = {"email": address_of(name), "password": PASSWORD, "name": name.title()}
    return Client(server, Client(server).ask("POST", "/auth/register", body)["access_token"])


def log_in(server: str, name: str) -> Client:
    body = {"email": address_of(name), "password": PASSWORD}
    return Client(server, Client(server).ask("POST", "/auth/login", body)["access_token"])


def address_of(name: str) -> str:
    return f"{name}@example.com"
