"""Tasks are found by the words in them and in comments, by their key, and by similar titles."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from comments.services.comments import add_comment, delete_comment, edit_comment, restore_comment
from projects.models import Project, Visibility
from projects.services.projects import create_project
from tasks.models import Task
from tasks.services.deletion import restore_task
from tasks.services.tasks import create_task, delete_task, update_task
from tests.support.actors import by
from tests.support.cast import Cast, client_of


@pytest.fixture
def tasks(cast: Cast) -> dict[str, Task]:
    same: dict[str, Any] = {"actor": by(cast.lea), "project": cast.project}
    return {
        "brakes": create_task(**same, title="Check the brakes", description="Front and rear."),
        "oil": create_task(**same, title="Change oil", description="See also: brakes, Ölwanne"),
        "horn": create_task(**same, title="Fix horn <b>now</b>", description="a" * 3000 + " Bell."),
    }


def found(person: Any, query: str, **options: Any) -> Any:
    return client_of(person).ask("GET", f"/api/tasks/search?{query}", **options)


def titles(person: Any, query: str) -> list[str]:
    return [each["task"]["title"] for each in found(person, query)["data"]]


def test_words_are_found_titles_first(cast: Cast, tasks: dict[str, Task]) -> None:
    answer = found(cast.moe, "q=BRAKES")
    assert [each["task"]["id"] for each in answer["data"]] == [
        str(tasks["brakes"].pk),
        str(tasks["oil"].pk),
    ]
    assert answer["meta"] == {"next_cursor": None, "capped": False}
    assert answer["data"][0]["matches"] == [
        {
            "field": "title",
            "pieces": [{"text": "Check the ", "hit": False}, {"text": "brakes", "hit": True}],
        }
    ]


def test_every_word_has_to_be_there_the_last_by_its_beginning(
    cast: Cast, tasks: dict[str, Task]
) -> None:
    asked = {
        "q=rear+brakes": ["Check the brakes"],
        "q=brak+and+rear+of+all+these+cars": [],
        "q=rear+brak": ["Check the brakes"],
        "q=%C3%B6lw": ["Change oil"],
        "q=rear,+(brakes)!": ["Check the brakes"],
        "q=%21brakes+%7C+oil%3A*": ["Change oil", "Check the brakes"],
    }
    assert {query: titles(cast.moe, query) for query in asked} == asked


def test_a_key_finds_its_task_first(cast: Cast, tasks: dict[str, Task]) -> None:
    update_task(actor=by(cast.lea), task=tasks["horn"], changes={"title": "After eng-2"})
    assert titles(cast.moe, "q=eng-2") == ["Change oil", "After eng-2"]
    Project.objects.filter(pk=cast.project.pk).update(key="2ENG")
    assert titles(cast.moe, "q=+2eng-2+") == ["Change oil"]
    assert titles(cast.moe, "q=XYZ-9999999") == titles(cast.moe, "q=XYZ-99999999999") == []


def test_similar_titles_are_found_where_few_tasks_have_the_words(
    cast: Cast, tasks: dict[str, Task]
) -> None:
    assert titles(cast.moe, "q=braeks") == ["Check the brakes"]
    assert found(cast.moe, "q=braeks")["data"][0]["matches"] == []


def test_excerpts_are_plain_text_around_the_words(cast: Cast, tasks: dict[str, Task]) -> None:
    [horn] = found(cast.moe, "q=now+bell")["data"]
    title, about = horn["matches"]
    assert title["pieces"] == [
        {"text": "Fix horn <b>", "hit": False},
        {"text": "now", "hit": True},
        {"text": "</b>", "hit": False},
    ]
    assert about["pieces"][-2:] == [{"text": "Bell", "hit": True}, {"text": ".", "hit": False}]
    assert sum(len(piece["text"]) for piece in about["pieces"]) < 240


def test_words_of_comments_are_found_until_they_are_gone(
    cast: Cast, tasks: dict[str, Task]
) -> None:
    comment = add_comment(actor=by(cast.max), task=tasks["oil"], content="Which *viscosity*?")
    [hit] = found(cast.moe, "q=viscosity")["data"]
    assert hit["task"]["title"] == "Change oil"
    assert [match["field"] for match in hit["matches"]] == ["comment"]
    edit_comment(actor=by(cast.max), comment=comment, content="Which grade?")
    assert (titles(cast.moe, "q=viscosity"), titles(cast.moe, "q=grade")) == ([], ["Change oil"])
    delete_comment(actor=by(cast.max), comment=comment)
    assert titles(cast.moe, "q=grade") == []
    restore_comment(actor=by(cast.max), comment=comment)
    assert titles(cast.moe, "q=grade") == ["Change oil"]


def test_words_follow_their_task(cast: Cast, tasks: dict[str, Task]) -> None:
    task = tasks["brakes"]
    add_comment(actor=by(cast.max), task=task, content="Squeaking")
    update_task(actor=by(cast.lea), task=task, changes={"title": "Check the wheels"})
    assert titles(cast.moe, "q=wheels") == ["Check the wheels"]
    assert titles(cast.moe, "q=squeaking") == ["Check the wheels"]
    delete_task(actor=by(cast.lea), task=task)
    assert (titles(cast.moe, "q=wheels"), titles(cast.moe, "q=squeaking")) == ([], [])
    restore_task(actor=by(cast.lea), task=task)
    assert (len(titles(cast.moe, "q=wheels")), len(titles(cast.moe, "q=squeaking"))) == (1, 1)


def test_nobody_finds_what_they_may_not_read(cast: Cast, tasks: dict[str, Task]) -> None:
    theirs = create_project(actor=by(cast.sam), workspace=cast.elsewhere, name="Theirs")
    create_task(actor=by(cast.sam), project=theirs, title="Their brakes")
    assert titles(cast.sam, "q=brakes") == ["Their brakes"]
    assert titles(cast.gus, "q=brakes") == []
    assert len(titles(cast.moe, "q=brakes")) == 2
    Project.objects.filter(pk=cast.project.pk).update(visibility=Visibility.PRIVATE)
    assert titles(cast.moe, "q=brakes") == []
    assert titles(cast.moe, "q=braeks") == []
    assert titles(cast.moe, "q=ENG-1") == []
    assert len(titles(cast.max, "q=brakes")) == 2


def test_a_search_stays_in_the_place_named(cast: Cast, tasks: dict[str, Task]) -> None:
    other = create_project(actor=by(cast.ada), workspace=cast.workspace, name="Other")
    create_task(actor=by(cast.ada), project=other, title="Other brakes")
    assert titles(cast.moe, f"q=brakes&project={other.pk}") == ["Other brakes"]
    assert len(titles(cast.moe, f"q=brakes&workspace={cast.workspace.pk}")) == 3
    both = f"q=brakes&workspace={cast.workspace.pk}&project={cast.project.pk}"
    assert len(titles(cast.moe, both)) == 2
    found(cast.moe, f"q=brakes&workspace={cast.elsewhere.pk}", status=403)
    found(cast.sam, f"q=brakes&project={cast.project.pk}", status=403)


def test_pages_of_a_search_show_every_hit_once(cast: Cast, tasks: dict[str, Task]) -> None:
    create_task(actor=by(cast.lea), project=cast.project, title="More brakes")
    everything = titles(cast.moe, "q=brakes")
    walked: list[str] = []
    query = "q=brakes&limit=1"
    for _ in everything:
        answer = found(cast.moe, query)
        walked += [each["task"]["title"] for each in answer["data"]]
        query = f"q=brakes&limit=1&cursor={answer['meta']['next_cursor']}"
    assert walked == everything
    assert answer["meta"]["next_cursor"] is None
    first = found(cast.moe, "q=brakes&limit=1")["meta"]["next_cursor"]
    for wrong in (f"q=oil&cursor={first}", f"q=brakes&cursor={first[:-1]}", "q=brakes&cursor=x"):
        assert found(cast.moe, wrong, status=400)["code"] == "invalid_cursor"


UNREADABLE = (
    "",
    "q=",
    "q=%00",
    "q=%26%7C!()*:%27%22%5C",
    f"q={'x' * 201}",
    f"q={'x' * 3000}",
    f"q={'+'.join('abcdefghijk')}",
)


def test_a_search_without_sensible_words_is_refused(cast: Cast) -> None:
    for query in UNREADABLE:
        assert list(found(cast.moe, query, status=400)["errors"]) == ["q"], query


HARMLESS = (
    "a:*&b|!c<->d",
    "'; DROP TABLE x; --",
    "((((((((((((((((",
    "%s %d %(x)s $1 {0}",
    "x\\",
    "a'b\"c",
    "\u202e abc",
    "\U0001f600 abc",
    "a" * 200,
    "a-" * 10 + "a",
    "1.1.1.1",
)


def test_operators_and_patterns_are_words_like_others(cast: Cast, tasks: dict[str, Task]) -> None:
    client = client_of(cast.moe)
    for typed in HARMLESS:
        assert client.get("/api/tasks/search", {"q": typed}).status_code in (200, 400), typed


def test_a_search_costs_the_same_for_one_hit_and_for_many(
    cast: Cast, tasks: dict[str, Task]
) -> None:
    add_comment(actor=by(cast.max), task=tasks["horn"], content="Loud brakes")

    def cost(query: str) -> tuple[int, int]:
        with CaptureQueriesContext(connection) as captured:
            hits = found(cast.moe, query)["data"]
        return len(hits), sum("SAVEPOINT" not in query["sql"] for query in captured)

    cost("q=brakes")
    assert [cost("q=brakes&limit=1"), cost("q=brakes")] == [(1, 6), (3, 6)]
