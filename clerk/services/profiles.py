"""What Clerk says about a person and about an organisation."""

from dataclasses import dataclass

from core.actor import Actor
from core.names import cleaned_name

CLERK = Actor.system("news from Clerk")


@dataclass(frozen=True, slots=True, kw_only=True)
class Organization:
    """A tenant as an identity provider knows it."""

    id: str
    name: str = ""
    image_url: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", cleaned_name(self.name))


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A person as Clerk describes them; `email` is empty unless verified."""

    id: str
    email: str = ""
    name: str = ""
    avatar_url: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", cleaned_name(self.name))
