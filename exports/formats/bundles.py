"""A ZIP of JSON Lines: a manifest, a part for each kind of rows, and files."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import IO, Any, Self
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

import orjson

FORMAT, VERSION = "gantry", 1
MANIFEST = "manifest.json"
PART = "{}.jsonl"
FILE = "files/{}"
CHUNK = 256 * 1024
Moment = tuple[int, int, int, int, int, int]
"""When the entries of a ZIP were made, so that equal content gives equal bytes: year … second."""
Tick = Callable[[], None]
"""Called every now and then while something long goes on."""


class Part:
    """Lines of JSON in a temporary file, counted and hashed as they are written."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.rows = self.size = 0
        self._file = path.open("wb")
        self._hash = hashlib.sha256()

    def add(self, records: Iterable[Mapping[str, Any]]) -> None:
        for record in records:
            line = orjson.dumps(record, option=orjson.OPT_APPEND_NEWLINE | orjson.OPT_UTC_Z)
            self._file.write(line)
            self._hash.update(line)
            self.rows += 1
            self.size += len(line)

    def close(self) -> None:
        self._file.close()

    def described(self) -> dict[str, Any]:
        return {"rows": self.rows, "size": self.size, "sha256": self._hash.hexdigest()}


class Parts:
    """The parts of a ZIP that is being made, in a folder, by kind."""

    def __init__(self, folder: Path, names: Iterable[str]) -> None:
        self._parts = {name: Part(folder / PART.format(name)) for name in names}

    def __getitem__(self, name: str) -> Part:
        return self._parts[name]

    def close(self) -> None:
        for part in self._parts.values():
            part.close()

    def described(self) -> dict[str, Any]:
        """What the manifest says of each part."""
        return {PART.format(name): part.described() for name, part in self._parts.items()}

    def __iter__(self) -> Iterator[Part]:
        return iter(self._parts.values())


class Bundle:
    """The ZIP itself, to which entries are added one after the other."""

    def __init__(self, path: Path, moment: Moment, tick: Tick) -> None:
        self._zip = ZipFile(path, "w", ZIP_DEFLATED)
        self._moment, self._tick = moment, tick

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._zip.close()

    def add_json(self, name: str, content: Mapping[str, Any]) -> None:
        text = orjson.dumps(content, option=orjson.OPT_INDENT_2 | orjson.OPT_UTC_Z)
        self._zip.writestr(self._entry(name), text)

    def add_part(self, part: Part) -> None:
        with part.path.open("rb") as content:
            self._copy(self._entry(part.path.name), content)

    def add_file(self, name: str, content: IO[bytes]) -> None:
        """Add a file as it is: most kinds of files are compressed already."""
        self._copy(self._entry(FILE.format(name), ZIP_STORED), content)

    def _entry(self, name: str, how: int = ZIP_DEFLATED) -> ZipInfo:
        entry = ZipInfo(name, self._moment)
        entry.compress_type = how
        return entry

    def _copy(self, entry: ZipInfo, content: IO[bytes]) -> None:
        with self._zip.open(entry, "w", force_zip64=True) as target:
            while piece := content.read(CHUNK):
                target.write(piece)
                self._tick()
