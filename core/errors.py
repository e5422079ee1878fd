"""Refusals: the exceptions that become error responses, each with a code for clients."""

import re
from typing import Any, ClassVar


class Refusal(Exception):
    """Base of all refusals: raised by services and views, answered by `core.api.errors`.

    `facts` are further keys of the error envelope (`required`, `allowed`, …);
    `errors` maps a field of the input to a list of messages about it.
    """

    status: ClassVar[int] = 409
    code: ClassVar[str] = "refusal"
    message: ClassVar[str] = "This cannot be done."

    def __init_subclass__(cls, code: str = "") -> None:
        """Derive `code` from the class name in snake_case, unless it is given.

        It is given where an event already has the class name that the code would need.
        """
        cls.code = code or re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()

    def __init__(
        self, message: str = "", *, errors: dict[str, list[str]] | None = None, **facts: Any
    ) -> None:
        super().__init__(message or self.message)
        self.errors = errors
        self.facts = facts


class Invalid(Refusal):
    """The input is well formed, but a value in it is not valid."""

    status = 400
    message = "The request is invalid."


class Unauthenticated(Refusal):
    """The request has no credential, or one that is invalid or expired."""

    status = 401
    message = "Sign in to continue."


class Forbidden(Refusal):
    """The caller may see the object but not do this: the answer has `required` and `you_have`."""

    status = 403
    message = "You do not have permission to do this."


class NotFound(Refusal):
    status = 404
    message = "Not found."


class Conflict(Refusal):
    """The current state of the rows does not allow the change."""

    status = 409


class Stale(Refusal):
    """Somebody else changed the object after it was read (`If-Match` failed).

    `conflicts` are the changes that an edit could not be merged with (`core.merging`).
    """

    status = 412
    message = "The object has changed since you read it."

    def __init__(self, row: Any, conflicts: dict[str, dict[str, Any]] | None = None) -> None:
        super().__init__()
        self.row = row
        self.conflicts = conflicts or {}


class TooManyRequests(Refusal):
    """A rate limit is used up; `retry_after` is in seconds."""

    status = 429
    message = "Too many requests. Try again later."


class Unavailable(Refusal):
    """A server this one needs is not available; a retry is safe. `retry_after` is in seconds."""

    status = 503
    message = "The service is busy. Try again in a moment."
