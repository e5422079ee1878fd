"""Reactions to comments, counted by emoji."""

from functools import partial
from typing import Any
from urllib.parse import quote

import pytest

from accounts.models import User
from comments.models import Comment, Emoji, Reaction
from comments.services.comments import delete_comment
from comments.services.reactions import add_reaction
from tests.support.actors import by
from tests.support.cast import Cast, client_of
from tests.support.documents import comment_alone, comment_document
from tests.support.log import log_of
from tests.support.rights import check, rows
from tests.support.threads import at_once

RIGHTS = rows("""
                                            nobody sam gus moe max lea pia ada
PUT    /api/comments/{comment}/reactions/🎉    401 403 404 200 200 200 200 200
DELETE /api/comments/{comment}/reactions/🎉    401 403 404 200 200 200 200 200
""")


def ask(person: User, method: str, comment: Comment, emoji: str, **options: Any) -> Any:
    path = f"/api/comments/{comment.pk}/reactions/{quote(emoji)}"
    return client_of(person).ask(method, path, **options)


def test_react_to_a_comment(cast: Cast, comment: Comment) -> None:
    shown = ask(cast.moe, "PUT", comment, "👍")["data"]
    assert shown == comment_alone(comment, cast.moe)
    ask(cast.lea, "PUT", comment, "👍")
    ask(cast.lea, "PUT", comment, "🎉")
    path = f"/api/tasks/{comment.task_id}/comments"
    for person, mine in ((cast.moe, [True, False]), (cast.lea, [True, True])):
        [item] = client_of(person).ask("GET", path)["data"]["items"]
        assert item == comment_document(comment, person)
        assert [each["count"] for each in item["reactions"]] == [2, 1]
        assert [each["mine"] for each in item["reactions"]] == mine
        task = client_of(person).ask("GET", f"/api/tasks/{comment.task_id}")["data"]
        assert task["comments"] == [comment_alone(comment, person)]


def test_reacting_twice_is_reacting_once(cast: Cast, comment: Comment) -> None:
    ask(cast.moe, "PUT", comment, "❤️")
    ask(cast.moe, "PUT", comment, "❤")
    assert Reaction.objects.get().emoji == Emoji.HEART
    assert ask(cast.moe, "DELETE", comment, "❤")["data"]["reactions"] == []
    ask(cast.moe, "DELETE", comment, "❤️")
    change = {"reaction": {"old": None, "new": "❤️"}}
    back = {"reaction": {"old": "❤️", "new": None}}
    assert log_of(comment)[1:] == [
        ("reacted", cast.moe.pk, change),
        ("reaction_removed", cast.moe.pk, back),
    ]


def test_a_reaction_fails_no_edit(cast: Cast, comment: Comment) -> None:
    ask(cast.moe, "PUT", comment, "👀")
    comment.refresh_from_db()
    assert (comment.version, comment.edited_at) == (1, None)
    based_on: Any = {"If-Match": '"1"'}
    path = f"/api/comments/{comment.pk}"
    client_of(cast.max).ask("PATCH", path, {"content": "Done"}, **based_on)


def test_only_some_emoji_are_reactions(cast: Cast, comment: Comment) -> None:
    for wrong in ("x", "🦄", "👍👍", "👍" * 500, "<b>", "\0", "%", "👍🏽", "\u202e"):
        refusal = ask(cast.moe, "PUT", comment, wrong, status=400)
        assert (refusal["code"], list(refusal["errors"])) == ("unknown_emoji", ["emoji"]), wrong
        ask(cast.moe, "DELETE", comment, wrong, status=400)
    for emoji in Emoji.values:
        ask(cast.moe, "PUT", comment, emoji)
    assert Reaction.objects.count() == len(Emoji)


def test_nobody_reacts_to_a_deleted_comment(cast: Cast, comment: Comment) -> None:
    delete_comment(actor=by(cast.max), comment=comment)
    ask(cast.moe, "PUT", comment, "👍", status=404)
    assert not Reaction.objects.exists()


def test_rights_to_react(cast: Cast, comment: Comment) -> None:
    check(cast, RIGHTS, lambda _: None, comment=comment)


@pytest.mark.usefixtures("committed_db")
def test_the_same_reaction_at_once(cast: Cast, comment: Comment) -> None:
    react = partial(add_reaction, actor=by(cast.moe), comment=comment, emoji="👍")
    at_once(*[react] * 4)
    assert Reaction.objects.count() == 1
