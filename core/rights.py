"""The mechanism of rights: one table says who may, as an answer for one row and as SQL for many.

Each app enters its lines in its `rights.py`. A role holds a right if the row meets the grant's
needs. In a private project only roles inside it count, but for those that hold in private.
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
    """The base of what somebody can be in a place: a subclass for each kind of place."""

    @property
    def holds_in_private(self) -> bool:
        """Whether it counts in a private project."""
        return True

    @classmethod
    def held(cls, value: str | None) -> Self | None:
        """The role a column holds, None where there is none."""
        return cls(value) if value else None


class Need(Enum):
    """What must be true of a row for a grant to hold; told to those it is in the way of."""

    UNLED = "The project has a lead; only the lead may do this."
    OWN = "Your roles reach only what you made or were given."
    OPEN = "The project is private; only a role inside it counts."


Needs = frozenset[Need]
NOTHING: Needs = frozenset()
NOT_PRIVATE: Needs = frozenset({Need.OPEN})


@dataclass(frozen=True)
class Right:
    """A line of the table: the roles that hold the code, each with its needs."""

    code: str
    grants: tuple[tuple[Role, Needs], ...]

    def roles(self, kind: type[Role], met: Needs = NOT_PRIVATE) -> list[str]:
        """The roles of this kind that hold the right on every row that meets these needs."""
        return [
            role.value for role, needs in self.grants if isinstance(role, kind) and needs <= met
        ]

    def needs_of(self, role: Role) -> Needs | None:
        """What must be true of the row; None where the role does not hold the right."""
        found = (needs for held, needs in self.grants if held is role)
        return next(found, None)

    def condition(
        self, holding: Callable[[type[Role], list[str]], Q], meeting: Mapping[Need, Q]
    ) -> Q:
        """`Standing.covers` in SQL: the rows on which the person may.

        `holding` finds the rows where they have one of these roles, `meeting` those that meet a
        need; where one is left out, no row does.
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
"""Every line of every app, by its code."""


def right(code: str, *roles: Role, own: Iterable[Role] = (), unled: Iterable[Role] = ()) -> Right:
    """Enter a line: `own` hold it for what is theirs, `unled` where nobody leads the project."""
    if code in RIGHTS:
        message = f"{code} is entered twice"
        raise ValueError(message)
    limits = {Need.OWN: own, Need.UNLED: unled}
    grants = [(role, NOTHING) for role in roles]
    grants += [(role, frozenset({need})) for need, held in limits.items() for role in held]
    RIGHTS[code] = Right(
        code,
        tuple(
            (role, needs if role.holds_in_private else needs | {Need.OPEN})
            for role, needs in grants
        ),
    )
    return RIGHTS[code]


@dataclass(frozen=True, kw_only=True)
class Standing:
    """What one person is in one place; everything allowed follows from it and the table.

    Rights are the union of what the roles in the workspace and in the project give.
    """

    workspace_role: Role | None = None
    project_role: Role | None = None
    is_led: bool = False
    is_private: bool = False

    @property
    def roles(self) -> list[str]:
        """The roles held, as a refusal tells them: `workspace:MEMBER`, `project:LEAD`."""
        held = {"workspace": self.workspace_role, "project": self.project_role}
        return [f"{place}:{role.value}" for place, role in held.items() if role]

    def covers(self, right: Right, *, own: bool = False) -> bool:
        """Whether the person may; `own` says that the row is theirs."""
        met = self._met(own=own)
        return any(needs <= met for needs in self._grants(right))

    def why_not(self, right: Right) -> str:
        """What is in the way of somebody whom the right does not cover."""
        unmet = [needs - self._met(own=False) for needs in self._grants(right)]
        if any(Need.UNLED in needs for needs in unmet):
            return Need.UNLED.value
        if {Need.OWN} in unmet:
            return Need.OWN.value
        return Need.OPEN.value if unmet else "None of your roles includes this."

    def _grants(self, right: Right) -> list[Needs]:
        held = filter(None, (self.workspace_role, self.project_role))
        found = (right.needs_of(role) for role in held)
        return [needs for needs in found if needs is not None]

    def _met(self, *, own: bool) -> Needs:
        facts = {Need.OWN: own, Need.UNLED: not self.is_led, Need.OPEN: not self.is_private}
        return frozenset(need for need, holds in facts.items() if holds)


def require(right: Right, row: Any, actor: Actor) -> None:
    """Refuse unless the actor holds the right on this row, or need not."""
    if actor.is_trusted:
        return
    standing = row.standing_of(actor)
    if not standing.covers(right, own=is_own(row, actor)):
        raise Forbidden(required=right.code, you_have=standing.roles)


def is_own(row: Any, actor: Actor) -> bool:
    """Whether a right limited to one's own reaches the row; only some rows are anybody's."""
    return hasattr(row, "belongs_to") and bool(row.belongs_to(actor.person))
