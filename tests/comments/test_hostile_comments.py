"""Bodies that are no comments are refused; whatever is one is kept as it was written, at once."""

import json
import time
from typing import Any

import pytest

from comments.models import Comment
from tasks.models import Task
from tests.support.cast import Cast, client_of

LONGEST = 20_000


def say(cast: Cast, task: Task, body: Any) -> Any:
    path = f"/api/tasks/{task.pk}/comments"
    return client_of(cast.max).generic("POST", path, body, "application/json")


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("x" * 1_000_000, "invalid"),
        ("x" * (LONGEST + 1), "invalid"),
        ("[" * 100_001, "too_many_values"),
        ("", "invalid"),
        (" \n\t", "invalid"),
        ("a\0b", "invalid"),
        ("a\ud800b", "invalid"),
        (None, "invalid"),
        (5, "invalid"),
        (True, "invalid"),
        (["a"], "invalid"),
        ({"a": 1}, "invalid"),
    ],
)
def test_what_is_no_text_is_refused(cast: Cast, task: Task, content: Any, code: str) -> None:
    answer = say(cast, task, json.dumps({"content": content}))
    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert not Comment.objects.exists()


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("x" * 2_000_000, 413),
        ("[" * 100_000, 400),
        ("[" * 90_000 + "]" * 9_000, 400),
        ("", 400),
        ("null", 400),
        ("[]", 400),
        ('{"content": "a"', 400),
        ('{"content": Infinity}', 400),
    ],
)
def test_what_is_no_object_is_refused(cast: Cast, task: Task, body: str, status: int) -> None:
    assert say(cast, task, body).status_code == status
    assert not Comment.objects.exists()


@pytest.mark.parametrize(
    "unit",
    ["[", "![", "[](", "*a_", "`", "> - ", "<!--", "&#", "[a]: b\n", "|-|\n", "@max ", "\u202e"],
)
def test_the_longest_text_of_marks_is_kept_at_once(cast: Cast, task: Task, unit: str) -> None:
    text = f"x{unit * LONGEST}"[: LONGEST - 1] + "x"
    since = time.process_time()
    answer = say(cast, task, json.dumps({"content": text}))
    assert (answer.status_code, answer.json()["data"]["content"]) == (201, text)
    assert time.process_time() - since < 2
