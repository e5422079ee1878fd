"""How a person appears inside other documents."""

from typing import ClassVar

from rest_framework import serializers

from accounts.models import User
from core.reads import Document, PublicId


class Person(Document):
    """Somebody, as colleagues see them."""

    id = PublicId()
    name = serializers.CharField()
    email = serializers.EmailField()
    avatar_url = serializers.CharField()

    class Meta:
        model = User
        also: ClassVar = {"image": "avatar_url"}
