"""People as bodies name them: by address or by id."""

from typing import Any, ClassVar

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.models import User
from core.api.fields import as_uuid

UNKNOWN = "{name}: nobody with this address or id has an account."


@extend_schema_field(OpenApiTypes.STR)
class Name(serializers.Field[Any, str, str, Any]):
    """An address or an id, as text; a NUL never reaches the database."""

    max_length = 320

    default_error_messages: ClassVar = {
        "invalid": "Must be an e-mail address or an id.",
        "unknown": UNKNOWN,
    }

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, str) or not data.isprintable():
            self.fail("invalid")
        return data


class PersonNamed(Name):
    """Somebody with an account, by address or id. Whether they fit is the service's question."""

    def validate_empty_values(self, data: Any) -> tuple[bool, Any]:
        return super().validate_empty_values(None if data == "" and self.allow_null else data)

    def to_internal_value(self, data: Any) -> User:
        name = super().to_internal_value(data)
        found = people_named([name], actor=self.context["actor"])
        if name not in found:
            self.fail("unknown", name=name)
        return found[name]


class PeopleNamed(serializers.ListField):
    """Several of them, found together whatever their number."""

    child = Name()

    def to_internal_value(self, data: Any) -> list[User]:
        names: list[str] = super().to_internal_value(data)
        found = people_named(names, actor=self.context["actor"])
        unknown = {
            str(place): [UNKNOWN.format(name=name)]
            for place, name in enumerate(names)
            if name not in found
        }
        if unknown:
            raise serializers.ValidationError(unknown)
        return [found[name] for name in names]


def people_named(names: list[str], *, actor: User) -> dict[str, User]:
    """Who is meant, by name; who cannot be found is left out. Two queries at most.

    An id one may not see does not exist: a refusal would tell its address.
    """
    addresses = [name for name in names if "@" in name]
    ids = [name for name in names if "@" not in name]
    active = User.objects.active()
    found: dict[str, User] = {}
    if addresses:
        found = {person.email.lower(): person for person in active.by_address(*addresses)}
    if ids:
        for person in active.visible_to(actor).with_public_id(*ids):
            found |= {str(person.pk): person, person.public_id: person}
    return {name: found[key] for name in names if (key := _key(name)) in found}


def _key(name: str) -> str:
    """The spelling under which the person found is kept."""
    return name.strip().lower() if "@" in name else str(as_uuid(name) or name)
