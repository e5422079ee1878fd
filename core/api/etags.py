"""Versions of rows in HTTP: `ETag: "7"` in answers, `If-Match` in requests."""

import re

from rest_framework.request import Request

from core.errors import Invalid

ETAG = re.compile(r'(W/)?"?(?P<version>[0-9]{1,9})"?')


def etag(version: int) -> str:
    """The entity tag of a version."""
    return f'"{version}"'


def expected_version(request: Request) -> int | None:
    """The version in `If-Match`, None without one; Invalid if it is no ETag of this server."""
    header = request.META.get("HTTP_IF_MATCH", "").strip()
    if header in ("", "*"):
        return None
    if not (tag := ETAG.fullmatch(header)):
        raise Invalid(errors={"If-Match": ['Must be an ETag of this server, such as "7".']})
    return int(tag["version"])
