"""What all tests of jobs and functions need."""

from collections.abc import Iterator

import pytest

from jobs.services.functions import recording
from tests.jobs.kinds import counting, writing

__all__ = ["counting", "writing"]


@pytest.fixture(autouse=True)
def _like_a_new_process() -> Iterator[None]:
    """Nothing is counted yet, so that the first run is written at once."""
    recording.counts.clear()
    yield
    recording.counts.clear()
