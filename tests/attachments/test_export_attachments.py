"""A person's export holds what they uploaded."""

from attachments.models import Attachment
from tasks.models import Task
from tests.attachments.sending import attach
from tests.support.cast import Cast, client_of


def test_an_export_lists_the_files_a_person_uploaded(cast: Cast, task: Task) -> None:
    attach(client_of(cast.max), task, "mine.txt")
    attach(client_of(cast.moe), task, "theirs.txt")
    Attachment.objects.update(deleted_at=task.created_at)
    told = client_of(cast.max).ask("GET", "/api/auth/me/export")["data"]
    assert [file["file_name"] for file in told["attachments"]] == ["mine.txt"]
    assert told["attachments"][0]["size"] == 3
