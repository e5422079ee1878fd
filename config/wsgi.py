"""The WSGI application, which serves all HTTP; `config.bridge` runs it."""

from collections.abc import Callable, Iterable
from typing import Any

from django.core.wsgi import get_wsgi_application

from config import env

env.choose_settings("config.settings.development")

LONGEST_TYPE = 1024

django = get_wsgi_application()


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Truncate Content-Type, which Django parses before middleware can refuse a long one."""
    environ["CONTENT_TYPE"] = environ.get("CONTENT_TYPE", "")[: LONGEST_TYPE + 1]
    return django(environ, start_response)
