"""Rights: one table of roles, checked in Python for one row and compiled to SQL for many.

Each app adds its rights in its `rights.py`. A role holds a right on a row if the row meets the
needs of the grant. In a private project only project roles count, and those workspace roles whose
`holds_in_private` is true.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from typing import Any, Self

from django.db.models import Q, TextChoices

from core.actor import Actor
from core.errors import Forbidden


class Role(TextChoices):
    """Base of the role enums: one subclass for workspaces, one for projects."""

    @property
    def holds_in_private(self) -> bool:
        """Whether the role counts in a private project."""
        return True

    @classmethod
    def held(cls, value: str | None) -> Self | None:
        """The role for a database value, None for NULL or an empty one."""
        return cls(value) if value else None


class Need(Enum):
    """A condition on the row for a grant to hold; the value is the reason given when it fails."""

    UNLED = "The project has a lead; only the lead may do this."
    OWN = "Your roles reach only what you made or were given."
    NOT_PRIVATE = "The project is private; only a role inside it counts."


Needs = frozenset[Need]
NO_NEEDS: Needs = frozenset()
NOT_PRIVATE: Needs = frozenset({Need.NOT_PRIVATE})


@dataclass(frozen=True)
class Right:
    """A row of the table: which roles have the right `code`, each with the needs of its grant."""

    code: str
    grants: tuple[tuple[Role, Needs], ...]

    def roles(self, kind: type[Role], met: Needs = NOT_PRIVATE) -> list[str]:
        """The values of the `kind` roles that have the right on every row that meets `met`."""
        return [
            role.value for role, needs in self.grants if isinstance(role, kind) and needs <= met
        ]

    def needs_of(self, role: Role) -> Needs | None:
        """The needs of this role's grant; None if the role does not have the right."""
        found = (needs for held, needs in self.grants if held is role)
        return next(found, None)

    def condition(
        self, holding: Callable[[type[Role], list[str]], Q], meeting: Mapping[Need, Q]
    ) -> Q:
        """`Standing.covers` as SQL: the rows on which the person has the right.

        `holding(kind, roles)` matches rows where the person has one of these roles; `meeting[need]`
        matches rows that meet a need. A need left out of `meeting` is met by no row.
        """
        found = Q(pk__in=[])
        for (kind, needs), roles in self._groups.items():
            if needs <= meeting.keys():
                found |= Q(holding(kind, roles), *(meeting[need] for need in Need if need in needs))
        return found

    @cached_property
    def _groups(self) -> dict[tuple[type[Role], Needs], list[str]]:
        groups: dict[tuple[type[Role], Needs], list[str]] = {}
        for role, needs in self.grants:
            groups.setdefault((type(role), needs), []).append(role.value)
        return groups


RIGHTS: dict[str, Right] = {}
"""All rights of all apps, by code."""


def right(code: str, *roles: Role, own: Iterable[Role] = (), unled: Iterable[Role] = ()) -> Right:
    """Register a right: `own` roles have it on their own rows, `unled` if the project has no lead.

    `roles` have it on every row.
    """
    if code in RIGHTS:
        message = f"{code} is entered twice"
        raise ValueError(message)
    limits = {Need.OWN: own, Need.UNLED: unled}
    grants = [(role, NO_NEEDS) for role in roles]
    grants += [(role, frozenset({need})) for need, held in limits.items() for role in held]
    RIGHTS[code] = Right(
        code,
        tuple(
            (role, needs if role.holds_in_private else needs | {Need.NOT_PRIVATE})
            for role, needs in grants
        ),
    )
    return RIGHTS[code]


@dataclass(frozen=True, kw_only=True)
class Standing:
    """One person's roles in a workspace and in a project of it; decides what they may do.

    Their rights are the union of the rights of both roles.
    """

    workspace_role: Role | None = None
    project_role: Role | None = None
    is_led: bool = False
    is_private: bool = False

    @property
    def roles(self) -> list[str]:
        """The person's roles as a refusal lists them: `workspace:MEMBER`, `project:LEAD`."""
        held = {"workspace": self.workspace_role, "project": self.project_role}
        return [f"{place}:{role.value}" for place, role in held.items() if role]

    def covers(self, right: Right, *, own: bool = False) -> bool:
        """Whether the person has the right; `own` says whether the row is their own."""
        met = self._met(own=own)
        return any(needs <= met for needs in self._grants(right))

    def why_not(self, right: Right) -> str:
        """The reason why `covers` is false, as a sentence for the person."""
        unmet = [needs - self._met(own=False) for needs in self._grants(right)]
        if any(Need.UNLED in needs for needs in unmet):
            return Need.UNLED.value
        if {Need.OWN} in unmet:
            return Need.OWN.value
        return Need.NOT_PRIVATE.value if unmet else "None of your roles includes this."

    def _grants(self, right: Right) -> list[Needs]:
        held = filter(None, (self.workspace_role, self.project_role))
        found = (right.needs_of(role) for role in held)
        return [needs for needs in found if needs is not None]

    def _met(self, *, own: bool) -> Needs:
        facts = {Need.OWN: own, Need.UNLED: not self.is_led, Need.NOT_PRIVATE: not self.is_private}
        return frozenset(need for need, holds in facts.items() if holds)


def require(right: Right, row: Any, actor: Actor) -> None:
    """Raise Forbidden unless the actor has the right on this row; a trusted actor always passes."""
    if actor.is_trusted:
        return
    standing = row.standing_of(actor)
    if not standing.covers(right, own=is_own(row, actor)):
        raise Forbidden(required=right.code, you_have=standing.roles)


def is_own(row: Any, actor: Actor) -> bool:
    """Whether the row is the actor's own; rows of a model without `belongs_to` never are."""
    return hasattr(row, "belongs_to") and bool(row.belongs_to(actor.person))
