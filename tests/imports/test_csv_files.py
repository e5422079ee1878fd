"""Tables of any origin: encodings, delimiters, names of columns, and what is wrong in a row."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from imports.sources import FileRefused
from imports.sources.csv_files import MOST_COLUMNS
from imports.sources.tables import LONGEST_ROW, MOST_ROWS
from tests.imports.reading import flaws, records, said, source, stored

HEAD = "Title,Due\n"


def test_a_table_in_german_is_read() -> None:
    found = stored("csv", "tasks.csv")
    assert found.unknown == ["Farbe"]
    assert found.mapping["parent"] == "Übergeordnete Aufgabe"
    (_, oil), (_, check) = found.rows()
    assert said(oil) == {
        "external_id": "A-1",
        "title": "Öl wechseln",
        "description": "Erst warm laufen lassen,\ndann ablassen",
        "status": "Offen",
        "assignee": "moe@acme.test",
        "due_date": date(2026, 11, 22),
        "estimate_minutes": 90,
        "labels": ["Werkstatt", "Auto"],
    }
    assert (check.assignee, check.parent) == ("max@acme.test", "A-1")
    assert (check.due_date, check.due_time) == (date(2026, 12, 3), time(14, 30))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_encodings_delimiters_and_line_ends_are_found_out(
    encoding: str, delimiter: str, end: str
) -> None:
    rows = [["Key", "Titel"], ["1", "Öl, „gut“; 5€"], ["2", '"a""b"']]
    rows[1][1] = f'"{rows[1][1]}"'
    text = end.join(delimiter.join(row) for row in rows)
    found = records("csv", text.encode(encoding))
    assert [each.title for each in found] == ["Öl, „gut“; 5€", 'a"b']
    assert [each.external_id for each in found] == ["1", "2"]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "empty"),
        (b"\n\n", "empty"),
        (b"Title\n\0", "NUL"),
        ("Title\nOil".encode("utf-16-le"), "NUL"),
        (b"Title\n\x81\x8d", "neither UTF-8"),
        (b"\xff\xfeT", "neither UTF-8"),
        (b'Title\n"Oil', "never closed"),
        (b'"Title\nOil', "never closed"),
        (b"Colour,Size\nred,1\n", "titles"),
        (b"Title,title\nOil,Oil\n", ""),
        (b"Title,Title\nOil,Oil\n", "Several columns"),
        (",".join(f"c{n}" for n in range(MOST_COLUMNS + 1)).encode(), "columns"),
        (b"Title," + b"x" * 300 + b"\n", "name of a column"),
        (b"Title\n" + b"x\n" * (MOST_ROWS + 1), "200,000 rows"),
        (b"\x00\x01\x02PK\x03\x04", "NUL"),
    ],
)
def test_what_is_no_table_is_refused(content: bytes, why: str) -> None:
    if not why:
        assert len(records("csv", content)) == 1
        return
    with pytest.raises(FileRefused, match=why):
        records("csv", content)


def test_rows_that_cannot_be_read_are_flaws_and_the_others_are_read() -> None:
    huge, lines = "x" * 10_000_000, "line\n" * (LONGEST_ROW // 4)
    rows = ["Oil,", "Ragged", "Too,many,cells", f'Cell,"{"y" * 60_001}"', f'"Huge {huge}",']
    rows += [f"Huge {huge},", f'"{lines}",', "", ",", ",2026-11-22", "Last,"]
    text = HEAD + "\n".join(rows)
    too_long = "The row is too long."
    assert flaws("csv", text) == [
        (2, "", "The row has 1 cells instead of 2."),
        (3, "", "The row has 3 cells instead of 2."),
        (4, "Due", "The cell has more than 60,000 characters."),
        (5, "", too_long),
        (6, "", too_long),
        (7, "", too_long),
        (10, "title", "There is no title."),
    ]
    numbers = {number: each.title for number, each in source("csv", text).rows() if each.title}
    assert numbers == {1: "Oil", 11: "Last"}


def test_what_no_task_can_have_is_a_flaw() -> None:
    head = "Title,Description,Labels,Done,Estimate minutes,Owner\n"
    row = f"{'t' * 256},{'d' * 50_001},{'l' * 51},perhaps,soon,{'o' * 255}\n"
    found = flaws("csv", head + row)
    assert [field for _, field, _ in found] == [
        *("is_complete", "estimate_minutes", "title", "description", "assignee", "labels")
    ]
    many = ",".join(f"l{n}" for n in range(21))
    assert flaws("csv", f'Title,Labels\nOil,"{many}"\n') == [
        (1, "labels", "There are more than 20.")
    ]


def test_columns_are_named_by_options() -> None:
    text = "A,B,C,C\nx,y,z,z\n"
    [record] = records("csv", text, mapping={"title": "B", "status": "A"})
    assert said(record) == {"title": "y", "status": "x"}
    [other] = records("csv", "Title,Status\nx,y\n", mapping={"title": "Status"})
    assert said(other) == {"title": "y"}
    [less] = records("csv", "Title,Status\nx,y\n", mapping={"status": ""})
    assert said(less) == {"title": "x"}
    for wrong in ({"title": "D"}, {"colour": "A"}, {"title": "C"}, ["A"], {"title": ""}):
        with pytest.raises(FileRefused):
            source("csv", text, mapping=wrong)


@pytest.mark.parametrize(
    ("text", "day", "at"),
    [
        ("2026-11-02", date(2026, 11, 2), None),
        ("2026/11/02", date(2026, 11, 2), None),
        ("2026-11-02T15:04:05.123Z", date(2026, 11, 2), time(15, 4, 5)),
        ("2026-11-02 15:04:05+02:00", date(2026, 11, 2), time(13, 4, 5)),
        ("2.11.2026", date(2026, 11, 2), None),
        ("02.11.26 9:05", date(2026, 11, 2), time(9, 5)),
        ("2. November 2026", date(2026, 11, 2), None),
        ("2 Nov 2026", date(2026, 11, 2), None),
        ("02/Nov/26 3:04 PM", date(2026, 11, 2), time(15, 4)),
        ("Nov 2, 2026", date(2026, 11, 2), None),
        ("Mon Nov 02 2026 15:04:05 GMT+0000 (GMT+00:00)", date(2026, 11, 2), time(15, 4, 5)),
        ("2. März 2026", date(2026, 3, 2), None),
        ("02/11/2026 12:00 AM", date(2026, 11, 2), None),
    ],
)
def test_dates_are_written_in_many_ways(text: str, day: date, at: time | None) -> None:
    [record] = records("csv", f'Title,Due\nOil,"{text}"\n', date_order="dmy")
    assert not record.flaws
    assert (record.due_date, record.due_time) == (day, at)


@pytest.mark.parametrize(
    "text",
    [
        *("2026-02-30", "0001-01-01", "9999-12-31", "31.13.2026", "2026-11-02 25:00", "tomorrow"),
        *("2026-11-02 13:00 PM", "2026-11-02 10:00+99:99", "\u0662\u0660\u0662\u0666-11-02"),
        *("1" * 1000, "2 Foo 2026"),
    ],
)
def test_what_is_no_date_is_a_flaw(text: str) -> None:
    [found] = flaws("csv", f'Title,Due,Created\nOil,"{text}",\n')
    assert found[:2] == (1, "due_date")


def test_days_are_told_from_months_by_the_whole_file() -> None:
    rows = "".join(f"T{n},01/02/2026\n" for n in range(50))
    unknown = flaws("csv", HEAD + rows)
    assert len(unknown) == 50
    assert "date_order" in unknown[0][2]
    assert records("csv", HEAD + rows + "L,13/02/2026\n")[0].due_date == date(2026, 2, 1)
    assert records("csv", HEAD + rows + "L,02/13/2026\n")[0].due_date == date(2026, 1, 2)
    assert records("csv", HEAD + rows, date_order="mdy")[0].due_date == date(2026, 1, 2)
    assert flaws("csv", HEAD + "A,13/02/2026\nB,02/13/2026\n") == [
        (2, "due_date", "There is no such day.")
    ]


@pytest.mark.parametrize(
    ("text", "minutes"),
    [("90", 90), ("1h 30m", 90), ("1,5 Std", 90), ("2d", 960), ("1w", 2400), ("45 min", 45)],
)
def test_durations_have_units(text: str, minutes: int) -> None:
    [record] = records("csv", f'Title,Estimate minutes\nOil,"{text}"\n')
    assert record.estimate_minutes == minutes


@pytest.mark.parametrize(
    "options", [{"date_order": "ymd"}, {"date_order": ["dmy"]}, {"time_zone": 7}]
)
def test_options_that_make_no_sense_are_refused(options: Any) -> None:
    with pytest.raises(FileRefused):
        source("csv", HEAD, **options)


def test_moments_are_those_of_a_time_zone() -> None:
    text = "Title,Created,Due\nOil,2026-07-01 00:30,2026-06-30T23:00:00Z\n"
    [record] = records("csv", text, time_zone="Europe/Berlin")
    assert record.created_at is not None
    assert record.created_at == datetime(2026, 6, 30, 22, 30, tzinfo=UTC)
    assert record.created_at.utcoffset() == timedelta(hours=2)
    assert (record.due_date, record.due_time) == (date(2026, 7, 1), time(1, 0))


def test_relations_and_links_have_columns() -> None:
    text = 'Title,Depends on,Links\nOil,"A-1, A-2",https://a.example/x.pdf file:///etc/passwd\n'
    [record] = records("csv", text)
    assert record.relations == [("BLOCKED_BY", "A-1"), ("BLOCKED_BY", "A-2")]
    assert [link.url for link in record.links] == ["https://a.example/x.pdf"]
