"""Attachments in the admin: read, deleted and restored there."""

from io import BytesIO
from urllib.parse import urlsplit

from attachments.models import Attachment
from attachments.services.uploads import Upload, upload_file
from tasks.models import Task
from tests.admin.desk import Desk, list_of, page_of
from tests.support.actors import by
from tests.support.cast import Cast
from tests.support.log import log_of


def test_a_file_is_read_deleted_and_restored(desk: Desk, cast: Cast, task: Task) -> None:
    plan = BytesIO(b"Oil")
    file = upload_file(actor=by(cast.max), task=task, upload=Upload("plan.txt"), content=plan)
    page = desk.get(page_of(file)).content.decode()
    link = page.partition("/api/files/")[2].partition('"')[0]
    answer = desk.get(urlsplit(f"http://x/api/files/{link}").path)
    assert b"".join(getattr(answer, "streaming_content", ())) == b"Oil"
    desk.act("quarantine", file)
    assert "/api/files/" not in desk.get(page_of(file)).content.decode()
    desk.act("release", file)
    desk.delete_row(file)
    chosen = {"action": "bring_back", "_selected_action": [str(file.pk)]}
    desk.post(f"{list_of(Attachment)}?deleted=yes", chosen, follow=True)
    actions = [action for action, _, _ in log_of(file)]
    quarantine = ["quarantine_changed"] * 2
    assert actions == ["attached", *quarantine, "deleted", "restored"]
