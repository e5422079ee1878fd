"""How each kind of delivery becomes a mail: upper apps enter themselves here."""

from collections.abc import Callable
from dataclasses import dataclass, field

from outbox.models import Delivery

LONGEST_SUBJECT = 200
COVER = "•••••"
"""Stands for a secret in what staff may read."""


@dataclass(frozen=True, kw_only=True)
class Mail:
    """What is sent; `subject` is cut and made one line, or it could carry further headers.

    Of a mail with a secret only `kept` is written down, for staff to read; where there is none,
    its parts with the `secrets` covered.
    """

    to: str
    subject: str
    text: str
    html: str = ""
    kept: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    secrets: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        one_line = " ".join(self.subject.split())
        if len(one_line) > LONGEST_SUBJECT:
            one_line = f"{one_line[: LONGEST_SUBJECT - 1]}…"
        object.__setattr__(self, "subject", one_line)

    @property
    def kept_text(self) -> str:
        return self._covered(self.kept or self.text)

    @property
    def kept_html(self) -> str:
        return "" if self.kept else self._covered(self.html)

    def _covered(self, part: str) -> str:
        for secret in self.secrets:
            part = part.replace(secret, COVER)
        return part


@dataclass(frozen=True)
class Skip:
    """Not sent, because the world has moved on."""

    reason: str


Carrier = Callable[[Delivery], Mail | Skip]
Review = Callable[[Delivery, Mail], Mail | Skip]

_carriers: dict[str, Carrier] = {}
_reviews: list[Review] = []


def carries(kind: str) -> Callable[[Carrier], Carrier]:
    """Have the decorated function compose every delivery of this kind, inside a transaction."""

    def register(carrier: Carrier) -> Carrier:
        _carriers[kind] = carrier
        return carrier

    return register


def kinds() -> set[str]:
    """Every kind of delivery somebody composes."""
    return set(_carriers)


def reviewed_by(review: Review) -> None:
    """Have this function see every mail of every kind, in the transaction that composes it."""
    _reviews.append(review)


def compose(delivery: Delivery) -> Mail | Skip:
    """The mail as it has to be now; an unknown kind is a LookupError, so that it is tried later."""
    mail = _carriers[delivery.kind](delivery)
    for review in _reviews:
        if isinstance(mail, Skip):
            break
        mail = review(delivery, mail)
    return mail
