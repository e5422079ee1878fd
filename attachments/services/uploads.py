"""Adding files: sent through this server, or directly to where files are kept."""

from dataclasses import dataclass, replace
from functools import partial
from typing import IO

from django.db import transaction

from attachments.events import AttachmentAdded
from attachments.files.names import display_name
from attachments.files.types import check_disguise, served_type
from attachments.models import Attachment, State
from attachments.services.contents import Contents, contents_of, new_key, upload_key
from attachments.services.quota import check_room, take_room
from attachments.services.transfers import (
    AnnouncedFile,
    checked_copy,
    removed_if_refused,
    transfer,
)
from attachments.storage.chosen import storage
from comments.models import Comment
from comments.services.threads import check_on_task
from core.actor import Actor
from core.errors import Conflict, Invalid, Refusal
from core.events import publish
from core.queries import insert
from core.rights import require
from tasks.models import Task
from tasks.rights import CREATE_ATTACHMENT
from tasks.services.locks import locked_on_task, shared_task

LARGEST = 50 * 1024 * 1024
"""Most bytes of a file."""


class UploadMissing(Conflict):
    message = "The file has not been uploaded."


class EmptyFile(Invalid):
    message = "The file is empty."


@dataclass(frozen=True)
class Upload:
    """A file that a client sends, or announces; its name and type are as the client says."""

    file_name: str
    claimed_type: str = ""
    size: int = 0
    sha256: str = ""
    comment: Comment | None = None


@transaction.atomic
def upload_file(*, actor: Actor, task: Task, upload: Upload, content: IO[bytes]) -> Attachment:
    """Store a file and add it to the task; `content` is read twice."""
    require(CREATE_ATTACHMENT, task, actor)
    upload = replace(upload, file_name=display_name(upload.file_name))
    content.seek(0)
    found = contents_of(content, upload.file_name)
    if not found.size:
        raise EmptyFile
    check_disguise(found.content_type, upload.file_name, upload.claimed_type)
    check_room(task.workspace_id, found.size)
    key = new_key(task, upload.file_name)
    content.seek(0)
    with transfer() as limited:
        storage().save(key, limited(content), served_type(found.content_type))
    try:
        return _add_stored(actor, task, upload, found, key)
    except Refusal:
        storage().remove(key)  # no row has ever referred to it
        raise


@transaction.atomic
def begin_upload(*, actor: Actor, task: Task, upload: Upload) -> Attachment:
    """Announce a file that the client is going to store itself; nobody else sees it yet."""
    upload = replace(upload, file_name=display_name(upload.file_name))
    attachment = _new(actor, _locked_for(actor, task, upload), upload)
    attachment.size, attachment.sha256 = upload.size, upload.sha256
    attachment.storage_key = upload_key(attachment.pk, attachment.file_name)
    take_room(attachment.task, upload.size)
    insert(attachment)
    return attachment


@transaction.atomic
def complete_upload(*, actor: Actor, attachment: Attachment) -> Attachment:
    """Check the file that the client has stored; what is complete already stays as it is."""
    require(CREATE_ATTACHMENT, attachment, actor)
    if attachment.state != State.PENDING:
        return attachment
    key = new_key(attachment.task, attachment.file_name)
    announced = AnnouncedFile(
        attachment.storage_key, attachment.file_name, attachment.size, attachment.sha256
    )
    with removed_if_refused(key):
        if found := checked_copy(announced, key):
            check_disguise(found.content_type, attachment.file_name, attachment.claimed_type)
        return _complete(actor, attachment, found, key)


@transaction.atomic  # a refusal frees the rows before the file is removed
def _add_stored(actor: Actor, task: Task, upload: Upload, found: Contents, key: str) -> Attachment:
    task = _locked_for(actor, task, upload)
    attachment = _new(actor, task, upload)
    take_room(task, found.size)
    attachment.size, attachment.sha256, attachment.content_type = found
    attachment.state, attachment.storage_key = State.READY, key
    insert(attachment)
    publish(AttachmentAdded(actor=actor, attachment=attachment))
    return attachment


def _locked_for(actor: Actor, task: Task, upload: Upload) -> Task:
    """The task, locked shared; refuses a comment that is not on it."""
    task = shared_task(task)
    require(CREATE_ATTACHMENT, task, actor)
    if upload.comment:
        check_on_task(task, upload.comment, field="comment_id")
    return task


def _new(actor: Actor, task: Task, upload: Upload) -> Attachment:
    return Attachment(
        workspace_id=task.workspace_id,
        task=task,
        comment=upload.comment,
        uploaded_by=actor.person,
        file_name=upload.file_name,
        claimed_type=upload.claimed_type,
    )


@transaction.atomic  # as for `_add_stored`
def _complete(actor: Actor, attachment: Attachment, found: Contents | None, key: str) -> Attachment:
    locked = locked_on_task(CREATE_ATTACHMENT, attachment, actor)
    if locked.state != State.PENDING:  # by another request, meanwhile
        transaction.on_commit(partial(storage().remove, key), robust=True)
        return locked
    if found is None:
        raise UploadMissing
    transaction.on_commit(partial(storage().remove, locked.storage_key), robust=True)
    locked.sha256, locked.content_type = found.sha256, found.content_type
    locked.state, locked.storage_key = State.READY, key
    locked.save_changes("sha256", "content_type", "state", "storage_key")
    publish(AttachmentAdded(actor=actor, attachment=locked))
    return locked
