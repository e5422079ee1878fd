"""Reactions to events about people and memberships; the function that applies messages again."""

from django.db.models import Q

from accounts.events import PersonDeleted
from accounts.services.references import not_counted
from clerk.models import AccountMatch
from clerk.services.messages import APPLY_KEPT, apply_kept_message
from clerk.services.organizations import keep_removed
from core.events import subscribe
from core.functions import erase_personal, on_event
from workspaces.events import MemberRemoved


@subscribe(MemberRemoved)
def keep_who_was_removed(event: MemberRemoved) -> None:
    """Not if the provider's message caused it: that has recorded the provider's time already."""
    if not event.actor.is_system:
        keep_removed(workspace=event.workspace, person=event.person)


@subscribe(PersonDeleted)
def delete_matches(event: PersonDeleted) -> None:
    """Delete the account matches of a deleted person."""
    both = Q(newcomer=event.person) | Q(holder=event.person)
    AccountMatch.objects.filter(both).delete()


@subscribe(PersonDeleted)
def erase_kept_profiles(event: PersonDeleted) -> None:
    """Of messages about a deleted person that wait, only the ids stay."""
    if event.person.external_id:
        erase_personal(APPLY_KEPT, order_key=event.person.external_id)


on_event(APPLY_KEPT, event="A message of Clerk whose effect failed when it came")(
    apply_kept_message
)

not_counted("clerk.accountmatch.newcomer")
