"""Whom comments mention: people who may read the task, and nobody learns of others."""

from collections import defaultdict
from typing import Any
from uuid import uuid4

import pytest

from accounts.models import User
from activity.models import Event
from comments.events import CommentAdded, CommentEdited
from comments.models import Comment, Mention
from comments.services.comments import add_comment, edit_comment
from core import events
from core.events import subscribe
from projects.services.members import add_project_member
from projects.services.projects import update_project
from tasks.models import Task
from tests.support.actors import by
from tests.support.cast import Cast, client_of
from tests.support.documents import comment_alone, person


def say(cast: Cast, task: Task, content: str, who: str = "max") -> Any:
    path = f"/api/tasks/{task.pk}/comments"
    return client_of(getattr(cast, who)).ask("POST", path, {"content": content}, status=201)["data"]


def names(shown: Any) -> list[str]:
    return [each["name"] for each in shown["mentions"]]


def test_mention_people_who_may_read_the_task(cast: Cast, task: Task) -> None:
    text = f"@[whoever]({cast.lea.pk}), @moe and @pia@example.com: who? `@ada` a@ada.com"
    shown = say(cast, task, text)
    assert shown == comment_alone(Comment.objects.get(), cast.max)
    assert shown["mentions"] == [person(cast.lea), person(cast.moe), person(cast.pia)]
    [listed] = client_of(cast.moe).ask("GET", f"/api/tasks/{task.pk}/comments")["data"]["items"]
    alone = client_of(cast.moe).ask("GET", f"/api/tasks/{task.pk}")["data"]["comments"][0]
    assert listed["mentions"] == alone["mentions"] == shown["mentions"]


def test_mentioning_who_may_not_read_tells_nothing(cast: Cast, task: Task) -> None:
    """T-CO-04: a guest, somebody elsewhere and nobody at all are answered alike."""
    ids = [str(cast.gus.pk), str(cast.sam.pk), str(uuid4())]
    answers = [say(cast, task, f"@[X]({each})") for each in ids]
    handles = ["@gus", "@sam", "@nobody", "@sam@example.com", "@nobody@example.com"]
    answers += [say(cast, task, handle) for handle in handles]
    assert [shown["mentions"] for shown in answers] == [[]] * len(answers)
    first = zip(answers, ids, strict=False)
    html = {answer["content_html"].replace(each, "") for answer, each in first}
    assert html == {'<p><span data-person="">@X</span></p>\n'}
    assert not Mention.objects.exists()
    logged = Event.objects.filter(action="commented").values_list("changes", flat=True)
    assert set(map(str, logged)) == {"{}"}


def test_in_a_private_project_only_its_members_are_mentioned(cast: Cast, task: Task) -> None:
    update_project(actor=by(cast.lea), project=cast.project, changes={"visibility": "PRIVATE"})
    text = "".join(f" @[x]({p.pk})" for p in (cast.moe, cast.pia, cast.lea, cast.ada))
    assert names(say(cast, task, text)) == ["Lea", "Ada"]


def test_a_guest_finds_nobody_by_an_address(cast: Cast, task: Task) -> None:
    add_project_member(actor=by(cast.lea), project=cast.project, person=cast.gus, role="MEMBER")
    shown = say(cast, task, f"@max @lea@example.com @[Ada]({cast.ada.pk})", who="gus")
    assert [(each["name"], each["email"]) for each in shown["mentions"]] == [("Ada", None)]


def test_a_handle_of_several_mentions_nobody(cast: Cast, task: Task) -> None:
    User.objects.filter(pk=cast.moe.pk).update(email="lea@example.org")
    assert names(say(cast, task, "@lea")) == []
    assert names(say(cast, task, "@Lea@Example.org and @lea@example.com.")) == ["Moe", "Lea"]


def test_an_edit_tells_of_those_who_are_new(
    cast: Cast, task: Task, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[set[str]] = []
    monkeypatch.setattr(events, "_receivers", defaultdict(list))

    def note(event: CommentAdded | CommentEdited) -> None:
        told.append({user.name for user in event.mentioned})

    subscribe(CommentAdded)(note)
    subscribe(CommentEdited)(note)
    said = add_comment(actor=by(cast.max), task=task, content="@lea and @moe")
    for content in ("@moe and @ada, now", "Nobody", "@moe"):
        edit_comment(actor=by(cast.max), comment=said, content=content)
    assert told == [{"Lea", "Moe"}, {"Ada"}, set(), {"Moe"}]
    assert [each.user for each in said.mentions.all()] == [cast.moe]


def test_only_so_many_are_mentioned(cast: Cast, task: Task) -> None:
    first = " ".join(f"@[x](p{n})" for n in range(20))
    assert names(say(cast, task, f"{first} @[Lea]({cast.lea.pk})")) == []
    assert names(say(cast, task, f"@[Lea]({cast.lea.pk}) {first} @moe")) == ["Lea", "Moe"]


@pytest.mark.parametrize("text", ["@", "@[", "@[]()", "@[x](y z)", "@" * 20_000, "@[x](\u0661)"])
def test_what_names_nobody_is_text(cast: Cast, task: Task, text: str) -> None:
    shown = say(cast, task, text)
    assert (shown["content"], shown["mentions"]) == (text, [])
