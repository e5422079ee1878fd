"""The examples of docs/realtime.md, with a real server and a real browser."""

import sys
from collections.abc import Callable
from pathlib import Path
from subprocess import Popen
from typing import Any, NamedTuple

import pytest
import requests

from config import local, processes, programs
from config.env import ROOT
from config.processes import Command
from tests.support.browser import Window
from tests.support.programs import Programs, eventually

EXAMPLES = ROOT / "docs/examples"
DRAG = """
const data = new DataTransfer();
for (const [kind, where] of [["dragstart", "#card-%s"], ["drop", "%s"]])
  document.querySelector(where).dispatchEvent(
    new DragEvent(kind, { dataTransfer: data, bubbles: true, cancelable: true }));
"""
PASSWORD = "a long enough secret"
pytestmark = pytest.mark.usefixtures("committed_db")


class Site(NamedTuple):
    """A web process, the origin of the page, and a project of two people with some tasks."""

    web: Popen[bytes]
    url: str
    origin: str
    project: str
    tasks: list[str]
    tokens: list[str]

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        return _ask(self.url, self.tokens[0], method, path, body)


def _ask(url: str, token: str, method: str, path: str, body: Any = None) -> Any:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    answer = requests.request(method, f"{url}/api{path}", json=body, headers=headers, timeout=30)
    assert answer.ok, answer.text
    return answer.json()["data"] if answer.content else None


@pytest.fixture
def site(started: Programs, monkeypatch: pytest.MonkeyPatch) -> Site:
    port, page_port = local.free_port(), local.free_port()
    url, origin = f"http://127.0.0.1:{port}", f"http://127.0.0.1:{page_port}"
    monkeypatch.setenv("PORT", str(port))
    web = started.start(programs.web(), CORS_ORIGIN=origin)
    server = [sys.executable, "-m", "http.server", str(page_port), "--bind", "127.0.0.1"]
    started.start(Command("pages", [*server, "--directory", str(EXAMPLES)]))
    eventually(lambda: _answers(url) and _answers(origin))
    people = [{"email": f"{name}@example.com", "name": name} for name in ("Ada", "Noor")]
    registered = [
        _ask(url, "", "POST", "/auth/register", {**one, "password": PASSWORD}) for one in people
    ]
    tokens = [one["access_token"] for one in registered]
    workspace = _ask(url, tokens[0], "POST", "/workspaces", {"name": "Harbour"})["id"]
    noor = {"workspaceId": workspace, "email": people[1]["email"]}
    _ask(url, tokens[0], "POST", "/workspace/add-member", noor)
    body: dict[str, Any] = {"name": "Ark", "workspace_id": workspace}
    project = _ask(url, tokens[0], "POST", "/projects", body)["id"]
    titles = ("Caulk the seams", "Varnish the mast", "Paint the hull", "Sew the mainsail")
    tasks = [
        _ask(url, tokens[0], "POST", f"/projects/{project}/tasks", {"title": title})["id"]
        for title in titles
    ]
    return Site(web, url, origin, project, tasks, tokens)


def _answers(url: str) -> bool:
    try:
        return requests.get(url, timeout=5).status_code < 500
    except requests.ConnectionError:
        return False


def test_follow_prints_what_happens_and_ends_with_the_token(site: Site, started: Programs) -> None:
    token = site.ask("POST", "/auth/tokens", {"name": "follow"})
    program = [sys.executable, str(EXAMPLES / "follow.py")]
    command = Command("follow", [*program, site.url, f"project:{site.project}", "--since", "0"])
    process = started.start(command, GANTRY_TOKEN=token["token"])

    def printed(words: str) -> int:
        return started.log.read_text().count(words)

    eventually(lambda: printed("task:created") == 4)
    site.ask("PATCH", f"/tasks/{site.tasks[0]}", {"description": "Tow. " * 9_000})
    site.ask("POST", f"/tasks/{site.tasks[0]}/comments", {"content": "Done."})
    eventually(lambda: printed("comment:commented") == 1)
    assert printed("task:updated") == 1
    site.ask("DELETE", f"/auth/tokens/{token['id']}")
    assert process.wait(20) == 1


@pytest.mark.debian
def test_a_card_moved_in_one_window_moves_in_the_other(
    site: Site, new_window: Callable[[str], Window], started: Programs, tmp_path: Path
) -> None:
    where = f"{site.origin}/board.html#server={site.url}&project={site.project}&token="
    first, second = (new_window(where + token) for token in site.tokens)
    eventually(lambda: [shown(each, "#state") for each in (first, second)] == ["live", "live"])
    assert shown(first, "section:nth-child(1) h2") == "To do (4)"
    seams, mast, hull, _ = site.tasks
    first.value(f"document.querySelector('#card-{seams} button:last-child').click()")
    eventually(lambda: shown(second, f"section:nth-child(2) #card-{seams} span"))
    first.value(DRAG % (mast, f"#card-{seams}"))
    there = f"section:nth-child(2) #card-{mast} + #card-{seams} span"
    eventually(lambda: shown(second, there))
    eventually(lambda: shown(first, there))
    eventually(lambda: shown(first, "#people") == "2 here: Ada, Noor")
    second.picture(tmp_path / "board.png", width=900, height=330)

    processes.end(site.web)
    eventually(lambda: "again in" in str(shown(second, "#state")))
    started.start(programs.web(), CORS_ORIGIN=site.origin)
    eventually(lambda: _answers(site.url))
    site.ask("POST", f"/tasks/{hull}/transition", {"status": "DONE"})
    eventually(lambda: shown(second, f"section:nth-child(3) #card-{hull} span"))
    assert shown(second, "#state") == "live"


def shown(window: Window, selector: str) -> str | None:
    """The text of the first element that the selector finds."""
    text: str | None = window.value(f"document.querySelector(`{selector}`)?.textContent")
    return text
