"""The same request twice, on purpose: one effect, one answer."""

from typing import Any

import pytest

from comments.models import Comment
from core.models import IdempotencyKey
from projects.services.members import add_project_member
from tasks.models import Task
from tests.support.actors import by
from tests.support.cast import Cast, client_of
from tests.support.databases import CommittedDatabase
from tests.support.log import log_of
from tests.support.threads import times
from workspaces.services.members import change_member_role, remove_member

KEY = {"Idempotency-Key": "once"}


def create(cast: Cast, title: str = "Oil", who: str = "lea", **headers: str) -> Any:
    path = f"/api/projects/{cast.project.pk}/tasks"
    client = client_of(getattr(cast, who))
    return client.post(path, {"title": title}, format="json", headers={**KEY, **headers})


def test_a_repeated_request_gets_the_first_answer(cast: Cast) -> None:
    first, second = create(cast), create(cast)
    assert (first.status_code, second.status_code) == (201, 201)
    assert second.content == first.content
    assert second["ETag"] == first["ETag"] == '"1"'
    assert second["Content-Type"] == first["Content-Type"]
    assert second["Idempotency-Replayed"] == "true"
    assert not first.has_header("Idempotency-Replayed")
    assert Task.objects.count() == 1


def test_an_edit_is_repeated_as_it_was_answered(cast: Cast, comment: Comment) -> None:
    client, path = client_of(cast.max), f"/api/comments/{comment.pk}"
    first = client.patch(path, {"content": "Done"}, format="json", headers=KEY)
    client.ask("PATCH", path, {"content": "Redone"})
    second = client.patch(path, {"content": "Done"}, format="json", headers=KEY)
    assert second.content == first.content
    comment.refresh_from_db()
    assert (comment.content, comment.version) == ("Redone", 3)


def test_a_delete_is_repeated_without_a_body(cast: Cast, task: Task) -> None:
    client, path = client_of(cast.lea), f"/api/tasks/{task.pk}"
    answers = [client.delete(path, headers=KEY) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [204, 204]
    assert [answer.content for answer in answers] == [b"", b""]
    assert [action for action, _, _ in log_of(task)] == ["created", "deleted"]


def test_a_key_belongs_to_its_body(cast: Cast) -> None:
    create(cast)
    refusal = create(cast, "Something else")
    told = refusal.json()
    assert refusal.status_code == 422
    assert told == {
        "success": False,
        "message": "This idempotency key was used for a different request.",
        "code": "idempotency_key_reused",
        "request_id": told["request_id"],
    }
    assert Task.objects.count() == 1


def test_a_key_belongs_to_its_route(cast: Cast, task: Task) -> None:
    client = client_of(cast.moe)
    first = client.post(f"/api/tasks/{task.pk}/comments", {"content": "x"}, "json", headers=KEY)
    other = client.post(
        f"/api/comments/task/{task.pk}/comments", {"content": "x"}, "json", headers=KEY
    )
    assert (first.status_code, other.status_code) == (201, 422)


def test_a_key_belongs_to_one_person(cast: Cast) -> None:
    answers = [create(cast, who=who) for who in ("lea", "max")]
    assert [answer.json()["data"]["number"] for answer in answers] == [1, 2]
    assert IdempotencyKey.objects.count() == 2


def test_a_refused_request_stores_nothing(cast: Cast) -> None:
    refused = [create(cast, "").status_code, create(cast, who="sam").status_code]
    assert refused == [400, 403]
    assert IdempotencyKey.objects.count() == 0
    assert create(cast).status_code == 201


def test_reading_needs_no_key(cast: Cast) -> None:
    client_of(cast.moe).get(f"/api/projects/{cast.project.pk}/tasks", headers=KEY)
    assert IdempotencyKey.objects.count() == 0


@pytest.mark.parametrize("key", ["", "x" * 256, "a\tb", "\x7f"])
def test_an_unfit_key_is_refused(cast: Cast, unchanged: None, key: str) -> None:
    answer = create(cast, **{"Idempotency-Key": key})
    assert answer.status_code == 400
    assert list(answer.json()["errors"]) == ["Idempotency-Key"]


def test_twenty_requests_at_once_have_one_effect(
    committed_db: CommittedDatabase, cast: Cast
) -> None:
    answers = times(20, lambda _: create(cast))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    replayed = [answer.has_header("Idempotency-Replayed") for answer in answers]
    assert sorted(replayed) == [False, *[True] * 19]
    assert Task.objects.count() == 1
    assert IdempotencyKey.objects.count() == 1


def test_a_failed_request_lets_its_waiting_twin_try(
    committed_db: CommittedDatabase, cast: Cast
) -> None:
    answers = times(6, lambda _: create(cast, "").status_code)
    assert answers == [400] * 6
    assert create(cast).status_code == 201


@pytest.mark.parametrize(("role", "status"), [("GUEST", 409), (None, 403)])
def test_who_may_no_longer_read_addresses_is_not_answered_again(
    cast: Cast, role: str | None, status: int
) -> None:
    add_project_member(actor=by(cast.lea), project=cast.project, person=cast.moe)
    first = create(cast, who="moe")
    assert b"moe@example.com" in first.content
    place = cast.workspace.memberships.get(user=cast.moe)
    if role:
        change_member_role(actor=by(cast.ada), membership=place, role=role)
    else:
        remove_member(actor=by(cast.ada), membership=place)
    second = create(cast, who="moe")
    assert second.status_code == status
    assert b"moe@example.com" not in second.content
    assert Task.objects.count() == 1
