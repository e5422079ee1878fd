"""Deleting and restoring attachments, and who may."""

from typing import Any

from attachments.models import Attachment
from tasks.models import Task
from tests.attachments.sending import announce, attach, follow
from tests.support.cast import Cast, client_of
from tests.support.log import log_of
from tests.support.rights import check, rows

TABLE = rows("""
                                            nobody sam gus moe max lea pia ada
DELETE /api/attachments/{attachment}           401 403 404 403 204 204 204 204
POST   /api/attachments/{attachment}/restore   401 403 404 403 200 200 200 200
GET    /api/attachments/{begun}                401 403 404 404 200 404 404 404
POST   /api/attachments/{begun}/complete       401 403 404 404 409 404 404 404
DELETE /api/attachments/{begun}                401 403 404 404 204 404 404 404
""")


def test_rights_on_max_files(cast: Cast, task: Task) -> None:
    """Files that are complete are asked for in tests/matrix."""
    made = attach(client_of(cast.max), task)
    begun = announce(client_of(cast.max), task, 3)
    check(cast, TABLE, lambda _: None, attachment=made["id"], begun=begun["id"])


def test_a_deleted_attachment_is_gone_until_it_is_restored(cast: Cast, task: Task) -> None:
    client = client_of(cast.max)
    made = attach(client, task)
    path, files = f"/api/attachments/{made['id']}", f"/api/tasks/{task.pk}/attachments"
    link = client.ask("GET", f"{path}/download")["data"]["url"]
    client.ask("DELETE", path, status=204, **{"If-Match": '"1"'})
    assert client.ask("GET", files)["data"] == []
    assert follow(link).status == 404
    client.ask("GET", path, status=404)
    deleted = client.ask("GET", f"{files}?deleted=true")["data"]
    assert [file["id"] for file in deleted] == [made["id"]]
    client.ask("POST", f"{path}/restore")
    assert [file["id"] for file in client.ask("GET", files)["data"]] == [made["id"]]
    assert follow(link).status == 200
    actions = [action for action, _, _ in log_of(Attachment.objects.get())]
    assert actions == ["attached", "deleted", "restored"]


def test_restoring_a_task_brings_its_files_back(cast: Cast, task: Task) -> None:
    client = client_of(cast.lea)
    made = attach(client, task)
    client.ask("DELETE", f"/api/tasks/{task.pk}", status=204)
    client.ask("GET", f"/api/attachments/{made['id']}/download", status=404)
    client.ask("POST", f"/api/tasks/{task.pk}/restore")
    link: Any = client.ask("GET", f"/api/attachments/{made['id']}/download")["data"]
    assert follow(link["url"]).status == 200
