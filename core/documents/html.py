"""Markdown shown as HTML, which is stored beside it."""

from typing import Any

from django.db.models import F

from core.documents.columns import Column, Columns, Part, Values
from core.documents.expressions import LeavingOut, Shortened, Shortening, Whole
from core.documents.truncation import LongText
from core.markdown import VERSION, as_html


class Html(LongText):
    """HTML of the Markdown in the column `text`; null where it does not fit, as it cannot be cut.

    It is rendered for the answer if the stored one is not of the present VERSION of the rules.
    """

    def __init__(self, text: str, version: str = "html_version", **options: Any) -> None:
        about = "Safe HTML. Null if it is too long for the answer: see `truncated`."
        super().__init__(**{"required": False, "allow_null": True, "help_text": about, **options})
        self.markdown, self.version = text, version

    def member(self, columns: Columns, path: str) -> Part:
        markdown = F(f"{path}{self.markdown}")
        facts: tuple[Column, ...] = (
            Whole(self.text(path)),
            F(f"{path}{self.version}"),
            Shortened(markdown),
            Shortening(markdown),
        )
        return Part(tuple(map(columns.place_of, facts)), _html)

    def shortening(self, columns: Columns, path: str) -> int:
        return columns.place_of(LeavingOut(self.text(path)))


def _html(facts: Values) -> str | None:
    """The stored HTML, or if older rules made it that of the present ones."""
    stored, version, markdown, shortening = facts
    if version == VERSION:
        return None if stored is None else str(stored)
    return None if shortening else as_html(markdown)
