"""The WSGI application, which serves all HTTP; `config.bridge` runs it."""

from collections.abc import Callable, Iterable
from typing import Any

from django.core.cache import close_caches
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, reset_queries

from config import env

env.choose_settings("config.settings.development")

LONGEST_TYPE = 1024

django = get_wsgi_application()
# The end of a request gives its connections back, so nothing is left for the start of the next one;
# the cache is a table, and has none of its own.
request_started.disconnect(close_old_connections)
request_started.disconnect(reset_queries)
request_finished.disconnect(close_caches)


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Truncate Content-Type, which Django parses before middleware can refuse a long one."""
    environ["CONTENT_TYPE"] = environ.get("CONTENT_TYPE", "")[: LONGEST_TYPE + 1]
    return django(environ, start_response)
