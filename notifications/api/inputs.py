"""Bodies of requests about the inbox."""

from typing import Any

from rest_framework import serializers

from core.api.fields import Input

MOST = 200
"""The most notifications that a body names."""
LARGEST_NUMBER = 2**63 - 1


class NotificationChanges(Input):
    """Whether it is read, and until when it is snoozed: null, or at most a year from now."""

    is_read = serializers.BooleanField(required=False)
    snoozed_until = serializers.DateTimeField(required=False, allow_null=True)


class Named(Input):
    """Some notifications, by their ids."""

    ids = serializers.ListField(
        child=serializers.UUIDField(), allow_empty=False, max_length=MOST, required=True
    )


class NamedOrAll(Input):
    """Either `ids`, or `all`: of those up to the number `through`, if it is given."""

    ids = serializers.ListField(
        child=serializers.UUIDField(), allow_empty=False, max_length=MOST, required=False
    )
    all = serializers.BooleanField(required=False, default=False)
    through = serializers.IntegerField(min_value=0, max_value=LARGEST_NUMBER, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("ids" in attrs) == attrs["all"]:
            raise serializers.ValidationError({"ids": ["Give either ids, or all as true."]})
        if "through" in attrs and not attrs["all"]:
            raise serializers.ValidationError({"through": ["Goes with all as true."]})
        return attrs
