"""Bodies about people."""

from rest_framework import serializers

from accounts.models import check_time_zone
from core.api.fields import Input, Name


class ProfileChanges(Input):
    name = Name(max_length=200, required=False, allow_blank=True)
    avatar_url = serializers.URLField(max_length=2000, required=False, allow_blank=True)
    time_zone = serializers.CharField(max_length=64, required=False, validators=[check_time_zone])
