"""Rate limits: attempts are counted in PostgreSQL, exactly even under concurrent requests.

allauth's own limits read, check and write the cache in separate steps; here one SQL statement does
all three. It commits at once, so that an attempt counts even if its request is rolled back: inside
a transaction it uses a second connection.
"""

import hashlib
import ipaddress
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.models import F, QuerySet
from django.db.models.functions import Now
from django.http import HttpRequest

from core.context import UNFLUSHED
from core.dry_runs import is_dry_run
from core.errors import TooManyRequests
from core.models import AttemptCount
from core.retention import delete_batch, retained

# Once the limit is reached the row is not updated: an attack leaves no dead rows, and cannot
# extend the window.
COUNT = """
    INSERT INTO core_attemptcount AS counted (key, count, resets_at)
    SELECT %s, wanted.times, clock_timestamp() + %s * interval '1 second'
    FROM (SELECT %s::int AS times, %s::int AS most) AS wanted{after}
    WHERE wanted.times <= wanted.most
    ON CONFLICT (key) DO UPDATE
    SET count = excluded.count
            + CASE WHEN counted.resets_at > clock_timestamp() THEN counted.count ELSE 0 END,
        resets_at = CASE WHEN counted.resets_at > clock_timestamp() THEN counted.resets_at
            ELSE excluded.resets_at END
    WHERE counted.count + excluded.count <= %s OR counted.resets_at <= clock_timestamp()
    RETURNING count
"""
TAKE = COUNT.format(after="")
TAKE_BOTH = " ".join(
    (
        # A crash of PostgreSQL may lose the counts of its last second.
        f"WITH hurried AS MATERIALIZED (SELECT {UNFLUSHED}),",
        # A limit that is used up takes nothing from the next one.
        f"one AS ({COUNT.format(after=', hurried')}), other AS ({COUNT.format(after=', one')})",
        "SELECT FROM one UNION ALL SELECT FROM other",
    )
)
WAIT = """
    SELECT greatest(1, ceil(extract(epoch FROM resets_at - clock_timestamp())))::int
    FROM core_attemptcount WHERE key = %s
"""

AUTONOMOUS = "attempts"
"""The database alias of the second connection, which commits apart from the request."""
UNKNOWN_ADDRESS = str(ipaddress.IPv4Address(0))
"""Stands for the address of a client that is not known, as behind a Unix socket."""


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `most` attempts in a window of `seconds`, which opens with the first attempt."""

    name: str
    most: int
    seconds: int

    def key(self, subject: str) -> str:
        """The row's primary key: a hash, so that the table stores no addresses of people."""
        counted = f"{self.name}:{subject.strip().lower()}"
        return hashlib.sha256(counted.encode(errors="surrogatepass")).hexdigest()


def take(limit: Limit, subject: str) -> None:
    """Count one attempt, or raise TooManyRequests; whether the subject exists does not matter."""
    _take(limit, subject, _alias())


def count(limit: Limit, subject: str) -> int | None:
    """Count one attempt: the number of attempts in the window, None once the limit is reached."""
    with connections[_alias()].cursor() as cursor:
        cursor.execute(TAKE, [limit.key(subject), limit.seconds, 1, limit.most, limit.most])
        row = cursor.fetchone()
    return row[0] if row else None


def take_uncommitted(limit: Limit, subject: str) -> None:
    """As `take`, but in the caller's transaction: an attempt that is rolled back does not count.

    Holds the row lock until the commit, so callers for the same subject run one after the other.
    In a dry run, which is always rolled back, it counts nevertheless.
    """
    _take(limit, subject, _alias() if is_dry_run() else DEFAULT_DB_ALIAS)


def take_both(one: Limit, of: str, other: Limit, of_other: str, *, times: int = 1) -> None:
    """Count so many attempts for both limits with one statement, or raise TooManyRequests.

    Where the first limit refuses, the other one counts nothing. The commit does not wait for the
    disk, so this is for limits that protect no secret.
    """
    attempts = ((one, of), (other, of_other))
    _count(TAKE_BOTH, attempts, times, _alias())


def _take(limit: Limit, subject: str, alias: str) -> None:
    _count(TAKE, ((limit, subject),), 1, alias)


def _count(sql: str, attempts: Sequence[tuple[Limit, str]], times: int, alias: str) -> None:
    """Run the statement, which returns a row for each limit that lets these attempts through."""
    values: list[Any] = []
    for limit, subject in attempts:
        values += [limit.key(subject), limit.seconds, times, limit.most, limit.most]
    with connections[alias].cursor() as cursor:
        cursor.execute(sql, values)
        passed = len(cursor.fetchall())
        if passed == len(attempts):
            return
        refusing, subject = attempts[passed]
        cursor.execute(WAIT, [refusing.key(subject)])
        row = cursor.fetchone()
    raise TooManyRequests(retry_after=row[0] if row else refusing.seconds)


@contextmanager
def counted(*attempts: tuple[Limit, str]) -> Iterator[None]:
    """Count the attempts before the block runs; if it raises they stay counted, else they do not.

    Counted first, so that concurrent attempts cannot all pass before one of them is refused.
    """
    for limit, subject in attempts:
        take(limit, subject)
    yield
    for limit, subject in attempts:
        give_back(limit, subject)


def give_back(limit: Limit, subject: str) -> None:
    """Uncount one attempt, such as a correct password; earlier attempts stay counted."""
    counted = _counts().filter(key=limit.key(subject), count__gt=0)
    counted.update(count=F("count") - 1)


def reset(limit: Limit, subject: str) -> None:
    """Delete the count of the subject, such as after a password reset."""
    _counts().filter(key=limit.key(subject)).delete()


def ended_windows() -> QuerySet[AttemptCount]:
    """The rows whose window has ended."""
    return _counts().filter(resets_at__lt=Now())


def _counts() -> QuerySet[AttemptCount]:
    # Never in the open transaction: it would hold the row lock that `take` waits for on the
    # other connection.
    return AttemptCount.objects.using(_alias())


def _alias() -> str:
    return AUTONOMOUS if connection.in_atomic_block else DEFAULT_DB_ALIAS


def client_address(request: HttpRequest | Any) -> str:
    """The client's IP address; of X-Forwarded-For, only TRUSTED_PROXY_COUNT entries are trusted."""
    address = str(request.META.get("REMOTE_ADDR") or "")
    forwarded = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")]
    if settings.TRUSTED_PROXY_COUNT and forwarded[0]:
        address = forwarded[-min(settings.TRUSTED_PROXY_COUNT, len(forwarded))]
    with suppress(ValueError):
        found = ipaddress.ip_address(address.partition("%")[0])
        # A dual-stack socket reports IPv4 clients as ::ffff:a.b.c.d, which all share one /64.
        mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
        return str(mapped or found)
    return UNKNOWN_ADDRESS


def client_network(request: HttpRequest | Any) -> str:
    """What one client can choose its address from: an IPv4 address, or the /64 of an IPv6 one."""
    address = ipaddress.ip_address(client_address(request))
    if isinstance(address, ipaddress.IPv6Address):
        return str(ipaddress.ip_network(f"{address}/64", strict=False))
    return str(address)


@retained("counts of attempts", timedelta(0))
def remove_attempt_counts(at_most: int) -> int:
    return delete_batch(ended_windows().order_by("resets_at"), at_most)
