"""Projects and their people in the admin."""

from accounts.models import User
from activity.models import Event
from projects.models import Project, ProjectMembership, Status, Transition
from tests.admin.desk import Desk, add_page_of, errors_of, list_of, page_of, told
from tests.support.actors import by
from tests.support.cast import Cast
from workspaces.models import Workspace
from workspaces.services.workspaces import add_member


def actions(project: Project) -> list[str]:
    events = Event.objects.filter(entity_id=project.pk).order_by("created_at", "id")
    return [event.action for event in events]


def roles(project: Project) -> dict[str, str]:
    return {m.user.name: m.role for m in project.memberships.select_related("user")}


def test_add_project_lays_out_its_board(
    desk: Desk, root: User, cast: Cast, workspace: Workspace
) -> None:
    add_member(actor=by(cast.ada), workspace=workspace, email=root.email, role="MEMBER")
    fields = {"workspace": str(workspace.pk), "name": "Loom", "workflow": "KANBAN"}

    desk.submit(add_page_of(Project), **fields, team_lead=str(cast.pia.pk))

    project = Project.objects.get(name="Loom")
    assert project.statuses.count() == 4
    assert roles(project) == {"Root": "MEMBER", "Pia": "LEAD"}


def test_add_project_as_somebody_from_outside_is_refused(desk: Desk, workspace: Workspace) -> None:
    fields = {"workspace": str(workspace.pk), "name": "Loom", "workflow": "KANBAN"}

    page = desk.submit(add_page_of(Project), **fields)

    assert errors_of(page) == {"__all__": ["Root is not a member of the workspace."]}
    assert not Project.objects.filter(name="Loom").exists()


def test_edit_project_is_logged(desk: Desk, project: Project) -> None:
    desk.submit(page_of(project), name="Difference engine", progress="40")

    project.refresh_from_db()
    assert (project.name, project.progress) == ("Difference engine", 40)
    assert actions(project) == ["created", "updated"]


def test_edit_project_hands_it_over(desk: Desk, cast: Cast, project: Project) -> None:
    desk.submit(page_of(project), team_lead=str(cast.max.pk))

    project.refresh_from_db()
    assert project.team_lead == cast.max
    assert roles(project) == {"Ada": "MEMBER", "Lea": "MEMBER", "Max": "LEAD"}
    assert actions(project) == ["created", "lead_changed"]


def test_edit_project_refused_is_undone_as_a_whole(
    desk: Desk, cast: Cast, project: Project
) -> None:
    page = desk.submit(page_of(project), name="Sam's", team_lead=str(cast.sam.pk))

    assert errors_of(page) == {"team_lead": ["Sam is not a member of the workspace."]}
    project.refresh_from_db()
    assert (project.name, project.team_lead) == ("Engine", cast.lea)
    assert actions(project) == ["created"]


def test_edit_project_shows_a_wrong_date_at_its_field(desk: Desk, project: Project) -> None:
    page = desk.submit(page_of(project), start_date="2030-02-01", end_date="2030-01-01")

    assert errors_of(page) == {"end_date": ["The end date lies before the start date."]}


def test_add_member_from_the_page_of_the_project(desk: Desk, cast: Cast, project: Project) -> None:
    new = {"memberships-TOTAL_FORMS": "4", "memberships-3-user": str(cast.moe.pk)}

    desk.submit(page_of(project), **new, **{"memberships-3-role": "VIEWER"})

    assert roles(project)["Moe"] == "VIEWER"


def test_add_member_from_elsewhere_is_refused(desk: Desk, cast: Cast, project: Project) -> None:
    page = desk.submit(
        add_page_of(ProjectMembership), project=str(project.pk), user=str(cast.sam.pk)
    )

    assert errors_of(page) == {"__all__": ["Sam is not a member of the workspace."]}


def test_the_lead_is_not_one_role_among_others(desk: Desk) -> None:
    form = desk.get(add_page_of(ProjectMembership)).context["adminform"].form

    assert [value for value, _ in form.fields["role"].choices] == ["MEMBER", "VIEWER"]


def test_remove_member(desk: Desk, cast: Cast, project: Project) -> None:
    desk.delete_row(ProjectMembership.objects.get(user=cast.max))

    assert "Max" not in roles(project)
    assert actions(project)[-1] == "member_removed"


def test_remove_member_on_the_page_of_the_project(desk: Desk, cast: Cast, project: Project) -> None:
    desk.submit(page_of(project), **{"memberships-2-DELETE": "on"})

    assert roles(project) == {"Ada": "MEMBER", "Lea": "LEAD"}
    assert actions(project)[-1] == "member_removed"


def test_remove_the_lead_is_refused(desk: Desk, cast: Cast, project: Project) -> None:
    page = desk.delete_row(ProjectMembership.objects.get(user=cast.lea))

    assert told(page) == ["Hand the project over before the lead leaves it."]
    assert roles(project)["Lea"] == "LEAD"


def test_archive_and_take_up_again(desk: Desk, project: Project) -> None:
    desk.act("archive", project)
    desk.act("take_up_again", project)

    assert actions(project) == ["created", "archived", "unarchived"]


def test_delete_project_keeps_the_row(desk: Desk, project: Project) -> None:
    desk.delete_row(project)

    project.refresh_from_db()
    assert project.deleted_at is not None
    assert list(desk.get(list_of(Project)).context["cl"].result_list) == []


def test_columns_are_added_changed_and_deleted(desk: Desk, project: Project) -> None:
    fields = {"project": str(project.pk), "name": "Review", "category": "IN_PROGRESS"}
    desk.submit(add_page_of(Status), **fields, color="#ffffff")
    column = Status.objects.get(project=project, name="Review")
    assert column.key == "REVIEW"
    desk.submit(page_of(column), name="Later", wip_limit="3")
    column.refresh_from_db()
    assert (column.name, column.key, column.wip_limit) == ("Later", "REVIEW", 3)
    desk.delete_row(column)
    assert not Status.objects.filter(pk=column.pk).exists()


def test_transitions_are_added_and_deleted(desk: Desk, project: Project) -> None:
    source, target = Status.objects.filter(project=project)[:2]
    ends = {"source": str(source.pk), "target": str(target.pk)}
    desk.submit(add_page_of(Transition), project=str(project.pk), **ends)
    [move] = Transition.objects.filter(project=project)
    assert (move.source, move.target) == (source, target)
    desk.delete_row(move)
    assert not Transition.objects.filter(project=project).exists()
