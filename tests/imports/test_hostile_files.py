"""Whatever bytes are uploaded: records with or without flaws, or a refusal in a sentence."""

import json
import time
import tracemalloc
from contextlib import suppress
from io import BytesIO
from tempfile import TemporaryFile
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imports.sources import FORMATS, FileRefused, guessed_source
from tests.imports.reading import FILES, flaws, records, source

JSON_NAMES = ("trello", "github")
MIBIBYTE = 1024 * 1024
CELLS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=6,
)
KEYS = {
    "trello": "id name desc idList idMembers labels due start closed attachments checklists"
    " idLabels dueComplete",
    "github": "title number body state labels assignee user created_at closed_at comments type url"
    " parent_issue_url assignees",
}


def exhaust(name: str, content: bytes) -> None:
    """Read all there is, or until it is refused."""
    with suppress(FileRefused):
        for number, record in FORMATS[name](BytesIO(content), {}).rows():
            assert number > 0
            assert record.title or record.flaws


@pytest.mark.parametrize("name", FORMATS)
@given(content=st.binary(max_size=200))
@settings(max_examples=80, deadline=None)
def test_any_bytes_are_read_or_refused(name: str, content: bytes) -> None:
    exhaust(name, content)
    with suppress(FileRefused):
        guessed_source(BytesIO(content))


@pytest.mark.parametrize("file", ["jira.csv", "asana.csv", "linear.csv", "tasks.csv"])
@given(place=st.integers(0, 3000), change=st.binary(max_size=4))
@settings(max_examples=80, deadline=None)
def test_a_table_with_other_bytes_in_it_is_read_or_refused(
    file: str, place: int, change: bytes
) -> None:
    content = (FILES / file).read_bytes()
    name = "csv" if file == "tasks.csv" else file.partition(".")[0]
    place %= len(content)
    exhaust(name, content[:place] + change + content[place + len(change) :])
    exhaust(name, content[:place])


@given(rows=st.lists(st.lists(CELLS, min_size=10, max_size=12), max_size=4))
@settings(max_examples=100, deadline=None)
def test_any_cells_are_read(rows: list[list[str]]) -> None:
    head = "Title;Due;Created;Estimate minutes;Labels;Blocked by;Owner;Done;Parent;Description"
    table = "\n".join(
        ";".join(f'"{cell.replace(chr(34), chr(34) * 2)}"' for cell in row) for row in rows
    )
    exhaust("csv", f"{head}\n{table}".encode())


@pytest.mark.parametrize("name", JSON_NAMES)
@given(values=st.lists(VALUES, min_size=15, max_size=15))
@settings(max_examples=100, deadline=None)
def test_any_values_are_read(name: str, values: list[Any]) -> None:
    item = dict(zip(KEYS[name].split(), values, strict=False))
    board = {"id": "b", "lists": [values[0], {"id": values[1]}], "cards": [item, values[2]]}
    board |= {"actions": [{"type": "commentCard", "data": values[3]}], "checklists": [values[4]]}
    content = json.dumps(board if name == "trello" else [item])
    exhaust(name, content.encode())


@pytest.mark.parametrize("name", JSON_NAMES)
@pytest.mark.parametrize("file", ["trello.json", "github.json"])
def test_files_that_are_cut_off_are_refused(name: str, file: str) -> None:
    content = (FILES / file).read_bytes().strip()
    for end in range(0, len(content) - 1, 7):
        with pytest.raises(FileRefused):
            for _ in FORMATS[name](BytesIO(content[:end]), {}).rows():
                pass


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("", "neither an array"),
        ("7", "neither an array"),
        ('"a"', "neither an array"),
        ("[7]", "no list of issues"),
        ('[{"number": 1}]', "no list of issues"),
        ('[{"title": "a", "title": "b"}]', "twice"),
        ('{"issues": [], "issues": []}', "twice"),
        ('[{"title": "a"},]', "no JSON"),
        ('[{"title": "a"} {"title": "b"}]', "no JSON"),
        ('[{"title": NaN}]', "NaN"),
        ('[{"title": "a"}] []', "goes on"),
        ('[{"title": "a"}', "not complete"),
        ('[{"title": "a', "not complete"),
        ("[" * 100_000, "nested"),
        ('{"a":' * 100_000, "nested"),
        ('[{"title": ' + "[" * 61 + "]" * 61 + "}]", "nested"),
        ("﻿[]", ""),
        ('{"7": 1, 7: 2}', "no JSON"),
        ('[{"title": "' + "x" * 5 * MIBIBYTE + '"}]', "too long"),
    ],
)
def test_what_is_no_json_is_refused(content: str, why: str) -> None:
    if not why:
        assert records("github", content) == []
        return
    with pytest.raises(FileRefused, match=why):
        records("github", content)


@pytest.mark.parametrize(
    "content",
    [
        "{" + ",".join(f'"k{n}": 1' for n in range(200_000)) + "}",
        '[{"title": "a", ' + ",".join(f'"k{n}": 1' for n in range(200_000)) + ', "k1": 2}]',
        '[{"title": "a", "url": "' + "a/b/issues/" * 300_000 + '"}]',
        '[{"title": "a", "user": {"login": "' + "<a@" * 1_000_000 + '"}}]',
    ],
    ids=["keys", "keys of an item", "address", "person"],
)
def test_reading_takes_no_longer_than_the_file_is_long(content: str) -> None:
    began = time.process_time()
    exhaust("github", content.encode())
    exhaust("trello", content.encode())
    assert time.process_time() - began < 5


def test_json_of_another_encoding_is_refused() -> None:
    with pytest.raises(FileRefused, match="UTF-8"):
        source("github", '[{"title": "Öl"}]'.encode("cp1252"))


def test_numbers_and_characters_that_nothing_can_hold_do_no_harm() -> None:
    digits = "9" * 100_000
    text = f'[{{"title": "a\\u0000b\\ud800", "number": {digits}, "milestone": 1e999999}}]'
    [record] = records("github", text)
    assert record.title == "a�b�"


def test_a_card_that_is_none_is_a_flaw() -> None:
    assert flaws("trello", '{"id": "b", "lists": [], "cards": [7]}') == [
        (1, "", "This is no card.")
    ]


@pytest.mark.parametrize("name", ["csv", "github"])
def test_memory_does_not_grow_with_the_file(name: str) -> None:
    with TemporaryFile() as file:
        file.write(b"Title,Notes\n" if name == "csv" else b"[")
        row = b'Oil it,"%s"\n' % (b"x" * 1000)
        item = b'%%s{"title": "Oil it", "body": "%s"}' % (b"x" * 1000)
        for n in range(20_000):
            file.write(row if name == "csv" else item % (b"," if n else b""))
        file.write(b"" if name == "csv" else b"]")
        tracemalloc.start()
        try:
            assert sum(1 for _ in FORMATS[name](file, {}).rows()) == 20_000
            assert tracemalloc.get_traced_memory()[1] < 6 * MIBIBYTE
        finally:
            tracemalloc.stop()
