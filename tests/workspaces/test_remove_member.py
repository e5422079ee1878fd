"""Removing somebody from a workspace, and leaving it."""

import pytest

from accounts.services.deletion import delete_person
from projects.models import ProjectMembership
from tasks.services.tasks import create_task
from tests.support.actors import by
from tests.support.cast import Cast, Client, client_of
from tests.support.databases import CommittedDatabase
from tests.support.log import log_of
from tests.support.threads import at_once, succeeds
from workspaces.models import Membership
from workspaces.services.workspaces import add_member


def path_of(cast: Cast, person: str) -> str:
    known = getattr(cast, person, None)
    return f"/api/workspaces/{cast.workspace.pk}/members/{known.pk if known else person}"


def admins_of(cast: Cast) -> int:
    return Membership.objects.filter(workspace=cast.workspace, role="ADMIN").count()


def test_remove_member_ends_all_that_hangs_on_the_place(cast: Cast) -> None:
    task = create_task(actor=by(cast.ada), project=cast.project, title="Oil", assignee=cast.max)

    client_of(cast.pia).ask("DELETE", path_of(cast, "max"), status=204)

    assert not Membership.objects.filter(user=cast.max).exists()
    assert not ProjectMembership.objects.filter(user=cast.max).exists()
    gone = {"old": str(cast.max.pk), "new": None}
    assert log_of(cast.workspace)[-1] == ("member_removed", cast.pia.pk, {"member": gone})
    assert log_of(cast.project)[-1] == ("member_removed", cast.pia.pk, {"member": gone})
    given = {"old": str(cast.max.pk), "new": str(cast.lea.pk)}
    assert log_of(task)[-1] == ("assigned", cast.pia.pk, {"assignee": given})
    max_ = client_of(cast.max)
    max_.ask("GET", f"/api/workspaces/{cast.workspace.pk}", status=403)
    max_.ask("GET", f"/api/tasks/{task.pk}", status=403)


@pytest.mark.parametrize("who", ["max", "me"])
@pytest.mark.parametrize("name", ["max", "gus", "pia", "lea"])
def test_leaving_is_everybodys_right(cast: Cast, name: str, who: str) -> None:
    person = getattr(cast, name)
    path = path_of(cast, "me" if who == "me" else name)
    client_of(person).ask("DELETE", path, status=204)
    assert not Membership.objects.filter(user=person).exists()
    assert log_of(cast.workspace)[-1][:2] == ("member_removed", person.pk)


def test_a_lead_who_leaves_leaves_the_project_without_one(cast: Cast) -> None:
    client_of(cast.lea).ask("DELETE", path_of(cast, "me"), status=204)
    cast.project.refresh_from_db()
    assert cast.project.team_lead is None
    assert [entry[0] for entry in log_of(cast.project)[-2:]] == ["lead_changed", "member_removed"]


@pytest.mark.parametrize("name", ["moe", "gus", "lea"])
@pytest.mark.parametrize("target", ["max", "pia", "ada"])
def test_nobody_below_pm_removes_others(
    cast: Cast, unchanged: None, name: str, target: str
) -> None:
    refusal = client_of(getattr(cast, name)).ask("DELETE", path_of(cast, target), status=403)
    assert refusal["required"] == "workspace:remove_member"


@pytest.mark.parametrize("role", ["ADMIN", "BILLING"])
def test_a_pm_removes_nobody_who_may_do_more(cast: Cast, role: str) -> None:
    Membership.objects.filter(user=cast.max).update(role=role)
    refusal = client_of(cast.pia).ask("DELETE", path_of(cast, "max"), status=403)
    assert refusal["code"] == "role_out_of_reach"
    client_of(cast.ada).ask("DELETE", path_of(cast, "max"), status=204)


@pytest.mark.parametrize("person", ["sam", "01890000-0000-7000-8000-000000000000", "42", "%00"])
def test_remove_member_who_is_none(cast: Cast, unchanged: None, person: str) -> None:
    client_of(cast.ada).ask("DELETE", path_of(cast, person), status=404)


def test_remove_member_twice(cast: Cast) -> None:
    client_of(cast.ada).ask("DELETE", path_of(cast, "max"), status=204)
    client_of(cast.ada).ask("DELETE", path_of(cast, "max"), status=404)


@pytest.mark.parametrize("name", ["ada", "sam"])
def test_the_owner_stays(cast: Cast, name: str) -> None:
    add_member(actor=by(cast.ada), workspace=cast.workspace, email=cast.sam.email, role="ADMIN")
    refusal = client_of(getattr(cast, name)).ask("DELETE", path_of(cast, "ada"), status=409)
    assert refusal["code"] == "owns_the_workspace"
    assert Membership.objects.filter(workspace=cast.workspace, user=cast.ada).exists()


def test_the_last_admin_stays(cast: Cast) -> None:
    Membership.objects.filter(user=cast.ada).update(role="PM")
    Membership.objects.filter(user=cast.max).update(role="ADMIN")
    refusal = client_of(cast.max).ask("DELETE", path_of(cast, "me"), status=409)
    assert refusal["code"] == "last_admin"
    assert Membership.objects.filter(workspace=cast.workspace, user=cast.max).exists()


def test_remove_member_heeds_the_version_read(cast: Cast) -> None:
    stale = {"If-Match": '"7"'}
    client_of(cast.ada).ask("DELETE", path_of(cast, "max"), status=412, **stale)


@pytest.fixture
def two_admins(committed_db: CommittedDatabase, cast: Cast) -> Cast:
    """Max and Moe, beside an owner who is none."""
    Membership.objects.filter(user__in=[cast.max, cast.moe]).update(role="ADMIN")
    Membership.objects.filter(user=cast.ada).update(role="PM")
    return cast


def test_two_admins_who_remove_each_other_at_once(two_admins: Cast) -> None:
    cast = two_admins
    pairs = [(client_of(cast.max), "moe"), (client_of(cast.moe), "max")]

    def remove(pair: tuple[Client, str]) -> int:
        return pair[0].delete(path_of(cast, pair[1])).status_code

    answers = at_once(*[lambda pair=pair: remove(pair) for pair in pairs])

    assert min(answers) == 204
    assert max(answers) in (403, 404, 409)
    assert admins_of(cast) == 1


def test_two_admins_who_leave_at_once(two_admins: Cast) -> None:
    cast = two_admins
    clients = [client_of(cast.max), client_of(cast.moe)]

    def leave(client: Client) -> int:
        return client.delete(path_of(cast, "me")).status_code

    answers = at_once(*[lambda client=client: leave(client) for client in clients])

    assert sorted(answers) == [204, 409]
    assert admins_of(cast) == 1


def test_one_admin_leaves_while_the_other_is_demoted(two_admins: Cast) -> None:
    cast = two_admins
    max_, other = client_of(cast.max), client_of(cast.moe)
    body = {"role": "MEMBER"}

    answers = at_once(
        lambda: max_.delete(path_of(cast, "me")).status_code,
        lambda: other.patch(path_of(cast, "moe"), body, format="json").status_code,
    )

    assert min(answers) in (200, 204)
    assert max(answers) == 409
    assert admins_of(cast) == 1


def test_one_admin_leaves_while_the_other_is_deleted(two_admins: Cast) -> None:
    cast = two_admins
    max_ = client_of(cast.max)

    left, deleted = at_once(
        lambda: max_.delete(path_of(cast, "me")).status_code == 204,
        lambda: succeeds(delete_person, actor=by(None), person=cast.moe),
    )

    assert left is not deleted
    assert admins_of(cast) == 1
