"""How a person appears inside other documents."""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import cached_property
from typing import Any, ClassVar, NamedTuple

import orjson
from django.db.models import BooleanField, ExpressionWrapper, F, OuterRef, Q, QuerySet
from rest_framework import serializers

from accounts.api.people import PeopleOf
from accounts.models import User
from accounts.services.personal_data import kinds
from core.documents.columns import Column, Columns, Part, Values
from core.documents.fields import Document, PublicId
from core.queries import Param


class ReadingRule(NamedTuple):
    """Who besides the person may read an address: `allows` is asked about the column `fact`."""

    fact: Callable[[str], Column]
    allows: Callable[[Any], bool]


_reading_rules: list[ReadingRule] = []


def show_addresses_where(fact: Callable[[str], Column], allows: Callable[[Any], bool]) -> None:
    """Register a rule; `fact` is a function of the path to the row in which a person is shown.

    Without a rule, people can read their own address only.
    """
    _reading_rules.append(ReadingRule(fact, allows))


class Address(serializers.EmailField):
    """A person's address; null for those who may not read it, and if the person is deleted.

    Rules get the path without its last step: a person at `assignee__` is shown in the row at "".
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"allow_null": True, **options})

    def member(self, columns: Columns, path: str) -> Part:
        email = f"{path}{self.source}".replace(".", "__")
        person = email.removesuffix("email")
        row = "__".join(person.split("__")[:-2])
        is_theirs = ExpressionWrapper(Q(**{f"{person}id": Param("actor")}), BooleanField())
        facts = [rule.fact(f"{row}__" if row else "") for rule in _reading_rules]
        shown = [F(email), F(f"{person}deleted_at"), is_theirs, *facts]
        return Part(tuple(map(columns.place_of, shown)), _readable)


def _readable(facts: Values) -> str | None:
    """The address if it may be read."""
    email, deleted_at, is_theirs, *rest = facts
    rules = zip(_reading_rules, rest, strict=True)
    is_readable = is_theirs or any(rule.allows(fact) for rule, fact in rules)
    return email if is_readable and deleted_at is None else None


class Person(Document):
    """A person as shown to the person asking."""

    id = PublicId()
    name = serializers.CharField()
    email = Address()
    avatar_url = serializers.CharField()

    class Meta:
        model = User
        also: ClassVar = {"image": "avatar_url"}


class People(serializers.ListSerializer[Any]):
    """The people in the foreign key `user` of rows that belong to this one, oldest row first.

    They are read with the row itself, so that the list may stand in embedded documents as well.
    """

    def __init__(self, rows: Callable[[Any], QuerySet[Any]], **options: Any) -> None:
        super().__init__(child=Person(), **options)
        self.rows = rows

    def member(self, columns: Columns, path: str) -> Part:
        rules = [rule.fact(path) for rule in _reading_rules]
        facts = [PeopleOf(self.rows(OuterRef(f"{path}pk"))), *rules]
        return Part(tuple(map(columns.place_of, facts)), _people)


def _people(facts: Values) -> list[dict[str, Any]]:
    people, *rest = facts
    return [_person(rest, *person) for person in orjson.loads(people)] if people else []


def _person(rest: Sequence[Any], key: str, name: str, image: str, *email: Any) -> dict[str, Any]:
    """As `Person` shows it."""
    shown = {"id": key, "name": name, "email": _readable((*email, *rest))}
    return {**shown, "avatar_url": image, "image": image}


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
