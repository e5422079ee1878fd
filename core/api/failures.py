"""How refusals are described in the OpenAPI document."""

from drf_spectacular.plumbing import ResolvedComponent

SENTENCES = {"type": "array", "items": {"type": "string"}}
NAMED = {
    "type": "object",
    "required": ["id", "name"],
    "properties": {"id": {"type": "string"}, "name": {"type": "string"}},
}
TASK = {
    "type": "object",
    "required": ["id", "key"],
    "properties": {name: {"type": "string"} for name in ("id", "key", "title")},
}
UNMET = {
    "type": "object",
    "description": "Why a task must not enter a column, such as open tasks that block it.",
    "required": ["code", "tasks", "hidden_tasks"],
    "properties": {
        "code": {"type": "string"},
        "tasks": {"type": "array", "items": TASK},
        "hidden_tasks": {"type": "integer"},
    },
}
NEWER_EVENT = ResolvedComponent(
    name="NewerEvent",
    type=ResolvedComponent.SCHEMA,
    object="NewerEvent",
    schema={
        "type": "object",
        "description": "What has changed the same since, with the fields it changed.",
        "required": ["id", "seq", "actor", "action", "fields"],
        "properties": {
            "id": {"type": "string"},
            "seq": {"type": "integer"},
            "actor": {"anyOf": [NAMED, {"type": "null"}]},
            "action": {"type": "string"},
            "fields": SENTENCES,
        },
    },
)
FAILURE = ResolvedComponent(
    name="Failure",
    type=ResolvedComponent.SCHEMA,
    object="Failure",
    schema={
        "type": "object",
        "description": "Every refusal; `errors` maps a field of the input to sentences about it.",
        "required": ["success", "message", "code", "request_id"],
        "properties": {
            "success": {"type": "boolean", "const": False},
            "message": {"type": "string"},
            "code": {"type": "string"},
            "errors": {"type": "object", "additionalProperties": SENTENCES},
            "required": {"type": "string"},
            "you_have": SENTENCES,
            "allowed": SENTENCES,
            "unmet": {"type": "array", "items": UNMET},
            "cycle": {"type": "array", "items": TASK},
            "cycle_length": {"type": "integer"},
            "events": {"type": "array", "items": NEWER_EVENT.ref},
            "people": SENTENCES,
            "workspaces": {"type": "array", "items": NAMED},
            "retry_after": {"type": "integer", "description": "Seconds."},
            "session_token": {"type": "string"},
            "request_id": {"type": "string"},
        },
    },
)
