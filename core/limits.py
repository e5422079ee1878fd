"""How often somebody may try: counted in PostgreSQL, exact however many try at once.

The cache in front of allauth's own limits reads, decides and writes; here one statement does
all three. It commits at once, so that an attempt counts even if its request is rolled back: inside
a transaction it uses a connection of its own.
"""

import hashlib
import ipaddress
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connection, connections, transaction
from django.db.models import F, QuerySet
from django.db.models.functions import Now
from django.http import HttpRequest

from core.errors import TooManyRequests
from core.models import AttemptCount
from core.retention import delete_batch, retained

# A row that is full is not touched: no dead rows under attack, and waiting ends for certain.
TAKE = """
    INSERT INTO core_attemptcount AS counted (key, count, resets_at)
    VALUES (%(key)s, 1, clock_timestamp() + %(seconds)s * interval '1 second')
    ON CONFLICT (key) DO UPDATE
    SET count = CASE WHEN counted.resets_at > clock_timestamp() THEN counted.count + 1 ELSE 1 END,
        resets_at = CASE WHEN counted.resets_at > clock_timestamp() THEN counted.resets_at
            ELSE excluded.resets_at END
    WHERE counted.count < %(most)s OR counted.resets_at <= clock_timestamp()
    RETURNING count
"""
WAIT = """
    SELECT greatest(1, ceil(extract(epoch FROM resets_at - clock_timestamp())))::int
    FROM core_attemptcount WHERE key = %s
"""

AUTONOMOUS = "attempts"
"""The database alias of the connection that commits whatever its request does."""
NOWHERE = str(ipaddress.IPv4Address(0))
"""The address of a caller whose server does not tell it, such as one behind a Unix socket."""


@dataclass(frozen=True, slots=True)
class Limit:
    """So many attempts in a window that opens with the first one."""

    name: str
    most: int
    seconds: int

    def key(self, subject: str) -> str:
        """What is counted, as a hash: the table does not know whom strangers asked for."""
        told = f"{self.name}:{subject.strip().lower()}"
        return hashlib.sha256(told.encode(errors="surrogatepass")).hexdigest()


def take(limit: Limit, subject: str) -> None:
    """Use up one attempt, or refuse; the same for subjects that exist and that do not."""
    _take(limit, subject, _alias())


def take_uncommitted(limit: Limit, subject: str) -> None:
    """The same inside the caller's transaction: what is rolled back has not counted.

    Callers for the same subject wait for each other from here to their commit.
    """
    _take(limit, subject, DEFAULT_DB_ALIAS)


def _take(limit: Limit, subject: str, alias: str) -> None:
    key = limit.key(subject)
    with transaction.atomic(using=alias), connections[alias].cursor() as cursor:
        cursor.execute(TAKE, {"key": key, "most": limit.most, "seconds": limit.seconds})
        if cursor.fetchone():
            return
        cursor.execute(WAIT, [key])
        row = cursor.fetchone()
    raise TooManyRequests(retry_after=row[0] if row else limit.seconds)


@contextmanager
def counted(*attempts: tuple[Limit, str]) -> Iterator[None]:
    """Count what is tried inside before it is evaluated; only what is refused stays counted."""
    for limit, subject in attempts:
        take(limit, subject)
    yield
    for limit, subject in attempts:
        give_back(limit, subject)


def give_back(limit: Limit, subject: str) -> None:
    """An attempt that was none: the password was right. Earlier wrong ones stay counted."""
    counted = _counts().filter(key=limit.key(subject), count__gt=0)
    counted.update(count=F("count") - 1)


def reset(limit: Limit, subject: str) -> None:
    """Start afresh, after a password reset."""
    _counts().filter(key=limit.key(subject)).delete()


def closed_windows() -> QuerySet[AttemptCount]:
    """What is not counted any more."""
    return _counts().filter(resets_at__lt=Now())


def _counts() -> QuerySet[AttemptCount]:
    # Never through the open transaction: it would hold the row that `take` waits for.
    return AttemptCount.objects.using(_alias())


def _alias() -> str:
    return AUTONOMOUS if connection.in_atomic_block else DEFAULT_DB_ALIAS


def client_address(request: HttpRequest | Any) -> str:
    """Where the caller is: as many forwarded addresses are believed as proxies stand in front."""
    address = str(request.META.get("REMOTE_ADDR") or "")
    forwarded = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")]
    if settings.TRUSTED_PROXY_COUNT and forwarded[0]:
        address = forwarded[-min(settings.TRUSTED_PROXY_COUNT, len(forwarded))]
    with suppress(ValueError):
        found = ipaddress.ip_address(address.partition("%")[0])
        # A socket of both protocols shows every IPv4 caller as one of a single IPv6 network.
        mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
        return str(mapped or found)
    return NOWHERE


def client_network(request: HttpRequest | Any) -> str:
    """What one attacker holds: an IPv4 address, or the whole /64 of an IPv6 one."""
    address = ipaddress.ip_address(client_address(request))
    if isinstance(address, ipaddress.IPv6Address):
        return str(ipaddress.ip_network(f"{address}/64", strict=False))
    return str(address)


@retained("counts of attempts", timedelta(0))
def remove_attempt_counts(at_most: int) -> int:
    return delete_batch(closed_windows().order_by("resets_at"), at_most)
