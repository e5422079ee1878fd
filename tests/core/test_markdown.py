"""Markdown becomes HTML that cannot do harm, and what it takes is bounded."""

import re
from html.parser import HTMLParser
from typing import Any

import pytest

from core.markdown import as_html, as_mail_html, render
from core.markdown.rules import ATTRIBUTES, MOST_MARKS, TAGS, weight
from tests.support.xss import ATTACKS

REL = 'rel="noopener noreferrer nofollow"'
SHOWN = {
    "**a** *b* ~~c~~ `d`": "<p><strong>a</strong> <em>b</em> <s>c</s> <code>d</code></p>\n",
    "one\ntwo": "<p>one<br>\ntwo</p>\n",
    "- a\n- b": "<ul>\n<li>a</li>\n<li>b</li>\n</ul>\n",
    "3. a": '<ol start="3">\n<li>a</li>\n</ol>\n',
    "```py\n#ENG-1 <b>\n```": "<pre><code>#ENG-1 &lt;b&gt;\n</code></pre>\n",
    "[a](https://b.example/c?d=e)": f'<p><a href="https://b.example/c?d=e" {REL}>a</a></p>\n',
    "![a](https://b.example/c.png)": f'<p>!<a href="https://b.example/c.png" {REL}>a</a></p>\n',
    "<mailto:a@b.example>": f'<p><a href="mailto:a@b.example" {REL}>mailto:a@b.example</a></p>\n',
    "[a]\n\n[a]: https://b.example": "<p>[a]</p>\n<p>[a]: https://b.example</p>\n",
    "#ENG-12, (#E2-7)": f'<p><a href="/tasks/ENG-12" {REL}>#ENG-12</a>,'
    f' (<a href="/tasks/E2-7" {REL}>#E2-7</a>)</p>\n',
    "x#ENG-1 ##ENG-1 #eng-1 #ENG-0 #ENG-1-2 #ENG": "<p>x#ENG-1 ##ENG-1 #eng-1 #ENG-0"
    " #ENG-1-2 #ENG</p>\n",
    "[#ENG-1](https://b.example)": f'<p><a href="https://b.example" {REL}>#ENG-1</a></p>\n',
    "@[Ada *L*](0189-ab)!": '<p><span data-person="0189-ab">@Ada *L*</span>!</p>\n',
    "`@[A](b)` \\@[A](b)": f"<p><code>@[A](b)</code> @<a {REL}>A</a></p>\n",
    "[a](b) [c](//d.example) [e](/tasks/ENG-1/x)": f"<p><a {REL}>a</a> <a {REL}>c</a>"
    f" <a {REL}>e</a></p>\n",
    "": "",
}
COSTLY = {
    "brackets": "[",
    "closed brackets": "[]",
    "links": "[a](",
    "images": "![",
    "quotes": "> ",
    "quotes in lists": "> - ",
    "stars": "*a ",
    "strong": "**a *b ",
    "backticks": "`a",
    "addresses": "<http://a",
    "entities": "&#1;",
    "escapes": "\\[",
    "lists": "- a\n",
    "lists in lists": " - a\n  - b\n",
    "headings": "a\n=\n",
    "lines": "a\n",
    "references": "[a]: b\n",
    "people": "@[a](b)",
    "open people": "@[",
    "handles": "@a",
    "tasks": "#A-1",
    "quotation marks": '"',
    "pictures": "😀",
    "spaces": " ",
}
LONGEST = 50_000


def test_markdown_is_shown() -> None:
    assert {text: as_html(text) for text in SHOWN} == SHOWN


def test_a_mail_has_no_links_of_the_front_end() -> None:
    text = "#ENG-1 @[Ada](u1) [a](https://b.example)"
    link = '<a href="https://b.example" rel="noopener noreferrer">a</a>'
    assert as_mail_html(text, has_links=True) == f"<p>#ENG-1 @Ada {link}</p>\n"
    assert as_mail_html(text, has_links=False) == "<p>#ENG-1 @Ada a</p>\n"


def test_whom_a_text_names() -> None:
    found = render("@[A](u1) *@Max* @[B](u2), @[C](u1) `@no` x@y @lea@example.com. @a@b@c")
    assert found.people == ("u1", "u2")
    assert found.handles == ("max", "lea@example.com")


class Tags(HTMLParser):
    """What a browser makes elements of."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def harm_in(html: str) -> list[Any]:
    """Elements, attributes and addresses that are not on the list."""
    known = {**ATTRIBUTES, "a": {"href", "title", "rel"}, "span": {"data-person"}}
    return [
        (tag, attributes)
        for tag, attributes in Tags(html).found
        if tag not in {*TAGS, "span"}
        or attributes.keys() - known.get(tag, set())
        or not re.match(r"(https?://|mailto:|/tasks/[A-Z0-9-]+$|$)", attributes.get("href") or "")
    ]


@pytest.mark.parametrize(
    "frame", ["{}", "[a]({})", "[a](<{}>)", "<{}>", "@[{}](b)", "# {}", "|{}|\n|-|"]
)
def test_no_attack_survives(frame: str) -> None:
    assert len(ATTACKS) >= 60
    found = {attack: harm_in(as_html(frame.format(attack))) for attack in ATTACKS}
    assert {attack: harm for attack, harm in found.items() if harm} == {}
    assert harm_in('<a onclick="x" href="javascript:alert(1)">') != []


def test_what_takes_long_is_shown_as_it_was_written() -> None:
    for name, piece in COSTLY.items():
        text = (piece * LONGEST)[:LONGEST]
        html = as_html(text)
        assert len(html) <= 6 * LONGEST, name
        if weight(text) > MOST_MARKS:
            assert html.startswith("<p>"), name
            assert "<a" not in html, name
    table = "|a" * 500 + "\n" + "|-" * 500 + "\n" + "|\n" * 400
    assert "<table>" not in as_html(table)
    assert "<blockquote>" not in as_html(">" * 20 + "a\n" * 1000)


def test_a_long_text_in_ordinary_words_is_rendered() -> None:
    text = "Some **words** about the engine, and why it has to be oiled.\n\n" * 400
    assert as_html(text).count("<strong>words</strong>") == 400
