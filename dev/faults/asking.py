"""HTTP as one person, to one web process after the other."""

from __future__ import annotations

import time
from collections import Counter
from itertools import count
from typing import TYPE_CHECKING, Any

import requests

if TYPE_CHECKING:
    from collections.abc import Iterator

PASSWORD = "a long enough secret"
PATIENCE = 60.0
TIMEOUT = 20.0
LONGEST_PAGE = 200
AWAY = (requests.ConnectionError, requests.Timeout, requests.exceptions.ChunkedEncodingError)
GONE = (403, 404)
UNAVAILABLE = 503
BROKEN = 500

_addresses = count(1)


def address_of(name: str) -> str:
    return f"{name}@example.com"


class Api:
    """Requests of one thread; `answers` counts them by status, 0 for those without an answer."""

    def __init__(self, urls: list[str], token: str = "") -> None:
        self.urls, self.token = urls, token
        self.answers: Counter[int] = Counter()
        self._session = requests.Session()
        self._turn = count()

    def again(self) -> Api:
        """For another thread."""
        return Api(self.urls, self.token)

    def url(self) -> str:
        """The address of the process whose turn it is."""
        return self.urls[next(self._turn) % len(self.urls)]

    def send(self, method: str, path: str, body: Any = None) -> requests.Response | None:
        """Send a request once; None if it was not answered, so that its effect is not known."""
        number = next(_addresses)
        headers = {"X-Forwarded-For": f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        try:
            answer = self._session.request(
                method, f"{self.url()}/api{path}", json=body, headers=headers, timeout=TIMEOUT
            )
        except AWAY:
            self.answers[0] += 1
            return None
        self.answers[answer.status_code] += 1
        return answer

    def read(self, path: str) -> Any:
        """The body of the answer to a GET, of whichever process gives one; None if it is gone."""
        deadline = time.monotonic() + PATIENCE
        while True:
            answer = self.send("GET", path)
            if answer is not None and answer.ok:
                return answer.json()
            if answer is not None and answer.status_code in GONE:
                return None
            if answer is not None and answer.status_code != UNAVAILABLE:
                raise SystemExit(f"GET {path} was answered {answer.status_code}: {answer.text}")
            if time.monotonic() > deadline:
                raise SystemExit(f"GET {path} was not answered.")
            time.sleep(0.1)

    def row(self, path: str) -> Any:
        """The object at the path; None if it is gone."""
        answer = self.read(path)
        return None if answer is None else answer["data"]

    def rows(self, path: str) -> Iterator[Any]:
        """All objects of a list, page by page; none if it is gone."""
        cursor: str | None = ""
        while cursor is not None:
            more = f"&cursor={cursor}" if cursor else ""
            sign = "&" if "?" in path else "?"
            answer = self.read(f"{path}{sign}limit={LONGEST_PAGE}{more}")
            if answer is None:
                return
            data = answer["data"]
            if isinstance(data, list):
                yield from data
                cursor = answer["meta"]["next_cursor"]
            else:  # of comments
                yield from data["items"]
                cursor = data["nextCursor"]

    def made(self, method: str, path: str, body: Any = None) -> Any:
        """The object that a request of the preparations made; SystemExit if it was refused."""
        answer = self.send(method, path, body)
        if answer is None or not answer.ok:
            raise SystemExit(f"{method} {path} failed: {answer is not None and answer.text}")
        return answer.json()["data"] if answer.content else None


def events_after(api: Api, workspace: str, after: int) -> tuple[list[Any], int]:
    """The events of the log after a number that the person may read, and the log's last number."""
    found: list[Any] = []
    while True:
        page = api.read(f"/workspaces/{workspace}/events?after={after}&limit=500")
        found += page["data"]
        if page["meta"]["through"] >= page["meta"]["last"]:
            return found, page["meta"]["last"]
        after = page["meta"]["through"]


def last_of(api: Api, workspace: str) -> int:
    """The number of the last event: a page beyond the end of the log is cheap, and names it."""
    return int(api.read(f"/workspaces/{workspace}/events?after={2**62}&limit=1")["meta"]["last"])
