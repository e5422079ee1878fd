"""HTTP requests to other servers, without redirects and with limits on time and size."""

import time
from http import HTTPStatus
from typing import Any

import orjson
import requests
from urllib3.exceptions import HTTPError

MOST_BYTES = 1024 * 1024
SECONDS = 10.0
"""Time limit of a whole answer; connecting and each read may take half of it."""


class CappedSession(requests.Session):
    """Raises `RequestException` for answers that take too long or are too large."""

    def __init__(self, seconds: float | None = None, most_bytes: int | None = None) -> None:
        super().__init__()
        self._seconds, self._most_bytes = seconds or SECONDS, most_bytes or MOST_BYTES

    def request(self, *args: Any, **options: Any) -> requests.Response:
        deadline = time.monotonic() + self._seconds
        options |= {"timeout": self._seconds / 2, "allow_redirects": False, "stream": True}
        response = super().request(*args, **options)
        vars(response).update(_content=self._read(response, deadline), _content_consumed=True)
        return response

    def _read(self, response: requests.Response, deadline: float) -> bytes:
        body = bytearray()
        try:
            while part := response.raw.read1(self._most_bytes, decode_content=True):
                body += part
                if len(body) > self._most_bytes or time.monotonic() > deadline:
                    raise requests.RequestException("The answer takes too long, or is too long.")
        except HTTPError as flaw:
            raise requests.RequestException from flaw
        finally:
            response.close()
        return bytes(body)


def fetch(
    url: str,
    *,
    headers: dict[str, str] | None = None,
    seconds: float | None = None,
    most_bytes: int | None = None,
) -> Any:
    """GET the JSON at this address; `RequestException` or `ValueError` if that fails."""
    with CappedSession(seconds, most_bytes) as session:
        answer = session.get(url, headers=headers)
    if answer.status_code != HTTPStatus.OK:
        raise requests.RequestException(f"Answered {answer.status_code}.")
    return orjson.loads(answer.content)
