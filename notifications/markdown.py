"""Rendering the Markdown of people as safe HTML for mails."""

import nh3
from markdown_it import MarkdownIt

# No images: loading one tells its server when the mail was read.
TAGS = {
    *("p", "br", "hr", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre", "code"),
    *("ul", "ol", "li", "a", "em", "strong", "s", "table", "thead", "tbody", "tr", "th", "td"),
}
ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}}
SCHEMES = {"http", "https", "mailto"}

_markdown = MarkdownIt("commonmark", {"html": False, "breaks": True}).enable(
    ["table", "strikethrough"]
)


def as_html(markdown: str, *, has_links: bool = True) -> str:
    """Markdown as sanitized HTML; without links unless `has_links`."""
    rendered = _markdown.render(markdown)
    tags = TAGS if has_links else TAGS - {"a"}
    return nh3.clean(rendered, tags=tags, attributes=ATTRIBUTES, url_schemes=SCHEMES)
