"""Who acts: a person with the credential they signed in with, or the system with a reason.

The actor is passed through services, events and background work. Nothing of the credential is
stored on the `User`, so reloading the user neither adds nor removes rights.
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
    """What a person authenticated with, and what it permits."""

    kind: Kind
    session_key: str = ""
    scopes: frozenset[str] = frozenset(Scope.values)
    workspaces: frozenset[UUID] | None = None
    """The only workspaces it is valid in; None for all workspaces of the person."""
    token_id: UUID | None = None
    impersonator: str = ""
    """Who acts on behalf of the person, as a provider may allow its support staff."""
    proved_at: float | None = None
    """When the person last authenticated at their provider, in seconds since the epoch."""
    principal: str | None = None
    """Owner of idempotency keys sent with it; None for the person's id."""

    @property
    def may_read(self) -> bool:
        """Whether answers may contain whole documents, or only their id and version."""
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
    """Why the system acts; empty for a person."""
    unopened: frozenset[UUID] = frozenset()
    """Ids of the person's workspaces in which they had never read anything before this request."""

    @classmethod
    def system(cls, reason: str) -> "Actor":
        """The system, such as a webhook of a provider, a periodic scan or a command; trusted."""
        return cls(user=None, credential=SYSTEM, reason=reason)

    @property
    def person(self) -> "User":
        """The acting person; RuntimeError for the system."""
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
        """Whether the credential is valid in some workspaces only."""
        return self.credential.workspaces is not None

    @property
    def in_admin(self) -> bool:
        """Whether this is staff in the admin, which checks Django's model permissions itself."""
        return self.credential.kind == "admin"

    @property
    def is_trusted(self) -> bool:
        """Whether rights are not checked: for the system, and for staff in the admin."""
        return self.is_system or self.in_admin

    @property
    def principal(self) -> str:
        """Owner of the idempotency keys this actor sends."""
        return self.credential.principal or str(self.person_id)

    def is_person(self, person: "User | UUID | None") -> bool:
        """Whether this person, or the one with this id, is the actor."""
        return self.user is not None and self.user.pk == getattr(person, "pk", person)


@dataclass(frozen=True, slots=True)
class Audience:
    """Everybody who may read a project, asking as one: shown is what each of them may see.

    Without a project, those of a workspace who may read no project of it.
    """

    project_id: UUID | None


Asking = Actor | Audience | Expression
"""Who asks; or the parameter that stands for the person's id in a compiled query."""


def person_in(asking: Asking) -> UUID | Expression | None:
    """The id of the person, as a value in a query; an audience is nobody in particular."""
    match asking:
        case Actor():
            return asking.person_id
        case Audience():
            return None
        case _:
            return asking


def bound_workspaces(asking: Asking) -> frozenset[UUID] | None:
    """The workspaces the credential is bound to, None if it is not; a compiled query never is."""
    return asking.credential.workspaces if isinstance(asking, Actor) else None
