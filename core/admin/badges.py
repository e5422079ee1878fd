"""Coloured labels in admin lists, for columns with few values."""

from collections.abc import Callable
from typing import Any, TypeVar, cast

from unfold.decorators import display

F = TypeVar("F", bound=Callable[..., tuple[str, str]])


def badge(description: str, *, ordering: str, colours: dict[str, str]) -> Callable[[F], F]:
    """Show the decorated method's `(value, text)` as a label, coloured by `colours[value]`.

    Colours are unfold's: success, info, warning, danger; a value without one is grey.
    """
    styled: Any = display(description=description, ordering=ordering, label=colours)
    return cast("Callable[[F], F]", styled)
