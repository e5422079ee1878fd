"""How a person appears inside other documents."""

from typing import ClassVar

from django.db.models import Case, F, TextField, Value, When
from django.db.models.functions import Cast
from rest_framework import serializers

from accounts.models import User
from core.reads import Document, PublicId


class AddressInUse(serializers.EmailField):
    """The address, null once the person is deleted."""

    def as_json(self, path: str) -> Case:
        return Case(When(**{f"{path}deleted_at__isnull": True}, then=F(f"{path}email")))


class Person(Document):
    """Somebody, as colleagues see them."""

    id = PublicId()
    name = serializers.CharField()
    email = AddressInUse(allow_null=True)
    avatar_url = serializers.CharField()

    class Meta:
        model = User
        also: ClassVar = {"image": "avatar_url"}


class Withheld(AddressInUse):
    """An address the person asking may not read: always null."""

    def as_json(self, path: str) -> Case:
        return Case(default=Cast(Value(None), TextField()))


class Acquaintance(Person):
    """Somebody, as people see them who may not write to them."""

    email = Withheld(allow_null=True)
