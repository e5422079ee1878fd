"""Places of the world, by whose they are to Ada."""

import pytest

from tests.matrix.places import Place, foreign_place, own_place
from tests.support.cast import World


@pytest.fixture
def own(world: World) -> Place:
    return own_place(world)


@pytest.fixture
def foreign(world: World) -> Place:
    return foreign_place(world)
