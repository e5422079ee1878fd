"""People who leave at the moment others need them."""

from accounts.models import User
from projects.models import ProjectMembership
from tasks.models import Task
from tasks.services.tasks import create_task
from tests.support.actors import by
from tests.support.cast import Cast, Client, client_of
from tests.support.databases import CommittedDatabase
from tests.support.threads import at_once
from workspaces.models import Membership, Workspace
from workspaces.services.workspaces import add_member

PASSWORD = {"password": "correct horse"}


def leaving(client: Client) -> int:
    return client.delete("/api/auth/me", PASSWORD, format="json").status_code


def test_of_two_admins_who_leave_at_once_one_stays(
    committed_db: CommittedDatabase, cast: Cast
) -> None:
    add_member(actor=by(cast.ada), workspace=cast.workspace, email=cast.sam.email, role="ADMIN")
    Workspace.objects.filter(pk=cast.workspace.pk).update(owner=cast.pia)
    admins = [client_of(cast.ada), client_of(cast.sam)]

    answers = at_once(*[lambda admin=admin: leaving(admin) for admin in admins])

    assert sorted(answers) == [204, 409]
    left = Membership.objects.get(workspace=cast.workspace, role="ADMIN")
    assert User.objects.active().filter(pk=left.user_id).exists()


def test_nobody_keeps_a_task_who_is_deleted_while_it_is_given_to_them(
    committed_db: CommittedDatabase, cast: Cast
) -> None:
    tasks = [create_task(actor=by(cast.lea), project=cast.project, title="Oil") for _ in range(4)]
    leaver, givers = client_of(cast.max), [client_of(cast.lea) for _ in tasks]
    body = {"assigneeId": str(cast.max.pk)}

    def give(n: int) -> int:
        return givers[n].patch(f"/api/tasks/{tasks[n].pk}", body, format="json").status_code

    left, *given = at_once(lambda: leaving(leaver), *[lambda n=n: give(n) for n in range(4)])

    assert left == 204
    assert set(given) <= {200, 400}
    assert not Task.objects.filter(assignee=cast.max).exists()


def test_nobody_is_taken_in_who_is_deleted_meanwhile(
    committed_db: CommittedDatabase, cast: Cast
) -> None:
    leaver, lea, sam = (client_of(one) for one in (cast.moe, cast.lea, cast.sam))

    left, *taken = at_once(
        lambda: leaving(leaver),
        lambda: _take_in(lea, f"/api/projects/{cast.project.pk}/members", cast),
        lambda: _take_in(sam, "/api/workspace/add-member", cast),
    )

    assert left == 204
    assert set(taken) <= {201, 400, 404}
    assert not Membership.objects.filter(user=cast.moe).exists()
    assert not ProjectMembership.objects.filter(user=cast.moe).exists()


def _take_in(client: Client, path: str, cast: Cast) -> int:
    body = {"workspaceId": str(cast.elsewhere.pk), "email": cast.moe.email}
    return client.post(path, body, format="json").status_code
