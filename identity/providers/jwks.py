"""The signing keys of identity providers, cached for an hour, and longer during an outage."""

import threading
import time
from functools import cache
from typing import Any

import structlog
from jwt import PyJWKClient, PyJWKSet
from jwt.exceptions import PyJWKClientConnectionError, PyJWTError
from requests import RequestException

from identity.providers.http_client import fetch

TIMEOUT = 5.0
"""Seconds for a whole answer."""
FRESH_FOR = 3600.0
STALE_FOR = 24 * 3600.0
"""Seconds for which old keys are used on while the provider does not answer."""
PAUSE = 30.0
"""Seconds without another fetch after one that failed, or for an unknown key id."""
MOST_BYTES = 256 * 1024
LONGEST_KEY_ID = 128

_log = structlog.get_logger("gantry.providers")


class Keys(PyJWKClient):
    """Caches keys, and fetches at most once per PAUSE during outages or for unknown key ids.

    Expired keys are renewed in a thread, so that no request waits while there are keys.
    The library's own client fetches for every request while the provider is down.
    """

    def __init__(self, uri: str) -> None:
        super().__init__(uri, lifespan=FRESH_FOR, timeout=TIMEOUT, cooldown_duration=PAUSE)
        self._kept: PyJWKSet | None = None
        self.fetched_at = 0.0
        self._rest_until = 0.0
        self._renewing = threading.Lock()

    def get_jwk_set(self, refresh: Any = None) -> PyJWKSet:
        age = time.monotonic() - self.fetched_at
        if self._kept is None or refresh or age > FRESH_FOR + STALE_FOR:
            self._renew()
        elif age > FRESH_FOR and not self._renewing.locked():
            threading.Thread(target=self._renew, daemon=True).start()
        if self._kept is None or time.monotonic() - self.fetched_at > FRESH_FOR + STALE_FOR:
            raise PyJWKClientConnectionError("There are no keys to verify with.")
        return self._kept

    def _renew(self) -> None:
        """Fetch the keys, unless that has just failed; one at a time."""
        asked_at = time.monotonic()
        with self._renewing:
            if time.monotonic() < self._rest_until or self.fetched_at > asked_at:
                return
            try:
                self._kept = PyJWKSet.from_dict(self.fetch_data())
                self.fetched_at = self._last_successful_fetch = time.monotonic()
            except (PyJWTError, ValueError) as flaw:
                self._rest_until = time.monotonic() + PAUSE
                _log.warning("keys_unreachable", uri=self.uri, reason=str(flaw))

    def fetch_data(self) -> Any:
        """Fetch the keys; answers that are too slow, too large or redirected count as an outage."""
        try:
            found: Any = fetch(self.uri, seconds=TIMEOUT, most_bytes=MOST_BYTES)
        except RequestException as flaw:
            raise PyJWKClientConnectionError(str(flaw)) from flaw
        return self._as_jwk_set_payload(found)


@cache
def keys_at(uri: str) -> Keys:
    return Keys(uri)
