"""The people who are named in an export."""

from collections.abc import Iterable
from typing import NamedTuple
from uuid import UUID

from accounts.models import User


class Named(NamedTuple):
    """`email` is empty if it may not be read, or if the person is deleted."""

    name: str
    email: str


NOBODY = Named("", "")


class People:
    """Those named so far, each read once; the address only for who may read it, or one's own."""

    def __init__(self, *, reader: UUID, may_read_addresses: bool) -> None:
        self._reader, self._may_read = reader, may_read_addresses
        self._known: dict[UUID, Named] = {}

    def know(self, ids: Iterable[UUID | None]) -> None:
        """Read those of them that are not known yet, with one query."""
        wanted = {pk for pk in ids if pk is not None} - self._known.keys()
        rows = User.objects.filter(pk__any_of=list(wanted)) if wanted else User.objects.none()
        for pk, name, email, gone in rows.values_list("pk", "name", "email", "deleted_at"):
            is_shown = gone is None and (self._may_read or pk == self._reader)
            self._known[pk] = Named(name, email if is_shown else "")

    def __getitem__(self, pk: UUID | None) -> Named:
        return self._known.get(pk, NOBODY) if pk else NOBODY

    def all(self) -> Iterable[tuple[UUID, Named]]:
        """Everybody known, by id."""
        return sorted(self._known.items())
