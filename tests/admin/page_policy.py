"""What the policy of a page says, and what on the page it would refuse."""

import re
from functools import cache
from html.parser import HTMLParser
from typing import Any

STRICT = "script-src 'self'"
OF_THE_ADMIN = "script-src 'self' 'unsafe-eval'"
DATA = ("application/json", "text/x-template")
IN_SCRIPTS = re.compile(r"(<script\b[^>]*>).*?</script>", re.DOTALL)
COMMENTS = re.compile(r"<!--.*?-->", re.DOTALL)
TAGS = re.compile(r"""<[a-zA-Z](?:[^>"']|"[^"]*"|'[^']*')*>""")


class Foreign(HTMLParser):
    """What the policy would refuse: scripts in the page, and files of other servers."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "script" and "src" not in values and values.get("type") not in DATA:
            self.found.append("script")
        loaded = [values.get("src", ""), values.get("href", "") if tag == "link" else ""]
        links = [values.get(name, "") for name in ("href", "src", "action")]
        self.found += [name for name in values if name.startswith("on")]
        self.found += [link for link in links if link.strip().lower().startswith("javascript:")]
        self.found += [url for url in loaded if url.startswith(("http", "//"))]


def assert_strict(page: Any, scripts: str) -> None:
    assert page["Content-Type"].startswith("text/html")
    rules = page["Content-Security-Policy"].split("; ")
    assert scripts in rules
    assert {"default-src 'self'", "object-src 'none'", "base-uri 'self'"} <= set(rules)
    assert refused_on(page.content.decode()) == [], page.request["PATH_INFO"]


def refused_on(html: str) -> list[str]:
    """What all tags hold, most of which stand on every page and are parsed once."""
    tags = TAGS.findall(COMMENTS.sub("", IN_SCRIPTS.sub(r"\1", html)))
    return [name for tag in dict.fromkeys(tags) for name in refused_in(tag)]


@cache
def refused_in(tag: str) -> list[str]:
    foreign = Foreign()
    foreign.feed(tag)
    return foreign.found
