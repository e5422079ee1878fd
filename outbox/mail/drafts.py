"""Mails as composers return them, and rendering their templates."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.template.loader import render_to_string

LONGEST_SUBJECT = 200
MASK = "•••••"
"""Replaces secrets in mails that staff can read."""


class Words(NamedTuple):
    subject: str
    text: str
    html: str


def render_mail(template: str, context: Mapping[str, Any], *, has_html: bool = True) -> Words:
    """Render the templates `<template>.subject.txt`, `<template>.txt` and `<template>.html`."""
    subject = render_to_string(f"{template}.subject.txt", dict(context))
    html = render_to_string(f"{template}.html", dict(context)) if has_html else ""
    return Words(subject, render_text(template, context), html)


def render_text(template: str, context: Mapping[str, Any]) -> str:
    """Render `<template>.txt` only."""
    return f"{render_to_string(f'{template}.txt', dict(context)).strip()}\n"


@dataclass(frozen=True, kw_only=True)
class Mail:
    """A mail to be sent; `subject` is cut and made one line, as a new line could begin a header.

    Recorded for staff is `kept`, if it is given: the text without secrets; or else text and HTML
    with the `secrets` masked.
    """

    to: str
    subject: str
    text: str
    html: str = ""
    kept: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    secrets: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        one_line = " ".join(self.subject.split())
        if len(one_line) > LONGEST_SUBJECT:
            one_line = f"{one_line[: LONGEST_SUBJECT - 1]}…"
        object.__setattr__(self, "subject", one_line)

    @property
    def kept_text(self) -> str:
        return self._masked(self.kept or self.text)

    @property
    def kept_html(self) -> str:
        return "" if self.kept else self._masked(self.html)

    def _masked(self, part: str) -> str:
        for secret in self.secrets:
            part = part.replace(secret, MASK)
        return part


@dataclass(frozen=True, kw_only=True)
class MailDraft:
    """A mail to be rendered: its templates and their context.

    The `context` has values and functions of them, never rows or queries, because rendering must
    not read the database. `masked` replaces values with secrets in the text recorded for staff.
    """

    to: str
    template: str
    context: Mapping[str, Any]
    masked: Mapping[str, Any] = field(default_factory=dict)
    has_html: bool = True

    def render(self) -> Mail:
        subject, text, html = render_mail(self.template, self.context, has_html=self.has_html)
        kept = render_text(self.template, {**self.context, **self.masked}) if self.masked else ""
        return Mail(to=self.to, subject=subject, text=text, html=html, kept=kept)
