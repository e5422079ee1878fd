"""The Markdown of people as safe HTML. What renders it is loaded with the first text."""

from typing import Any, NamedTuple

from django.utils.module_loading import import_string

VERSION = 1
"""Increase it with every change of the rules: what older ones rendered is rendered anew."""


class Rendered(NamedTuple):
    """A text as HTML, and whom it names."""

    html: str
    people: tuple[str, ...] = ()
    """The public ids in `@[Ada](id)`."""
    handles: tuple[str, ...] = ()
    """What stands in `@ada` or `@ada@example.com`, in lower case."""


def render(text: str) -> Rendered:
    """The text as HTML for browsers; it depends on nothing but the text."""
    return _loaded("render", text) if text else Rendered("")


def as_html(text: str) -> str:
    """The HTML of `render`."""
    return render(text).html


def html_fields(name: str, html: str) -> dict[str, Any]:
    """The fields of a row that keep the HTML of its text `name`."""
    return {f"{name}_html": html, "html_version": VERSION}


def as_mail_html(text: str, *, has_links: bool) -> str:
    """The text as HTML for mails: without links of the front end, and of any unless `has_links`."""
    return str(_loaded("as_mail_html", text, has_links=has_links)) if text else ""


def with_names(text: str) -> str:
    """The text as it is, but with the names of people it refers to by their ids."""
    return str(import_string("core.markdown.references.with_names")(text)) if text else ""


def _loaded(name: str, *args: Any, **options: Any) -> Any:
    return import_string(f"core.markdown.rules.{name}")(*args, **options)
