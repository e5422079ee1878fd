"""Edits of long texts: kept beside the log, and erased with the person whose words they are."""

from typing import Any

from accounts.services.deletion import delete_person
from activity.models import Event, TextChange
from activity.services.differences import redo, undo
from comments.models import Comment
from comments.services.comments import edit_comment
from tasks.models import Task
from tasks.services.tasks import update_task
from tests.admin.world import number_the_events
from tests.support.actors import by
from tests.support.cast import Cast
from tests.support.log import edits_of

LONG = "Every wheel needs oil, every week. " * 500


def texts() -> list[Any]:
    return list(TextChange.objects.order_by("created_at", "id").values_list("edits", flat=True))


def test_an_edit_of_a_long_text_is_told_by_its_difference(cast: Cast, task: Task) -> None:
    task = update_task(actor=by(cast.lea), task=task, changes={"description": LONG})
    shorter = LONG.replace("Every", "Each", 1)
    update_task(actor=by(cast.lea), task=task, changes={"description": shorter, "title": "Oil"})
    event = Event.objects.filter(entity_id=task.pk).latest("created_at")
    assert event.changes == {
        "title": {"old": "Grind the gears", "new": "Oil"},
        "description": {"old": None, "new": None},
    }
    edits = edits_of(task)["description"]
    assert edits == [[1, "very", "ach"]]
    assert (redo(LONG, edits), undo(shorter, edits)) == (shorter, LONG)


def test_deleting_a_person_erases_their_words_and_no_event(cast: Cast, comment: Comment) -> None:
    task = update_task(actor=by(cast.lea), task=comment.task, changes={"description": LONG})
    update_task(actor=by(cast.max), task=task, changes={"description": "Done"})
    edit_comment(actor=by(cast.ada), comment=comment, content="Moderated")
    number_the_events()
    before = list(Event.objects.order_by("pk").values())
    delete_person(actor=by(cast.max), person=cast.max)
    assert [edits is None for edits in texts()] == [False, True, True]
    assert list(Event.objects.order_by("pk").values())[: len(before)] == before


def test_words_are_erased_once(cast: Cast, comment: Comment) -> None:
    edit_comment(actor=by(cast.max), comment=comment, content="Off it")
    delete_person(actor=by(cast.max), person=cast.max)
    assert texts() == [None]
    delete_person(actor=by(cast.ada), person=cast.ada, is_final=True)
    assert texts() == [None]
