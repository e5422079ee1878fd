"""Undoing while others change the same, with threads on a real database."""

import pytest

from activity.models import Event
from activity.services.undo.undoing import undo_event
from comments.models import Comment
from comments.services.comments import add_comment, edit_comment
from tasks.models import RelatedAs, Relation, Task
from tasks.services.labels import add_label
from tasks.services.relations import add_relation
from tasks.services.tasks import create_task, update_task
from tests.activity.undoing import newest
from tests.support.actors import by
from tests.support.cast import Cast, client_of
from tests.support.log import log_of
from tests.support.relations import some_tasks
from tests.support.threads import at_once, during, succeeds, times

pytestmark = pytest.mark.usefixtures("committed_db")


@pytest.fixture
def task(cast: Cast) -> Task:
    return create_task(actor=by(cast.lea), project=cast.project, title="Grind")


def answers(cast: Cast, event: Event) -> list[tuple[int, str | None]]:
    """The statuses and codes for two people who undo the event at once."""
    path, people = f"/api/events/{event.pk}/undo", (cast.lea, cast.max)

    def ask(n: int) -> tuple[int, str | None]:
        response = client_of(people[n]).post(path)
        return response.status_code, response.json().get("code")

    return sorted(times(2, ask))


def test_one_of_two_undoes_an_edit(cast: Cast, task: Task) -> None:
    update_task(actor=by(cast.lea), task=task, changes={"title": "Oil", "description": "Slow"})
    assert answers(cast, newest(task)) == [(200, None), (409, "superseded")]
    assert [action for action, *_ in log_of(task)] == ["created", "updated", "updated"]


def test_one_of_two_undoes_a_relation(cast: Cast, task: Task) -> None:
    [other] = some_tasks(cast, 1)
    add_relation(actor=by(cast.lea), task=task, other=other, kind=RelatedAs.RELATES_TO)
    assert answers(cast, newest(task)) == [(200, None), (409, "superseded")]
    assert answers(cast, newest(task)) == [(200, None), (409, "superseded")]
    assert Relation.objects.count() == 1


def test_one_of_two_undoes_a_comment(cast: Cast, task: Task) -> None:
    comment = add_comment(actor=by(cast.max), task=task, content="On it")
    assert answers(cast, newest(comment)) == [(200, None), (409, "superseded")]
    assert answers(cast, newest(comment)) == [(200, None), (409, "superseded")]
    assert Comment.objects.get().deleted_at is None


def test_both_ends_of_a_relation_at_once(cast: Cast, task: Task) -> None:
    [other] = some_tasks(cast, 1)
    add_relation(actor=by(cast.lea), task=task, other=other, kind=RelatedAs.BLOCKS)
    first, second = newest(task), newest(other)
    done = at_once(
        lambda: succeeds(undo_event, actor=by(cast.lea), event=first),
        lambda: succeeds(undo_event, actor=by(cast.max), event=second),
    )
    assert sorted(done) == [False, True]


def test_an_edit_that_is_not_committed_yet_stands_in_the_way(cast: Cast, task: Task) -> None:
    """The undo waits for it under the lock, and looks again."""
    update_task(actor=by(cast.lea), task=task, changes={"title": "Oil"})
    event = newest(task)
    is_undone = during(
        lambda: update_task(actor=by(cast.max), task=task, changes={"title": "Polish"}),
        lambda: succeeds(undo_event, actor=by(cast.lea), event=event),
    )
    task.refresh_from_db()
    assert (is_undone, task.title) == (False, "Polish")


def test_a_text_edited_meanwhile_is_not_made_of_an_older_one(cast: Cast, task: Task) -> None:
    comment = add_comment(actor=by(cast.max), task=task, content="On it")
    edit_comment(actor=by(cast.max), comment=comment, content="On it now")
    event = newest(comment)
    is_undone = during(
        lambda: edit_comment(actor=by(cast.max), comment=comment, content="Done. On it now"),
        lambda: succeeds(undo_event, actor=by(cast.max), event=event),
    )
    comment.refresh_from_db()
    assert (is_undone, comment.content) == (False, "Done. On it now")


def test_a_label_that_is_being_given_stays(cast: Cast, task: Task) -> None:
    red = add_label(actor=by(cast.lea), project=cast.project, name="Red")
    event = newest(red)
    is_undone = during(
        lambda: update_task(actor=by(cast.max), task=task, changes={"labels": [red]}),
        lambda: succeeds(undo_event, actor=by(cast.lea), event=event),
    )
    assert (is_undone, [each.label for each in task.task_labels.all()]) == (False, [red])


def test_undoing_one_after_the_other_by_many_at_once(cast: Cast, task: Task) -> None:
    """Who undoes the newest event each time: every effect is one event, none is lost."""
    update_task(actor=by(cast.lea), task=task, changes={"title": "Oil"})
    done = times(4, lambda _: succeeds(undo_event, actor=by(cast.lea), event=newest(task)))
    task.refresh_from_db()
    assert len(log_of(task)) == 2 + done.count(True)
    assert task.title == ("Grind" if done.count(True) % 2 else "Oil")


def test_many_undo_one_event(cast: Cast, task: Task) -> None:
    update_task(actor=by(cast.lea), task=task, changes={"title": "Oil"})
    event = newest(task)
    done = times(6, lambda _: succeeds(undo_event, actor=by(cast.lea), event=event))
    task.refresh_from_db()
    assert (done.count(True), task.title) == (1, "Grind")
