"""Replies to comments, one level deep."""

from typing import Any
from uuid import uuid4

from comments.models import Comment
from comments.services.comments import add_comment, delete_comment, restore_comment
from tasks.services.tasks import create_task
from tests.support.actors import by
from tests.support.cast import Cast, client_of
from tests.support.documents import comment_alone, comment_document


def reply(cast: Cast, comment: Comment, parent: Any, **options: Any) -> Any:
    body = {"content": "Which one?", "parent_id": parent}
    return client_of(cast.moe).ask(
        "POST", f"/api/tasks/{comment.task_id}/comments", body, **options
    )


def listed(cast: Cast, comment: Comment, query: str = "", **options: Any) -> Any:
    path = f"/api/tasks/{comment.task_id}/comments{query}"
    return client_of(cast.moe).ask("GET", path, **options)


def test_reply_to_a_comment(cast: Cast, comment: Comment) -> None:
    shown = reply(cast, comment, str(comment.pk), status=201)["data"]
    made = Comment.objects.get(parent=comment)
    assert shown == comment_alone(made, cast.moe)
    assert shown["parent_id"] == str(comment.pk)
    items = listed(cast, comment)["data"]["items"]
    assert items == [comment_document(each, cast.moe) for each in (comment, made)]
    assert [item["reply_count"] for item in items] == [1, 0]
    assert reply(cast, comment, None, status=201)["data"]["parent_id"] is None


def test_reply_to_a_reply_is_refused(cast: Cast, comment: Comment) -> None:
    made = reply(cast, comment, str(comment.pk), status=201)["data"]
    refusal = reply(cast, comment, made["id"], status=400)
    assert (refusal["code"], list(refusal["errors"])) == ("reply_to_reply", ["parent_id"])
    assert Comment.objects.count() == 2


def test_reply_only_to_what_is_on_the_same_task(cast: Cast, comment: Comment) -> None:
    other = create_task(actor=by(cast.lea), project=cast.project, title="Other")
    elsewhere = add_comment(actor=by(cast.lea), task=other, content="Elsewhere")
    gone = add_comment(actor=by(cast.lea), task=comment.task, content="Gone")
    delete_comment(actor=by(cast.lea), comment=gone)
    refusals = [
        reply(cast, comment, wrong, status=400)
        for wrong in (str(elsewhere.pk), str(gone.pk), str(uuid4()), "x" * 90, "\0", "\ud800")
    ]
    told = {(refusal["code"], str(refusal["errors"])) for refusal in refusals}
    assert told == {("invalid", "{'parent_id': ['Not found.']}")}
    assert not Comment.objects.exclude(parent=None).exists()


def test_replies_stay_when_their_comment_is_deleted(cast: Cast, comment: Comment) -> None:
    made = reply(cast, comment, str(comment.pk), status=201)["data"]
    delete_comment(actor=by(cast.max), comment=comment)
    assert listed(cast, comment)["data"]["items"] == [
        {key: value for key, value in made.items() if key != "content_html"}
    ]
    assert client_of(cast.moe).ask("GET", f"/api/comments/{made['id']}")["data"] == made
    restore_comment(actor=by(cast.max), comment=comment)
    assert listed(cast, comment)["data"]["items"][0]["reply_count"] == 1
    delete_comment(actor=by(cast.moe), comment=Comment.objects.get(pk=made["id"]))
    assert listed(cast, comment)["data"]["items"][0]["reply_count"] == 0


def test_list_a_thread_or_what_begins_one(cast: Cast, comment: Comment) -> None:
    made = reply(cast, comment, str(comment.pk), status=201)["data"]["id"]

    def ids(query: str) -> list[str]:
        return [item["id"] for item in listed(cast, comment, query)["data"]["items"]]

    assert ids("?parent=none") == [str(comment.pk)]
    assert ids(f"?parent={comment.pk}") == [made]
    assert ids(f"?parent={made}") == []
    for wrong in ("x", "None", "0", "%00"):
        refusal = listed(cast, comment, f"?parent={wrong}", status=400)
        assert list(refusal["errors"]) == ["parent"], wrong
