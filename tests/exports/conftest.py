"""Files of their own for tests that make many."""

from pathlib import Path

import pytest
from pytest_django import Settings


@pytest.fixture(autouse=True)
def folder(settings: Settings, tmp_path: Path) -> Path:
    """Where the test keeps its files."""
    settings.ATTACHMENTS_DIR = tmp_path
    return tmp_path
