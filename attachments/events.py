"""What can happen to an attachment."""

from dataclasses import dataclass

from attachments.models import Attachment
from core.events import Event


@dataclass(frozen=True, kw_only=True)
class AttachmentAdded(Event):
    """Its file is complete; an upload that has only begun is not heard of."""

    attachment: Attachment


@dataclass(frozen=True, kw_only=True)
class AttachmentIllustrated(Event):
    """It has a thumbnail now."""

    attachment: Attachment


@dataclass(frozen=True, kw_only=True)
class AttachmentQuarantined(Event):
    """Nobody can read its file any more, or everybody can again: `state` in `changes`."""

    attachment: Attachment


@dataclass(frozen=True, kw_only=True)
class AttachmentDeleted(Event):
    attachment: Attachment


@dataclass(frozen=True, kw_only=True)
class AttachmentRestored(Event):
    attachment: Attachment


@dataclass(frozen=True, kw_only=True)
class AttachmentPurged(Event):
    """Its name was emptied, because it can no longer be restored; its file is removed next."""

    attachment: Attachment
