"""Bodies about people, as read."""

from typing import Any

from rest_framework import serializers

from accounts.models import check_time_zone
from accounts.passwords import LONGEST_PASSWORD
from core.api.fields import Input, Name


class ProfileChanges(Input):
    name = Name(max_length=200, required=False, allow_blank=True)
    avatar_url = serializers.URLField(max_length=2000, required=False, allow_blank=True)
    time_zone = serializers.CharField(max_length=64, required=False, validators=[check_time_zone])


class Password(serializers.CharField):
    """A password as typed, spaces included; one that is too long is refused before it is used."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            trim_whitespace=False, write_only=True, max_length=LONGEST_PASSWORD, **options
        )
