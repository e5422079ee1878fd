"""Some rounds of `bin/faults live`, and what it would notice."""

from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest

from dev.faults import live
from dev.faults.asking import Api
from dev.faults.copies import FIELDS, Copy, edited
from dev.faults.following import Follower
from dev.faults.serving import serving

ROOM = "workspace:w"


@pytest.mark.usefixtures("committed_db")
def test_copies_equal_the_server_after_faults(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "config.settings.development")
    with serving(tmp_path) as servers:
        code = live.run(servers, rounds=4, seed=4)
    printed = capsys.readouterr().out
    assert code == 0, printed
    assert "web killed" in printed
    assert "resumed" in printed


@pytest.mark.parametrize(
    ("numbers", "fault"),
    [
        ([(8, 7), (9, 8)], None),
        ([(8, 7), (8, 7)], "8 came again after 8"),
        ([(9, 8)], "9 with prev 8 came after 7"),
        ([(8, 7), (9, 7)], "9 with prev 7 came after 8"),
    ],
)
def test_gaps_and_doubles_are_noticed(numbers: list[tuple[int, int]], fault: str | None) -> None:
    follower = Follower("ada", Api([]), {ROOM: Copy(Api([]), "w")}, Random(1))
    follower.rooms[ROOM].seq = 7
    for seq, prev in numbers:
        event = {"seq": seq, "entity": "person", "action": "updated", "entity_id": ""}
        pushed = {"type": "person:updated", "room": ROOM, "seq": seq, "prev": prev}
        follower.take({**pushed, "event": event})
    found = follower.faults
    assert found == [] if fault is None else fault in found[-1]


class Open(Api):
    """Of a server with one project, which may be read."""

    def row(self, path: str) -> Any:
        return {**dict.fromkeys(FIELDS["project"]), "id": "p"} if "/projects/" in path else None

    def rows(self, path: str) -> Iterator[Any]:
        return iter(())


def test_who_is_refused_a_room_reads_its_project_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """It was opened again by an event that the room of the workspace had before the refusal."""
    monkeypatch.setattr("dev.faults.copies.last_of", lambda *_: 9)
    api = Open([])
    follower = Follower(
        "ada", api, {ROOM: Copy(api, "w"), "project:p": Copy(api, "w", "p")}, Random(1)
    )
    follower.take({"type": "error", "code": 4403, "room": "project:p", "message": "Not now."})
    assert [set(each.copy.rows["project"]) for each in follower.rooms.values()] == [{"p"}, {"p"}]


def test_rows_that_differ_are_noticed() -> None:
    copy, server = Copy(Api([]), "w"), Copy(Api([]), "w")
    copy.rows["task"] = {"1": {"title": "Oil"}, "2": {"title": "Wax"}}
    server.rows["task"] = {"1": {"title": "Oil"}, "3": {"title": "Tar"}}
    assert len(live.differences(ROOM, copy, server)) == 2


def test_edits_fit_only_the_text_they_were_made_for() -> None:
    edits: list[Any] = [(0, "a", ""), (3, "🎉", "the")]
    assert edited("a 🎉 🎉 b", [(2, "🎉", "oil")]) == "a oil 🎉 b"
    with pytest.raises(AssertionError):
        edited("Oil it", edits)
