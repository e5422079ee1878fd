"""Events in the admin say the same sentence as over HTTP."""

from activity.models import Event
from comments.services.comments import add_comment
from tasks.models import Task
from tests.admin.desk import Desk, list_of, page_of
from tests.support.actors import by
from tests.support.cast import Cast
from tests.support.log import sentences_of


def test_events_say_what_happened(desk: Desk, cast: Cast, task: Task) -> None:
    add_comment(actor=by(cast.max), task=task, content="With which oil?")
    [said, *_] = sentences_of(cast.lea, cast.workspace)
    assert said == "Max commented on ENG-1"
    assert said in desk.get(list_of(Event)).content.decode()
    event = Event.objects.get(action="commented")
    assert said in desk.get(page_of(event)).content.decode()
