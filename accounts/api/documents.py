"""How a person appears inside other documents."""

from collections.abc import Callable
from typing import Any, ClassVar

from django.db.models import Case, F, Q, When
from rest_framework import serializers

from accounts.models import User
from accounts.services.personal_data import kinds
from core.documents.compiled import Slot
from core.documents.fields import Document, PublicId

_reading_rules: list[Callable[[str], Any]] = []


def show_addresses_where(rule: Callable[[str], Any]) -> None:
    """Let an upper app say, by the path of the row a person is shown in, whose addresses to show.

    Without a rule, nobody reads any address but their own.
    """
    _reading_rules.append(rule)


class Address(serializers.EmailField):
    """A person's address; null for those who may not read it, and once the person is deleted.

    The row that shows the person is the one before them in the path: `assignee__` is shown in "".
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"allow_null": True, **options})

    def as_json(self, path: str) -> Case:
        email = f"{path}{self.source}".replace(".", "__")
        person = email.removesuffix("email")
        row = "__".join(person.split("__")[:-2])
        readable = Q(**{f"{person}id": Slot("actor")})
        for rule in _reading_rules:
            readable |= rule(f"{row}__" if row else "")
        return Case(When(Q(**{f"{person}deleted_at__isnull": True}) & readable, then=F(email)))


class Person(Document):
    """Somebody, as the person asking may see them."""

    id = PublicId()
    name = serializers.CharField()
    email = Address()
    avatar_url = serializers.CharField()

    class Meta:
        model = User
        also: ClassVar = {"image": "avatar_url"}


class PersonInList(Document):
    """Somebody, as short as lists inside other documents need it."""

    id = PublicId()
    name = serializers.CharField()
    email = Address()
    image = serializers.CharField(source="avatar_url")

    class Meta:
        model = User


class Me(serializers.ModelSerializer[User]):
    """The person signed in, as they see themselves."""

    id = serializers.CharField(source="public_id", read_only=True)

    class Meta:
        model = User
        fields = ("id", "email", "name", "avatar_url", "time_zone", "created_at", "version")
        read_only_fields = fields


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
    """Everything kept about the person signed in."""

    def get_fields(self) -> dict[str, "serializers.Field[object, object, object, object]"]:
        rows = {name: kind.document(many=True) for name, kind in kinds.items()}
        return {"profile": OwnProfile(), **rows}
