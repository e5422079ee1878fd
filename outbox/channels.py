"""How each kind of delivery becomes a mail: upper apps enter themselves here."""

from collections.abc import Callable
from dataclasses import dataclass, field

from outbox.models import Delivery

LONGEST_SUBJECT = 200


@dataclass(frozen=True, kw_only=True)
class Mail:
    """What is sent; `subject` is cut and made one line, or it could carry further headers.

    Of a mail with a secret only `kept` is written down, for staff to read.
    """

    to: str
    subject: str
    text: str
    html: str = ""
    kept: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        one_line = " ".join(self.subject.split())
        if len(one_line) > LONGEST_SUBJECT:
            one_line = f"{one_line[: LONGEST_SUBJECT - 1]}…"
        object.__setattr__(self, "subject", one_line)


@dataclass(frozen=True)
class Skip:
    """Not sent, because the world has moved on."""

    reason: str


Carrier = Callable[[Delivery], Mail | Skip]

_carriers: dict[str, Carrier] = {}


def carries(kind: str) -> Callable[[Carrier], Carrier]:
    """Have the decorated function compose every delivery of this kind, inside a transaction."""

    def register(carrier: Carrier) -> Carrier:
        _carriers[kind] = carrier
        return carrier

    return register


def compose(delivery: Delivery) -> Mail | Skip:
    """The mail as it has to be now; an unknown kind is a LookupError, so that it is tried later."""
    return _carriers[delivery.kind](delivery)
