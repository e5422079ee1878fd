"""The texts that edited comments have had."""

from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from accounts.services.deletion import delete_person
from comments.models import Comment, Mention, Reaction, Revision
from comments.services.comments import delete_comment, edit_comment
from comments.services.reactions import add_reaction
from tests.core.test_purge import age, purge
from tests.support.actors import by
from tests.support.cast import Cast, client_of
from tests.support.documents import at, person
from tests.support.threads import times


def history(cast: Cast, comment: Comment, query: str = "", **options: Any) -> Any:
    return client_of(cast.moe).ask("GET", f"/api/comments/{comment.pk}/history{query}", **options)


@pytest.fixture
def edited(cast: Cast, comment: Comment) -> Comment:
    """Max's comment, changed by him and by Ada."""
    edit_comment(actor=by(cast.max), comment=comment, content=f"@[Lea]({cast.lea.pk})")
    add_reaction(actor=by(cast.moe), comment=comment, emoji="👍")
    return edit_comment(actor=by(cast.ada), comment=comment, content="Moderated")


def test_a_comment_that_was_never_edited_has_no_history(cast: Cast, comment: Comment) -> None:
    assert history(cast, comment)["data"] == []
    edit_comment(actor=by(cast.max), comment=comment, content=comment.content)
    assert history(cast, comment)["data"] == []


def test_history_shows_all_texts_newest_first(cast: Cast, edited: Comment) -> None:
    rows = Revision.objects.order_by("-created_at")
    shown = history(cast, edited)["data"]
    assert shown == [
        {
            "id": str(row.pk),
            "comment_id": str(edited.pk),
            "content": row.content,
            "author": person(author),
            "created_at": at(row.created_at),
            "truncated": {},
        }
        for row, author in zip(rows, (cast.ada, cast.max, cast.max), strict=True)
    ]
    assert [shown[0]["content"], shown[2]["content"]] == ["Moderated", "On it"]
    assert shown[2]["created_at"] == at(edited.created_at)


def test_history_is_paged(cast: Cast, edited: Comment) -> None:
    first = history(cast, edited, "?limit=2")
    rest = history(cast, edited, f"?limit=2&cursor={first['meta']['next_cursor']}")
    assert [each["content"] for each in (*first["data"], *rest["data"])][-1] == "On it"
    assert len(first["data"]) + len(rest["data"]) == 3


def test_history_is_read_by_who_reads_the_comment(cast: Cast, edited: Comment) -> None:
    path = f"/api/comments/{edited.pk}/history"
    client_of(cast.gus).ask("GET", path, status=404)
    client_of(cast.sam).ask("GET", path, status=403)
    delete_comment(actor=by(cast.max), comment=edited)
    history(cast, edited, status=404)


def test_history_is_erased_when_the_comment_is_purged(cast: Cast, edited: Comment) -> None:
    delete_comment(actor=by(cast.max), comment=edited)
    age(days=31)
    purge()
    edited.refresh_from_db()
    assert (edited.content, edited.content_html) == ("", "")
    assert [row.content for row in Revision.objects.all()] == ["", "", ""]
    assert not Reaction.objects.exists()
    assert not Mention.objects.exists()


def test_history_is_erased_with_its_author(cast: Cast, edited: Comment) -> None:
    other = edited.task.comments.create(workspace=cast.workspace, author=cast.lea, content="Hers")
    edit_comment(actor=by(cast.ada), comment=other, content="Moderated too")
    delete_person(actor=by(cast.max), person=cast.max)
    assert {each["content"] for each in history(cast, edited)["data"]} == {""}
    kept = [each["content"] for each in history(cast, other)["data"]]
    assert kept == ["Moderated too", "Hers"]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE comments_revision SET content = 'Never said'",
        "UPDATE comments_revision SET author_id = NULL",
        "DELETE FROM comments_revision",
        "TRUNCATE comments_revision",
    ],
)
def test_history_is_not_rewritten(edited: Comment, statement: str) -> None:
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.usefixtures("committed_db")
def test_edits_at_once_are_all_kept(cast: Cast, comment: Comment) -> None:
    def edit(n: int) -> None:
        edit_comment(actor=by(cast.max), comment=comment, content=f"{n} @moe")

    times(3, edit)
    texts = Revision.objects.order_by("created_at").values_list("content", flat=True)
    assert texts[0] == "On it"
    assert sorted(texts[1:]) == ["0 @moe", "1 @moe", "2 @moe"]
    assert [each.user for each in comment.mentions.all()] == [cast.moe]
