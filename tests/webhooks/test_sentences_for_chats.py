"""Slack and Discord get a sentence with a link, in which nobody is called."""

import html
import json

import pytest

from comments.services.comments import add_comment
from projects.services.projects import update_project
from tasks.models import Task
from tasks.services.tasks import update_task
from tests.support.actors import by
from tests.support.cast import Cast
from tests.webhooks.hooks import hook_to, send_until_sent
from tests.webhooks.peer import Peer
from webhooks.services.bodies import LONGEST_TEXT, text_body

pytestmark = pytest.mark.django_db


@pytest.fixture
def known(cast: Cast, task: Task) -> Task:
    """A task that was there before the webhook."""
    return task


def link_of(task: Task) -> str:
    place = f"/workspace/{task.workspace_id}/projects/{task.project_id}/tasks/{task.pk}"
    return f"http://localhost:3000{place}"


@pytest.mark.parametrize(("format_", "key"), [("SLACK", "text"), ("DISCORD", "content")])
def test_a_sentence_is_posted_with_a_link_to_the_task(
    cast: Cast, known: Task, peer: Peer, format_: str, key: str
) -> None:
    hook_to(cast, peer.url, format=format_)
    add_comment(actor=by(cast.max), task=known, content="With which oil?")
    send_until_sent()
    [heard] = peer.heard
    said = f"Max commented on {known.spoken_key}: Grind the gears\n{link_of(known)}"
    assert heard.body[key] == said
    assert heard.body.keys() - {key} <= {"allowed_mentions"}


CALLS = [
    "@everyone",
    "@here",
    "<!channel>",
    "<!here|here>",
    "<@U012AB3CD>",
    "<@&123456>",
    "<#C012AB3CD>",
    "<https://evil.example.com|our site>",
    "[our site](https://evil.example.com)",
    "https://evil.example.com/",
    "a@example.com",
    "\u202eoops",
    "two\nlines",
]


@pytest.mark.parametrize("format_", ["SLACK", "DISCORD"])
@pytest.mark.parametrize("text", CALLS)
def test_nobody_is_called_and_nothing_is_linked(
    cast: Cast, known: Task, peer: Peer, format_: str, text: str
) -> None:
    update_task(actor=by(cast.lea), task=known, changes={"title": text.replace("\n", " ")})
    update_project(actor=by(cast.lea), project=cast.project, changes={"name": f"{text[:80]}"})
    hook_to(cast, peer.url, format=format_)
    add_comment(actor=by(cast.max), task=known, content=text)
    send_until_sent()
    [heard] = peer.heard
    words, _, link = str(heard.body["text" if format_ == "SLACK" else "content"]).rpartition("\n")
    assert link == link_of(known)
    assert not any(part in words for part in ("@", "://", "<", ">", "\u202e", "\n"))
    if format_ == "DISCORD":
        assert heard.body["allowed_mentions"] == {"parse": []}


@pytest.mark.parametrize("format_", ["SLACK", "DISCORD"])
@pytest.mark.parametrize("letter", ["a", "<", "&", "\U0001f600", "\u0301"])
def test_a_long_sentence_is_cut(format_: str, letter: str) -> None:
    link = "https://gantry.example.com/a"
    [said, *_] = json.loads(text_body(format_, letter * 5000, link)).values()
    assert LONGEST_TEXT - 6 <= len(said) <= LONGEST_TEXT
    words, _, last = said.rpartition("\n")
    assert (words[-1], last) == ("…", link)
    assert html.unescape(words[:-1]).strip(letter + "\u2039") == ""
