"""All events that are audited, each with its action, the attribute of its row and the details."""

from collections.abc import Callable, Sequence
from typing import Any

from accounts.events import (
    AccessChanged,
    AccountsKeptApart,
    PersonalDataExported,
    PersonDeleted,
    PersonJoined,
    PersonLinked,
    PersonRegistered,
)
from attachments.events import AttachmentDeleted, AttachmentRestored
from audit.services import details
from audit.services.entries import Audited, record
from comments.events import CommentDeleted, CommentRestored
from core.events import Event, subscribe_batch
from identity.events import (
    AccountLinked,
    AccountUnlinked,
    AllSessionsEnded,
    EnrolmentApproved,
    PasswordChanged,
    PersonalTokenCreated,
    PersonalTokenRevoked,
    SecondFactorAdded,
    SecondFactorRemoved,
    SessionEnded,
    SignedIn,
    SignInFailed,
)
from outbox.events import DeliveryCancelled, DeliveryResent
from projects.events import (
    ProjectDeleted,
    ProjectLeadChanged,
    ProjectMemberAdded,
    ProjectMemberRemoved,
    ProjectPurged,
    ProjectRestored,
    ProjectRoleChanged,
)
from tasks.events import TaskDeleted, TaskPurged, TaskRestored
from workspaces.events import (
    MemberAdded,
    MemberRemoved,
    MemberRoleChanged,
    OwnerChanged,
    OwnershipOffered,
    WorkspaceCreated,
    WorkspaceDeleted,
    WorkspaceRestored,
    WorkspaceUpdated,
)

AUDITED: dict[type[Event], Audited] = {
    PersonRegistered: Audited("person.registered", "person", details.none),
    AccessChanged: Audited("person.access_changed", "person", details.changes),
    AccountsKeptApart: Audited("person.kept_apart", "person", details.none),
    PersonalDataExported: Audited("person.exported", "person", details.none),
    PersonDeleted: Audited("person.deleted", "person", details.deleted_person),
    PersonJoined: Audited("person.joined", "person", details.joined),
    PersonLinked: Audited("person.linked", "person", details.none),
    SignedIn: Audited("session.signed_in", "person", details.sign_in),
    SessionEnded: Audited("session.ended", "person", details.device),
    SignInFailed: Audited("session.sign_in_failed", "person", details.failures),
    AllSessionsEnded: Audited("session.all_ended", "person", details.sessions),
    PasswordChanged: Audited("password.changed", "person", details.password),
    SecondFactorAdded: Audited("second_factor.added", "person", details.factor),
    SecondFactorRemoved: Audited("second_factor.removed", "person", details.factor),
    EnrolmentApproved: Audited("second_factor.approved", "person", details.none),
    AccountLinked: Audited("account.linked", "person", details.account),
    AccountUnlinked: Audited("account.unlinked", "person", details.account),
    PersonalTokenCreated: Audited("token.created", "token", details.token),
    PersonalTokenRevoked: Audited("token.revoked", "token", details.token),
    DeliveryResent: Audited("delivery.resent", "delivery", details.delivery),
    DeliveryCancelled: Audited("delivery.cancelled", "delivery", details.delivery),
    WorkspaceCreated: Audited("workspace.created", "workspace", details.none),
    WorkspaceUpdated: Audited("workspace.updated", "workspace", details.changes),
    WorkspaceDeleted: Audited("workspace.deleted", "workspace", details.none),
    WorkspaceRestored: Audited("workspace.restored", "workspace", details.none),
    OwnershipOffered: Audited("workspace.ownership_offered", "workspace", details.offer),
    OwnerChanged: Audited("workspace.owner_changed", "workspace", details.owner),
    MemberAdded: Audited("workspace.member_added", "membership", details.membership),
    MemberRoleChanged: Audited("workspace.role_changed", "membership", details.membership),
    MemberRemoved: Audited("workspace.member_removed", "workspace", details.removed_member),
    ProjectLeadChanged: Audited("project.lead_changed", "project", details.lead),
    ProjectMemberAdded: Audited("project.member_added", "membership", details.membership),
    ProjectRoleChanged: Audited("project.role_changed", "membership", details.membership),
    ProjectMemberRemoved: Audited("project.member_removed", "project", details.removed_member),
    ProjectDeleted: Audited("project.deleted", "project", details.none),
    ProjectRestored: Audited("project.restored", "project", details.none),
    ProjectPurged: Audited("project.purged", "project", details.none),
    TaskDeleted: Audited("task.deleted", "task", details.task),
    TaskRestored: Audited("task.restored", "task", details.task),
    TaskPurged: Audited("task.purged", "task", details.task),
    CommentDeleted: Audited("comment.deleted", "comment", details.comment, by_others=True),
    CommentRestored: Audited("comment.restored", "comment", details.comment, by_others=True),
    AttachmentDeleted: Audited(
        "attachment.deleted", "attachment", details.attachment, by_others=True
    ),
    AttachmentRestored: Audited(
        "attachment.restored", "attachment", details.attachment, by_others=True
    ),
}


def _recorder(audited: Audited) -> Callable[[Sequence[Any]], None]:
    def record_it(events: Sequence[Any]) -> None:
        record(events, audited)

    return record_it


def audit(event: type[Event], audited: Audited) -> None:
    """Audit events of this class, such as those of an upper app."""
    AUDITED[event] = audited
    subscribe_batch(event)(_recorder(audited))


for _event, _audited in AUDITED.items():
    audit(_event, _audited)
