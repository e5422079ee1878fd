"""What an entry says besides who did what to which row: ids and codes only."""

from typing import Any

from core.events import Event

SHOWN = ("is_active", "is_staff", "is_superuser", "role", "settings.")
"""Starts of names of fields whose values are codes; of other fields the name must do."""


def none(event: Any) -> dict[str, Any]:
    return {}


def changes(event: Event) -> dict[str, Any]:
    """The names of the changed fields, with the old and the new value of those in SHOWN."""
    values = {name: value for name, value in event.changes.items() if name.startswith(SHOWN)}
    return {"fields": sorted(event.changes), "values": values}


def membership(event: Any) -> dict[str, Any]:
    """Whose membership, of what, and the role; before it changed, too."""
    row = event.membership
    project = {"project": str(row.project_id)} if hasattr(row, "project_id") else {}
    before = {"before": event.changes["role"]["old"]} if "role" in event.changes else {}
    return {"person": str(row.user_id), "role": str(row.role), **project, **before}


def removed_member(event: Any) -> dict[str, Any]:
    return {"person": str(event.person.pk)}


def owner(event: Any) -> dict[str, Any]:
    return {"before": _id(event.before), "owner": _id_text(event.workspace.owner_id)}


def offer(event: Any) -> dict[str, Any]:
    return {"person": _id_text(event.workspace.offered_to_id)}


def lead(event: Any) -> dict[str, Any]:
    return {"before": _id(event.before), "lead": _id_text(event.project.team_lead_id)}


def task(event: Any) -> dict[str, Any]:
    return {"project": str(event.task.project_id)}


def comment(event: Any) -> dict[str, Any]:
    return {"task": str(event.comment.task_id), "author": _id_text(event.comment.author_id)}


def attachment(event: Any) -> dict[str, Any]:
    row = event.attachment
    return {"task": str(row.task_id), "uploaded_by": _id_text(row.uploaded_by_id)}


def token(event: Any) -> dict[str, Any]:
    """Whose token it is, and what it is good for; never its text or name."""
    row = event.token
    bound = None if row.workspace_ids is None else [str(pk) for pk in row.workspace_ids]
    return {"person": str(row.user_id), "scopes": list(row.scopes), "workspaces": bound}


def account(event: Any) -> dict[str, Any]:
    disowned = {"disowned": event.disowned} if hasattr(event, "disowned") else {}
    return {"provider": event.provider, **disowned}


def joined(event: Any) -> dict[str, Any]:
    return {"former": _id(event.former)}


def deleted_person(event: Any) -> dict[str, Any]:
    return {"is_final": event.is_final, "successor": _id(event.successor)}


def sign_in(event: Any) -> dict[str, Any]:
    return {"methods": list(event.methods)}


def failures(event: Any) -> dict[str, Any]:
    return {"failures": event.failures, "in_all": event.in_all}


def device(event: Any) -> dict[str, Any]:
    return {"device": event.device_id}


def sessions(event: Any) -> dict[str, Any]:
    return {"one_kept": event.one_kept}


def password(event: Any) -> dict[str, Any]:
    return {"recovered": event.recovered}


def factor(event: Any) -> dict[str, Any]:
    return {"kind": event.kind, "factor": event.factor_id}


def delivery(event: Any) -> dict[str, Any]:
    return {"channel": event.delivery.channel, "kind": event.delivery.kind}


def _id(row: Any) -> str | None:
    return _id_text(row and row.pk)


def _id_text(pk: Any) -> str | None:
    return str(pk) if pk else None
