"""A folder of this machine that keeps files: what its file system refuses, or does not know."""

import os
import time
from collections.abc import Iterator
from errno import EPERM
from io import BytesIO
from pathlib import Path
from typing import NoReturn

import pytest

from attachments.storage.local import LocalStorage
from core.errors import Unavailable
from tests.support.full_disk import files_of_at_most


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[LocalStorage]:
    """Nothing half-written is left in it."""
    yield LocalStorage(tmp_path / "files")
    assert not list(tmp_path.rglob("*.unfinished"))


def test_a_file_for_which_there_is_no_room_is_unavailable(kept: LocalStorage) -> None:
    with files_of_at_most(1000), pytest.raises(Unavailable):
        kept.save("a/b/c.txt", BytesIO(b"x" * 2000), "")
    assert list(kept.files_after("")) == []


def test_a_folder_that_cannot_be_made_is_unavailable(kept: LocalStorage) -> None:
    kept.save("a", BytesIO(b"a file"), "")
    with pytest.raises(Unavailable):
        kept.save("a/b/c.txt", BytesIO(b"Oil"), "")


def test_a_copy_is_as_old_as_itself(kept: LocalStorage) -> None:
    kept.save("a/old.txt", BytesIO(b"Oil"), "")
    os.utime(kept.folder / "a/old.txt", (0, 0))
    kept.copy("a/old.txt", "b/new.txt")
    changed = {file.key: file.changed_at for file in kept.files_after("")}
    assert changed["b/new.txt"] > time.time() - 60
    with pytest.raises(FileNotFoundError):
        kept.copy("a/gone.txt", "b/gone.txt")


def test_a_file_is_copied_where_there_are_no_second_names(
    kept: LocalStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def link(*_: object) -> NoReturn:
        raise OSError(EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", link)
    kept.save("a/a.txt", BytesIO(b"Oil"), "")
    kept.copy("a/a.txt", "b/b.txt")
    with kept.open("b/b.txt") as copied:
        assert copied.read() == b"Oil"
