"""Files of other products are read as they describe them; each is known by what it has."""

from datetime import UTC, date, datetime, time

import pytest

from imports.sources import FileRefused, guessed_source
from imports.sources.records import CommentRecord, LinkRecord
from tests.imports.reading import FILES, records, said, stored


def at(day: int, hour: int, minute: int = 0, second: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, second, tzinfo=UTC)


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("tasks.csv", "csv"),
        ("jira.csv", "jira"),
        ("linear.csv", "linear"),
        ("asana.csv", "asana"),
        ("trello.json", "trello"),
        ("github.json", "github"),
    ],
)
def test_a_file_is_known_by_what_it_has(file: str, name: str) -> None:
    with (FILES / file).open("rb") as content:
        assert guessed_source(content) == name
    for other in {"jira", "linear", "asana", "trello", "github"} - {name}:
        with pytest.raises(FileRefused):
            stored(other, file)


ORDER = {
    "external_id": "PUMP-1",
    "title": "Order the pump",
    "type": "Story",
    "status": "In Progress",
    "is_complete": False,
    "priority": "High",
    "assignee": "Max Moe",
    "reporter": "Lea Lind",
    "created_at": at(2, 9, 5),
    "due_date": date(2026, 11, 22),
    "labels": ["garage", "oil"],
    "description": "Two pumps, one spare",
    "estimate_minutes": 90,
    "comments": [
        CommentRecord(author="Lea Lind", content="Which size?; both", created_at=at(3, 15, 4)),
        CommentRecord(author="712020:zz", content="Large\nand small", created_at=at(4, 8)),
    ],
    "links": [
        LinkRecord(
            name="pump; sizes.pdf",
            url="https://acme.example/secure/attachment/1/pump.pdf",
        )
    ],
    "relations": [("BLOCKS", "PUMP-2")],
}


def test_issues_of_jira() -> None:
    found = stored("jira", "jira.csv")
    assert found.unknown == ["Issue id", "Assignee Id", "Reporter Id", "Sprint"]
    (_, order), (_, fit) = found.rows()
    assert said(order) == ORDER
    assert (fit.parent, fit.is_complete, fit.completed_at) == ("PUMP-1", True, at(6, 0, 30))
    assert fit.relations == [("BLOCKED_BY", "PUMP-1"), ("RELATES_TO", "PUMP-1")]
    assert fit.comments == [CommentRecord(author="", content="Just a note")]


def test_times_of_jira_are_those_of_a_time_zone() -> None:
    (_, order), _ = stored("jira", "jira.csv", time_zone="Europe/Berlin").rows()
    assert order.created_at == at(2, 8, 5)
    assert order.due_date == date(2026, 11, 22)


def test_parents_of_jira_are_named_by_key_too() -> None:
    head = "Issue key,Issue id,Summary,Parent,Parent key,Custom field (Epic Link)\n"
    rows = "A-1,7,One,,,\nA-2,8,Two,7,A-1,\nA-3,9,Three,,,A-1\nA-4,10,Four,99,,\n"
    assert [each.parent for each in records("jira", head + rows)] == ["", "A-1", "A-1", "99"]


def test_issues_of_linear() -> None:
    found = stored("linear", "linear.csv")
    assert "Estimate" in found.unknown
    (_, drain), (_, buy) = found.rows()
    assert said(drain) == {
        "external_id": "GAR-7",
        "title": "Drain the oil",
        "description": 'Use the "big" pan',
        "status": "In Progress",
        "is_complete": False,
        "reporter": "lea@acme.test",
        "assignee": "moe@acme.test",
        "labels": ["Car", "Oil"],
        "created_at": at(4, 11, 21, 41),
        "due_date": date(2026, 11, 26),
        "relations": [("RELATES_TO", "GAR-9"), ("BLOCKED_BY", "GAR-8"), ("BLOCKED_BY", "GAR-10")],
    }
    assert (buy.parent, buy.priority, buy.is_complete) == ("GAR-7", "Urgent", True)
    assert buy.relations == [("DUPLICATES", "GAR-11")]


def test_tasks_of_asana() -> None:
    wash, buy, doors, orphan = (record for _, record in stored("asana", "asana.csv").rows())
    assert said(wash) == {
        "external_id": "1201",
        "title": "Wash, dry and wax",
        "description": "Use soft cloths",
        "status": "To do",
        "is_complete": False,
        "priority": "High",
        "assignee": "moe@acme.test",
        "labels": ["car", "clean"],
        "created_at": at(1, 0),
        "start_date": date(2026, 11, 3),
        "due_date": date(2026, 11, 5),
        "relations": [("BLOCKED_BY", "1202")],
    }
    assert (buy.assignee, buy.is_complete) == ("Lea", True)
    assert buy.relations == [("BLOCKS", "1201")]  # the other one is in another project
    assert (doors.parent, orphan.parent) == ("1201", "Gone")


def test_a_parent_of_asana_is_the_last_one_of_its_name() -> None:
    head = "Task ID,Name,Parent task,Blocked By (Dependencies)\n"
    rows = "1,Oil,,\n2,Check,Oil,\n3,Oil,,\n4,Check,Oil,Oil\n5,Early,Late,\n6,Late,,\n7,Own,Own,\n"
    found = records("asana", head + rows)
    assert [each.parent for each in found] == ["", "1", "", "3", "6", "", "Own"]
    assert found[3].relations == []  # there are two


def test_cards_of_trello() -> None:
    found = stored("trello", "trello.json")
    assert (found.total, found.unknown) == (2, ["pos"])
    (_, oil), (_, old) = found.rows()
    assert said(oil) == {
        "external_id": "656fc2000000000000000011",
        "title": "Change the oil",
        "description": "Warm it up.\n\n### Steps\n\n- [x] Drain\n- [ ] Fill",
        "status": "Doing",
        "is_complete": False,
        "assignee": "Max Moe",
        "reporter": "Max Moe",
        "labels": ["Car", "sky"],
        "start_date": date(2026, 11, 20),
        "due_date": date(2026, 11, 22),
        "due_time": time(15, 4),
        "created_at": datetime(2023, 12, 6, 0, 36, 16, tzinfo=UTC),
        "comments": [
            CommentRecord(author="Max Moe", content="First", created_at=at(3, 9)),
            CommentRecord(author="Lea Lind", content="Second", created_at=at(4, 9)),
        ],
        "links": [LinkRecord(name="Manual", url="https://acme.example/manual.pdf")],
    }
    assert (old.status, old.is_complete) == ("Attic", True)


def test_issues_of_github() -> None:
    found = stored("github", "github.json")
    assert (found.total, found.unknown) == (2, ["milestone"])
    (_, leak), (_, buy) = found.rows()
    assert said(leak) == {
        "external_id": "acme/garage#12",
        "title": "Oil leaks",
        "description": "Under the engine.",
        "type": "Bug",
        "status": "open",
        "is_complete": False,
        "assignee": "max",
        "reporter": "lea",
        "labels": ["bug", "urgent"],
        "created_at": at(2, 9),
    }
    assert (buy.parent, buy.is_complete, buy.completed_at) == ("acme/garage#12", True, at(4, 9))


def test_comments_of_github_stand_beside_issues() -> None:
    url = "https://api.github.com/repos/acme/garage/issues/12"
    issue = f'{{"number": 12, "title": "Oil", "url": "{url}"}}'
    comment = f'{{"issue_url": "{url}", "body": "Yes", "user": {{"login": "lea"}}}}'
    beside = f'{{"comments": [{comment}], "issues": [{issue}]}}'
    [record] = records("github", beside)
    assert record.comments == [CommentRecord(author="lea", content="Yes")]
    assert [each.title for each in records("github", f"[[{issue}], [{issue}]]")] == ["Oil", "Oil"]
