"""ETags: versions of rows, `"7"`, for `If-Match`; and tags of lists, for `If-None-Match`."""

import re
from hashlib import sha256

from django.conf import settings
from rest_framework.request import Request

from core.actor import Actor
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


def list_tag(request: Request, actor: Actor, code: str, state: str) -> str:
    """The tag of a list: it changes with whatever the answer depends on.

    That is the query, the person, the limits of their credential, the program (`code`), and the
    state of the workspace, which has the number of its last event and the person's roles.
    """
    credential = actor.credential
    bound = None if credential.workspaces is None else sorted(map(str, credential.workspaces))
    asked = (request.get_full_path(), str(actor.person_id), sorted(credential.scopes), bound)
    text = repr((settings.VERSION, code, state, asked))
    return f'W/"{sha256(text.encode()).hexdigest()[:32]}"'


def is_known(tag: str, request: Request) -> bool:
    """Whether the client has the answer with this tag: `If-None-Match` names it."""
    named = request.META.get("HTTP_IF_NONE_MATCH", "").split(",")
    return tag.removeprefix("W/") in (each.strip().removeprefix("W/") for each in named)
