"""Verifying chains: the first entry that was altered, removed, inserted or put elsewhere.

Hashes are computed here, in Python: what a superuser may have done to PostgreSQL does not matter.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain as chained
from typing import NamedTuple
from uuid import UUID

from audit.services.lines import Line
from audit.services.reading import Batch, Head, batches, unnumbered

Signed = Mapping[int, str]
"""The hashes of a chain's checkpoints, by their number."""


class Flaw(NamedTuple):
    """The number of the first entry that is not as it was written, and what differs."""

    number: int
    what: str


class Verified(NamedTuple):
    """How many entries were verified, and the first flaw; None if there is none."""

    entries: int
    flaw: Flaw | None


@dataclass
class Walk:
    """A walk along a chain: the last number, and its hash."""

    signed: Signed
    number: int = 0
    hash: str = ""
    head: Head | None = None
    lines: Iterator[Line] = field(default_factory=lambda: iter(()))

    def to_the_end(self, lines: Iterable[Line]) -> Flaw | None:
        self.lines = iter(lines)
        for line in self.lines:
            if flaw := self._flaw_of(line):
                return flaw
            self.number, self.hash = line.number, line.hash
        return None

    def _flaw_of(self, line: Line) -> Flaw | None:
        expected = self.number + 1
        if line.number != expected:
            return self._misplaced(line, expected)
        if not line.is_intact:
            return self._altered(line)
        if line.previous != self.hash:
            return self._unlinked(line)
        if self.signed.get(expected, line.hash) != line.hash:
            return Flaw(
                expected,
                "its hash is not that of the signed checkpoint; it or an earlier"
                " entry was rewritten with all that follow",
            )
        return None

    def _misplaced(self, line: Line, expected: int) -> Flaw:
        if line.number < expected:
            return Flaw(line.number, "it was inserted; numbers begin with 1")
        return Flaw(expected, f"it is missing; the next number is {line.number}")

    def _altered(self, line: Line) -> Flaw:
        for number in (line.number - 1, line.number + 1):
            if line.would_be(number):
                return Flaw(
                    min(number, line.number),
                    f"an entry was inserted, removed or put elsewhere: number {line.number} was"
                    f" written as number {number}",
                )
        return Flaw(line.number, "its hash is not that of its fields; some of them were altered")

    def _unlinked(self, line: Line) -> Flaw:
        """Whether this entry or the one before is a forgery tells the one after, or the head."""
        after = next(self.lines, None)
        follows = after.previous if after else self.head and self.head.hash
        if follows == line.hash and self.number:
            return Flaw(
                self.number,
                "it was replaced, with a hash that fits;"
                f" number {line.number} follows another hash",
            )
        return Flaw(
            line.number,
            "its previous is not the hash of the entry before; it was replaced or inserted",
        )


def verify_chain(chain: UUID, signed: Signed) -> Verified:
    """Verify the chain of a workspace, or of the INSTANCE, against its head and checkpoints."""
    walk = Walk(signed)
    flaw = walk.to_the_end(_lines(batches(chain), walk))
    flaw = flaw or _flaw_of_end(walk) or _flaw_of_checkpoints(walk)
    if not flaw and (stray := unnumbered(chain)):
        flaw = Flaw(walk.number + 1, f"it was inserted past the triggers, with the id {stray}")
    return Verified(walk.number, flaw)


def verify_lines(lines: Iterable[Line], signed: Signed) -> Verified:
    """Verify an export; without checkpoints, nothing shows whether its end is missing."""
    walk = Walk(signed)
    flaw = walk.to_the_end(lines) or _flaw_of_checkpoints(walk)
    return Verified(walk.number, flaw)


def _lines(read: Iterator[Batch], walk: Walk) -> Iterator[Line]:
    for batch in read:
        walk.head = batch.head
        yield from batch.lines


def _flaw_of_end(walk: Walk) -> Flaw | None:
    """A flaw that the head shows: a chain that is shorter, longer or another one at its end."""
    if walk.head is None:
        return Flaw(walk.number, "the head of the chain is missing") if walk.number else None
    if walk.head.number > walk.number:
        return Flaw(walk.number + 1, f"it is missing; the chain ends with {walk.head.number}")
    if walk.head.number < walk.number:
        return Flaw(walk.head.number + 1, "it was inserted behind the end of the chain")
    if walk.head.hash != walk.hash:
        return Flaw(walk.number, "its hash is not that of the end of the chain")
    return None


def _flaw_of_checkpoints(walk: Walk) -> Flaw | None:
    last = max(chained([0], walk.signed))
    if last > walk.number:
        return Flaw(walk.number + 1, f"it is missing; a signed checkpoint has number {last}")
    return None
