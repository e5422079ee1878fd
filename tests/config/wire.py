"""JSON over real HTTP, for servers that run as programs."""

import json
from dataclasses import dataclass
from http.client import HTTPConnection
from typing import Any

PATIENCE = 30.0


@dataclass(frozen=True)
class Wire:
    """Asks the server on a port of this machine, as whoever the token belongs to."""

    port: int
    token: str = ""

    def ask(self, method: str, path: str, body: Any = None, *, status: int = 200) -> Any:
        """Return the answer's body after checking its status."""
        headers = {"Content-Type": "application/json"}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        connection = HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            connection.request(method, path, json.dumps(body) if body else None, headers)
            response = connection.getresponse()
            content = response.read()
        finally:
            connection.close()
        assert response.status == status, content
        return json.loads(content) if content else None

    def signed_in(self, email: str, password: str) -> "Wire":
        """The same server, asked by this person."""
        body = {"email": email, "password": password}
        entered = self.ask("POST", "/api/auth/login", body)["data"]
        return Wire(self.port, entered["access_token"])
