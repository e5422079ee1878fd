"""The moves between columns that a project allows."""

from typing import Any

import pytest

from tasks.models import Task
from tests.support.cast import Cast, client_of
from tests.support.databases import CommittedDatabase
from tests.support.log import log_of
from tests.support.threads import at_once

FORWARD = [("TODO", "IN_PROGRESS"), ("IN_PROGRESS", "DONE")]


def ask(cast: Cast, method: str, moves: Any = None, **options: Any) -> Any:
    body = None if moves is None else {"transitions": moves}
    path = f"/api/projects/{cast.project.pk}/transitions"
    return client_of(cast.lea).ask(method, path, body, **options)


def pairs(answer: Any) -> list[tuple[str, str]]:
    return sorted((move["from_status"], move["to_status"]) for move in answer["data"])


def named(moves: list[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"from": source, "to": target} for source, target in moves]


def test_set_transitions_replaces_them_all(cast: Cast) -> None:
    assert pairs(ask(cast, "GET")) == []
    shown = ask(cast, "PUT", named(FORWARD))
    assert pairs(shown) == sorted(FORWARD) == pairs(ask(cast, "GET"))
    source, target = (cast.project.statuses.get(key=key) for key in FORWARD[0])
    assert {
        "id": shown["data"][0]["id"],
        "from_status": "TODO",
        "to_status": "IN_PROGRESS",
        "from_status_id": str(source.pk),
        "to_status_id": str(target.pk),
    } in shown["data"]
    by_id = [{"from_status": str(target.pk), "to_status": "todo"}]
    assert pairs(ask(cast, "PUT", by_id)) == [("IN_PROGRESS", "TODO")]
    assert pairs(ask(cast, "PUT", [])) == []
    actions = [(action, changes.get("transitions")) for action, _, changes in log_of(cast.project)]
    old = ["IN_PROGRESS → TODO"]
    assert actions[-1] == ("transitions_changed", {"old": old, "new": []})


def test_the_same_transitions_again_change_nothing(cast: Cast) -> None:
    first = ask(cast, "PUT", named([*FORWARD, *FORWARD]))
    assert ask(cast, "PUT", named(FORWARD)) == first
    assert [action for action, _, _ in log_of(cast.project)].count("transitions_changed") == 1


def test_a_task_moves_where_the_workflow_leads(cast: Cast, task: Task) -> None:
    ask(cast, "PUT", named(FORWARD))
    path = f"/api/tasks/{task.pk}/transition"
    refusal = client_of(cast.lea).ask("POST", path, {"status": "DONE"}, status=409)
    assert (refusal["code"], refusal["allowed"]) == ("illegal_transition", ["IN_PROGRESS"])
    client_of(cast.lea).ask("POST", path, {"status": "IN_PROGRESS"})
    client_of(cast.lea).ask("POST", path, {"status": "DONE"})


@pytest.mark.parametrize(
    "wrong",
    [
        [{"from": "TODO", "to": "TODO"}],
        [{"from": "TODO", "to": "NOPE"}],
        [{"from": "TODO"}],
        [{"from": "TODO", "to": {}}],
        [7],
        "all",
        [{"from": "TODO", "to": "DONE"}] * 2501,
    ],
)
def test_what_is_no_move_is_refused(cast: Cast, wrong: Any) -> None:
    ask(cast, "PUT", named(FORWARD))
    assert "transitions" in str(ask(cast, "PUT", wrong, status=400)["errors"])
    assert pairs(ask(cast, "GET")) == sorted(FORWARD)


def test_of_two_who_move_a_task_on_one_does(
    committed_db: CommittedDatabase, cast: Cast, task: Task
) -> None:
    ask(cast, "PUT", named(FORWARD))
    path = f"/api/tasks/{task.pk}/transition"

    def moved() -> int:
        body = '{"status": "IN_PROGRESS"}'
        headers = {"If-Match": '"1"'}
        answer = client_of(cast.lea).generic(
            "POST", path, body, content_type="application/json", headers=headers
        )
        return answer.status_code

    assert sorted(at_once(moved, moved)) == [200, 412]
    actions = [action for action, _, _ in log_of(task)]
    assert actions.count("status_changed") == 1
