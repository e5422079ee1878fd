"""A job has the rights its owner and their token have when a step is taken, and not more."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import User
from core.actor import Actor
from identity.models import PersonalToken
from identity.services.personal_tokens import create_token, credential_of, revoke_token
from jobs.models import Job
from jobs.registry import Run
from jobs.services.submission import (
    LARGEST_PAYLOAD,
    PayloadTooLarge,
    UnknownJobType,
    WorkspaceNeeded,
    submit_job,
)
from projects.models import Project
from tests.jobs.kinds import Counting, error_of, now_of, run_all, submitted
from tests.support.actors import by
from tests.support.cast import Cast
from tests.support.context import without_context
from workspaces.models import Membership, Workspace

pytestmark = pytest.mark.django_db


def code_of(job: Job) -> str:
    """Why it failed."""
    with without_context():
        run_all()
    job = now_of(job)
    assert job.state == Job.State.FAILED
    return str(error_of(job)["code"])


def with_token(person: User, **facts: Any) -> tuple[PersonalToken, Actor]:
    token, _ = create_token(actor=by(person), name="n", scopes=["read", "write"], **facts)
    return token, Actor(user=person, credential=credential_of(token))


def job_of(actor: Actor, workspace: Workspace | None = None) -> Job:
    payload = {"steps": 1}
    return submit_job(actor=actor, kind="counting", payload=payload, workspace=workspace)[0]


def test_a_token_that_was_revoked(cast: Cast, counting: Counting) -> None:
    token, actor = with_token(cast.max)
    job = job_of(actor)
    revoke_token(actor=by(cast.max), token=token)
    assert code_of(job) == "credential_ended"
    assert counting.taken == []


def test_a_token_that_has_expired(cast: Cast, counting: Counting) -> None:
    token, actor = with_token(cast.max)
    job = job_of(actor)
    PersonalToken.objects.filter(pk=token.pk).update(
        expires_at=timezone.now() - timedelta(seconds=1)
    )
    assert code_of(job) == "credential_ended"


def test_a_token_shows_its_own_workspaces_only(cast: Cast, counting: Counting) -> None:
    _, actor = with_token(cast.ada, workspace_ids=[cast.elsewhere.pk])
    assert code_of(job_of(actor, cast.workspace)) == "workspace_left"
    _, actor = with_token(cast.ada, workspace_ids=[cast.workspace.pk])
    job = job_of(actor, cast.workspace)
    with without_context():
        run_all()
    assert now_of(job).state == Job.State.COMPLETED


def test_who_was_deactivated(cast: Cast, counting: Counting) -> None:
    job = submitted(cast.max)
    User.objects.filter(pk=cast.max.pk).update(is_active=False)
    assert code_of(job) == "credential_ended"


def test_who_has_left_the_workspace(cast: Cast, counting: Counting) -> None:
    """Between two steps; what was done is taken back."""
    job = submitted(cast.moe, 3, workspace=cast.workspace)

    def during(run: Run) -> None:
        Membership.objects.filter(user=cast.moe).delete()

    counting.during = during
    assert code_of(job) == "workspace_left"
    assert counting.taken == [1]
    assert counting.undone == [{"next": 2}]


def test_a_workspace_that_was_deleted(cast: Cast, counting: Counting) -> None:
    job = submitted(cast.max, workspace=cast.workspace)
    Workspace.objects.filter(pk=cast.workspace.pk).update(deleted_at=timezone.now())
    assert code_of(job) == "workspace_left"


def test_a_workspace_of_others(cast: Cast, counting: Counting) -> None:
    assert code_of(submitted(cast.max, workspace=cast.elsewhere)) == "workspace_left"


def test_steps_see_the_workspaces_of_their_owner(cast: Cast, counting: Counting) -> None:
    shown: list[int] = []
    counting.during = lambda _: shown.append(Project.objects.count())
    submitted(cast.max, workspace=cast.workspace)
    submitted(cast.sam)
    with without_context():
        run_all()
    assert sorted(shown) == [0, 1]


def test_a_payload_has_a_size(cast: Cast, counting: Counting) -> None:
    def asked(size: int) -> Job:
        payload = {"a": "x" * (size - len('{"a":""}'))}
        return submit_job(actor=by(cast.max), kind="counting", payload=payload)[0]

    assert asked(LARGEST_PAYLOAD).pk
    with pytest.raises(PayloadTooLarge):
        asked(LARGEST_PAYLOAD + 1)


def test_what_there_is_no_type_of_is_refused(cast: Cast) -> None:
    with pytest.raises(UnknownJobType):
        submit_job(actor=by(cast.max), kind="os.system", payload={})


def test_a_workspace_is_needed(
    cast: Cast, counting: Counting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Counting, "needs_workspace", True)
    with pytest.raises(WorkspaceNeeded):
        submitted(cast.max)
