"""Relations between tasks in the admin."""

from accounts.models import User
from projects.services.projects import update_project
from tasks.models import Relation, Task
from tests.admin.desk import Desk, add_page_of, errors_of, list_of, page_of, told
from tests.support.actors import by
from tests.support.cast import Cast
from tests.support.log import log_of
from tests.support.relations import block, some_tasks


def test_add_relation_through_the_service(desk: Desk, root: User, cast: Cast) -> None:
    one, other = some_tasks(cast, 2)
    wrong = {"source": str(one.pk), "target": str(one.pk), "kind": "BLOCKS"}
    page = desk.submit(add_page_of(Relation), **wrong)
    assert "A task has no relation to itself." in page.content.decode()
    desk.submit(add_page_of(Relation), **wrong | {"target": str(other.pk)})
    relation = Relation.objects.get()
    assert (relation.source, relation.target, relation.created_by) == (one, other, root)
    assert [action for action, *_ in log_of(other)] == ["created", "related"]
    assert Task.objects.get(pk=other.pk).is_blocked
    page = desk.submit(
        add_page_of(Relation), source=str(other.pk), target=str(one.pk), kind="BLOCKS"
    )
    assert "The tasks would block each other." in page.content.decode()
    assert errors_of(page)


def test_remove_relation_through_the_service(desk: Desk, cast: Cast) -> None:
    tasks = some_tasks(cast, 2)
    block(cast, *tasks)
    assert desk.get(page_of(Relation.objects.get())).status_code == 200
    page = desk.delete_row(Relation.objects.get())
    assert "deleted successfully" in told(page)[0]
    assert not Relation.objects.exists()
    assert [action for action, *_ in log_of(tasks[0])][-1] == "unrelated"
    assert desk.get(list_of(Relation)).status_code == 200


def test_a_blocked_task_is_not_completed_in_the_admin_either(desk: Desk, cast: Cast) -> None:
    changes = {"completion_requires_unblocked": True}
    update_project(actor=by(cast.lea), project=cast.project, changes=changes)
    blocker, task = some_tasks(cast, 2)
    block(cast, blocker, task)
    done = cast.project.statuses.get(key="DONE")
    page = desk.submit(page_of(task), status=str(done.pk))
    assert "Open tasks block this one." in page.content.decode()
    assert "Open tasks block this one." in told(desk.act("mark_done", task))[-1]
    task.refresh_from_db()
    assert not task.is_complete
