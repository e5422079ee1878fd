"""Staff decide whether two accounts are one person's."""

import pytest
from django.contrib.auth.models import Permission

from accounts.models import User
from clerk.models import AccountMatch
from projects.models import role_in_project
from tasks.services.tasks import create_task
from tests.admin.desk import Desk, told
from tests.support.actors import by
from tests.support.cast import Cast, person
from tests.support.log import log_of
from workspaces.models import Membership, role_in_workspace


@pytest.fixture
def match(cast: Cast) -> AccountMatch:
    """Max came from the provider and has worked; Maxine is who has his address."""
    cast.max.external_id = "user_max"
    cast.max.save()
    holder = person("maxine")
    return AccountMatch.objects.create(newcomer=cast.max, holder=holder, email=holder.email)


def test_staff_join_two_accounts(desk: Desk, root: User, cast: Cast, match: AccountMatch) -> None:
    task = create_task(actor=by(cast.max), project=cast.project, title="Oil", assignee=cast.max)

    page = desk.act("join", match)

    assert told(page) == ["Joined: 1."]
    holder = User.objects.get(external_id="user_max")
    assert holder == match.holder
    assert role_in_workspace.first(actor=holder, workspace=cast.workspace.pk) == "MEMBER"
    assert role_in_project.first(person=holder, project=cast.project.pk) == "MEMBER"
    assert not Membership.objects.filter(user=cast.max).exists()
    task.refresh_from_db()
    former = User.objects.get(pk=cast.max.pk)
    assert (task.assignee, task.created_by) == (holder, former)
    assert (former.name, former.external_id, former.is_active) == ("Deleted user", None, False)
    assert not AccountMatch.objects.exists()
    assert log_of(holder)[-2:] == [("joined", root.pk, {}), ("linked", holder.pk, {})]


def test_a_lead_stays_lead(desk: Desk, cast: Cast, match: AccountMatch) -> None:
    cast.lea.external_id = "user_lea"
    cast.lea.save()
    AccountMatch.objects.update(newcomer=cast.lea)
    desk.act("join", match)
    cast.project.refresh_from_db()
    assert cast.project.team_lead == match.holder
    assert cast.project.memberships.get(role="LEAD").user == match.holder


def test_staff_keep_two_accounts_apart(desk: Desk, cast: Cast, match: AccountMatch) -> None:
    desk.act("keep_apart", match)
    match.refresh_from_db()
    assert match.state == "KEPT_APART"
    assert User.objects.get(external_id="user_max") == cast.max


@pytest.mark.parametrize("change", [{"is_active": False}, {"external_id": "user_other"}])
def test_what_cannot_be_joined_is_said(
    desk: Desk, match: AccountMatch, change: dict[str, object]
) -> None:
    User.objects.filter(pk=match.holder_id).update(**change)
    page = desk.act("join", match)
    assert "One of the accounts is closed" in told(page)[0]
    assert AccountMatch.objects.exists()


@pytest.mark.parametrize("action", ["join", "keep_apart"])
def test_only_superusers_decide(desk: Desk, root: User, match: AccountMatch, action: str) -> None:
    User.objects.filter(pk=root.pk).update(is_superuser=False)
    matches = Permission.objects.filter(content_type__app_label="clerk")
    root.user_permissions.set(matches)
    assert desk.act(action, match).status_code == 200
    match.refresh_from_db()
    assert match.state == "OPEN"


def test_a_question_ends_with_one_of_the_accounts(
    desk: Desk, cast: Cast, match: AccountMatch
) -> None:
    desk.act("delete_people", match.holder, confirmed="yes")
    assert not AccountMatch.objects.exists()
