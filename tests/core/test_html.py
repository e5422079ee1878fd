"""HTML of Markdown in documents: in answers about one object, and in lists on request."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from comments.models import Comment
from core.markdown import VERSION
from tasks.models import Task
from tasks.services.tasks import update_task
from tests.support.actors import by
from tests.support.bulk import tasks_with
from tests.support.cast import Cast, client_of

STRONG = "<p><strong>Oil</strong></p>\n"


def ask(cast: Cast, path: str, **options: Any) -> Any:
    return client_of(cast.lea).ask("GET", path, **options)


def statements(cast: Cast, path: str) -> list[str]:
    with CaptureQueriesContext(connection) as captured:
        ask(cast, path)
    return [query["sql"] for query in captured]


@pytest.fixture
def described(cast: Cast, task: Task) -> Task:
    return update_task(actor=by(cast.lea), task=task, changes={"description": "**Oil**"})


def test_one_task_has_html_and_a_list_on_request(cast: Cast, described: Task) -> None:
    path = f"/api/projects/{cast.project.pk}/tasks"
    assert ask(cast, f"/api/tasks/{described.pk}")["data"]["description_html"] == STRONG
    assert ask(cast, f"{path}?include=html")["data"][0]["description_html"] == STRONG
    assert "description_html" not in ask(cast, path)["data"][0]
    assert not [sql for sql in statements(cast, path) if "html" in sql]
    body = {"description": ""}
    shown = client_of(cast.lea).ask("PATCH", f"/api/tasks/{described.pk}", body)["data"]
    assert shown["description_html"] == ""


@pytest.mark.parametrize("word", ["content_html", "description_html", "HTML", "html,x"])
def test_there_is_one_word_for_it(cast: Cast, comment: Comment, word: str) -> None:
    for path in (f"/api/tasks/{comment.task_id}/comments", f"/api/tasks/{comment.task_id}"):
        refusal = ask(cast, f"{path}?include={word}", status=400)
        assert list(refusal["errors"]) == ["include"]


def test_what_older_rules_rendered_is_rendered_anew(cast: Cast, described: Task) -> None:
    old = {"description_html": "<p>old</p>", "html_version": VERSION - 1}
    Task.objects.update(**old)
    assert ask(cast, f"/api/tasks/{described.pk}")["data"]["description_html"] == STRONG
    Task.objects.update(html_version=VERSION)
    assert ask(cast, f"/api/tasks/{described.pk}")["data"]["description_html"] == "<p>old</p>"
    client_of(cast.lea).ask("PATCH", f"/api/tasks/{described.pk}", {"description": "New"})
    described.refresh_from_db()
    assert (described.description_html, described.html_version) == ("<p>New</p>\n", VERSION)


def test_html_is_never_cut(cast: Cast, task: Task) -> None:
    """Clients that never page get a part of long texts; half an element would be open for ever."""
    text = "word " * 9000
    tasks_with(cast, [text] * 60)
    Task.objects.update(description_html=f"<p>{text}</p>", html_version=VERSION)
    path = f"/api/tasks/project/{cast.project.pk}/tasks?include=html"
    shown = ask(cast, path)["data"]
    left_out = {"shown": 0, "total": len(text) + 7}
    cut = [each for each in shown if each["truncated"]]
    assert len(cut) >= 60
    for each in cut:
        assert each["description_html"] is None
        assert each["truncated"]["description_html"] == left_out
