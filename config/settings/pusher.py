"""Settings of Pusher, a service that passes events on to browsers."""

import re
from typing import NamedTuple
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from config import env

REQUIRED = ("PUSHER_APP_ID", "PUSHER_KEY", "PUSHER_SECRET", "PUSHER_CLUSTER")
FORMS = {
    "PUSHER_APP_ID": re.compile(r"[0-9]{1,40}"),
    "PUSHER_KEY": re.compile(r"[A-Za-z0-9_-]{1,100}"),
    "PUSHER_CLUSTER": re.compile(r"[a-z0-9-]{1,40}"),
}


class PusherApp(NamedTuple):
    """An app at Pusher, or at a server that speaks its protocol; `port` is None for the usual."""

    id: str
    key: str
    secret: str
    host: str
    port: int | None = None
    is_secure: bool = True


def pusher() -> PusherApp | None:
    """The app whose clients hear of events; None without one."""
    if not env.together(*REQUIRED):
        if env.given("PUSHER_HOST"):
            raise ImproperlyConfigured(f"PUSHER_HOST is of no use without {REQUIRED[0]}.")
        return None
    for key, form in FORMS.items():
        if not form.fullmatch(env.text(key)):
            raise ImproperlyConfigured(f"{key} cannot be understood.")
    app_id, key, secret, cluster = map(env.text, REQUIRED)
    return PusherApp(app_id, key, secret, *_server(f"https://api-{cluster}.pusher.com"))


def _server(default: str) -> tuple[str, int | None, bool]:
    """Host, port and whether it speaks TLS."""
    address = urlsplit(env.secure_url("PUSHER_HOST", default))
    try:
        host, port = address.hostname, address.port
    except ValueError:
        host, port = None, None
    if not host or address.path or address.query or "@" in address.netloc:
        raise ImproperlyConfigured("PUSHER_HOST must be an address such as https://host:6001.")
    return f"[{host}]" if ":" in host else host, port, address.scheme == "https"
