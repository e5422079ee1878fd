"""What schemathesis does not know: who asks, which rows exist, and which requests end them."""

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
    "comments": "comment",
    "members": "person",
    "member": "person",
    "invitations": "invitation",
    "tokens": "token",
}
"""Which rows a parameter of a path names, by the word before it."""
KINDS_OF_KEYS = {
    "workspace": "workspace",
    "project": "project",
    "assignee": "person",
    "user": "person",
    "person": "person",
    "reassignto": "person",
    "teamlead": "owner",
    "email": "email",
}
"""The same for keys of bodies and queries, written without `_`, `Id` and case."""
LISTS = {"taskids": "task", "teammembers": "email", "workspaces": "workspace"}
OWN_ACCOUNT = "/api/auth/"
"""What is below here is asked by visitors, who have nothing to lose."""
LAST_REQUESTS = tuple(
    OWN_ACCOUNT + path
    for path in ("logout", "me", "password/change", "devices/{device_id}", "session/exchange")
)
"""They may end the credential or the account they are made with."""
ENDINGS = ("/archive", "/lead", "/owner", "/role", "/transition")
Asked = Case[Any]
REAL = 3
"""Of four ids, so many exist."""
TOKEN_SECONDS = 200.0
SAFE = ("GET", "HEAD", "OPTIONS")
LEARNED = ("workspace", "project", "task", "comment", "token")
SUCCESS, CREATED = 2, 201


@dataclass
class Requests:
    """The hooks of one run."""

    server: str
    world: World
    visitors: int = 0
    answers: Counter[int] = field(default_factory=Counter)
    """By the first digit of the status."""
    tokens: dict[str, tuple[str, float]] = field(default_factory=dict)

    def install(self) -> None:
        SignIn.requests = self
        schemathesis.auth(refresh_interval=None)(SignIn)

        # Hooks are marked, which methods cannot be.
        @schemathesis.hook
        def before_call(context: HookContext, case: Asked, kwargs: dict[str, Any]) -> None:
            self.prepare(case)

        @schemathesis.hook
        def after_call(context: HookContext, case: Asked, response: Response) -> None:
            self.note(case, response)

    def token_for(self, path: str) -> str:
        """Somebody new wherever the last one may have ended the account."""
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
        """Name rows that exist, and leave out what would end most cases before they begin."""
        choice = zlib.crc32(repr((case.path, case.method, case)).encode(errors="replace"))
        case.headers["X-Forwarded-For"] = next_address()
        if key := case.headers.get("Idempotency-Key"):
            # The shortest ones come again and again, and would be refused as used.
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
                if name == "invitation":
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
        """Learn what was made; somebody else goes on where a visitor has left."""
        self.answers[response.status_code // 100] += 1
        if case.method in SAFE or response.status_code // 100 != SUCCESS:
            return
        if case.path in LAST_REQUESTS:
            self.tokens.pop("visitor", None)
        kind = KINDS.get(case.path.rpartition("/")[2], "")
        if response.status_code == CREATED and kind in LEARNED:
            self.world.learn(kind, response.json()["data"]["id"])


class SignIn:
    """Made by schemathesis, which takes the class alone."""

    requests: ClassVar[Requests]

    def get(self, case: Asked, ctx: AuthContext) -> str:
        return self.requests.token_for(case.path)

    def set(self, case: Asked, data: str, ctx: AuthContext) -> None:
        case.headers["Authorization"] = f"Bearer {data}"
