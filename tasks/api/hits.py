"""Finding tasks by words: the SQL of a search, and the excerpts it shows."""

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import F, Func, QuerySet, TextField

from core.actor import Actor
from core.documents.selection import Selection, whole
from core.queries import compiled
from projects.models import Project
from tasks.models import Key, Task, key_of

MOST_HITS = 5000
"""Of more tasks and comments with the words, the newest are ranked."""
MOST_LISTED = 1000
"""Of more, the newest pass the filter of a list, which sorts them."""
LONGEST_SEARCH, MOST_WORDS = 200, 10
EXCERPT, BEFORE = 240, 80
"""Characters of a text around the words found, and how many of them stand before the first."""
SHORT = 1000
"""Bytes of a text that PostgreSQL sends as a whole."""
WORD = re.compile(r"[^\W_]+")
EXACT = 9.0
"""The rank of a task whose key was typed; others have less than 1."""
HITS = """
    WITH hits AS (
        SELECT id AS task_id, id AS source_id, {exact}::real AS rank, false AS is_capped
        FROM ({called}) called (id)
        UNION ALL SELECT * FROM search_tasks(%s, %s, ARRAY({readable}), %s, %s)
    ), best AS (
        SELECT DISTINCT ON (task_id) task_id, source_id, rank FROM hits ORDER BY task_id, rank DESC
    )
    SELECT task_id, source_id, rank, (SELECT bool_or(is_capped) FROM hits)
    FROM best WHERE {after}
    ORDER BY rank DESC, task_id DESC LIMIT %s
"""


WITH_WORDS = """
    SELECT coalesce(array_agg(DISTINCT task_id), '{}')::text
    FROM search_tasks(%s, NULL, ARRAY[%s::uuid], %s, false)
"""


class Hit(NamedTuple):
    """A task that was found, by itself or by the row `source`; a page begins after one."""

    task: Any
    source: Any
    rank: float
    is_capped: bool


class Search(NamedTuple):
    """What to look for, and where: in a workspace, in a project, or wherever one may read."""

    typed: str
    workspace: Any = None
    project: Any = None

    @property
    def key(self) -> Key | None:
        return key_of(self.typed.strip())

    @property
    def words(self) -> list[str]:
        return WORD.findall(self.typed.lower())


class Piece(NamedTuple):
    """A part of an excerpt; `hit` says whether it is a word that was looked for."""

    text: str
    hit: bool


Texts = Callable[[Sequence[Any], list[str]], Iterable[tuple[Any, str, str]]]
"""Reads the texts of rows, each as the row's id, what the text is, and an excerpt."""
_sources: list[Texts] = []


def searched(texts: Texts) -> Texts:
    """Register what reads the texts of further rows whose words are searched."""
    _sources.append(texts)
    return texts


def find_hits(search: Search, actor: Actor, most: int, after: Sequence[Any] = ()) -> list[Hit]:
    """The best `most` tasks and one more, after the rank and id of the last one.

    They are in projects that may be read; who shows them asks whether they are visible.
    """
    readable, called = _readable(search, actor).bound(whole), _called(search, actor).bound(whole)
    if readable is None or called is None:
        return []
    begins = "(rank, task_id) < (%s::real, %s::uuid)" if after else "true"
    sql = HITS.format(exact=EXACT, after=begins, called=called.sql, readable=readable.sql)
    values = (*called.params, search.typed, search.workspace, *readable.params)
    values += (MOST_HITS, search.key is None, *after, most + 1)
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return [Hit(*row) for row in cursor.fetchall()]


def tasks_with_words(typed: str, project: Any) -> str:
    """The ids of tasks of a project that have all the words, as the text of an array."""
    with connection.cursor() as cursor:
        cursor.execute(WITH_WORDS, (typed, project, MOST_LISTED))
        return str(cursor.fetchone()[0])


def excerpts(hits: Sequence[Hit], search: Search) -> dict[Any, list[dict[str, Any]]]:
    """For each task the texts with words that were looked for, in pieces."""
    task_of = {hit.source: hit.task for hit in hits}
    task_of |= {hit.task: hit.task for hit in hits}
    found: dict[Any, list[dict[str, Any]]] = {hit.task: [] for hit in hits}
    words = search.words
    for texts in (texts_of_tasks, *_sources):
        for row, kind, text in texts(list(task_of), words):
            pieces = in_pieces(text, words)
            if any(piece.hit for piece in pieces):
                shown = [piece._asdict() for piece in pieces]
                found[task_of[row]].append({"field": kind, "pieces": shown})
    return found


def in_pieces(text: str, words: Sequence[str]) -> list[Piece]:
    """The text around the first word that was looked for, cut where such words begin and end.

    The last word may be the beginning of one.
    """
    known, begun = {*words}, words[-1] if len(words[-1]) > 1 else None
    pieces: list[Piece] = []
    end, most = 0, len(text)
    for found in WORD.finditer(text):
        word = found[0].lower()
        if word not in known and not (begun and word.startswith(begun)):
            continue
        if not pieces:
            end = max(0, found.start() - BEFORE)
            most = end + EXCERPT
        if found.end() > most:
            break
        pieces += [Piece(text[end : found.start()], hit=False), Piece(found[0], hit=True)]
        end = found.end()
    pieces.append(Piece(text[end:most], hit=False))
    return [piece for piece in pieces if piece.text]


class Excerpt(Func):
    """A short text, else its part around the first of the words, or its beginning."""

    output_field = TextField()

    def __init__(self, column: str, words: Any) -> None:
        super().__init__(F(column), words)

    def as_sql(self, compiler: Any, *_: Any, **__: Any) -> tuple[str, Any]:
        column, words = map(compiler.compile, self.get_source_expressions())
        sql = (
            f"CASE WHEN octet_length({column[0]}) <= {SHORT} THEN {column[0]}"
            f" ELSE excerpt({column[0]}, {words[0]}, {EXCERPT}) END"
        )
        return sql, words[1]


def texts_of_tasks(ids: Sequence[Any], words: list[str]) -> Iterable[tuple[Any, str, str]]:
    for pk, title, description in excerpts_of_tasks.rows(ids=list(ids), words=words):
        yield pk, "title", title
        yield pk, "description", description


def _called(search: Search, actor: Actor) -> Selection:
    """The tasks with the key that was typed, one in each workspace at most."""
    project, number = search.key or (None, None)
    return Selection(tasks_called, actor=actor, key=project, number=number)


def _readable(search: Search, actor: Actor) -> Selection:
    readable = Selection(readable_projects, actor=actor)
    if search.project:
        return readable.filter((("pk", search.project),))
    return readable.filter((("workspace", search.workspace),)) if search.workspace else readable


@compiled
def excerpts_of_tasks(ids: Any, words: Any) -> QuerySet[Any]:
    rows: QuerySet[Any] = Task.objects.filter(pk__any_of=ids)
    rows = rows.annotate(about=Excerpt("description", words))
    return rows.values_list("pk", "title", "about")


@compiled
def tasks_called(actor: Any, key: Any, number: Any) -> QuerySet[Task]:
    return Task.objects.visible_to(actor).filter(project__key=key, number=number)


@compiled
def readable_projects(actor: Any) -> QuerySet[Project]:
    return Project.objects.reachable_by(actor)
