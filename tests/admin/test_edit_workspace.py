"""Workspaces and memberships in the admin."""

from accounts.models import User
from activity.models import Event
from tasks.services.tasks import create_task
from tests.admin.desk import Desk, add_page_of, errors_of, list_of, page_of, told
from tests.support.actors import by
from tests.support.cast import Cast
from tests.support.log import log_of
from workspaces.models import Membership, Workspace, role_in_workspace


def test_add_workspace_makes_its_owner_a_member(desk: Desk, root: User) -> None:
    desk.submit(add_page_of(Workspace), name="Loom works")

    made = Workspace.objects.get()
    assert (made.slug, made.owner) == ("loom-works", root)
    assert role_in_workspace.first(actor=root, workspace=made.pk) == "ADMIN"


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
    assert role_in_workspace.first(actor=cast.moe, workspace=own.pk) == "PM"


def test_change_the_role_of_a_member(desk: Desk, root: User, cast: Cast) -> None:
    place = Membership.objects.get(user=cast.gus)

    desk.submit(page_of(place), role="ADMIN", message="Rewritten", user=str(cast.sam.pk))

    place.refresh_from_db()
    assert (place.role, place.user, place.message) == ("ADMIN", cast.gus, "")
    change = {"role": {"old": "GUEST", "new": "ADMIN"}}
    assert log_of(place)[-1] == ("role_changed", root.pk, change)


def test_the_owner_is_neither_demoted_nor_removed(desk: Desk, cast: Cast) -> None:
    place = Membership.objects.get(user=cast.ada)

    demoted = desk.submit(page_of(place), role="PM")
    removed = desk.delete_row(place)

    sentence = "The owner stays ADMIN: hand the workspace over first."
    assert errors_of(demoted) == {"__all__": [sentence]}
    assert told(removed) == [sentence]
    assert role_in_workspace.first(actor=cast.ada, workspace=cast.workspace.pk) == "ADMIN"


def test_remove_a_member(desk: Desk, root: User, cast: Cast) -> None:
    task = create_task(actor=by(cast.lea), project=cast.project, title="Oil", assignee=cast.max)
    desk.delete_row(Membership.objects.get(user=cast.max))

    assert not Membership.objects.filter(user=cast.max).exists()
    assert not cast.project.memberships.filter(user=cast.max).exists()
    task.refresh_from_db()
    assert task.assignee == cast.lea
    assert log_of(cast.workspace)[-1][:2] == ("member_removed", root.pk)


def test_hand_a_workspace_to_another_owner(desk: Desk, root: User, cast: Cast) -> None:
    desk.submit(page_of(cast.workspace), owner=str(cast.max.pk))

    cast.workspace.refresh_from_db()
    assert cast.workspace.owner == cast.max
    assert role_in_workspace.first(actor=cast.max, workspace=cast.workspace.pk) == "ADMIN"
    assert log_of(cast.workspace)[-1][:2] == ("owner_changed", root.pk)


def test_a_workspace_goes_to_a_member_only(desk: Desk, cast: Cast) -> None:
    page = desk.submit(page_of(cast.workspace), owner=str(cast.sam.pk), name="Renamed")

    assert "This person is not a member of the workspace." in str(errors_of(page))
    cast.workspace.refresh_from_db()
    assert (cast.workspace.owner, cast.workspace.name) == (cast.ada, "Analytical Engines")


def test_delete_a_workspace_and_restore_it(desk: Desk, root: User, cast: Cast) -> None:
    desk.delete_row(cast.workspace)

    cast.workspace.refresh_from_db()
    assert cast.workspace.deleted_at is not None
    assert desk.submit(page_of(cast.workspace), name="Renamed").status_code == 403

    chosen = {"action": "restore", "_selected_action": [str(cast.workspace.pk)]}
    desk.post(f"{list_of(Workspace)}?deleted=yes", chosen, follow=True)

    assert Workspace.objects.alive().filter(pk=cast.workspace.pk).exists()
    assert cast.workspace.projects.alive().filter(pk=cast.project.pk).exists()
    actions = [(entry[0], entry[1]) for entry in log_of(cast.workspace)[-2:]]
    assert actions == [("deleted", root.pk), ("restored", root.pk)]
