"""What the policy of a page says, and what on the page it would refuse."""

from html.parser import HTMLParser
from typing import Any

STRICT = "script-src 'self'"
OF_THE_ADMIN = "script-src 'self' 'unsafe-eval'"
DATA = ("application/json", "text/x-template")


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
    foreign = Foreign()
    foreign.feed(page.content.decode())
    assert foreign.found == [], page.request["PATH_INFO"]
