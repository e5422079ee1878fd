"""Coloured words in lists, for what has few values."""

from collections.abc import Callable
from typing import Any, TypeVar, cast

from unfold.decorators import display

F = TypeVar("F", bound=Callable[..., tuple[str, str]])


def badge(description: str, *, ordering: str, colours: dict[str, str]) -> Callable[[F], F]:
    """Show what the decorated method returns, `(value, text)`, in the colour of the value.

    Colours are unfold's: success, info, warning, danger; any other value stays grey.
    """
    styled: Any = display(description=description, ordering=ordering, label=colours)
    return cast("Callable[[F], F]", styled)
