"""Imports of whole workspaces that two workers take at the same moment."""

from collections.abc import Callable

import pytest
from pytest_django import Settings

from jobs.models import Job
from jobs.services.running import run_due_jobs
from projects.models import Project
from projects.services.projects import create_project
from tasks.models import Task
from tests.exports.exporting import exported
from tests.exports.importing import ask_import
from tests.exports.whole import fill
from tests.support.actors import by
from tests.support.cast import Cast, client_of
from tests.support.databases import CommittedDatabase
from tests.support.threads import at_once, times

Calls = list[Callable[[], object]]
WHOLE = {"what": "workspace", "format": "jsonl", "with_files": True}


@pytest.fixture
def jobs(committed_db: CommittedDatabase, cast: Cast, settings: Settings) -> list[Job]:
    """Two imports of the same file into the same empty workspace."""
    settings.JOBS_PER_WORKSPACE = 2
    fill(cast)
    whole = exported(client_of(cast.ada), cast, **WHOLE)
    return [ask_import(client_of(cast.sam), cast.elsewhere, whole) for _ in range(2)]


def run(_: object = None) -> int:
    return run_due_jobs(has_time=lambda: True)


def test_one_of_two_imports_is_done(
    committed_db: CommittedDatabase, cast: Cast, jobs: list[Job]
) -> None:
    times(2, run)
    states = sorted(Job.objects.get(pk=job.pk).state for job in jobs)
    assert states == ["COMPLETED", "FAILED"]
    there = Project.objects.filter(workspace=cast.elsewhere)
    assert sorted(there.values_list("key", flat=True)) == ["ENG", "OTH"]
    assert Task.objects.filter(workspace=cast.elsewhere).count() == 3


def test_a_project_is_created_meanwhile(
    committed_db: CommittedDatabase, cast: Cast, jobs: list[Job]
) -> None:
    """Whoever is first wins; nobody gets half a workspace."""
    sam, place = by(cast.sam), cast.elsewhere
    own: Calls = [run, lambda: create_project(actor=sam, workspace=place, name="Own")]
    at_once(*own)
    run()
    imported = Project.objects.filter(workspace=place, key__in=["ENG", "OTH"]).count()
    assert imported in (0, 2)
    assert Project.objects.filter(workspace=place, name="Own").count() == 1
