"""Bodies about webhooks, and the filters of their deliveries."""

from typing import Any

from django_filters import ChoiceFilter
from rest_framework import serializers

from activity.sentences import SENTENCES
from core.api.fields import Choice, Input, Name
from core.api.filters import Filters
from outbox.models.deliveries import State
from webhooks.models import LONGEST_URL, MOST_EVENTS, Format
from webhooks.services.queueing import MOST_REPLAYED, TOLD

NAMES = sorted(
    {entity for entity, _ in SENTENCES if entity in TOLD}
    | {f"{entity}.{action}" for entity, action in SENTENCES if entity in TOLD}
)
"""What a webhook may name: entities, and the kinds of events about them."""
LARGEST_NUMBER = 2**63 - 1
MOST_IDS = 100


class EventNames(serializers.ListField):
    """Kinds of events such as `task.created`, or entities such as `task`; none means all."""

    def __init__(self, **options: Any) -> None:
        child = serializers.ChoiceField(NAMES)
        super().__init__(child=child, max_length=MOST_EVENTS, required=False, **options)

    def to_internal_value(self, data: Any) -> list[str]:
        return sorted({*super().to_internal_value(data)})


class WebhookFields(Input):
    events = EventNames()
    format = Choice(Format, required=False)
    is_enabled = serializers.BooleanField(required=False)


class NewWebhook(WebhookFields):
    """An address that begins with https://, of a host of the Internet."""

    name = Name(max_length=100)
    url = serializers.CharField(max_length=LONGEST_URL)


class WebhookChanges(WebhookFields):
    name = Name(max_length=100, required=False)
    url = serializers.CharField(max_length=LONGEST_URL, required=False)


class Replay(Input):
    """Either numbers of events, those after `after_seq` up to `through_seq`, or deliveries."""

    after_seq = serializers.IntegerField(min_value=0, max_value=LARGEST_NUMBER, required=False)
    through_seq = serializers.IntegerField(min_value=1, max_value=LARGEST_NUMBER, required=False)
    delivery_ids = serializers.ListField(
        child=serializers.UUIDField(), min_length=1, max_length=MOST_IDS, required=False
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        bounds = attrs.keys() & {"after_seq", "through_seq"}
        if ("delivery_ids" in attrs) == bool(bounds) or len(bounds) == 1:
            raise serializers.ValidationError(
                {"after_seq": ["Give after_seq and through_seq, or delivery_ids."]}
            )
        if bounds and not 0 < attrs["through_seq"] - attrs["after_seq"] <= MOST_REPLAYED:
            message = f"Must be 1 to {MOST_REPLAYED} more than after_seq."
            raise serializers.ValidationError({"through_seq": [message]})
        return attrs


class DeliveryFilters(Filters):
    state = ChoiceFilter(choices=State.choices)
