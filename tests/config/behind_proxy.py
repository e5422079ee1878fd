"""A browser whose requests arrive as a TLS proxy in front of the server hands them on."""

import re
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests

from tests.config.installation import HOST

ADDED = {
    "Host": HOST,
    "X-Forwarded-Proto": "https",
    "X-Forwarded-For": "203.0.113.7",
    "Origin": f"https://{HOST}",
}


class Browser:
    """Keeps cookies, which have to be for TLS alone, and follows redirects on this site."""

    def __init__(self, port: int) -> None:
        self.server = f"http://127.0.0.1:{port}"
        self.cookies: dict[str, str] = {}
        self.files_seen: set[str] = set()

    def ask(self, method: str, path: str, **more: Any) -> requests.Response:
        kept = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        headers = ADDED | {"Cookie": kept} | more.pop("headers", {})
        url = self.server + path
        answer = requests.request(
            method, url, headers=headers, allow_redirects=False, timeout=60, **more
        )
        for line in answer.raw.headers.getlist("Set-Cookie"):
            for name, cookie in SimpleCookie(line).items():
                assert cookie["secure"] or not cookie.value, line
                self.cookies[name] = cookie.value
        return answer

    def open(self, path: str, **typed: str) -> requests.Response:
        """A page as it is shown in the end; with something `typed`, its form is sent."""
        form = typed | {"csrfmiddlewaretoken": self.cookies["csrftoken"]} if typed else None
        answer = self.ask("POST" if form else "GET", path, data=form)
        while answer.is_redirect:
            target = urlsplit(urljoin(f"https://{HOST}{path}", answer.headers["Location"]))
            assert (target.scheme, target.netloc) == ("https", HOST)
            path = target._replace(scheme="", netloc="").geturl()
            answer = self.ask("GET", path)
        answer.url = path
        return answer


def files_of(page: requests.Response) -> set[str]:
    """The static files that a page names."""
    return set(re.findall(r'(?:src|href)="(/static/[^"#?]+)', page.text))
