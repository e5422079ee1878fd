"""Files that are no exports, or that somebody has changed: refused, with nothing left behind."""

import io
import os
import zipfile
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import orjson
import pytest

from exports.services.kinds import KINDS
from imports.sources.records import FileRefused
from imports.sources.whole_zips import MANIFEST, WholeZip
from projects.models import Project
from tests.exports.exporting import entries, exported, rows
from tests.exports.importing import changed, described, imported, without, zipped
from tests.exports.whole import fill
from tests.support.cast import Cast, client_of

NAMES = (*KINDS, "people")


def plain(**parts: bytes) -> dict[str, bytes]:
    """An export of nothing, or of these lines."""
    found = {f"{name}.jsonl": parts.get(name, b"") for name in NAMES}
    said = {name: described(text) for name, text in found.items()}
    manifest = {"format": "gantry", "version": 1, "parts": said}
    return {MANIFEST: orjson.dumps(manifest), **found}


def refused(content: bytes) -> str:
    """Why the file is refused, by whatever reads all of it."""
    with pytest.raises(FileRefused) as caught:
        read_all(content)
    return str(caught.value)


def read_all(content: bytes) -> None:
    opened = WholeZip(io.BytesIO(content), NAMES)
    for name in NAMES:
        opened.check(name)
        list(opened.records(name))


def test_an_export_of_nothing_is_read() -> None:
    opened = WholeZip(io.BytesIO(zipped(plain())), NAMES)
    assert [info.rows for info in opened.parts.values()] == [0] * len(NAMES)


@pytest.mark.parametrize(
    "content", [b"", b"PK", b"no zip", os.urandom(5000), zipped({}), zipped({"a.txt": b"a"})]
)
def test_other_files_are_refused(content: bytes) -> None:
    assert refused(content).endswith(".")


def test_whatever_is_cut_off_is_refused() -> None:
    whole = zipped(plain(tasks=b'{"id":"a"}\n' * 500))
    for size in range(0, len(whole), 37):
        assert refused(whole[:size])


def test_whatever_is_changed_is_refused_or_the_same() -> None:
    whole = bytearray(zipped(plain(tasks=os.urandom(2000).hex().encode() + b"\n")))
    for place in range(0, len(whole), 23):
        flawed = bytearray(whole)
        flawed[place] ^= 0x41
        try:
            opened = WholeZip(io.BytesIO(bytes(flawed)), NAMES)
            for name in NAMES:
                opened.check(name)
        except FileRefused:
            continue


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "/etc/passwd", "files/../a", "files/a", "TASKS.jsonl", "a/b.jsonl"]
)
def test_names_of_no_export_are_refused(name: str) -> None:
    assert "entries" in refused(zipped({**plain(), name: b"a"}))


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_entries_of_a_name_are_refused() -> None:
    made = io.BytesIO(zipped(plain()))
    with zipfile.ZipFile(made, "a") as target:
        target.writestr("tasks.jsonl", b"{}\n")
    assert "same name" in refused(made.getvalue())


def test_bombs_are_refused_before_they_are_read() -> None:
    assert "too large" in refused(zipped(plain(tasks=b" " * 50_000_000)))


def test_many_entries_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("imports.sources.whole_zips.MOST_ENTRIES", 20)
    files = {f"files/{uuid4()}": b"" for _ in range(10)}
    assert "20 entries" in refused(zipped({**plain(), **files}))


@pytest.mark.parametrize(
    "line",
    [b"[]\n", b"{\n", b'"\\ud800"\n', b'{"a":"' + os.urandom(700_000).hex().encode() + b'"}\n'],
)
def test_lines_that_are_no_rows_are_refused(line: bytes) -> None:
    assert "is not a row" in refused(zipped(plain(tasks=line)))


@pytest.mark.parametrize(
    "change",
    [
        {"format": "other"},
        {"version": 2},
        {"parts": {}},
        {"parts": None},
        {"parts": {f"{name}.jsonl": {"rows": -1, "size": 0, "sha256": ""} for name in NAMES}},
        {"parts": {f"{name}.jsonl": {"rows": 1, "size": 0, "sha256": ""} for name in NAMES}},
    ],
)
def test_manifests_that_lie_are_refused(change: dict[str, Any]) -> None:
    found = plain()
    manifest = {**orjson.loads(found[MANIFEST]), **change}
    assert refused(zipped({**found, MANIFEST: orjson.dumps(manifest)}))


@pytest.fixture
def whole(cast: Cast) -> bytes:
    fill(cast)
    return exported(client_of(cast.ada), cast, what="workspace", format="jsonl", with_files=True)


def twice(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [*lines, *lines]


def in_a_circle(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Two tasks of a project, each a part of the other."""
    one, other = (line for line in lines if line["title"] in ("=Whole", "Part"))
    return [{**one, "parent_id": other["id"]}, {**other, "parent_id": one["id"]}]


def blocking(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    [line] = lines
    return [line, {**line, "source_id": line["target_id"], "target_id": line["source_id"]}]


Change = Callable[[list[dict[str, Any]]], Any]
FLAWS: dict[str, tuple[str, Change]] = {
    "the same task twice": ("tasks", twice),
    "the same key twice": ("projects", lambda lines: without(lines, key="ENG")),
    "a number twice": ("tasks", lambda lines: without(lines, number=1)),
    "a position twice": ("columns", lambda lines: without(lines, position=0)),
    "no default column": ("columns", lambda lines: without(lines, is_default=False)),
    "no title": ("tasks", lambda lines: without(lines, title=" ")),
    "a long title": ("tasks", lambda lines: without(lines, title="a" * 256)),
    "two lines of title": ("tasks", lambda lines: without(lines, title="a\nb")),
    "NUL in a text": ("tasks", lambda lines: without(lines, description="a\x00")),
    "a long text": ("comments", lambda lines: without(lines, content="a" * 20_001)),
    "an unknown type": ("tasks", lambda lines: without(lines, type="EPIC")),
    "a number as text": ("tasks", lambda lines: without(lines, number="one")),
    "a number too large": ("tasks", lambda lines: without(lines, number=2**31)),
    "a day of the year 9999": ("tasks", lambda lines: without(lines, due_date="9999-12-31")),
    "a time without zone": ("tasks", lambda lines: without(lines, created_at="2026-01-01T00:00")),
    "no id": ("tasks", lambda lines: without(lines, id=None)),
    "a list as id": ("tasks", lambda lines: without(lines, project_id=["a"])),
    "an unknown emoji": ("reactions", lambda lines: without(lines, emoji="🍕")),
    "parts of each other": ("tasks", in_a_circle),
    "blocked by each other": ("relations", blocking),
    "another file": ("attachments", lambda lines: without(lines, sha256="0" * 64)),
    "a path as name": ("projects", lambda lines: without(lines, key="../A")),
}


@pytest.mark.django_db
@pytest.mark.parametrize("flaw", FLAWS)
def test_rows_that_no_export_has_are_refused(cast: Cast, whole: bytes, flaw: str) -> None:
    kind, change = FLAWS[flaw]
    content = changed(whole, **{kind: list(change(rows(whole, kind)))})
    job = imported(client_of(cast.sam), cast.elsewhere, content)
    assert job.state == "FAILED", flaw
    assert job.error
    assert job.error["code"] == "file_not_imported", job.error
    assert not Project.objects.filter(workspace=cast.elsewhere).exists()


@pytest.mark.django_db
def test_rows_of_nobody_and_nothing_are_left_out(cast: Cast, whole: bytes) -> None:
    """As a file is that was written while its tasks changed."""
    label = rows(whole, "task_labels")
    content = changed(whole, labels=[], people=[], task_labels=label)
    job = imported(client_of(cast.sam), cast.elsewhere, content)
    assert job.state == "COMPLETED", job.error
    assert job.result
    assert job.result["rows"]["task_labels"] == 0
    assert job.result["rows"]["watchers"] == 0
    assert entries(content)
