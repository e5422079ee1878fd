"""Bodies and queries about what happens live."""

from typing import Any

from drf_spectacular.drainage import set_override
from rest_framework import serializers

from core.api.fields import Input
from core.api.sizes import LONGEST_VALUE
from realtime.live.messages import LARGEST_COLLABORATION, LONGEST_EVENT, flaw_of
from realtime.services.pusher import LONGEST_CHANNEL, SOCKET_ID

ANYTHING = {
    "description": f"Any JSON of at most {LARGEST_COLLABORATION} bytes; it is passed on as it is.",
    "type": ["object", "array", "string", "number", "boolean"],
}


class Anything(serializers.JSONField):
    """Any JSON; an override, because there is nothing to say about its form."""

    def __init__(self, **named: Any) -> None:
        super().__init__(**named)
        set_override(self, "field", ANYTHING)


class Collaboration(Input):
    """Something that those who are in the project's room are told, such as where a cursor is."""

    project_id = serializers.CharField(max_length=LONGEST_VALUE)
    event_type = serializers.CharField(max_length=LONGEST_EVENT)
    data: Any = Anything(required=False, allow_null=True, default=None)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if flaw := flaw_of(attrs["event_type"], attrs["data"]):
            raise serializers.ValidationError({"data": [flaw]})
        return attrs


class PusherSubscription(Input):
    """What Pusher's clients ask for a channel: which connection wants to subscribe to which."""

    socket_id = serializers.RegexField(SOCKET_ID, max_length=61, trim_whitespace=False)
    channel_name = serializers.CharField(max_length=LONGEST_CHANNEL, trim_whitespace=False)


class PusherSignature(serializers.Serializer[Any]):
    """What the client hands on to Pusher."""

    auth = serializers.CharField()


class Streamed(serializers.Serializer[Any]):
    """Where a stream begins: after this number, unless `Last-Event-ID` is sent."""

    after = serializers.IntegerField(required=False, min_value=0, max_value=2**63 - 1)


class TicketDocument(serializers.Serializer[Any]):
    """A ticket, for one socket that is opened within `expires_in` seconds."""

    ticket = serializers.CharField()
    expires_in = serializers.IntegerField()
