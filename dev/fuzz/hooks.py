"""Schemathesis hooks: they add credentials and ids of existing rows to generated requests."""

import re
import time
import zlib
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, ClassVar

import schemathesis
from schemathesis import Case, HookContext, Response
from schemathesis.auths import AuthContext

from dev.fuzz.client import log_in, next_address, register
from dev.fuzz.world import OWNER, World

PARAMETER = re.compile(r"/([a-z-]+)/{(\w+)}")
KINDS = {
    "workspaces": "workspace",
    "workspace": "workspace",
    "projects": "project",
    "project": "project",
    "tasks": "task",
    "task": "task",
    "statuses": "column",
    "relations": "relation",
    "dependencies": "task",
    "comments": "comment",
    "reactions": "emoji",
    "filters": "filter",
    "attachments": "attachment",
    "files": "attachment",
    "labels": "label",
    "notifications": "notification",
    "events": "event",
    "watchers": "person",
    "members": "person",
    "member": "person",
    "invitations": "invitation",
    "webhooks": "webhook",
    "tokens": "token",
    "jobs": "job",
    "calendar-feeds": "feed",
    "calendar": "token",
    "report-schedules": "schedule",
    "import-files": "import_file",
}
"""The kind of row that a path parameter refers to, by the path segment before it."""
KINDS_OF_KEYS = {
    "workspace": "workspace",
    "project": "project",
    "task": "task",
    "dependson": "task",
    "assignee": "person",
    "user": "person",
    "person": "person",
    "reassignto": "person",
    "teamlead": "owner",
    "email": "email",
    "parent": "comment",
}
"""The kind of row for a key of a body or query, in lower case without `_` and `Id`."""
LISTS = {"taskids": "task", "teammembers": "email", "workspaces": "workspace"}
OWN_ACCOUNT = "/api/auth/"
"""Paths below it are requested by visitors, whose accounts may be deleted, not by the owner."""
LAST_REQUESTS = tuple(
    OWN_ACCOUNT + path
    for path in ("logout", "me", "password/change", "devices/{device_id}", "session/exchange")
)
"""Requests that may end the credential or the account they are sent with."""
ENDINGS = ("/archive", "/lead", "/owner", "/role", "/transition", "/move")
Asked = Case[Any]
REAL = 3
"""How many of four requests get ids of existing rows."""
TOKEN_SECONDS = 200.0
SAFE = ("GET", "HEAD", "OPTIONS")
LEARNED = (
    *("workspace", "project", "column", "label", "filter"),
    *("task", "relation", "comment", "emoji", "attachment", "token", "notification", "webhook"),
    *("job", "feed", "schedule", "import_file"),
)
SUCCESS, CREATED = 2, (201, 202)


@dataclass
class Requests:
    """The hooks of one run, with the tokens in use and the number of answers."""

    server: str
    world: World
    visitors: int = 0
    answers: Counter[int] = field(default_factory=Counter)
    """The number of answers by the first digit of the status."""
    tokens: dict[str, tuple[str, float]] = field(default_factory=dict)

    def install(self) -> None:
        SignIn.requests = self
        schemathesis.auth(refresh_interval=None)(SignIn)

        # Functions, because the decorator sets an attribute, which methods do not allow.
        @schemathesis.hook
        def before_call(context: HookContext, case: Asked, kwargs: dict[str, Any]) -> None:
            self.prepare(case)

        @schemathesis.hook
        def after_call(context: HookContext, case: Asked, response: Response) -> None:
            self.note(case, response)

    def token_for(self, path: str) -> str:
        """A token for the path: of the current visitor or of the owner, replaced when it is old."""
        who = "visitor" if path.startswith(OWN_ACCOUNT) else OWNER
        token, since = self.tokens.get(who, ("", 0.0))
        if not token or time.monotonic() - since > TOKEN_SECONDS:
            token = self._new_visitor() if who == "visitor" else log_in(self.server, who).token
            self.tokens[who] = (token, time.monotonic())
        return token

    def _new_visitor(self) -> str:
        self.visitors += 1
        return register(self.server, f"visitor{self.visitors}").token

    def prepare(self, case: Asked) -> None:
        """Put ids of existing rows into the request, and remove what would get most refused."""
        choice = zlib.crc32(repr((case.path, case.method, case)).encode(errors="replace"))
        case.headers["X-Forwarded-For"] = next_address()
        if key := case.headers.get("Idempotency-Key"):
            # Short keys are generated repeatedly, and a key that was used is refused.
            case.headers["Idempotency-Key"] = f"{key}{choice}"
        if "If-Match" in case.headers and choice % 2:
            del case.headers["If-Match"]
        if choice % 4 < REAL:
            self._name_rows(case, choice // 4)

    def _name_rows(self, case: Asked, choice: int) -> None:
        may_end = case.method == "DELETE" or case.path.endswith(ENDINGS)
        for word, name in PARAMETER.findall(case.path):
            found = self.world.pick(KINDS.get(word, ""), choice, may_end=may_end)
            if found and name in case.path_parameters and name != "token":
                case.path_parameters[name] = found
                if name in ("invitation", "webhook"):
                    case.path_parameters["id"] = self.world.workspace_of[found]
        for part in (case.body, case.query):
            if isinstance(part, dict):
                self._name_rows_in(part, choice)

    def _name_rows_in(self, part: dict[str, Any], choice: int) -> None:
        for key, value in part.items():
            plain = key.replace("_", "").lower()
            kind = KINDS_OF_KEYS.get(plain) or KINDS_OF_KEYS.get(plain.removesuffix("id"), "")
            found = self.world.pick(kind, choice, may_end=False)
            if found and isinstance(value, str) and value:
                part[key] = found
            found = self.world.pick(LISTS.get(plain, ""), choice, may_end=True)
            if found and isinstance(value, list) and value and isinstance(value[0], str):
                part[key] = [found, *value[1:]]

    def note(self, case: Asked, response: Response) -> None:
        """Count the answer, remember the id of a new row, and drop a token that may be invalid."""
        self.answers[response.status_code // 100] += 1
        if case.method in SAFE or response.status_code // 100 != SUCCESS:
            return
        if "dry-run" in response.headers:
            return
        if case.path in LAST_REQUESTS:
            self.tokens.pop("visitor", None)
        kind = KINDS.get(case.path.rpartition("/")[2], "")
        if response.status_code in CREATED and kind in LEARNED:
            self._learn(kind, case, response.json()["data"]["id"])

    def _learn(self, kind: str, case: Asked, name: str) -> None:
        self.world.learn(kind, name)
        if kind == "webhook":
            self.world.workspace_of[name] = str(case.path_parameters["id"])


class SignIn:
    """Adds the token; schemathesis creates the instance, so `requests` is set on the class."""

    requests: ClassVar[Requests]

    def get(self, case: Asked, ctx: AuthContext) -> str:
        return self.requests.token_for(case.path)

    def set(self, case: Asked, data: str, ctx: AuthContext) -> None:
        case.headers["Authorization"] = f"Bearer {data}"
