"""How a person appears inside other documents."""

from collections.abc import Callable
from datetime import datetime
from functools import cached_property
from typing import Any, ClassVar

from django.db.models import Case, F, Q, When
from rest_framework import serializers

from accounts.models import User
from accounts.services.personal_data import kinds
from core.documents.fields import Document, PublicId
from core.queries import Param

_reading_rules: list[Callable[[str], Any]] = []


def show_addresses_where(rule: Callable[[str], Any]) -> None:
    """Register a condition for showing addresses, a function of the path to the showing row.

    Without a rule, people can read their own address only.
    """
    _reading_rules.append(rule)


class Address(serializers.EmailField):
    """A person's address; null for those who may not read it, and if the person is deleted.

    Rules get the path without its last step: a person at `assignee__` is shown in the row at "".
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"allow_null": True, **options})

    def as_json(self, path: str) -> Case:
        email = f"{path}{self.source}".replace(".", "__")
        person = email.removesuffix("email")
        row = "__".join(person.split("__")[:-2])
        readable = Q(**{f"{person}id": Param("actor")})
        for rule in _reading_rules:
            readable |= rule(f"{row}__" if row else "")
        return Case(When(Q(**{f"{person}deleted_at__isnull": True}) & readable, then=F(email)))


class Person(Document):
    """A person as shown to the person asking."""

    id = PublicId()
    name = serializers.CharField()
    email = Address()
    avatar_url = serializers.CharField()

    class Meta:
        model = User
        also: ClassVar = {"image": "avatar_url"}


class PersonInList(Document):
    """A person as shown in lists inside other documents."""

    id = PublicId()
    name = serializers.CharField()
    email = Address()
    image = serializers.CharField(source="avatar_url")

    class Meta:
        model = User


class Me(serializers.ModelSerializer[User]):
    """The profile of the person signed in."""

    id = serializers.CharField(source="public_id", read_only=True)

    class Meta:
        model = User
        fields = ("id", "email", "name", "avatar_url", "time_zone", "created_at", "version")
        read_only_fields = fields

    @cached_property
    def sources(self) -> dict[str, str]:
        """The attribute of a person by field."""
        return {name: str(field.source) for name, field in self.fields.items()}

    def to_representation(self, instance: User) -> dict[str, Any]:
        """As the fields do it, which look up themselves and the time zone for each value."""
        return {name: _as_json(getattr(instance, path)) for name, path in self.sources.items()}


def _as_json(value: Any) -> Any:
    return value.isoformat().replace("+00:00", "Z") if isinstance(value, datetime) else value


ME = Me()  # shows profiles by `to_representation`; its fields are made once


class OwnProfile(Document):
    id = PublicId()
    email = serializers.EmailField()
    name = serializers.CharField()
    avatar_url = serializers.CharField()
    time_zone = serializers.CharField()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()
    last_login = serializers.DateTimeField(allow_null=True)

    class Meta:
        model = User


class PersonalData(serializers.Serializer[User]):
    """All data stored about the person signed in."""

    def get_fields(self) -> dict[str, "serializers.Field[object, object, object, object]"]:
        rows = {name: kind.document(many=True) for name, kind in kinds.items()}
        return {"profile": OwnProfile(), **rows}
