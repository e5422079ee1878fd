"""`manage.py seed_scale`, which fills projects as the benchmark does, with few tasks."""

from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from pytest_django import Settings

from comments.models import Comment
from core.context import as_system
from dev.demo import scale
from projects.models import Project
from tasks.models import Task
from tests.support.cast import Cast, client_of
from tests.support.databases import CommittedDatabase
from workspaces.models import Workspace


def seed(**options: Any) -> str:
    out = StringIO()
    names = {"into": connection.settings_dict["NAME"], "tasks": 70}
    call_command("seed_scale", stdout=out, **{**names, **options})
    return out.getvalue()


def test_projects_are_filled_up_one_after_the_other(
    committed_db: CommittedDatabase, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scale, "LARGEST", 30)
    told = seed(owner="Ada@example.com")
    assert told.splitlines()[-1] == "3 of 3 projects: 10 tasks"
    with as_system("counting"):
        filled = Project.objects.filter(workspace__name="Many tasks").order_by("key")
        assert sorted(project.tasks.count() for project in filled) == [10, 30, 30]
        assert Comment.objects.count() == sum(
            n % 3 for size in (30, 30, 10) for n in range(size + 1)
        )
    ada = client_of(cast.ada)
    [largest] = [project for project in filled if project.name == "Project 30 0"]
    tasks = ada.ask("GET", f"/api/projects/{largest.pk}/tasks?limit=1&include=comments")["data"]
    assert (tasks[0]["number"], tasks[0]["comment_count"]) == (30, 0)
    made = ada.ask("POST", f"/api/projects/{largest.pk}/tasks", {"title": "Next"}, status=201)
    assert made["data"]["number"] == 31


@pytest.mark.usefixtures("cast")
def test_what_it_refuses_leaves_all_as_it_was(settings: Settings) -> None:
    for wrong, why in (
        ({"into": "another"}, "The database is called"),
        ({"tasks": 0}, "--tasks must be"),
        ({"tasks": 10**9}, "--tasks must be"),
        ({"owner": "nobody@example.com"}, "Nobody has the address"),
    ):
        with pytest.raises(CommandError, match=why):
            seed(**wrong)
    settings.REFUSE_DEMO_PEOPLE = True
    with pytest.raises(CommandError, match="no server is served with it"):
        seed()
    assert not Task.objects.exists()
    assert not Workspace.objects.filter(name="Many tasks").exists()


@pytest.mark.usefixtures("committed_db")
def test_a_second_time_changes_nothing() -> None:
    seed(tasks=1)
    with pytest.raises(CommandError, match="filled before"):
        seed(tasks=1)
    with as_system("counting"):
        assert Task.objects.count() == 1
