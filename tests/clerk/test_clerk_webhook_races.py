"""Messages of Clerk that arrive together."""

from collections import Counter

import pytest
from pytest_django import Settings

from accounts.models import User
from tests.support.clerk_messages import NOW, SECRET, grace, seat, tell
from tests.support.databases import CommittedDatabase
from tests.support.threads import at_once, times
from workspaces.models import Membership, Workspace


@pytest.fixture(autouse=True)
def clerk(committed_db: CommittedDatabase, settings: Settings) -> None:
    settings.CLERK_WEBHOOK_SECRETS = [SECRET]


def test_the_same_message_has_one_effect() -> None:
    outcomes = times(20, lambda _: tell("user.created", grace()))

    assert Counter(outcomes) == {"processed": 1, "duplicate": 19}
    assert User.objects.count() == 1


def test_messages_about_the_same_things_make_them_once() -> None:
    at_once(
        *[lambda n=n: tell("user.updated", grace(at=NOW + n), msg=f"u{n}") for n in range(4)],
        *[
            lambda n=n: tell("organizationMembership.created", seat(at=NOW + n), msg=f"m{n}")
            for n in range(4)
        ],
    )

    assert (User.objects.count(), Workspace.objects.count(), Membership.objects.count()) == (
        1,
        1,
        1,
    )
