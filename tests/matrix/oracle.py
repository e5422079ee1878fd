"""What everybody should be answered, from tables of the tests alone: nothing of the product."""

from tests.matrix.asks import Ask
from tests.matrix.people import UNKNOWN
from tests.matrix.places import Place
from tests.matrix.rights import holds

INSIDE = {
    "workspace": ("workspace",),
    "project": ("workspace", "project"),
    "label": ("workspace", "project", "label"),
    "task": ("workspace", "project", "task"),
    "comment": ("workspace", "project", "task", "comment"),
    "filter": ("workspace", "project"),
    "attachment": ("workspace", "project", "task", "attachment"),
    "event": ("workspace", "project"),
}
"""What must be there for an object to be there."""
RETURNS = {
    "workspace": ("workspace", "project"),
    "project": ("project",),
    "label": ("label",),
    "task": ("task",),
    "comment": ("comment",),
    "attachment": ("attachment",),
    "event": (),
}
"""What was deleted together and is restored by its first."""
BOUND_TOO = (
    *("/api/realtime/ticket", "/api/notifications", "/api/jobs/"),
    "/api/calendar-feeds/",
    "/api/import-files/",
)
"""The beginnings of paths under which a token changes something as far as it is bound."""
EVERYWHERE = ("/api/notifications/schedule",)
"""What holds in all workspaces of a person, though it stands under such a path."""


def expected(ask: Ask, who: str, place: Place) -> int:
    """The one right status for this person, asking this of this place."""
    if ask.about == "nobody":
        return ask.well
    if who in UNKNOWN:
        return 401
    if who == "reader" and ask.method != "GET":
        return 403
    if who == "bound":
        return _of_bound(ask, place)
    if ask.about in ("somebody", "invited"):
        return ask.well if ask.about == "somebody" or who == "una" else 403
    return _of_object(ask, "ada" if who == "reader" else who, place)


def _of_bound(ask: Ask, place: Place) -> int:
    """A token bound to another workspace of Ada's: her own things are not there for it."""
    if ask.about == "somebody":
        if ask.path.startswith(BOUND_TOO) and ask.path not in EVERYWHERE:
            return ask.well
        return ask.well if ask.method == "GET" and ask.path != "/api/invitations" else 403
    return 404 if ask.about != "invited" and "ada" in place.roles else 403


def _of_object(ask: Ask, who: str, place: Place) -> int:
    if who not in place.roles:
        first = "workspace" if "{workspace}" in ask.path else ask.about
        return 404 if first in place.deleted else 403
    is_seen = ask.about == "workspace" or holds("project:read", place.roles[who])
    may = _may(ask, who, place)
    if place.deleted.intersection(INSIDE[ask.about]):
        if not (ask.path.endswith("/restore") and place.deleted == {*RETURNS[ask.about]}):
            return 404
        return ask.well if may else 403 if ask.about != "workspace" and is_seen else 404
    if not is_seen:
        return 404
    if not may:
        return 403
    return ask.archived if place.is_archived else ask.well


def _may(ask: Ask, who: str, place: Place) -> bool:
    if ask.right == "owner":
        return who == place.owner
    is_own = ask.about in ("task", "comment", "attachment") and who == place.author
    workspace_role, project_role = place.roles[who]
    roles = workspace_role, None if ask.about == "workspace" else project_role
    return holds(ask.right, roles, own=is_own)
