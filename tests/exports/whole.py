"""A workspace with one of everything that an export holds."""

from datetime import date, time
from io import BytesIO
from typing import Any

from attachments.services.uploads import Upload, upload_file
from comments.services.comments import add_comment
from comments.services.reactions import add_reaction
from projects.models import Project, columns_of
from projects.services.columns import add_column
from projects.services.projects import create_project
from projects.services.transitions import set_transitions
from tasks.models import RelatedAs, Task
from tasks.services.labels import add_label
from tasks.services.relations import add_relation
from tasks.services.tasks import create_task
from tasks.services.watchers import watch_task
from tests.support.actors import by
from tests.support.cast import Cast

PLAN = b"Oil, gears, steam. " * 200


def fill(cast: Cast) -> list[Task]:
    """Tasks with all that hangs on them, in two projects."""
    lea, project = by(cast.lea), cast.project
    label = add_label(actor=lea, project=project, name="Gears", color="#ff0000")
    column = add_column(actor=lea, project=project, name="Oiling", category="IN_PROGRESS")
    first, *_ = columns_of.rows(project=project)
    set_transitions(actor=lea, project=project, moves=[(first, column), (column, first)])
    whole = create_task(actor=lea, project=project, title="=Whole", labels=[label])
    part = create_task(
        actor=lea,
        project=project,
        title="Part",
        description="Ask @max",
        status=column,
        assignee=cast.max,
        parent=whole,
        start_date=date(2026, 1, 1),
        due_date=date(2999, 12, 31),
        due_time=time(9, 30),
        estimate_minutes=30,
    )
    add_relation(actor=by(cast.ada), task=part, other=_elsewhere(cast), kind=RelatedAs.BLOCKS)
    watch_task(actor=by(cast.max), task=whole, person=cast.max)
    _talk(cast, whole)
    return [whole, part]


def _elsewhere(cast: Cast) -> Task:
    """A finished task of another project."""
    other: Project = create_project(
        actor=by(cast.ada), workspace=cast.workspace, name="Other", visibility="PRIVATE"
    )
    done = next(each for each in columns_of.rows(project=other) if each.category == "DONE")
    return create_task(actor=by(cast.ada), project=other, title="Done", status=done)


def _talk(cast: Cast, task: Task) -> None:
    comment = add_comment(actor=by(cast.max), task=task, content="**On** it, @lea")
    add_comment(actor=by(cast.lea), task=task, content="Fine", parent=comment)
    add_reaction(actor=by(cast.lea), comment=comment, emoji="🚀")
    upload: Any = Upload(file_name="plan.txt", claimed_type="text/plain", comment=comment)
    upload_file(actor=by(cast.max), task=task, upload=upload, content=BytesIO(PLAN))
