"""Jobs as their owners see them."""

from typing import Any

from django.db.models import F
from drf_spectacular.drainage import set_override
from rest_framework import serializers

from core.documents.columns import Column
from core.documents.fields import Derived, Document, PublicId
from jobs.api.payloads import PayloadField, ResultField
from jobs.models import Job, JobState
from jobs.registry import percent_done

PERCENT = {
    "type": ["integer", "null"],
    "minimum": 0,
    "maximum": 100,
    "description": "How much of it is done; null while nobody knows.",
}


FAILURE = {
    "description": "The last error; `errors` by field if it is about the payload or a file.",
    "anyOf": [
        {
            "type": "object",
            "required": ["code", "message", "errors"],
            "properties": {
                "code": {"type": "string"},
                "message": {"type": "string"},
                "errors": {
                    "type": ["object", "null"],
                    "additionalProperties": {"type": "array", "items": {"type": "string"}},
                },
            },
        },
        {"type": "null"},
    ],
}


class Error(serializers.Field[Any, Any, Any, Any]):
    """Why a job failed, see `FAILURE`."""

    def __init__(self) -> None:
        super().__init__(read_only=True)
        set_override(self, "field", FAILURE)


def _numbers(path: str) -> list[Column]:
    return [F(f"{path}{name}") for name in ("state", "done", "total")]


class JobDocument(Document):
    """Long work that a person has asked for.

    `done` of `total` and the `sentence` say how far it has come; `attempts` how often workers have
    begun it, which is more than once if they failed or died. `error` is the last one, also of a
    step that was then tried again. Of a job that was cancelled what it had done is taken back
    before its state is CANCELLED.
    """

    id = serializers.UUIDField()
    type = serializers.CharField()
    workspace_id = PublicId(source="workspace", allow_null=True)
    payload = PayloadField(read_only=True)
    idempotency_key = serializers.CharField()
    state = serializers.ChoiceField(JobState.choices)
    progress = Derived(percent_done, _numbers, PERCENT)
    done = serializers.IntegerField()
    total = serializers.IntegerField(allow_null=True)
    sentence = serializers.CharField()
    attempts = serializers.IntegerField()
    result = ResultField(read_only=True, allow_null=True)
    error = Error()
    created_at = serializers.DateTimeField()
    started_at = serializers.DateTimeField(allow_null=True)
    finished_at = serializers.DateTimeField(allow_null=True)
    cancelled_at = serializers.DateTimeField(allow_null=True)
    updated_at = serializers.DateTimeField()
    version = serializers.IntegerField()

    class Meta:
        model = Job
