"""Names typed on the pages for staff."""

import pytest

from tests.admin.desk import Desk, add_page_of, errors_of, page_of
from tests.support.cast import Cast
from workspaces.models import Workspace

NAMES = ("Two\nlines", "Back\u202ewards", "Bell\x07")


@pytest.mark.parametrize("name", NAMES)
def test_names_are_one_line_for_staff_too(desk: Desk, cast: Cast, name: str) -> None:
    before = cast.max.name
    rows = (cast.workspace, cast.project, cast.max)

    refused = [desk.submit(page_of(row), name=name) for row in rows]
    refused.append(desk.submit(add_page_of(Workspace), name=name))

    assert [list(errors_of(page)) for page in refused] == [["name"]] * 4
    cast.max.refresh_from_db()
    assert cast.max.name == before
