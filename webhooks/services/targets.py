"""Where may be posted to: spellings are refused when saved, addresses also at each attempt.

The name is looked up once for an attempt and the connection goes to the address found, so that a
name that means another address a moment later reaches nothing else.
"""

import re
import socket
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from django.conf import settings

HTTP, HTTPS = 80, 443
PORTS = (HTTPS, 8443)
LOOK_UP_SECONDS = 3.0
PLAIN = re.compile(r"[!#-;=?-\[\]_a-z~]{1,1000}\Z")
"""Printable ASCII without quotes, angle and curly brackets, backslash, caret, backtick, bar."""
LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
# The last part begins with a letter: all else may be read as a number, such as 0x7f.1.
NAME = re.compile(rf"(?=.{{4,253}}\Z)({LABEL}\.)+[a-z]([a-z0-9-]{{0,61}}[a-z0-9])?\Z")
LOCAL = re.compile(
    r"(^|\.)(localhost|local|localdomain|internal|intranet|private|lan|home|corp|arpa|onion)\Z"
)
"""Names that mean something else in each network."""
PUBLIC_V6 = ip_network("2000::/3")
NOT_PUBLIC = tuple(
    map(
        ip_network,
        (
            *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16"),
            *("172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16"),
            *("198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/3"),
            # Those that carry an IPv4 address (Teredo, 6to4), and for documentation.
            *("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"),
        ),
    )
)
"""Private, shared, loopback, link-local, reserved, multicast; see the registries of IANA."""


class NotAllowed(ValueError):
    """Nothing is posted there; the text says why."""


class Target(NamedTuple):
    """An address taken apart; `authority` is the host as written, with the port if it is unusual.

    `path` begins with a slash and has the query.
    """

    host: str
    port: int
    authority: str
    path: str
    is_secure: bool

    @property
    def origin(self) -> str:
        return f"{'https' if self.is_secure else 'http'}://{self.authority}"


def target_of(url: str) -> Target:
    """The address taken apart; NotAllowed for any that is not plain, or not of the Internet."""
    if not PLAIN.match(url.lower()):
        raise NotAllowed("Write it with plain characters only, without spaces.")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError as flaw:
        raise NotAllowed("This is no address.") from flaw
    if parts.scheme != "https" and not (parts.scheme == "http" and _any_network()):
        raise NotAllowed("It must begin with https://.")
    is_secure = parts.scheme == "https"
    usual = HTTPS if is_secure else HTTP
    authority = f"[{host}]" if ":" in host else host
    authority += f":{port}" if port not in (None, usual) else ""
    if parts.netloc.lower() not in {authority, f"{authority}:{port}"} or "#" in url:
        raise NotAllowed("It must have no user, password or fragment, and a plain host and port.")
    port = usual if port is None else port
    if not _any_network():
        _check_place(host, port)
    query = f"?{parts.query}" if parts.query else ""
    return Target(host, port, authority, f"{parts.path or '/'}{query}", is_secure)


def _check_place(host: str, port: int) -> None:
    if port not in PORTS:
        raise NotAllowed(f"The port must be {' or '.join(map(str, PORTS))}.")
    if is_public(host):
        return
    if _address(host) is not None or not NAME.match(host) or LOCAL.search(host):
        raise NotAllowed("The host must be one of the Internet.")


def addresses_of(target: Target) -> list[str]:
    """The addresses of the host, looked up now; NotAllowed if any of them is not public.

    OSError if there is none, or the look-up takes too long.
    """
    found = list(dict.fromkeys(row[4][0] for row in _looked_up(target)))
    if not _any_network() and not all(map(is_public, found)):
        # Which one is not told: it would show what stands in our network.
        raise NotAllowed("The host must be one of the Internet.")
    return found


def is_public(text: str) -> bool:
    """Whether this is an IP address that is reached over the Internet only."""
    address = _address(text)
    if address is None or (isinstance(address, IPv6Address) and address not in PUBLIC_V6):
        return False
    return address.is_global and not any(address in each for each in NOT_PUBLIC)


def _address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(text)
    except ValueError:
        return None


def _looked_up(target: Target) -> list[Any]:
    """What the resolver knows, within LOOK_UP_SECONDS; it cannot be interrupted by itself."""
    found: SimpleQueue[list[Any] | Exception] = SimpleQueue()

    def look_up() -> None:
        try:
            found.put(socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM))
        except (OSError, UnicodeError) as problem:
            found.put(problem)

    Thread(target=look_up, daemon=True).start()
    try:
        answer = found.get(timeout=LOOK_UP_SECONDS)
    except Empty:
        raise TimeoutError("the name was not found in time") from None
    if isinstance(answer, Exception):
        raise OSError("the name is not known") from answer
    return answer


def _any_network() -> bool:
    """Whether private addresses, other ports and plain HTTP are allowed: never in production."""
    return bool(settings.WEBHOOKS_TO_ANY_NETWORK)
