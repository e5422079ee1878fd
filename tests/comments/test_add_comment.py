"""Saying something about a task."""

import pytest

from comments.models import Comment
from comments.services.comments import add_comment
from tasks.models import Task
from tasks.services.tasks import create_task, transition_task
from tests.support.actors import by
from tests.support.cast import Cast, client_of
from tests.support.databases import CommittedDatabase
from tests.support.documents import comment_alone
from tests.support.invariants import faults
from tests.support.log import log_of
from tests.support.threads import at_once

TEXT = "**Ready** <script>alert(1)</script>\n- 😀 @max"


@pytest.mark.parametrize("path", ["/api/tasks/{}/comments", "/api/comments/task/{}/comments"])
@pytest.mark.parametrize("key", ["content", "message"])
def test_add_comment_answers_the_comment(cast: Cast, task: Task, path: str, key: str) -> None:
    answer = client_of(cast.moe).ask("POST", path.format(task.pk), {key: TEXT}, status=201)
    made = Comment.objects.get()
    assert (made.content, made.author, made.task) == (TEXT, cast.moe, task)
    assert answer == {
        "success": True,
        "data": comment_alone(made, cast.moe),
        "message": "Comment added successfully",
    }
    assert log_of(made) == [("commented", cast.moe.pk, {})]


def test_add_comment_to_a_task_that_is_gone(cast: Cast, task: Task) -> None:
    client_of(cast.lea).ask("DELETE", f"/api/tasks/{task.pk}", status=204)
    path = f"/api/tasks/{task.pk}/comments"
    refusal = client_of(cast.moe).ask("POST", path, {"message": "Still there?"}, status=404)
    assert refusal["code"] == "not_found"
    assert not Comment.objects.exists()


def test_comments_and_moves_do_not_stop_each_other(
    committed_db: CommittedDatabase, cast: Cast
) -> None:
    task = create_task(actor=by(cast.lea), project=cast.project, title="Oil")
    columns = list(cast.project.statuses.order_by("position"))

    def talk() -> None:
        for n in range(10):
            add_comment(actor=by(cast.max), task=task, content=str(n))

    def move() -> None:
        for n in range(10):
            column = columns[n % 3]
            transition_task(actor=by(cast.lea), task=task, status=column)

    at_once(*[talk, move] * 4)
    assert Comment.objects.count() == 40
    assert faults() == {}
