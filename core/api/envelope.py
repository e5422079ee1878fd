"""The one shape of every answer."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Answer:
    """Data with something beside it: a sentence for people, or facts about a list."""

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
class Exact:
    """A body that is sent as it stands; its clients read it without the envelope."""

    body: dict[str, Any]


def failure(message: str, code: str, request_id: str, **more: Any) -> dict[str, Any]:
    """The envelope of a refusal; `more` leaves out what is None."""
    return {
        "success": False,
        "message": message,
        "code": code,
        **{key: value for key, value in more.items() if value is not None},
        "request_id": request_id,
    }
