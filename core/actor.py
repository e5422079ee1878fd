"""Who acts: a person with the credential they came with, or the system with its reason.

It travels through services, events and background work; nothing about it hangs on the person, so
whoever reloads the person neither gains nor loses what the credential may.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal
from uuid import UUID

from django.db.models import Expression, TextChoices

if TYPE_CHECKING:
    from accounts.models import User

Kind = Literal["session", "cookie", "personal_token", "clerk", "admin", "system"]


class Scope(TextChoices):
    """What a personal token may be used for; `write` alone does not read."""

    READ = "read"
    WRITE = "write"


@dataclass(frozen=True, slots=True)
class Credential:
    """What somebody proved themselves with, and what it is good for."""

    kind: Kind
    session_key: str = ""
    scopes: frozenset[str] = frozenset(Scope.values)
    workspaces: frozenset[UUID] | None = None
    """Those it is bound to; None is wherever the person belongs."""
    token_id: UUID | None = None
    impersonator: str = ""
    """Who acts in the person's name, as support staff may with some providers."""
    proved_at: float | None = None
    """When the person last proved themselves to their provider, in seconds since the epoch."""
    principal: str | None = None
    """Whose answers are kept for idempotency keys, if not simply the person's."""

    @property
    def may_read(self) -> bool:
        """Whether answers may show documents, or only their id and version."""
        return Scope.READ.value in self.scopes


SESSION = Credential("session")
ADMIN = Credential("admin")
SYSTEM = Credential("system")


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """A person and their credential, or the system and why it acts."""

    user: "User | None"
    credential: Credential = SESSION
    reason: str = ""
    """Why the system acts; empty for people."""
    unopened: frozenset[UUID] = frozenset()
    """Of their workspaces those in which they have never read anything, as the request began."""

    @classmethod
    def system(cls, reason: str) -> "Actor":
        """Nobody in particular: a provider's news, a scan, a command; may everything."""
        return cls(user=None, credential=SYSTEM, reason=reason)

    @property
    def person(self) -> "User":
        """Who acts; the system is nobody."""
        if self.user is None:
            message = f"the system acts ({self.reason}), not a person"
            raise RuntimeError(message)
        return self.user

    @property
    def person_id(self) -> UUID | None:
        return self.user.pk if self.user else None

    @property
    def is_system(self) -> bool:
        return self.user is None

    @property
    def is_bound(self) -> bool:
        """Whether the credential is good in some workspaces only."""
        return self.credential.workspaces is not None

    @property
    def in_admin(self) -> bool:
        """On the pages for staff, which have asked for permissions of their own."""
        return self.credential.kind == "admin"

    @property
    def is_trusted(self) -> bool:
        """Whether the rights of roles are not asked: the system, and staff in the admin."""
        return self.is_system or self.in_admin

    @property
    def principal(self) -> str:
        """Whose answers are kept for idempotency keys."""
        return self.credential.principal or str(self.person_id)

    def is_person(self, person: "User | UUID | None") -> bool:
        """Whether this is who acts."""
        return self.user is not None and self.user.pk == getattr(person, "pk", person)


Asking = Actor | Expression
"""An actor, or the parameter that stands for one in a query compiled ahead."""


def person_in(asking: Asking) -> UUID | Expression | None:
    """The person asking, as a value of a query."""
    return asking.person_id if isinstance(asking, Actor) else asking


def bound_workspaces(asking: Asking) -> frozenset[UUID] | None:
    """The workspaces the credential is bound to; a compiled query is bound to none."""
    return asking.credential.workspaces if isinstance(asking, Actor) else None
