"""No answer outgrows its limit, and each says what it leaves out."""

from random import Random
from typing import Any

import pytest

from accounts.models import User
from comments.models import Comment
from core.documents.pages import MEBIBYTE, PAGE
from projects.services.projects import create_project
from tasks.models import Task
from tests.support.actors import by
from tests.support.bulk import comments_on, crowd_in, tasks_with
from tests.support.cast import Cast, client_of
from tests.support.openapi import document

LIMIT = 8 * MEBIBYTE
LONGEST = 50_000
PARAGRAPH = "What is to be done, and why. " * 10


def answered(cast: Cast, path: str) -> tuple[Any, int]:
    """What the lead is answered, and how many bytes that is."""
    response = client_of(cast.lea).get(path)
    assert response.status_code == 200, response.content
    return response.json(), len(response.content)


def alias_of(cast: Cast) -> str:
    return f"/api/tasks/project/{cast.project.pk}/tasks"


@pytest.mark.parametrize(("seed", "letter"), list(enumerate("€😀")))
def test_pages_that_end_early_lose_and_repeat_nothing(cast: Cast, seed: int, letter: str) -> None:
    chance = Random(seed)
    lengths = [int(LONGEST * chance.random() ** 3) for _ in range(150)]
    tasks = tasks_with(cast, (letter * length for length in lengths))
    path = f"/api/projects/{cast.project.pk}/tasks?limit=100"
    cursor: str | None = ""
    pages = []
    while cursor is not None:
        answer, size = answered(cast, f"{path}&cursor={cursor}" if cursor else path)
        assert size < LIMIT
        pages.append([(task["id"], len(task["description"])) for task in answer["data"]])
        cursor = answer["meta"]["next_cursor"]
    walked = [one for page in pages for one in page]
    made = sorted(tasks, key=lambda task: (task.created_at, task.pk), reverse=True)
    assert walked == [(str(task.pk), len(task.description)) for task in made]
    assert sum(lengths) * len(letter.encode()) > 2 * PAGE
    assert len(pages) > 2


def test_a_page_shows_at_least_one_row(cast: Cast) -> None:
    [task, other] = tasks_with(cast, ["\x01" * LONGEST] * 2)
    comments_on(cast, [task, other], ["😀" * 20_000] * 25)
    path = f"/api/projects/{cast.project.pk}/tasks?include=comments"
    answer, size = answered(cast, path)
    assert [len(shown["comments"]) for shown in answer["data"]] == [20]
    assert answer["data"][0]["truncated"] == {"comments": {"shown": 20, "total": 25}}
    assert answer["meta"]["next_cursor"]
    assert size < LIMIT


def test_a_list_for_clients_that_never_page_first_leaves_out_comments(cast: Cast) -> None:
    tasks = tasks_with(cast, [PARAGRAPH] * 300)
    comments_on(cast, tasks[:150], ["Yes"])
    comments_on(cast, tasks[150:], [PARAGRAPH] * 20)
    answer, size = answered(cast, alias_of(cast))
    newer, older = answer["data"][:150], answer["data"][150:]
    assert {shown["description"] for shown in answer["data"]} == {PARAGRAPH}
    assert all((len(s["comments"]), s["truncated"]) == (1, {}) for s in older)
    left_out = {"comments": {"shown": 0, "total": 20}}
    assert all((s["comments"], s["truncated"]) == ([], left_out) for s in newer)
    assert {shown["comment_count"] for shown in newer} == {20}
    assert size < LIMIT


def test_a_list_for_clients_that_never_page_then_shortens_descriptions(cast: Cast) -> None:
    whole = "€" * LONGEST
    tasks = tasks_with(cast, [PARAGRAPH] * 400)
    Task.objects.filter(pk__in=[task.pk for task in tasks[::8]]).update(description=whole)
    comments_on(cast, tasks, ["Yes"])
    answer, size = answered(cast, alias_of(cast))
    assert len(answer["data"]) == 400
    for shown in answer["data"]:
        text = shown["description"]
        if text == PARAGRAPH:
            assert "description" not in shown["truncated"]
        else:
            cut = {"shown": len(text), "total": LONGEST}
            assert shown["truncated"]["description"] == cut
            assert (text, len(text) > 2000) == (whole[: len(text)], True)
        assert (shown["comments"], "comments" in shown["truncated"]) == ([], True)
    assert size < 2 * PAGE
    assert answer["meta"] == {"next_cursor": None}


# One for each way a letter is written: as six characters, as four bytes and escaped.
@pytest.mark.parametrize("letter", ["\x01", "😀", '"'])
def test_all_of_the_first_thousand_rows_stay_whatever_they_hold(cast: Cast, letter: str) -> None:
    User.objects.update(name=letter * 150, avatar_url=letter * 30)
    tasks = tasks_with(cast, [""] * 1005, assignee=cast.max)
    comments_on(cast, tasks[-100:], ["Yes"] * 3)
    # Sent once: psycopg takes seconds for so many quotation marks.
    Task.objects.update(title=letter * 255, description=letter * 5000)
    Comment.objects.update(content=letter * 2000)
    answer, size = answered(cast, alias_of(cast))
    newest = sorted(tasks, key=lambda task: (task.created_at, task.pk), reverse=True)[:1000]
    assert [shown["id"] for shown in answer["data"]] == [str(task.pk) for task in newest]
    assert answer["meta"]["next_cursor"]
    assert size < LIMIT


def test_not_even_rows_full_of_control_characters_pass_the_limit(cast: Cast) -> None:
    User.objects.update(name="\x01" * 150, avatar_url="\x01" * 500)
    tasks_with(cast, [""] * 1000, assignee=cast.max)
    Task.objects.update(title="\x01" * 255, description="\x01" * 5000)
    cursor: str | None = ""
    walked = []
    while cursor is not None:
        path = f"{alias_of(cast)}?cursor={cursor}" if cursor else alias_of(cast)
        answer, size = answered(cast, path)
        assert size < LIMIT
        walked += [task["id"] for task in answer["data"]]
        cursor = answer["meta"]["next_cursor"]
    assert len(walked) == len(set(walked)) == 1000


def test_a_project_shows_its_thousand_newest_tasks(cast: Cast) -> None:
    tasks = tasks_with(cast, [PARAGRAPH] * 1005)
    crowd_in(cast, cast.project, 510)
    shown = answered(cast, f"/api/project/{cast.project.pk}")[0]["data"]
    newest = sorted(tasks, key=lambda task: (task.created_at, task.pk), reverse=True)[:1000]
    assert [task["id"] for task in shown["tasks"]] == [str(task.pk) for task in newest]
    assert shown["truncated"] == {
        "tasks": {"shown": 1000, "total": 1005},
        "members": {"shown": 500, "total": 513},
    }
    assert len(shown["members"]) == 500


@pytest.mark.parametrize("letter", ["\x01", "😀"])
def test_one_project_stays_below_the_limit_whatever_it_holds(cast: Cast, letter: str) -> None:
    [person, *_] = crowd_in(cast, cast.project, 500, name=letter * 150, avatar_url=letter * 500)
    tasks_with(cast, [""] * 1000, assignee=person)
    Task.objects.update(title=letter * 255)
    body, size = answered(cast, f"/api/project/{cast.project.pk}")
    assert size < LIMIT
    for name, cut in body["data"]["truncated"].items():
        assert len(body["data"][name]) == cut["shown"] < cut["total"]
    assert len(body["data"]["tasks"]) > 50


def test_many_projects_share_what_an_answer_holds(cast: Cast) -> None:
    same: Any = {"actor": by(cast.ada), "workspace": cast.workspace}
    busy = [create_project(**same, name=f"P{n}") for n in range(8)]
    for project in busy:
        tasks_with(cast, [PARAGRAPH] * 900, project=project)
    tasks_with(cast, [PARAGRAPH] * 40)
    path = f"/api/projects/workspace/{cast.workspace.pk}"
    answer, size = answered(cast, path)
    shown = {project["name"]: project for project in answer["data"]}
    assert (len(shown["Engine"]["tasks"]), shown["Engine"]["truncated"]) == (40, {})
    counts = {len(shown[project.name]["tasks"]) for project in busy}
    [count] = counts
    assert 300 < count < 900
    assert shown["P0"]["truncated"] == {"tasks": {"shown": count, "total": 900}}
    assert size < LIMIT


def test_a_refusal_names_a_hundred_mistakes_at_most(cast: Cast) -> None:
    body = {"task_ids": ["x"] * 20_000}
    refusal = client_of(cast.lea).ask("DELETE", "/api/tasks", body, status=400)
    assert len(refusal["errors"]) <= 100


def test_the_api_document_tells_what_truncated_means() -> None:
    shown = document()["components"]["schemas"]["TaskDocument"]["properties"]["truncated"]
    assert shown["additionalProperties"]["required"] == ["shown", "total"]
