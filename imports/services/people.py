"""Which members of the project the people of a file are."""

from collections.abc import Iterable
from typing import NamedTuple
from uuid import UUID

from django.db.models.functions import Lower

from accounts.models import User
from imports.services.imports import Import
from projects.models import Project, ProjectMembership
from projects.services.access import readers_of
from projects.services.mentions import may_read_addresses


class People(NamedTuple):
    """Who may read the project, by the folded names that a file has for them."""

    readers: dict[str, User]
    members: frozenset[UUID]
    """Those who may be given tasks."""

    def reader(self, name: str | None) -> User | None:
        return self.readers.get(name.strip().casefold()) if name else None

    def member(self, name: str | None) -> User | None:
        found = self.reader(name)
        return found if found and found.pk in self.members else None


def people_called(this: Import, project: Project, names: Iterable[str | None]) -> People:
    """By the addresses that the payload has for the names, or that the names are.

    Nobody for those who may not read addresses: they would learn them so.
    """
    folded = {name.strip().casefold() for name in names if name}
    addresses = {name: this.people.get(name, name).strip().lower() for name in folded}
    if not addresses or not may_read_addresses(this.actor, project):
        return People({}, frozenset())
    rows = readers_of(project).annotate(address=Lower("user__email"))
    found = rows.filter(address__in=[*addresses.values()]).select_related("user")
    by_address = {each.user.email.lower(): each.user for each in found}
    ids = [user.pk for user in by_address.values()]
    members = ProjectMembership.objects.filter(project=project, user__in=ids)
    readers = {name: by_address[a] for name, a in addresses.items() if a in by_address}
    return People(readers, frozenset(members.values_list("user_id", flat=True)))
