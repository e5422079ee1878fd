"""Labels of a project, and the tasks that have them."""

from typing import Any

import pytest

from tasks.models import Label, Task
from tasks.services.labels import MOST_LABELS, add_label
from tests.support.actors import by
from tests.support.cast import Cast, client_of
from tests.support.documents import label_document
from tests.support.log import log_of


@pytest.fixture
def red(cast: Cast) -> Label:
    return add_label(actor=by(cast.max), project=cast.project, name="Red", color="#ff0000")


def ask(cast: Cast, method: str, path: str, body: Any = None, **options: Any) -> Any:
    return client_of(cast.max).ask(method, f"/api{path}", body, **options)


def named(task: Task) -> list[str]:
    held = task.task_labels.select_related("label").order_by("label__name")
    return [each.label.name for each in held]


def test_add_label(cast: Cast) -> None:
    path = f"/projects/{cast.project.pk}/labels"
    shown = ask(cast, "POST", path, {"name": "Blue", "color": "#0000ff"}, status=201)["data"]
    label = Label.objects.get()
    assert shown == label_document(label)
    assert (label.color, log_of(label)) == ("#0000ff", [("added", cast.max.pk, {})])
    assert ask(cast, "GET", path)["data"] == [shown]
    refusal = ask(cast, "POST", path, {"name": "bLUE"}, status=409)
    assert refusal["code"] == "label_exists"


@pytest.mark.parametrize(
    "wrong",
    [{}, {"name": ""}, {"name": "x" * 51}, {"name": "a\0"}, {"name": "Red", "color": "red"}],
)
def test_add_label_refuses_what_is_none(cast: Cast, wrong: dict[str, Any]) -> None:
    ask(cast, "POST", f"/projects/{cast.project.pk}/labels", wrong, status=400)
    assert not Label.objects.exists()


def test_a_project_has_so_many_labels_at_most(cast: Cast) -> None:
    same = {"project": cast.project, "workspace": cast.workspace}
    Label.objects.bulk_create(Label(name=f"L{n}", **same) for n in range(MOST_LABELS))
    path = f"/projects/{cast.project.pk}/labels"
    assert ask(cast, "POST", path, {"name": "New"}, status=409)["code"] == "too_many_labels"


def test_update_label(cast: Cast, red: Label) -> None:
    path = f"/labels/{red.pk}"
    shown = ask(cast, "PATCH", path, {"color": "#aa0000"})["data"]
    red.refresh_from_db()
    assert (shown, red.version) == (label_document(red), 2)
    ask(cast, "PUT", path, {"name": "Crimson"}, status=412, **{"If-Match": '"1"'})
    assert ask(cast, "PUT", path, {"name": "RED"}, **{"If-Match": '"2"'})["data"]["name"] == "RED"
    assert ask(cast, "GET", path)["data"]["version"] == 3


def test_delete_label_takes_it_from_its_tasks(cast: Cast, red: Label, task: Task) -> None:
    ask(cast, "PATCH", f"/tasks/{task.pk}", {"labels": ["red"]})
    ask(cast, "DELETE", f"/labels/{red.pk}", status=204)
    assert ask(cast, "GET", f"/tasks/{task.pk}")["data"]["labels"] == []
    assert [action for action, *_ in log_of(red)] == ["added", "deleted"]
    ask(cast, "GET", f"/labels/{red.pk}", status=404)


def test_a_task_is_given_labels_by_name_or_id(cast: Cast, red: Label, task: Task) -> None:
    blue = add_label(actor=by(cast.max), project=cast.project, name="Blue")
    path = f"/tasks/{task.pk}"
    shown = ask(cast, "PATCH", path, {"labels": ["rED", str(blue.pk), "red"]})["data"]
    task.refresh_from_db()
    assert ([each["name"] for each in shown["labels"]], task.version) == (["Red", "Blue"], 2)
    change = {"labels": {"old": [], "new": ["Blue", "Red"]}}
    assert log_of(task)[-1] == ("updated", cast.max.pk, change)
    ask(cast, "PATCH", path, {"labels": ["Blue", "Red"]})
    ask(cast, "PATCH", path, {"title": "Other"})
    assert (named(task), len(log_of(task))) == (["Blue", "Red"], 3)
    ask(cast, "PATCH", path, {"labels": []})
    assert named(task) == []
    body = {"title": "New", "labels": ["Red"], "projectId": str(cast.project.pk)}
    assert ask(cast, "POST", "/tasks", body, status=201)["data"]["labels"][0]["name"] == "Red"


@pytest.mark.parametrize("wrong", [["Green"], ["x"] * 21, ["x" * 51], "Red", [7.5], ["\0"], [None]])
def test_a_label_that_is_none_is_refused(cast: Cast, red: Label, task: Task, wrong: Any) -> None:
    ask(cast, "PATCH", f"/tasks/{task.pk}", {"labels": wrong, "title": "No"}, status=400)
    task.refresh_from_db()
    assert (named(task), task.version) == ([], 1)


def test_lists_are_narrowed_by_label(cast: Cast, red: Label, task: Task) -> None:
    ask(cast, "PATCH", f"/tasks/{task.pk}", {"labels": ["Red"]})
    ask(cast, "POST", f"/projects/{cast.project.pk}/tasks", {"title": "Other"}, status=201)
    path = f"/projects/{cast.project.pk}/tasks?include=labels&label="
    for name in ("red", str(red.pk)):
        [shown] = ask(cast, "GET", path + name)["data"]
        assert (shown["id"], shown["labels"][0]["id"]) == (str(task.pk), str(red.pk))
    assert ask(cast, "GET", path + "Green")["data"] == []
