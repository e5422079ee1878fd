"""Bringing a deleted comment back."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from comments.models import Comment
from comments.services.comments import delete_comment
from projects.services.deletion import archive_project
from tasks.services.tasks import delete_task
from tests.support.actors import by
from tests.support.cast import Cast, client_of
from tests.support.documents import comment_alone
from tests.support.log import log_of


@pytest.fixture
def deleted(cast: Cast, comment: Comment) -> Comment:
    delete_comment(actor=by(cast.max), comment=comment)
    return Comment.objects.get()


def restore(cast: Cast, who: str, status: int = 200, **headers: str) -> Any:
    path = f"/api/comments/{Comment.objects.get().pk}/restore"
    return client_of(getattr(cast, who)).ask("POST", path, status=status, **headers)


def age(**past: int) -> None:
    Comment.objects.update(deleted_at=timezone.now() - timedelta(**past))


@pytest.mark.parametrize("who", ["max", "lea", "ada"])
def test_restore_comment(cast: Cast, deleted: Comment, who: str) -> None:
    answer = restore(cast, who)
    deleted.refresh_from_db()
    assert answer == {"success": True, "data": comment_alone(deleted, getattr(cast, who))}
    assert (deleted.deleted_at, deleted.content) == (None, "On it")
    assert log_of(deleted)[-1] == ("restored", getattr(cast, who).pk, {})


def test_restore_comment_that_is_there_changes_nothing(cast: Cast, unchanged: None) -> None:
    restore(cast, "max")


def test_who_may_not_delete_may_not_restore(cast: Cast, deleted: Comment) -> None:
    assert restore(cast, "moe", 403)["required"] == "comment:delete"


def test_restore_comment_within_thirty_days(cast: Cast, deleted: Comment) -> None:
    age(days=30, seconds=1)
    assert restore(cast, "max", 404)["code"] == "not_found"
    age(days=29, hours=23)
    restore(cast, "max")


def test_restore_comment_of_what_is_archived_or_gone(cast: Cast, deleted: Comment) -> None:
    delete_task(actor=by(cast.lea), task=deleted.task)
    assert restore(cast, "lea", 404)["code"] == "not_found"
    client_of(cast.lea).ask("POST", f"/api/tasks/{deleted.task_id}/restore")
    archive_project(actor=by(cast.lea), project=cast.project)
    assert restore(cast, "lea", 409)["code"] == "archived"


def test_restore_comment_under_the_version_read(cast: Cast, deleted: Comment) -> None:
    assert restore(cast, "max", 412, **{"If-Match": '"1"'})["code"] == "stale"
    restore(cast, "max", 200, **{"If-Match": '"2"'})


@pytest.mark.parametrize(
    ("who", "found"), [("ada", 1), ("pia", 1), ("lea", 1), ("max", 1), ("moe", 0)]
)
def test_list_what_can_be_restored(cast: Cast, deleted: Comment, who: str, found: int) -> None:
    client, here = client_of(getattr(cast, who)), f"/api/tasks/{deleted.task_id}/comments?deleted="
    listed = client.ask("GET", f"{here}true")["data"]["items"]
    assert [comment["id"] for comment in listed] == [str(deleted.pk)] * found
    assert client.ask("GET", f"{here}false")["data"]["items"] == []
    age(days=31)
    assert client.ask("GET", f"{here}true")["data"]["items"] == []


def test_a_live_comment_is_not_listed_as_deleted(cast: Cast, comment: Comment) -> None:
    here = f"/api/comments/task/{comment.task_id}/comments?deleted=true"
    assert client_of(cast.ada).ask("GET", here)["data"] == []
