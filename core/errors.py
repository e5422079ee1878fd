"""Refusals: everything the product says no to, each with a code a client can switch on."""

import re
from typing import Any, ClassVar


class Refusal(Exception):
    """A request that cannot be carried out, raised where the reason is known.

    `facts` are further keys of the error envelope (`required`, `allowed`, …);
    `errors` maps a field of the input to the sentences about it.
    """

    status: ClassVar[int] = 409
    code: ClassVar[str] = "refusal"
    message: ClassVar[str] = "This cannot be done."

    def __init_subclass__(cls, code: str = "") -> None:
        """The code is the name in snake_case, unless an event has the name already."""
        cls.code = code or re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()

    def __init__(
        self, message: str = "", *, errors: dict[str, list[str]] | None = None, **facts: Any
    ) -> None:
        super().__init__(message or self.message)
        self.errors = errors
        self.facts = facts


class Invalid(Refusal):
    """The input is well formed but says something that cannot be true."""

    status = 400
    message = "The request is invalid."


class Unauthenticated(Refusal):
    """No credential, or one that is not valid (any more)."""

    status = 401
    message = "Sign in to continue."


class Forbidden(Refusal):
    """Visible, but not allowed; says what is `required` and what `you_have`."""

    status = 403
    message = "You do not have permission to do this."


class NotFound(Refusal):
    status = 404
    message = "Not found."


class Conflict(Refusal):
    """The state of things does not allow it."""

    status = 409


class Stale(Refusal):
    """Somebody else changed the object after it was read (`If-Match` failed)."""

    status = 412
    message = "The object has changed since you read it."

    def __init__(self, row: Any) -> None:
        super().__init__()
        self.row = row


class TooManyRequests(Refusal):
    """A limit was met; `retry_after` is in seconds."""

    status = 429
    message = "Too many requests. Try again later."


class Unavailable(Refusal):
    """Something we need does not answer now; trying again is safe. `retry_after` in seconds."""

    status = 503
    message = "The service is busy. Try again in a moment."
