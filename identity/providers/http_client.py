"""Talking to providers: never redirected, never for long, never of much."""

import time
from typing import Any

import requests
from urllib3.exceptions import HTTPError

MOST_BYTES = 1024 * 1024
SECONDS = 10
"""For a whole answer; for each step of it, half of that."""


class Wire(requests.Session):
    def request(self, *args: Any, **options: Any) -> requests.Response:
        deadline = time.monotonic() + SECONDS
        options |= {"timeout": SECONDS / 2, "allow_redirects": False, "stream": True}
        response = super().request(*args, **options)
        vars(response).update(_content=_read(response, deadline), _content_consumed=True)
        return response


def _read(response: requests.Response, deadline: float) -> bytes:
    body = bytearray()
    try:
        while part := response.raw.read1(MOST_BYTES, decode_content=True):
            body += part
            if len(body) > MOST_BYTES or time.monotonic() > deadline:
                raise requests.RequestException("The answer takes too long, or is too long.")
    except HTTPError as flaw:
        raise requests.RequestException from flaw
    finally:
        response.close()
    return bytes(body)
