"""Every filter in every order, both ways: what PostgreSQL reads for it in the largest project."""

import json
from collections.abc import Iterator
from typing import Any

from django.test import Client

from dev.bench.many import Many
from dev.bench.policies import switch_policies
from tests.support.plans import checks
from tests.support.signing import access_token_for


def failing_lists(many: Many) -> Iterator[str]:
    """The lists that read, sort or take too much, planned with and without their parameters."""
    switch_policies(on=True)
    token = access_token_for(many.people.common)
    client = Client(SERVER_NAME="127.0.0.1", headers={"Authorization": f"Bearer {token}"})

    def ask(path: str) -> dict[str, Any]:
        answer = client.get(path)
        if answer.status_code != 200:
            raise SystemExit(answer.content.decode())
        return dict(json.loads(answer.content))

    for is_generic in (False, True):
        for check in checks(ask, many.largest, many.people, in_full=True, is_generic=is_generic):
            if check.exceeds(many.size):
                yield f"MISSED  {check.query}: {check.matches} match, {check.work}"
