"""Mails as composers return them, and as they are sent."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Self

from outbox.mail.letters import Letter, Note

LONGEST_SUBJECT = 200
MASK = "•••••"
"""Replaces secrets in mails that staff can read."""


@dataclass(frozen=True, kw_only=True)
class Mail:
    """A mail to be sent; `subject` is cut and made one line, as a new line could begin a header.

    `sender` is the name of the workspace it comes from, if it comes from one. Recorded for staff
    are `staff_text` and `staff_html`, or else text and HTML; in all of them `secrets` are masked.
    """

    to: str
    subject: str
    text: str
    html: str = ""
    sender: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    staff_text: str = ""
    staff_html: str = ""
    secrets: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        one_line = " ".join(self.subject.split())
        if len(one_line) > LONGEST_SUBJECT:
            one_line = f"{one_line[: LONGEST_SUBJECT - 1]}…"
        object.__setattr__(self, "subject", one_line)

    @property
    def kept_text(self) -> str:
        return self._masked(self.staff_text or self.text)

    @property
    def kept_html(self) -> str:
        return self._masked(self.staff_html or self.html)

    def with_note(self, note: Note, *, headers: Mapping[str, str], secret: str) -> Self:
        """The mail with a note at its end, further headers and a further secret."""
        return replace(
            self,
            text=note.below_text(self.text),
            html=note.below_html(self.html),
            staff_text=note.below_text(self.staff_text) if self.staff_text else "",
            staff_html=note.below_html(self.staff_html) if self.staff_html else "",
            headers={**self.headers, **headers},
            secrets=(*self.secrets, secret),
        )

    def _masked(self, part: str) -> str:
        for secret in self.secrets:
            part = part.replace(secret, MASK)
        return part


@dataclass(frozen=True, kw_only=True)
class MailDraft:
    """A mail to be rendered.

    `kept` is the letter as staff may read it, if `letter` contains secrets: the same with MASK.
    `sender` is the name of the workspace it comes from; `headers` are added to those of every mail.
    """

    to: str
    letter: Letter
    kept: Letter | None = None
    sender: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    def render(self) -> Mail:
        return Mail(
            to=self.to,
            subject=self.letter.subject,
            text=self.letter.as_text(),
            html=self.letter.as_html(),
            sender=self.sender,
            headers=self.headers,
            staff_text=self.kept.as_text() if self.kept else "",
            staff_html=self.kept.as_html() if self.kept else "",
        )
