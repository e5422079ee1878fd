"""The ZIP that an export writes: checked before anything of it is believed, read line by line."""

import hashlib
import re
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from typing import IO, Any, NamedTuple, cast
from zipfile import BadZipFile, ZipFile, ZipInfo

import orjson

from imports.sources.records import FileRefused

FORMAT, VERSION = "gantry", 1
MANIFEST = "manifest.json"
MOST_ENTRIES = 100_000
MOST_BYTES = 1024**3
"""Most bytes of all entries together, once they are unpacked."""
MOST_RATIO, FREE = 200, 1024**2
"""An entry with more than FREE bytes is at most so many times as large as it is packed."""
LARGEST_MANIFEST = 1024**2
LONGEST_LINE = 1024**2
CHUNK = 256 * 1024
PART = re.compile(r"[a-z_]{1,40}\.jsonl")
FILE = re.compile(r"files/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
UNREADABLE = (BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, RuntimeError)
"""What reading a file raises that is truncated, encrypted, or no ZIP."""


class PartInfo(NamedTuple):
    rows: int
    size: int
    sha256: str


class WholeZip:
    """An opened ZIP; FileRefused with a sentence for whatever is wrong with it.

    Its names are compared only: nothing is unpacked to a folder.
    """

    def __init__(self, file: IO[bytes], kinds: tuple[str, ...]) -> None:
        try:
            self._zip = ZipFile(file)
        except UNREADABLE as problem:
            raise FileRefused("This is no ZIP file, or not all of it.") from problem
        self._entries = _checked(self._zip.infolist())
        self.manifest = self._manifest()
        self.parts = _described(self.manifest, kinds)
        for name in self.parts:
            if f"{name}.jsonl" not in self._entries:
                raise FileRefused(f"The part {name}.jsonl is missing.")

    def check(self, name: str) -> None:
        """Compare a whole part with what the manifest says of it."""
        said, digest = self.parts[name], hashlib.sha256()
        rows = size = 0
        with self._opened(f"{name}.jsonl") as content:
            while piece := _read(lambda: content.read(CHUNK)):
                digest.update(piece)
                size += len(piece)
                rows += piece.count(b"\n")
        if (rows, size, digest.hexdigest()) != said:
            raise FileRefused(f"The part {name}.jsonl is not what the manifest says of it.")

    def records(self, name: str, skip: int = 0) -> Iterator[tuple[dict[str, Any], int]]:
        """The rows of a part with their sizes in bytes, without the first ones."""
        with self._opened(f"{name}.jsonl") as content:
            number = 0
            while line := _read(lambda: content.readline(LONGEST_LINE)):
                number += 1
                if number > skip:
                    yield _record(line, name, number), len(line)

    def has_file(self, name: str) -> bool:
        return f"files/{name}" in self._entries

    def size_of(self, name: str) -> int:
        return self._entries[f"files/{name}"].file_size

    def file(self, name: str) -> IO[bytes]:
        """The file of an attachment; reading it may raise one of UNREADABLE."""
        return self._opened(f"files/{name}")

    def close(self) -> None:
        self._zip.close()

    def _opened(self, name: str) -> IO[bytes]:
        return cast("IO[bytes]", _read(lambda: self._zip.open(self._entries[name])))

    def _manifest(self) -> Mapping[str, Any]:
        if MANIFEST not in self._entries or self._entries[MANIFEST].file_size > LARGEST_MANIFEST:
            raise FileRefused(f"There is no {MANIFEST}.")
        with self._opened(MANIFEST) as content:
            text = _read(content.read)
        with suppress(orjson.JSONDecodeError):
            found = orjson.loads(text)
            if isinstance(found, dict) and found.get("format") == FORMAT:
                if found.get("version") != VERSION:
                    raise FileRefused("The file was made by another version of the server.")
                return found
        raise FileRefused("The file is not an export of a workspace.")


def _checked(found: list[ZipInfo]) -> dict[str, ZipInfo]:
    """The entries by name; FileRefused for names, numbers and sizes that no export has."""
    if len(found) > MOST_ENTRIES:
        raise FileRefused(f"The ZIP has more than {MOST_ENTRIES:,} entries.")
    if sum(entry.file_size for entry in found) > MOST_BYTES:
        raise FileRefused("The ZIP is too large once it is unpacked.")
    entries: dict[str, ZipInfo] = {}
    for entry in found:
        name = entry.filename
        if not (name == MANIFEST or PART.fullmatch(name) or FILE.fullmatch(name)):
            raise FileRefused("The ZIP has entries that no export has.")
        if name in entries:
            raise FileRefused("The ZIP has two entries of the same name.")
        if entry.file_size > FREE + MOST_RATIO * entry.compress_size:
            raise FileRefused("The ZIP is too large once it is unpacked.")
        entries[name] = entry
    return entries


def _described(manifest: Mapping[str, Any], kinds: tuple[str, ...]) -> dict[str, PartInfo]:
    """What the manifest says of each part, in the order of `kinds`."""
    said = manifest.get("parts")
    wanted = {f"{kind}.jsonl": kind for kind in kinds}
    if not isinstance(said, dict) or said.keys() != wanted.keys():
        raise FileRefused("The manifest does not name the parts of an export.")
    parts = {}
    for name, kind in wanted.items():
        about = said[name] if isinstance(said[name], dict) else {}
        rows, size = (cast("int", about.get(key)) for key in ("rows", "size"))
        if not all(type(each) is int and 0 <= each <= MOST_BYTES for each in (rows, size)):
            raise FileRefused("The manifest does not say how long the parts are.")
        parts[kind] = PartInfo(rows, size, str(about.get("sha256")))
    return parts


def _record(line: bytes, part: str, number: int) -> dict[str, Any]:
    if len(line) < LONGEST_LINE:
        with suppress(orjson.JSONDecodeError):
            found = orjson.loads(line)
            if isinstance(found, dict):
                return found
    raise FileRefused(f"Line {number:,} of {part}.jsonl is not a row.")


def _read(read: Callable[[], Any]) -> Any:
    try:
        return read()
    except UNREADABLE as problem:
        raise FileRefused("The ZIP is damaged, or not all of it is there.") from problem
