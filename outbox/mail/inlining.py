"""Copying the styles of `email/style.css` into attributes, with a library that only mails need."""

from functools import cache

from css_inline import CSSInliner
from django.template.loader import render_to_string

# `@media` rules cannot stand in attributes: they stay in the page, for programs that know them.
_pages = CSSInliner(keep_at_rules=True, load_remote_stylesheets=False)
_fragments = CSSInliner(load_remote_stylesheets=False)


def inlined(page: str) -> str:
    """The page, its rules in `style` attributes, except those that depend on the screen."""
    return _pages.inline(page)


def inlined_fragment(html: str) -> str:
    """A piece of a page, with the rules of `email/style.css` in `style` attributes."""
    return _fragments.inline_fragment(html, _sheet())


@cache
def _sheet() -> str:
    return render_to_string("email/style.css")
