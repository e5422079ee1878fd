"""The envelope: the JSON shape that all answers share."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Answer:
    """Data with a message for people, or with metadata of a list."""

    data: Any
    message: str | None = None
    meta: dict[str, Any] | None = None

    def as_envelope(self) -> dict[str, Any]:
        """`{"success": true, "data": …}` with `message` and `meta` where there are any."""
        beside = {"message": self.message, "meta": self.meta}
        return {
            "success": True,
            "data": self.data,
            **{key: value for key, value in beside.items() if value is not None},
        }


@dataclass(frozen=True, slots=True)
class WithoutEnvelope:
    """A body that is sent without the envelope, because its clients expect it so."""

    body: dict[str, Any]


def failure(message: str, code: str, request_id: str, **more: Any) -> dict[str, Any]:
    """The envelope of a refusal; values in `more` that are None are left out."""
    return {
        "success": False,
        "message": message,
        "code": code,
        **{key: value for key, value in more.items() if value is not None},
        "request_id": request_id,
    }
