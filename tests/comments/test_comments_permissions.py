"""Who may do what with Max's comment in a private project, or as a viewer.

Comments everybody in the workspace sees are asked for in tests/matrix.
"""

import pytest

from comments.models import Comment
from comments.services.comments import add_comment
from projects.services.members import add_project_member
from projects.services.projects import update_project
from tests.support.actors import by
from tests.support.cast import Cast, client_of
from tests.support.rights import check, rows

VIEWED_BY_GUS = rows("""
                                            nobody sam gus moe max lea pia ada
GET    /api/tasks/{task}/comments              401 403 200 200 200 200 200 200
POST   /api/tasks/{task}/comments              401 403 403 201 201 201 201 201
GET    /api/comments/{comment}                 401 403 200 200 200 200 200 200
DELETE /api/comments/{comment}                 401 403 403 403 204 204 204 204
""")
PRIVATE = rows("""
                                            nobody sam gus moe max lea pia ada
GET    /api/tasks/{task}/comments              401 403 404 404 200 200 404 200
POST   /api/tasks/{task}/comments              401 403 404 404 201 201 404 201
GET    /api/comments/{comment}                 401 403 404 404 200 200 404 200
PATCH  /api/comments/{comment}                 401 403 404 404 200 403 404 200
DELETE /api/comments/{comment}                 401 403 404 404 204 204 404 204
POST   /api/comments/{comment}/restore         401 403 404 404 200 200 404 200
""")
BODY = {"content": "Changed"}


def test_rights_of_a_viewer(cast: Cast, comment: Comment) -> None:
    add_project_member(actor=by(cast.lea), project=cast.project, person=cast.gus, role="VIEWER")
    check(cast, VIEWED_BY_GUS, lambda _: BODY, task=comment.task, comment=comment)


def test_rights_in_a_private_project(cast: Cast, comment: Comment) -> None:
    update_project(actor=by(cast.lea), project=cast.project, changes={"visibility": "PRIVATE"})
    check(cast, PRIVATE, lambda _: BODY, task=comment.task, comment=comment)


@pytest.mark.parametrize("who", ["moe", "lea", "pia"])
def test_people_edit_what_they_said(cast: Cast, comment: Comment, who: str) -> None:
    person = getattr(cast, who)
    own = add_comment(actor=by(person), task=comment.task, content="Mine")
    edited = client_of(person).ask("PATCH", f"/api/comments/{own.pk}", {"content": "Better"})
    assert edited["data"]["content"] == "Better"


def test_a_refusal_names_the_right(cast: Cast, comment: Comment) -> None:
    path = f"/api/comments/{comment.pk}"
    refusal = client_of(cast.lea).ask("PATCH", path, {"content": "No"}, status=403)
    assert refusal["required"] == "comment:update"
    assert refusal["you_have"] == ["workspace:MEMBER", "project:LEAD"]
