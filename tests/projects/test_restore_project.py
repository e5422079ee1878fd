"""Bringing a deleted project back."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from comments.models import Comment
from projects.models import Project
from projects.services.deletion import delete_project
from tests.support.actors import by
from tests.support.cast import Cast, client_of
from tests.support.documents import project_alone
from tests.support.log import log_of


@pytest.fixture
def deleted(cast: Cast, comment: Comment) -> Project:
    delete_project(actor=by(cast.lea), project=cast.project)
    cast.project.refresh_from_db()
    return cast.project


def restore(cast: Cast, who: str, status: int = 200) -> Any:
    path = f"/api/projects/{cast.project.pk}/restore"
    return client_of(getattr(cast, who)).ask("POST", path, status=status)


def age(project: Project, **past: int) -> None:
    then = timezone.now() - timedelta(**past)
    Project.objects.filter(pk=project.pk).update(deleted_at=then)


@pytest.mark.parametrize("who", ["lea", "ada"])
def test_restore_project_brings_everything_back(
    cast: Cast, deleted: Project, comment: Comment, who: str
) -> None:
    answer = restore(cast, who)
    deleted.refresh_from_db()
    assert deleted.deleted_at is None
    shown = project_alone(deleted, getattr(cast, who))
    assert answer == {"success": True, "data": shown}
    client_of(cast.moe).ask("GET", f"/api/comments/{comment.pk}")
    assert log_of(deleted)[-1] == ("restored", getattr(cast, who).pk, {})


def test_restore_project_that_is_there_changes_nothing(cast: Cast, unchanged: None) -> None:
    restore(cast, "lea")


@pytest.mark.parametrize("who", ["pia", "max", "moe"])
def test_who_may_not_delete_may_not_restore(cast: Cast, deleted: Project, who: str) -> None:
    assert restore(cast, who, 403)["required"] == "project:delete"


def test_restore_project_within_thirty_days(cast: Cast, deleted: Project) -> None:
    age(deleted, days=30, seconds=1)
    assert restore(cast, "ada", 404)["code"] == "not_found"
    age(deleted, days=29, hours=23)
    restore(cast, "ada")


@pytest.mark.parametrize(
    ("who", "found"), [("ada", 1), ("lea", 1), ("pia", 0), ("max", 0), ("gus", 0), ("sam", 0)]
)
def test_list_what_can_be_restored(cast: Cast, deleted: Project, who: str, found: int) -> None:
    client = client_of(getattr(cast, who))
    listed = client.ask("GET", "/api/projects?deleted=true")["data"]
    assert [project["id"] for project in listed] == [str(deleted.pk)] * found
    assert client.ask("GET", "/api/projects?deleted=false")["data"] == []
    age(deleted, days=31)
    assert client.ask("GET", "/api/projects?deleted=true")["data"] == []


def test_a_live_project_is_not_listed_as_deleted(cast: Cast) -> None:
    here = f"/api/projects?workspace={cast.workspace.pk}&deleted=true"
    assert client_of(cast.ada).ask("GET", here)["data"] == []
    refusal = client_of(cast.ada).ask("GET", "/api/projects?deleted=perhaps", status=400)
    assert list(refusal["errors"]) == ["deleted"]
