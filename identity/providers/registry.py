"""Which identity providers are on, and who somebody is there."""

from dataclasses import dataclass

from django.conf import settings

from core.errors import NotFound, Unavailable
from core.names import cleaned_name


class UnknownProvider(NotFound):
    message = "This identity provider is not switched on here."


class ProviderUnavailable(Unavailable):
    message = "The identity provider does not answer as it should. Try again in a moment."

    def __init__(self) -> None:
        super().__init__(retry_after=30)


@dataclass(frozen=True, slots=True)
class Provider:
    """An identity provider that is on; ids of its accounts are unique in its `realm`."""

    id: str
    kind: str
    name: str
    server: str
    realm: str
    client_id: str
    secret: str

    @property
    def has_id_tokens(self) -> bool:
        return self.kind == "oidc"


@dataclass(frozen=True, slots=True)
class Identity:
    """An account at a provider; `email` is empty unless the provider calls it verified."""

    provider: Provider
    uid: str
    email: str
    name: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", cleaned_name(self.name))


def providers() -> list[Provider]:
    return [Provider(**keys) for keys in settings.AUTH_PROVIDERS]


def provider_called(id_: str) -> Provider:
    for provider in providers():
        if provider.id == id_:
            return provider
    raise UnknownProvider
