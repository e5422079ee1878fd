"""Row-level security keeps workspaces apart even where the product has forgotten to."""

from typing import Any

import pytest

from comments.services import add_comment
from projects.services import create_project
from tasks.services import create_task
from tests.cast import Cast, client_of, gather
from tests.core.test_foreign_ids import BODIES, FULL, PATHS
from tests.databases import CommittedDatabase
from tests.rights import filled
from tests.tables import everything
from tests.walls import without_policies
from workspaces.invitations.services import invite_person

LISTS = ("/api/workspaces", "/api/projects", "/api/project", "/api/workspace")
READS = [path for path in PATHS if path.startswith("GET")]


@pytest.fixture
def cast(only_wall_three: CommittedDatabase) -> Cast:
    return gather()


@pytest.fixture
def ids(cast: Cast) -> dict[str, object]:
    """Things of Ada's, and Sam's secrets."""
    task = create_task(actor=cast.lea, project=cast.project, title="Grind the gears")
    theirs = create_project(actor=cast.sam, workspace=cast.elsewhere, name="Secret")
    their_task = create_task(actor=cast.sam, project=theirs, title="Secret")
    return {
        **{name: getattr(cast, name).pk for name in ("ada", "max", "sam", "workspace", "project")},
        "task": task.pk,
        "their_workspace": cast.elsewhere.pk,
        "their_project": theirs.pk,
        "their_status": their_task.status_id,
        "their_task": their_task.pk,
        "their_invitation": invite_person(
            actor=cast.sam, workspace=cast.elsewhere, email="tom@example.com"
        ).pk,
        "their_comment": add_comment(actor=cast.sam, task=their_task, content="Secret").pk,
    }


def ask(cast: Cast, route: str, body: dict[str, Any], ids: dict[str, object]) -> tuple[int, str]:
    """The status, and the answer as it stands there."""
    method, path = route.format(**ids).split()
    answer = client_of(cast.ada).generic(
        method, path, str(filled(body, ids)).replace("'", '"'), "application/json"
    )
    return answer.status_code, answer.content.decode()


def test_no_path_opens_what_lives_elsewhere(cast: Cast, ids: dict[str, object]) -> None:
    before = everything()
    answers = {route: ask(cast, route, FULL, ids) for route in PATHS}
    assert {route: said for route, said in answers.items() if said[0] not in (403, 404)} == {}
    assert not any("Secret" in text for _, text in answers.values())
    assert everything() == before


def test_no_body_reaches_what_lives_elsewhere(cast: Cast, ids: dict[str, object]) -> None:
    before = everything()
    answers = {f"{place}": ask(cast, place.route, place.body, ids) for place in BODIES}
    assert {place: said for place, said in answers.items() if not 400 <= said[0] < 500} == {}
    assert everything() == before


def test_no_list_shows_what_lives_elsewhere(cast: Cast, ids: dict[str, object]) -> None:
    for path in LISTS:
        status, text = ask(cast, f"GET {path}", {}, ids)
        assert (status, "Engin" in text) == (200, True)
        assert "Secret" not in text
        assert "Elsewhere" not in text


def test_without_the_third_wall_all_of_it_would_leak(
    only_wall_three: CommittedDatabase, cast: Cast, ids: dict[str, object]
) -> None:
    without_policies(only_wall_three)
    answers = {route: ask(cast, route, {}, ids) for route in READS}
    assert {route: said for route, said in answers.items() if said[0] != 200} == {}
    assert "Elsewhere" in ask(cast, "GET /api/workspaces", {}, ids)[1]
    assert ask(cast, "PATCH /api/tasks/{their_task}", {"title": "Mine"}, ids)[0] == 200
