"""The world of the matrix, and its places by whose they are to Ada."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.matrix.places import Place, World, settle
from tests.support.databases import PEOPLE

PEOPLE["world"] = settle


@pytest.fixture
def world(everybody: Callable[[str], Any]) -> World:
    """Somebody in every role there is, in the database of the test."""
    people: World = everybody("world")
    return people


@pytest.fixture
def own(world: World) -> Place:
    return world.own


@pytest.fixture
def foreign(world: World) -> Place:
    return world.foreign
