"""What texts refer to: tasks by `#ENG-12`, people by `@[Ada](id)`, `@ada`, `@ada@example.com`.

Whether there is such a task or person is not looked up: the HTML is the same for all readers, and
tells nobody of rows they may not see.
"""

import re
from typing import Any, NamedTuple

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline

TASK = re.compile(r"#([A-Z][A-Z0-9]{0,9}-[1-9][0-9]{0,8})(?![\w-])")
PERSON = re.compile(r"@\[([^\[\]\n\\]{1,200})\]\(([A-Za-z0-9_-]{1,64})\)")
HANDLE = re.compile(
    r"@([A-Za-z0-9._%+-]{0,63}[A-Za-z0-9](?:@[A-Za-z0-9.-]{1,253}[A-Za-z0-9])?)(?![\w@])"
)
TASK_LINK = "/tasks/{key}"
"""The front end's path of a task by its key, below its own address."""
NAMED, HANDLES, IN_MAIL = "named", "handles", "in_mail"


class Piece(NamedTuple):
    """An HTML element around a piece of plain text."""

    tag: str
    attribute: str
    value: str
    text: str


def with_names(text: str) -> str:
    """The text with `Ada` in place of `@[Ada](id)`, for readers of plain text."""
    return PERSON.sub(r"\1", text)


def add_references(markdown: MarkdownIt) -> None:
    """Have the parser recognise references."""
    markdown.inline.ruler.before("link", "task", _task)
    markdown.inline.ruler.before("link", "person", _person)


def _task(state: StateInline, silent: Any) -> bool:
    found = _match(TASK, state, "#")
    if found is None or state.linkLevel or IN_MAIL in state.env:
        return False
    link = TASK_LINK.format(key=found[1])
    return _take(state, found, Piece("a", "href", link, found[0]), silent=silent)


def _person(state: StateInline, silent: Any) -> bool:
    found = _match(PERSON, state, "@")
    if found is None:
        handle = None if silent else _match(HANDLE, state, "@")
        if handle:
            state.env.setdefault(HANDLES, []).append(handle[1].lower())
        return False
    if not silent:
        state.env.setdefault(NAMED, []).append(found[2])
    return _take(
        state, found, Piece("span", "data-person", found[2], f"@{found[1]}"), silent=silent
    )


def _match(pattern: re.Pattern[str], state: StateInline, first: str) -> re.Match[str] | None:
    """The reference at the place of the parser, unless it is the end of a word."""
    place = state.pos
    if state.src[place] != first or (place and _is_of_a_word(state.src[place - 1])):
        return None
    return pattern.match(state.src, place, state.posMax)


def _is_of_a_word(character: str) -> bool:
    return character.isalnum() or character in "_-@#&/"


def _take(state: StateInline, found: re.Match[str], piece: Piece, *, silent: Any) -> bool:
    if not silent:
        opening = state.push(f"{piece.tag}_open", piece.tag, 1)
        opening.attrSet(piece.attribute, piece.value)
        state.push("text", "", 0).content = piece.text
        state.push(f"{piece.tag}_close", piece.tag, -1)
    state.pos = found.end()
    return True
