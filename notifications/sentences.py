"""What a notification says, in plain English: text, not HTML, and without a full stop."""

from collections.abc import Mapping
from typing import Any, NamedTuple

SYSTEM, SOMEWHERE = "The system", "a place"
ROLES = {"ADMIN": "an admin", "PM": "a project manager", "LEAD": "the lead"}
SENTENCES = {
    "ASSIGNED": "{actor} assigned {task} to you",
    "UNASSIGNED": "{actor} unassigned you from {task}",
    "STATUS_CHANGED": "{actor} moved {task} from {old} to {new}",
    "COMMENTED": "{actor} commented on {task}",
    "MENTIONED": "{actor} mentioned you in {text}",
    "DUE_SOON": "{task} is due soon",
    "DUE_TODAY": "{task} is due today",
    "OVERDUE": "{task} is overdue",
    "INVITED": "{actor} invited you to {place}",
    "MEMBERSHIP_CHANGED": "{actor} changed your place in {place}",
    "LEAD_CHANGED": "{actor} ended your lead of {place}",
    "JOB_ENDED": "Your {job} has ended",
}
JOBS = {
    "COMPLETED": "Your {job} is done",
    "FAILED": "Your {job} has failed",
    "CANCELLED": "Your {job} was cancelled",
}
MEMBERSHIPS = {
    "added": "{actor} added you to {place}",
    "role_changed": "{actor} made you {role} in {place}",
    "owner": "{actor} made you the owner of {place}",
    "removed": "{actor} removed you from {place}",
}
NEW_LEAD = "{actor} made you the lead of {place}"


class About(NamedTuple):
    """The names of today of what a notification is about; "" for what it is not about."""

    actor: str = ""
    task: str = ""
    """The key, such as `ENG-12`."""
    project: str = ""
    workspace: str = ""
    is_comment: bool = False


def sentence(kind: str, about: About, facts: Mapping[str, Any]) -> str:
    """Such as `Max commented on ENG-12`."""
    template = SENTENCES[kind]
    if kind == "MEMBERSHIP_CHANGED":
        template = MEMBERSHIPS.get(facts.get("change", ""), template)
    elif kind == "JOB_ENDED":
        template = JOBS.get(facts.get("state", ""), template)
    elif facts.get("is_lead"):
        template = NEW_LEAD
    text = "a comment on" if about.is_comment else "the description of"
    role = str(facts.get("role", ""))
    return template.format(
        actor=about.actor or SYSTEM,
        task=about.task,
        text=f"{text} {about.task}",
        place=facts.get("name") or about.project or about.workspace or SOMEWHERE,
        role=ROLES.get(role, f"a {role.lower()}"),
        old=facts.get("old", ""),
        new=facts.get("new", ""),
        job=facts.get("type", "job"),
    )
