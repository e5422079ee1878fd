"""Which role holds which right, written down by hand: the product's own table is what is tested."""

TABLE = """
                              ADMIN PM  MEMBER GUEST BILLING | LEAD MEMBER VIEWER
workspace:read                yes   yes yes    yes   yes     | -    -      -
workspace:update              yes   -   -      -     -       | -    -      -
workspace:delete              yes   -   -      -     -       | -    -      -
audit:read                    yes   -   -      -     -       | -    -      -
webhook:manage                yes   -   -      -     -       | -    -      -
workspace:export              yes   -   -      -     -       | -    -      -
workspace:import              yes   -   -      -     -       | -    -      -
workspace:invite              yes   yes -      -     -       | -    -      -
workspace:remove_member       yes   yes own    own   own     | -    -      -
project:create                yes   yes -      -     -       | -    -      -
report:schedule               yes   yes yes    -     -       | -    -      -
report:send                   yes   yes -      -     -       | -    -      -
project:read                  yes   yes yes    -     -       | yes  yes    yes
project:update                -     -   -      -     -       | yes  -      -
project:manage_members        -     -   -      -     -       | yes  -      -
workflow:manage               -     -   -      -     -       | yes  -      -
project:set_lead              yes   yes -      -     -       | yes  -      -
project:archive               yes   yes -      -     -       | yes  -      -
project:delete                yes   -   -      -     -       | yes  -      -
task:create                   yes   yes yes    -     -       | yes  yes    -
task:update                   yes   yes yes    -     -       | yes  yes    -
task:transition               yes   yes yes    -     -       | yes  yes    -
task:move                     yes   yes yes    -     -       | yes  yes    -
task:assign                   yes   yes own    -     -       | yes  yes    -
task:delete                   yes   yes own    -     -       | yes  own    -
comment:create                yes   yes yes    -     -       | yes  yes    -
comment:update                yes   own own    -     -       | own  own    -
comment:delete                yes   yes own    -     -       | yes  own    -
attachment:create             yes   yes yes    -     -       | yes  yes    -
attachment:delete             yes   yes own    -     -       | yes  own    -
import:create                 yes   yes yes    -     -       | -    -      -
"""
"""Roles in the workspace, and in a project that has a lead; `own` is what somebody made."""

BESIDE_THE_TABLE = ("workspace:owner", "invited_address", "session", "read", "write")
"""What a refusal may say is required that is no right of a role."""


def _read(table: str) -> dict[str, list[dict[str, str]]]:
    """For every code, what each role holds: those of a workspace, those of a project."""
    heading, *lines = (line.split("|") for line in table.splitlines() if line)
    roles = [part.split() for part in heading]
    found = {}
    for first, second in lines:
        code, *cells = first.split()
        pairs = zip(roles, (cells, second.split()), strict=True)
        found[code] = [dict(zip(names, held, strict=True)) for names, held in pairs]
    return found


HELD = _read(TABLE)


def holds(code: str, roles: tuple[str, str | None], *, own: bool = False) -> bool:
    """Whether somebody with these roles in workspace and project may."""
    cells = [held.get(role or "") for held, role in zip(HELD[code], roles, strict=True)]
    return "yes" in cells or (own and "own" in cells)
