"""What a mail says, written once: a `Letter` is rendered as text and as HTML.

Composers make letters of values and never of rows or queries, because rendering must not read the
database. Values that anybody could have chosen have been through `outbox.mail.text`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from django.template.loader import render_to_string
from django.utils.module_loading import import_string

from core.markdown import as_mail_html, with_names

GAP = "\n\n"
BODY_END = "</body>"


class Part:
    """A part of a letter; `template` is what `email/letter.html` includes for it, as `part`."""

    template: ClassVar[str]

    def as_text(self) -> str:
        raise NotImplementedError


@dataclass(frozen=True)
class Paragraph(Part):
    text: str
    template: ClassVar[str] = "email/parts/paragraph.html"

    def as_text(self) -> str:
        return self.text


@dataclass(frozen=True)
class Heading(Part):
    """What the letter is about, and its key or number, if it has one."""

    title: str
    key: str = ""
    template: ClassVar[str] = "email/parts/heading.html"

    def as_text(self) -> str:
        return f"{self.key}  {self.title}" if self.key else self.title


@dataclass(frozen=True)
class Facts(Part):
    """Pairs of a name and a value; those without a value are left out."""

    pairs: Sequence[tuple[str, str]]
    template: ClassVar[str] = "email/parts/facts.html"

    @property
    def known(self) -> list[tuple[str, str]]:
        return [(name, value) for name, value in self.pairs if value]

    def as_text(self) -> str:
        return "\n".join(f"{name}: {value}" for name, value in self.known)


@dataclass(frozen=True)
class Quote(Part):
    """Words of a person, in plain text."""

    text: str
    template: ClassVar[str] = "email/parts/quote.html"

    def as_text(self) -> str:
        return self.text


@dataclass(frozen=True)
class MarkdownQuote(Part):
    """Words of a person, in Markdown; its links stay links only if it `has_links`."""

    text: str
    has_links: bool
    template: ClassVar[str] = "email/parts/quote.html"

    @property
    def html(self) -> str:
        """Safe HTML."""
        return as_mail_html(self.text, has_links=self.has_links)

    def as_text(self) -> str:
        return with_names(self.text)


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A line of a list: what it leads to, and a note below it."""

    key: str
    title: str
    link: str
    note: str = ""

    def as_text(self) -> str:
        lines = (f"{self.key}  {self.title}", self.note, self.link)
        return "\n".join(line for line in lines if line)


@dataclass(frozen=True)
class Entries(Part):
    """A list; `more` is the number of entries that are left out."""

    rows: Sequence[Entry]
    more: int = 0
    template: ClassVar[str] = "email/parts/entries.html"

    def as_text(self) -> str:
        rest = [f"And {self.more} more."] if self.more else []
        return GAP.join([*(row.as_text() for row in self.rows), *rest])


@dataclass(frozen=True)
class Code(Part):
    """A code that the recipient types or copies."""

    code: str
    template: ClassVar[str] = "email/parts/code.html"

    def as_text(self) -> str:
        return self.code


@dataclass(frozen=True)
class Button(Part):
    words: str
    link: str
    template: ClassVar[str] = "email/parts/button.html"

    def as_text(self) -> str:
        return f"{self.words}: {self.link}"


@dataclass(frozen=True, kw_only=True)
class Letter:
    """The words of a mail.

    `place` is shown above them (the workspace), `preview` by lists of mails beside the subject, and
    `reason` below: why the recipient gets the mail.
    """

    subject: str
    parts: Sequence[Part]
    place: str = ""
    preview: str = ""
    reason: str = ""

    def as_text(self) -> str:
        body = GAP.join(text for part in self.parts if (text := part.as_text()))
        return f"{body}{GAP}--\n{self.reason}\n" if self.reason else f"{body}\n"

    def as_html(self, *, is_inlined: bool = True) -> str:
        """The page; with `is_inlined` its styles stand in attributes, as many programs need it.

        What inlines them is loaded with the first mail, so that a web process never loads it.
        """
        page = render_to_string("email/letter.html", {"letter": self})
        return str(import_string("outbox.mail.inlining.inlined")(page)) if is_inlined else page


@dataclass(frozen=True, kw_only=True)
class Note:
    """A sentence below a mail that is rendered already; `words` in it are a link."""

    before: str
    words: str
    after: str
    link: str

    def below_text(self, text: str) -> str:
        return f"{text.rstrip()}{GAP}{self.before}{self.words}{self.after}: {self.link}\n"

    def below_html(self, page: str) -> str:
        note = render_to_string("email/note.html", {"note": self})
        inlined = import_string("outbox.mail.inlining.inlined_fragment")(note)
        return page.replace(BODY_END, f"{inlined}{BODY_END}")
