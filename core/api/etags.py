"""Versions over HTTP: `ETag: "7"` out, `If-Match` in."""

import re

from rest_framework.request import Request

from core.errors import Invalid

ETAG = re.compile(r'(W/)?"?(?P<version>[0-9]{1,9})"?')


def etag(version: int) -> str:
    """The entity tag of a version."""
    return f'"{version}"'


def expected_version(request: Request) -> int | None:
    """The version an edit was based on; None when the client did not say."""
    header = request.headers.get("If-Match", "").strip()
    if header in ("", "*"):
        return None
    if not (tag := ETAG.fullmatch(header)):
        raise Invalid(errors={"If-Match": ['Must be an ETag of this server, such as "7".']})
    return int(tag["version"])
