"""Lists of tasks as CSV and XLSX: what is in them, for whom, and how it is written."""

import re
from datetime import date
from html import unescape
from typing import Any

import pytest
from django.db.models.functions import Now

from audit.models import AuditEntry
from core.actor import Actor, Credential
from core.errors import NotFound
from exports.formats.cells import LONGEST, for_xlsx
from exports.services import making, scopes
from exports.services.lists import COLUMNS
from jobs.models import ResultFile
from jobs.services.running import run_due_jobs
from jobs.services.submission import submit_job
from projects.models import Project
from projects.services.members import remove_project_member
from tasks.models import Task
from tasks.services.labels import add_label
from tasks.services.tasks import create_task, delete_task
from tests.exports.exporting import ask, content_of, done, entries, exported, table
from tests.support.actors import by
from tests.support.cast import Cast, Client, client_of
from tests.support.factories import ProjectFactory, TaskFactory
from workspaces.models import Membership

pytestmark = pytest.mark.django_db


@pytest.fixture
def pia(cast: Cast) -> Client:
    return client_of(cast.pia)


def add(cast: Cast, title: str, **fields: Any) -> Task:
    return create_task(actor=by(cast.lea), project=cast.project, title=title, **fields)


def titles(rows: list[dict[str, str]]) -> list[str]:
    return [row["title"] for row in rows]


def test_a_row_has_all_of_a_task(cast: Cast, pia: Client) -> None:
    labels = [add_label(actor=by(cast.lea), project=cast.project, name=n) for n in ("b", "a")]
    whole = add(cast, "Whole")
    part = add(
        cast,
        "Part",
        description="Two\nlines, “quoted”",
        assignee=cast.max,
        labels=labels,
        parent=whole,
        due_date=date(2026, 12, 1),
        estimate_minutes=90,
    )
    row = table(pia, cast, project_id=str(cast.project.pk))[1]
    assert list(row) == list(COLUMNS)
    assert row["key"] == part.spoken_key
    assert (row["title"], row["description"]) == ("Part", "Two\nlines, “quoted”")
    assert (row["assignee"], row["assignee_email"]) == ("Max", "max@example.com")
    assert (row["labels"], row["parent"]) == ("a, b", whole.spoken_key)
    assert (row["due_date"], row["estimate_minutes"]) == ("2026-12-01", "90")
    assert (row["is_complete"], row["status"], row["completed_at"]) == ("false", "TODO", "")


def test_columns_are_chosen(cast: Cast, pia: Client) -> None:
    add(cast, "One")
    text = exported(pia, cast, columns=["title", "key"], bom=True)
    assert text == b"\xef\xbb\xbftitle,key\r\nOne,ENG-1\r\n"


def test_filters_are_those_of_lists(cast: Cast) -> None:
    label = add_label(actor=by(cast.lea), project=cast.project, name="Gears")
    add(cast, "Mine", assignee=cast.max)
    add(cast, "Labelled", labels=[label])
    add(cast, "Urgent", priority="URGENT")
    place = {"project_id": str(cast.project.pk)}
    who = client_of(cast.max)
    for filters, found in (
        ({"assignee": "me"}, ["Mine"]),
        ({"label": "gears"}, ["Labelled"]),
        ({"priority": ["URGENT", "HIGH"]}, ["Urgent"]),
        ({"text": "urgent"}, ["Urgent"]),
        ({"category": ["DONE"]}, []),
    ):
        assert titles(table(who, cast, **place, filters=filters)) == found, filters
        assert titles(table(who, cast, filters=filters)) == found, filters


def test_a_workspace_has_the_projects_one_may_read(cast: Cast) -> None:
    add(cast, "Open")
    hidden = ProjectFactory.create(workspace=cast.workspace, visibility="PRIVATE")
    TaskFactory.create(project=hidden, title="Hidden")
    delete_task(actor=by(cast.lea), task=add(cast, "Deleted"))
    assert titles(table(client_of(cast.moe), cast)) == ["Open"]
    assert titles(table(client_of(cast.ada), cast)) == ["Open", "Hidden"]


def test_guests_read_no_addresses(cast: Cast) -> None:
    gus = client_of(cast.gus)
    Membership.objects.filter(user=cast.gus).update(opened_at=None)
    place = client_of(cast.lea)
    place.ask(
        "POST",
        f"/api/projects/{cast.project.pk}/members",
        {"email": "gus@example.com", "role": "VIEWER"},
        status=201,
    )
    add(cast, "Seen", assignee=cast.max)
    [row] = table(gus, cast, columns=["assignee", "assignee_email"])
    assert row == {"assignee": "Max", "assignee_email": ""}


def test_who_has_left_exports_nothing(cast: Cast) -> None:
    """What one may read is asked when the job is done, not when it is asked for."""
    job = ask(client_of(cast.max), cast, project_id=str(cast.project.pk))
    Membership.objects.filter(user=cast.max, workspace=cast.workspace).update(role="GUEST")
    remove_project_member(actor=by(cast.lea), project=cast.project, person=cast.max)
    done(job)
    assert job.state == "FAILED"
    assert job.error
    assert job.error["code"] == "not_found"
    assert not ResultFile.objects.exists()


def test_who_leaves_while_it_goes_on_gets_nothing(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scopes, "PAGE", 1)
    for title in ("One", "Two"):
        add(cast, title)
    check, calls = scopes.Scope.check, []

    def checked(scope: scopes.Scope) -> Any:
        calls.append(scope)
        if len(calls) == 3:
            Project.objects.filter(pk=cast.project.pk).update(visibility="PRIVATE")
        return check(scope)

    job = ask(client_of(cast.moe), cast, project_id=str(cast.project.pk))
    monkeypatch.setattr(scopes.Scope, "check", checked)
    assert done(job).state == "FAILED"


def test_bound_tokens_export_their_workspaces(cast: Cast) -> None:
    bound = Credential("session", workspaces=frozenset({cast.elsewhere.pk}))
    actor = Actor(user=cast.ada, credential=bound)
    with pytest.raises(NotFound):
        submit_job(
            actor=actor,
            kind="export",
            payload={"what": "tasks", "format": "csv"},
            workspace=cast.workspace,
        )


@pytest.mark.parametrize("title", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\uff1d1"])
def test_texts_are_no_formulas(cast: Cast, pia: Client, title: str) -> None:
    TaskFactory.create(project=cast.project, title=title)
    [row] = table(pia, cast, columns=["title"])
    assert row["title"] == f"'{title}"
    assert cells(exported(pia, cast, format="xlsx", columns=["title"])) == ["title", title]


def cells(content: bytes) -> list[str]:
    """The texts in the cells of an XLSX; none of them is a formula."""
    sheet = entries(content)["xl/worksheets/sheet1.xml"].decode()
    assert "<f>" not in sheet
    return [unescape(text) for text in re.findall(r"<t[^>]*>(.*?)</t>", sheet, re.DOTALL)]


def test_a_spreadsheet_has_numbers_and_days(cast: Cast, pia: Client) -> None:
    add(
        cast, "One", due_date=date(2026, 12, 1), estimate_minutes=90, description="\x0b\x1fa_x0041_"
    )
    columns = ["title", "due_date", "estimate_minutes", "description", "created_at"]
    content = exported(pia, cast, format="xlsx", columns=columns)
    assert cells(content) == [*columns, "One", "a_x005F_x0041_"]
    sheet = entries(content)["xl/worksheets/sheet1.xml"].decode()
    assert "<v>46357</v>" in sheet
    assert "<v>90</v>" in sheet


def test_long_cells_are_cut() -> None:
    for text in ("a" * 50_000, "\U0001f600" * 20_000):
        cut = for_xlsx(text)
        assert len(cut.encode("utf-16-le")) // 2 <= LONGEST
        assert cut.endswith(f"(cut: {len(text):,} characters)")
    assert for_xlsx("a" * LONGEST) == "a" * LONGEST


def test_pages_are_joined(cast: Cast, pia: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scopes, "PAGE", 2)
    for n in range(5):
        add(cast, f"Task {n}")
    assert titles(table(pia, cast)) == [f"Task {n}" for n in range(5)]


def test_too_many_tasks_are_refused(
    cast: Cast, pia: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scopes, "MOST_TASKS", 1)
    add(cast, "One"), add(cast, "Two")
    job = done(ask(pia, cast))
    assert (job.state, job.error and job.error["code"]) == ("FAILED", "export_too_large")


def test_too_many_exports_are_refused(
    cast: Cast, pia: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(making, "MOST_FILES", 2)
    done(ask(pia, cast))
    ask(pia, cast)
    body = {"type": "export", "payload": {"format": "csv"}, "workspace_id": str(cast.workspace.pk)}
    assert pia.ask("POST", "/api/jobs", body, status=409)["code"] == "too_many_exports"


def test_exports_are_audited(cast: Cast, pia: Client) -> None:
    add(cast, "One")
    job = done(ask(pia, cast))
    entry = AuditEntry.objects.get(action="tasks.exported")
    assert entry.details == {
        "what": "tasks",
        "format": "csv",
        "project_id": None,
        "rows": 1,
        "with_files": False,
    }
    assert (entry.workspace_id, entry.actor_id) == (cast.workspace.pk, cast.pia.pk)
    assert job.result
    assert entry.entity_id == job.result["file"]["id"]


def test_others_do_not_get_the_file(cast: Cast, pia: Client) -> None:
    job = done(ask(pia, cast))
    content_of(pia, job)
    assert job.result
    path = f"/api/jobs/{job.pk}/files/{job.result['file']['id']}"
    client_of(cast.ada).ask("GET", path, status=404)


@pytest.mark.parametrize(
    ("payload", "field"),
    [
        ({"format": "pdf"}, "format"),
        ({}, "format"),
        ({"format": "csv", "what": "workspace"}, "format"),
        ({"format": "jsonl", "what": "workspace", "filters": {"text": "a"}}, "filters"),
        ({"format": "jsonl", "columns": ["title"]}, "columns"),
        ({"format": "csv", "with_files": True}, "with_files"),
        ({"format": "csv", "columns": ["password"]}, "columns"),
        ({"format": "csv", "columns": []}, "columns"),
        ({"format": "csv", "filters": {"ordering": "title"}}, "filters"),
        ({"format": "csv", "filters": {"priority": ["X"]}}, "filters"),
    ],
)
def test_what_makes_no_sense_is_refused(
    cast: Cast, pia: Client, payload: dict[str, Any], field: str
) -> None:
    body = {"type": "export", "payload": payload, "workspace_id": str(cast.workspace.pk)}
    answer = pia.ask("POST", "/api/jobs", body, status=400)
    assert any(f"payload.{field}" in name for name in answer["errors"]), answer


def test_projects_of_others_are_not_found(cast: Cast, pia: Client) -> None:
    foreign = ProjectFactory.create(workspace=cast.elsewhere)
    payload = {"format": "csv", "project_id": str(foreign.pk)}
    pia.ask("POST", "/api/jobs", {"type": "export", "payload": payload}, status=400)
    with pytest.raises(NotFound):
        submit_job(
            actor=by(cast.pia),
            kind="export",
            payload={"what": "tasks", **payload},
            workspace=cast.workspace,
        )


def test_what_a_killed_worker_made_is_made_anew(cast: Cast, pia: Client) -> None:
    """The file of the first attempt is replaced."""
    add(cast, "One")
    job = done(ask(pia, cast))
    type(job).objects.filter(pk=job.pk).update(state="PROCESSING", finished_at=None, next_at=Now())
    run_due_jobs(has_time=lambda: True)
    job.refresh_from_db()
    content_of(pia, job)
    assert ResultFile.objects.count() == 1
