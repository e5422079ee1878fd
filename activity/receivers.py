"""All events that are logged, each with its attribute that has the row, and the action's name."""

from collections.abc import Callable, Sequence
from typing import Any

from accounts.events import (
    AccessChanged,
    AccountsKeptApart,
    PersonDeleted,
    PersonJoined,
    PersonLinked,
    PersonRegistered,
    ProfileChanged,
)
from activity.services.events import erase_texts_by, erase_texts_of, record
from activity.services.history import changes_since
from activity.services.numbers import last_number
from activity.services.people import record_where_shown
from attachments.events import (
    AttachmentAdded,
    AttachmentDeleted,
    AttachmentIllustrated,
    AttachmentPurged,
    AttachmentQuarantined,
    AttachmentRestored,
)
from comments.events import (
    CommentAdded,
    CommentDeleted,
    CommentEdited,
    CommentPurged,
    CommentRestored,
    ReactionAdded,
    ReactionRemoved,
)
from core.documents.states import lists_depend_on
from core.events import Event, give_name, subscribe, subscribe_batch
from core.merging import reads_history
from identity.events import (
    AccountLinked,
    AccountUnlinked,
    EnrolmentApproved,
    PersonalTokenCreated,
    PersonalTokenRevoked,
)
from outbox.events import DeliveryCancelled, DeliveryResent
from projects.events import (
    ColumnAdded,
    ColumnDeleted,
    ColumnsReordered,
    ColumnUpdated,
    ProjectArchived,
    ProjectCreated,
    ProjectDeleted,
    ProjectLeadChanged,
    ProjectMemberAdded,
    ProjectMemberRemoved,
    ProjectPurged,
    ProjectRestored,
    ProjectRoleChanged,
    ProjectUnarchived,
    ProjectUpdated,
    TransitionsChanged,
)
from tasks.events import (
    FilterDeleted,
    FilterSaved,
    FilterUpdated,
    LabelAdded,
    LabelDeleted,
    LabelUpdated,
    TaskAssigned,
    TaskCreated,
    TaskDeleted,
    TaskMoved,
    TaskPurged,
    TaskRelated,
    TaskRestored,
    TaskTransferred,
    TaskTransitioned,
    TaskUnrelated,
    TaskUnwatched,
    TaskUpdated,
    TaskWatched,
)
from workspaces.events import (
    InvitationAccepted,
    InvitationResent,
    InvitationRevoked,
    MemberAdded,
    MemberRemoved,
    MemberRoleChanged,
    OptedOut,
    OptOutLifted,
    OwnerChanged,
    OwnershipDeclined,
    OwnershipOffered,
    OwnershipWithdrawn,
    PersonInvited,
    WorkspaceCreated,
    WorkspaceDeleted,
    WorkspaceRestored,
    WorkspaceUpdated,
)

LOGGED: dict[type[Event], tuple[str, str]] = {
    PersonRegistered: ("person", "registered"),
    ProfileChanged: ("person", "updated"),
    AccessChanged: ("person", "access_changed"),
    AccountLinked: ("person", "account_linked"),
    AccountUnlinked: ("person", "account_unlinked"),
    EnrolmentApproved: ("person", "enrolment_approved"),
    PersonDeleted: ("person", "deleted"),
    PersonLinked: ("person", "linked"),
    PersonJoined: ("person", "joined"),
    AccountsKeptApart: ("person", "kept_apart"),
    PersonalTokenCreated: ("person", "token_created"),
    PersonalTokenRevoked: ("person", "token_revoked"),
    DeliveryResent: ("delivery", "resent"),
    DeliveryCancelled: ("delivery", "cancelled"),
    WorkspaceCreated: ("workspace", "created"),
    WorkspaceUpdated: ("workspace", "updated"),
    WorkspaceDeleted: ("workspace", "deleted"),
    WorkspaceRestored: ("workspace", "restored"),
    OwnerChanged: ("workspace", "owner_changed"),
    OwnershipOffered: ("workspace", "ownership_offered"),
    OwnershipDeclined: ("workspace", "ownership_declined"),
    OwnershipWithdrawn: ("workspace", "ownership_withdrawn"),
    MemberAdded: ("membership", "added"),
    MemberRoleChanged: ("membership", "role_changed"),
    MemberRemoved: ("workspace", "member_removed"),
    OptedOut: ("opt_out", "opted_out"),
    OptOutLifted: ("opt_out", "lifted"),
    PersonInvited: ("invitation", "invited"),
    InvitationResent: ("invitation", "resent"),
    InvitationRevoked: ("invitation", "revoked"),
    InvitationAccepted: ("invitation", "accepted"),
    ProjectCreated: ("project", "created"),
    ProjectUpdated: ("project", "updated"),
    ProjectLeadChanged: ("project", "lead_changed"),
    ColumnAdded: ("column", "added"),
    ColumnUpdated: ("column", "updated"),
    ColumnDeleted: ("column", "deleted"),
    ColumnsReordered: ("project", "columns_reordered"),
    TransitionsChanged: ("project", "transitions_changed"),
    ProjectArchived: ("project", "archived"),
    ProjectUnarchived: ("project", "unarchived"),
    ProjectDeleted: ("project", "deleted"),
    ProjectRestored: ("project", "restored"),
    ProjectPurged: ("project", "purged"),
    ProjectRoleChanged: ("membership", "role_changed"),
    ProjectMemberAdded: ("membership", "added"),
    ProjectMemberRemoved: ("project", "member_removed"),
    TaskCreated: ("task", "created"),
    TaskUpdated: ("task", "updated"),
    TaskAssigned: ("task", "assigned"),
    TaskTransitioned: ("task", "status_changed"),
    TaskRelated: ("task", "related"),
    TaskUnrelated: ("task", "unrelated"),
    TaskMoved: ("task", "moved"),
    TaskTransferred: ("task", "transferred"),
    TaskWatched: ("task", "watched"),
    TaskUnwatched: ("task", "unwatched"),
    LabelAdded: ("label", "added"),
    LabelUpdated: ("label", "updated"),
    LabelDeleted: ("label", "deleted"),
    TaskDeleted: ("task", "deleted"),
    TaskRestored: ("task", "restored"),
    TaskPurged: ("task", "purged"),
    FilterSaved: ("saved_filter", "added"),
    FilterUpdated: ("saved_filter", "updated"),
    FilterDeleted: ("saved_filter", "deleted"),
    CommentAdded: ("comment", "commented"),
    CommentEdited: ("comment", "updated"),
    CommentDeleted: ("comment", "deleted"),
    CommentRestored: ("comment", "restored"),
    CommentPurged: ("comment", "purged"),
    ReactionAdded: ("comment", "reacted"),
    ReactionRemoved: ("comment", "reaction_removed"),
    AttachmentAdded: ("attachment", "attached"),
    AttachmentIllustrated: ("attachment", "thumbnail_made"),
    AttachmentQuarantined: ("attachment", "quarantine_changed"),
    AttachmentDeleted: ("attachment", "deleted"),
    AttachmentRestored: ("attachment", "restored"),
    AttachmentPurged: ("attachment", "purged"),
}


def _recorder(entity: str, action: str) -> Callable[[Sequence[Any]], None]:
    def record_it(events: Sequence[Any]) -> None:
        record(events, entity=entity, action=action)

    return record_it


def log(event: type[Event], entity: str, action: str) -> None:
    """Log events of this class, such as those of an upper app."""
    LOGGED[event] = (entity, action)
    subscribe_batch(event)(_recorder(entity, action))
    give_name(event, entity=entity, action=action)


for _event, (_entity, _action) in LOGGED.items():
    log(_event, _entity, _action)


def record_in_workspaces(event: Event) -> None:
    _, action = LOGGED[type(event)]
    record_where_shown(event, action=action)


for _event in (ProfileChanged, PersonLinked, PersonJoined, PersonDeleted):
    subscribe(_event)(record_in_workspaces)


lists_depend_on("events", last_number)
reads_history(changes_since)


@subscribe(PersonDeleted)
def erase_texts_of_deleted_person(event: PersonDeleted) -> None:
    erase_texts_by(person=event.person)


@subscribe_batch(ProjectPurged)
def erase_texts_of_projects(events: Sequence[ProjectPurged]) -> None:
    erase_texts_of(rows=[event.project for event in events], entity="project")


@subscribe_batch(TaskPurged)
def erase_texts_of_tasks(events: Sequence[TaskPurged]) -> None:
    erase_texts_of(rows=[event.task for event in events], entity="task")


@subscribe_batch(CommentPurged)
def erase_texts_of_comments(events: Sequence[CommentPurged]) -> None:
    erase_texts_of(rows=[event.comment for event in events], entity="comment")
