"""What events say in plain English."""

from datetime import date

import pytest

from activity.receivers import LOGGED
from activity.sentences import SENTENCES, sentence
from comments.services.comments import add_comment
from tasks.services.tasks import create_task, transition_task, update_task
from tests.support.actors import by
from tests.support.cast import Cast
from tests.support.log import sentences_of


def test_every_logged_event_has_a_sentence() -> None:
    missing = {*LOGGED.values()} ^ SENTENCES.keys()
    assert not missing, f"{missing}: tell it in SENTENCES (activity/sentences.py)"


@pytest.mark.parametrize(("entity", "action"), sorted({*LOGGED.values()}))
def test_the_last_template_needs_little(entity: str, action: str) -> None:
    pair = type("Pair", (), {"old": "A", "new": "B"})()
    usual = dict.fromkeys(("actor", "person", "task", "project", "fields"), "X")
    values = dict.fromkeys(("role", "owner", "team_lead", "member", "key", "reaction"), pair)
    told = sentence(entity, action, usual | values)
    assert not told.startswith("X: ")


def test_an_event_without_a_sentence_is_told_in_general() -> None:
    assert sentence("rocket", "lifted_off", {"actor": "Ada"}) == "Ada: rocket lifted off"


def test_who_did_what_is_told_by_name(cast: Cast) -> None:
    task = create_task(actor=by(cast.lea), project=cast.project, title="Oil", assignee=cast.max)
    done = cast.project.statuses.get(key="DONE")
    transition_task(actor=by(cast.lea), task=task, status=done)
    add_comment(actor=by(cast.max), task=task, content="<b>Well</b>")
    update_task(actor=by(cast.lea), task=task, changes={"title": "Oil it", "priority": "HIGH"})
    update_task(actor=by(cast.lea), task=task, changes={"assignee": cast.lea})
    assert sentences_of(cast.ada, cast.workspace)[:6] == [
        "Lea took ENG-1",
        "Lea changed the title and the priority of ENG-1",
        "Max commented on ENG-1",
        "Lea moved ENG-1 from To do to Done",
        "Lea assigned ENG-1 to Max",
        "Lea created ENG-1",
    ]


def test_fields_are_called_as_people_call_them(cast: Cast) -> None:
    task = create_task(actor=by(cast.lea), project=cast.project, title="Oil")
    weekly = {"repeat_every": 1, "repeat_unit": "WEEK", "due_date": date(2030, 1, 1)}
    update_task(actor=by(cast.lea), task=task, changes={**weekly, "estimate_minutes": 5})
    told = sentences_of(cast.ada, cast.workspace)[0]
    assert told.count("the recurrence") == 1
    assert "the estimate" in told
    assert "repeat" not in told


def test_who_was_added_where_and_as_what(cast: Cast) -> None:
    told = sentences_of(cast.ada, cast.workspace)
    assert "Ada added Moe as MEMBER" in told
    assert "Lea added Max to Engine as MEMBER" in told
    assert "Ada joined Engine as MEMBER" in told
    assert "Ada created the workspace" in told
