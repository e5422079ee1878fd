"""Rendering Markdown, within bounds, and removing all that is not on a list from the HTML.

The parser takes longer than in proportion for some texts: unclosed brackets, quotes in quotes, rows
of a table with many columns. So what may take long is counted first, and a text with too much of it
is shown as it was written.
"""

import re
from html import escape
from typing import Any

import nh3
from markdown_it import MarkdownIt

from core.markdown import Rendered
from core.markdown.references import HANDLES, IN_MAIL, NAMED, TASK_LINK, add_references

MOST_MARKS = 4_000
MOST_NAMED = 20
MARKS = re.compile(r"[*_`\[\]()<>#|~&\\@!]")
LINE = 2
"""Marks that take as long as a line."""
BLOCKS = re.compile(r"\n[ \t]*\n")
DEEPER = 4
"""Levels of quotes that make the lines after them take twice as long."""

# No images: loading one tells its server who reads the text, and when.
TAGS = {
    *("p", "br", "hr", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre", "code"),
    *("ul", "ol", "li", "a", "em", "strong", "s", "table", "thead", "tbody", "tr", "th", "td"),
}
ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}}
SCHEMES = {"http", "https", "mailto"}
LINK = re.compile(r"(?i:https?://|mailto:)|" + TASK_LINK.format(key="[A-Z0-9]+-[0-9]+") + r"\Z")
RELATION = "noopener noreferrer nofollow"

# No references (`[a]: …`): one long address may be used a thousand times. No images, as above:
# their addresses become links.
_markdown = (
    MarkdownIt("commonmark", {"html": False, "breaks": True})
    .enable(["table", "strikethrough"])
    .disable(["reference", "image", "html_block", "html_inline"])
)
add_references(_markdown)


def _only_links(tag: str, name: str, value: str) -> str | None:
    """The attribute, None for an address that depends on where it is shown."""
    return None if name == "href" and not LINK.match(value) else value


_for_browsers = nh3.Cleaner(
    tags=TAGS | {"span"},
    attributes={**ATTRIBUTES, "span": {"data-person"}},
    url_schemes=SCHEMES,
    link_rel=RELATION,
    attribute_filter=_only_links,
)
_for_mails = nh3.Cleaner(
    tags=TAGS, attributes=ATTRIBUTES, url_schemes=SCHEMES, attribute_filter=_only_links
)
_for_mails_without_links = nh3.Cleaner(
    tags=TAGS - {"a"}, attributes=ATTRIBUTES, url_schemes=SCHEMES
)


def render(text: str) -> Rendered:
    """The text as HTML for browsers, and whom it names."""
    env: dict[str, Any] = {}
    html = _for_browsers.clean(_rendered(text, env))
    return Rendered(html, _first(env.get(NAMED, ())), _first(env.get(HANDLES, ())))


def as_mail_html(text: str, *, has_links: bool) -> str:
    """The text as HTML for mails; without links unless `has_links`."""
    cleaner = _for_mails if has_links else _for_mails_without_links
    return cleaner.clean(_rendered(text, {IN_MAIL: True}))


def weight(text: str) -> int:
    """How many marks the parser has to look at, those it meets several times included."""
    lines = text.count("\n") - text.count("\n\n")
    found = len(MARKS.findall(text)) + LINE * lines
    if found > MOST_MARKS:
        return found
    return found + sum(map(_weight_again, BLOCKS.split(text)))


def _weight_again(block: str) -> int:
    """Each line of a table has as many cells as its first; quotes are looked for in each line."""
    lines = block.split("\n")
    widest = max(line.count("|") for line in lines)
    deepest = max(line.count(">") for line in lines)
    return len(lines) * (widest + deepest // DEEPER)


def _rendered(text: str, env: dict[str, Any]) -> str:
    """The text as HTML that has to be cleaned; `env` gets whom it names."""
    if weight(text) > MOST_MARKS:
        return "<p>{}</p>".format(escape(text, quote=False).replace("\n", "<br>\n"))
    return str(_markdown.render(text, env))


def _first(names: Any) -> tuple[str, ...]:
    """Each once, in their order."""
    return tuple(dict.fromkeys(names))[:MOST_NAMED]
