"""Messages of Clerk whose effect fails: kept, answered, and applied later, oldest first."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models.functions import Now
from pytest_django import Settings

from accounts.events import PersonRegistered, ProfileChanged
from accounts.models import User
from accounts.services.deletion import delete_person
from clerk.models import ExternalRecord, WebhookReceipt
from core.events import Event, _receivers
from jobs.models import FunctionRun, RunState
from jobs.services.functions.running import run_due_functions
from tests.support.actors import by
from tests.support.clerk_messages import NOW, ORG, SECRET, grace, headers, post, seat, tell
from tests.support.databases import CommittedDatabase
from tests.support.threads import at_once
from workspaces.events import MemberAdded, WorkspaceCreated
from workspaces.models import Membership, Workspace


@pytest.fixture(autouse=True)
def clerk(settings: Settings) -> None:
    settings.CLERK_WEBHOOK_SECRETS = [SECRET]


class Broken:
    """Upper apps that fail when they hear of these events, until they are mended."""

    def __init__(self) -> None:
        self.usual = {kind: list(heard) for kind, heard in _receivers.items()}

    def by(self, *kinds: type[Event]) -> None:
        for kind in kinds:
            _receivers[kind].append(_fail)

    def mend(self) -> None:
        for kind, heard in self.usual.items():
            _receivers[kind][:] = heard


def _fail(events: Any) -> None:
    raise IntegrityError("no room\nDETAIL: Key (email)=(grace@example.com)")


@pytest.fixture
def broken() -> Iterator[Broken]:
    here = Broken()
    yield here
    here.mend()


def retry() -> int:
    FunctionRun.objects.update(next_at=Now())
    return run_due_functions(has_time=lambda: True)


def states() -> list[str]:
    return list(FunctionRun.objects.order_by("created_at").values_list("state", flat=True))


@pytest.mark.django_db
def test_a_message_whose_effect_fails_is_kept_and_applied_later(broken: Broken) -> None:
    broken.by(PersonRegistered)

    assert tell("user.created", grace(), msg="msg_1") == "deferred"
    assert tell("user.created", grace(), msg="msg_1") == "duplicate"
    assert not User.objects.exists()
    assert not ExternalRecord.objects.exists()
    assert WebhookReceipt.objects.get().pk == "msg_1"
    run = FunctionRun.objects.get()
    assert (run.function, run.state) == ("clerk.apply_kept_message", RunState.WAITING)
    assert (run.order_key, run.order_at) == ("user_grace", NOW)
    retry()
    assert states() == [RunState.WAITING]
    broken.mend()
    retry()

    person = User.objects.get()
    assert (person.email, person.name) == ("grace@example.com", "Grace Hopper")
    run.refresh_from_db()
    about = {"id": "user_grace"}
    kept = {"id": "msg_1", "kind": "user.created", "at": NOW, "about": about}
    assert (run.state, run.personal, run.payload) == (RunState.SUCCEEDED, {}, kept)
    assert run.error == "IntegrityError: no room"


@pytest.mark.django_db
def test_what_cannot_be_read_is_refused_and_not_kept(broken: Broken) -> None:
    for about in ({}, {"id": 7}, {"id": "org_1"} | {"created_by": "eve"}):
        body = json.dumps({"type": "organization.created", "data": about, "timestamp": NOW})
        assert post(body, headers(body)).status_code == 400
    assert not FunctionRun.objects.exists()
    assert not WebhookReceipt.objects.exists()


@pytest.mark.django_db
def test_of_a_message_only_what_is_needed_is_kept(broken: Broken) -> None:
    broken.by(MemberAdded)
    member = seat("org:admin")
    member["public_user_data"] |= {"identifier": "grace@example.com", "profile_image_url": "x"}

    assert tell("organizationMembership.created", member) == "deferred"

    run = FunctionRun.objects.get()
    assert run.order_key == "org_1/user_grace"
    assert run.payload["about"] == {
        "id": "orgmem_1",
        "organization": {"id": "org_1", "name": "Engines"},
        "public_user_data": {"user_id": "user_grace"},
        "role": "org:admin",
    }
    broken.mend()
    retry()
    assert Membership.objects.get().role == "ADMIN"


@pytest.mark.django_db
def test_newer_news_are_not_overwritten_by_older_ones(broken: Broken) -> None:
    broken.by(PersonRegistered)
    assert tell("user.created", grace(), msg="msg_1") == "deferred"
    broken.mend()
    newer = grace(at=NOW + 5, first_name="Rear Admiral")
    assert tell("user.updated", newer, msg="msg_2") == "processed"

    retry()

    assert states() == [RunState.SUCCEEDED]
    assert User.objects.get().name == "Rear Admiral Hopper"


@pytest.mark.django_db
def test_who_was_removed_meanwhile_stays_away(broken: Broken) -> None:
    broken.by(MemberAdded, WorkspaceCreated)
    assert tell("organizationMembership.created", seat(), msg="msg_1") == "deferred"
    assert tell("organizationMembership.deleted", seat(), msg="msg_2", at=NOW + 9) == "processed"
    broken.mend()

    retry()

    assert states() == [RunState.SUCCEEDED]
    assert not Membership.objects.exists()


@pytest.mark.django_db
def test_who_was_deleted_meanwhile_stays_away(broken: Broken) -> None:
    broken.by(PersonRegistered)
    assert tell("user.created", grace(), msg="msg_1") == "deferred"
    gone = {"id": "user_grace", "deleted": True}
    assert tell("user.deleted", gone, msg="msg_2", at=NOW - 50) == "processed"
    broken.mend()

    retry()

    assert states() == [RunState.SUCCEEDED]
    assert not User.objects.exists()


@pytest.mark.django_db
def test_all_that_waits_for_an_object_is_applied_in_the_order_of_its_messages(
    broken: Broken,
) -> None:
    tell("user.created", grace(), msg="msg_0")
    broken.by(ProfileChanged)
    names = {3: "Third", 1: "First", 2: "Second"}
    for number, name in names.items():
        about = grace(at=NOW + number, first_name=name)
        assert tell("user.updated", about, msg=f"msg_{number}") == "deferred"
    heard: list[str] = []
    broken.mend()
    _receivers[ProfileChanged].append(lambda events: heard.append(events[0].person.name))

    retry()

    assert heard == ["First Hopper", "Second Hopper", "Third Hopper"]
    assert User.objects.get().name == "Third Hopper"


@pytest.mark.django_db
def test_the_profile_of_a_deleted_person_is_erased_where_it_waits(broken: Broken) -> None:
    tell("user.created", grace(), msg="msg_1")
    broken.by(ProfileChanged)
    tell("user.updated", grace(at=NOW + 1, first_name="Amazing"), msg="msg_2")
    run = FunctionRun.objects.get()
    assert run.personal["about"]["first_name"] == "Amazing"
    broken.mend()

    person = User.objects.get()
    delete_person(actor=by(person), person=person)

    run.refresh_from_db()
    assert run.personal == {}
    assert "Amazing" not in json.dumps(run.payload)
    retry()
    assert states() == [RunState.SUCCEEDED]
    assert User.objects.get().name == "Deleted user"


def test_a_lock_that_is_not_granted_defers_it(
    committed_db: CommittedDatabase, settings: Settings
) -> None:
    tell("user.created", grace(), msg="msg_1")
    answers: list[str] = []

    def hold_and_tell() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '50ms'")
        answers.append(tell("user.updated", grace(at=NOW + 1, first_name="Ada"), msg="msg_2"))

    _while_locked("user_grace", hold_and_tell)

    assert answers == ["deferred"]
    retry()
    assert User.objects.get().name == "Ada Hopper"


def _while_locked(external_id: str, call: Callable[[], None]) -> None:
    """Call it in a thread of its own while the record of this id is locked here."""
    with transaction.atomic():
        ExternalRecord.objects.claimed(external_id)
        at_once(call)


@pytest.mark.django_db
def test_an_organisation_whose_founder_cannot_be_made_comes_later(broken: Broken) -> None:
    broken.by(PersonRegistered)
    founded = {**ORG, "created_by": "user_boss"}
    assert tell("organization.created", founded, msg="msg_1") == "deferred"
    assert not Workspace.objects.exists()
    broken.mend()
    retry()
    assert Workspace.objects.get().owner == User.objects.get(external_id="user_boss")
