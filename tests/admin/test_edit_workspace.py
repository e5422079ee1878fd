"""Workspaces and memberships in the admin."""

from accounts.models import User
from activity.models import Event
from tests.admin.desk import Desk, add_page_of, page_of
from tests.cast import Cast
from workspaces.models import Membership, Workspace


def test_add_workspace_makes_its_owner_a_member(desk: Desk, root: User) -> None:
    desk.submit(add_page_of(Workspace), name="Loom works")

    made = Workspace.objects.get()
    assert (made.slug, made.owner) == ("loom-works", root)
    assert Membership.objects.role_of(root, made.pk) == "ADMIN"


def test_edit_workspace_is_logged(desk: Desk, root: User, workspace: Workspace) -> None:
    desk.submit(page_of(workspace), name="Engines & Looms")

    workspace.refresh_from_db()
    assert workspace.name == "Engines & Looms"
    event = Event.objects.get(entity_id=workspace.pk, action="updated")
    assert event.actor_id == root.pk
    assert event.changes == {"name": {"old": "Analytical Engines", "new": "Engines & Looms"}}


def test_add_member_from_the_page_of_the_workspace(desk: Desk, cast: Cast) -> None:
    desk.submit(add_page_of(Workspace), name="Loom works")
    own = Workspace.objects.get(name="Loom works")
    new = {"memberships-TOTAL_FORMS": "2", "memberships-1-user": str(cast.moe.pk)}

    answer = desk.submit(page_of(own), **new, **{"memberships-1-role": "PM"})

    assert answer.status_code == 302
    assert Membership.objects.role_of(cast.moe, own.pk) == "PM"


def test_memberships_are_neither_changed_nor_deleted(desk: Desk, cast: Cast) -> None:
    membership = Membership.objects.get(user=cast.gus)

    assert desk.post(page_of(membership), {"role": "ADMIN"}).status_code == 403
    assert desk.delete_row(membership).status_code == 403


def test_a_workspace_is_not_deleted(desk: Desk, workspace: Workspace) -> None:
    assert desk.delete_row(workspace).status_code == 403
