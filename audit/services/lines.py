"""Entries as they are hashed and exported: the values of CANONICAL in order, and the hash."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from audit.models import CANONICAL, INSTANCE

_as_json = json.JSONEncoder(ensure_ascii=False).encode
NUMBER = CANONICAL.index("number")
WORKSPACE = CANONICAL.index("workspace_id")


class Line(NamedTuple):
    """An entry: the values of CANONICAL, and the hash that is stored with them."""

    values: tuple[Any, ...]
    hash: str

    @property
    def number(self) -> int:
        return int(self.values[NUMBER])

    @property
    def chain(self) -> UUID:
        workspace_id = self.values[WORKSPACE]
        return UUID(workspace_id) if workspace_id else INSTANCE

    @property
    def previous(self) -> str:
        return str(self.values[0])

    @property
    def is_intact(self) -> bool:
        """Whether the hash is that of the values."""
        return hash_of(self.values) == self.hash

    def would_be(self, number: int) -> bool:
        """Whether the hash is that of the values with another number."""
        return hash_of((*self.values[:NUMBER], number, *self.values[NUMBER + 1 :])) == self.hash

    def as_json(self) -> str:
        """A line of an export."""
        return _as_json({**dict(zip(CANONICAL, self.values, strict=True)), "hash": self.hash})


class MalformedLine(ValueError):
    """A line of an export that is not an entry."""


def hash_of(values: Sequence[Any]) -> str:
    """The SHA-256 of the canonical form, as `audit.models` describes it."""
    return hashlib.sha256(_as_json(values).encode()).hexdigest()


def lines_of(exported: Iterable[str]) -> Iterator[Line]:
    """The entries of an export, one JSON object a line; MalformedLine for anything else."""
    for place, text in enumerate(exported, 1):
        try:
            known: Mapping[str, Any] = json.loads(text)
            values = tuple(known[name] for name in CANONICAL)
            line = Line(
                (*values[:NUMBER], int(values[NUMBER]), *values[NUMBER + 1 :]), known["hash"]
            )
        except (KeyError, TypeError, ValueError) as flaw:
            raise MalformedLine(f"Line {place} is not an entry of the audit.") from flaw
        yield line
