"""Whom a text mentions: only people who may read its project; of others nothing is kept."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db.models import Q

from accounts.models import User
from core.actor import Actor
from core.markdown import Rendered
from core.models import as_uuid
from core.queries import insert
from projects.models import MentionRow, Project
from projects.services.access import readers_of
from workspaces.models import role_in_workspace
from workspaces.rights import READ_ADDRESSES, WorkspaceRole


def set_mentions(
    model: type[MentionRow],
    *,
    actor: Actor,
    project: Project,
    text: Rendered,
    is_new: bool,
    **of: Any,
) -> list[User]:
    """Keep in rows of `model` whom the text mentions; returns those who were not mentioned before.

    `of` is the field of `model` with the row that has the text, which the caller has locked or,
    with `is_new`, just inserted.
    """
    wanted = _named(actor, project, text)
    rows = model._default_manager.filter(**of)
    known = set() if is_new else set(rows.values_list("user_id", flat=True))
    if gone := known - {person.pk for person in wanted}:
        rows.filter(user__in=gone).delete()
    new = [person for person in wanted if person.pk not in known]
    insert(*(model(workspace_id=project.workspace_id, user=person, **of) for person in new))
    return new


def _named(actor: Actor, project: Project, text: Rendered) -> list[User]:
    """The people the text names who may read the project, in the order of their names.

    A handle is the whole address or what stands before its @, and names nobody if several have it;
    only those who may read addresses find people by them.
    """
    handles = text.handles if text.handles and may_read_addresses(actor, project) else ()
    if not (text.people or handles):
        return []
    rows = readers_of(project).filter(_by_id(text.people) | _by_handle(handles))
    holders = _holders(membership.user for membership in rows.select_related("user"))
    named = (holders[name] for name in (*text.people, *handles))
    return list(dict.fromkeys(users[0] for users in named if len(users) == 1))


def _holders(people: Iterable[User]) -> Mapping[str, list[User]]:
    """The people with each id, address and beginning of an address."""
    found = defaultdict[str, list[User]](list)
    for user in people:
        address = user.email.lower()
        for name in {user.public_id, str(user.pk), address, address.partition("@")[0]}:
            found[name].append(user)
    return found


def _by_id(ids: Sequence[str]) -> Q:
    keys = [key for key in map(as_uuid, ids) if key]
    return Q(user__public_id__in=ids) | Q(user__in=keys)


def _by_handle(handles: Sequence[str]) -> Q:
    wanted = Q(pk__in=[])
    for handle in handles:
        whole = Q(user__email__iexact=handle)
        wanted |= whole if "@" in handle else Q(user__email__istartswith=f"{handle}@")
    return wanted


def may_read_addresses(actor: Actor, project: Project) -> bool:
    if actor.is_trusted:
        return True
    role = role_in_workspace.first(actor=actor, workspace=project.workspace_id)
    return role in READ_ADDRESSES.roles(WorkspaceRole)
