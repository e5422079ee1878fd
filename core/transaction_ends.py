"""What is done after the transaction of a request although the request is refused.

Such as writing down that a password was wrong: the refusal undoes all that was written before it.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_kept: ContextVar[list[Callable[[], None]] | None] = ContextVar("kept", default=None)


@contextmanager
def transaction_end() -> Iterator[None]:
    """Around a transaction and its repetitions: afterwards makes the calls that were kept in it."""
    kept: list[Callable[[], None]] = []
    before = _kept.set(kept)
    try:
        yield
    finally:
        _kept.reset(before)
        for call in kept:
            call()


def at_transaction_end(call: Callable[[], None]) -> None:
    """Make the call after the commit or the rollback of the request, at once outside of one."""
    if (kept := _kept.get()) is None:
        call()
    else:
        kept.append(call)
