"""A real Chromium without a screen, driven over its DevTools protocol."""

import base64
import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import requests
from websockets.sync.client import ClientConnection, connect

from config.processes import Command
from tests.support.programs import Programs, eventually

PACKAGE = "chromium"
OPTIONS = (
    *("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    *("--no-first-run", "--disable-quic", "--remote-debugging-port=0", "about:blank"),
)
PATIENCE = 60.0


class Window:
    """A page in a window of its own. An error of its scripts fails the test."""

    def __init__(self, connection: ClientConnection) -> None:
        self._connection, self._numbers = connection, count(1)
        self.tell("Runtime.enable")

    def tell(self, method: str, **params: Any) -> Any:
        """Send a command of the protocol; returns its result."""
        number = next(self._numbers)
        self._connection.send(json.dumps({"id": number, "method": method, "params": params}))
        while True:
            message = json.loads(self._connection.recv(timeout=PATIENCE))
            assert message.get("method") != "Runtime.exceptionThrown", message
            if message.get("id") == number:
                assert "error" not in message, message
                return message["result"]

    def value(self, expression: str) -> Any:
        """The value of an expression of JavaScript in the page."""
        found = self.tell("Runtime.evaluate", expression=expression, returnByValue=True)
        assert "exceptionDetails" not in found, found
        return found["result"].get("value")

    def picture(self, file: Path, *, width: int, height: int) -> None:
        """Write what the page looks like, as PNG."""
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        self.tell("Emulation.setDeviceMetricsOverride", **size)
        shot = self.tell("Page.captureScreenshot", format="png")
        file.write_bytes(base64.b64decode(shot["data"]))


@pytest.fixture
def new_window(
    request: pytest.FixtureRequest, started: Programs, tmp_path: Path
) -> Iterator[Callable[[str], Window]]:
    """Opens a window at a URL."""
    assert request.node.get_closest_marker("debian"), "mark this test: bin/test needs Python alone"
    profile = tmp_path / "chromium"
    started.start(Command("chromium", [_program(), f"--user-data-dir={profile}", *OPTIONS]))
    listens = profile / "DevToolsActivePort"
    eventually(lambda: listens.exists() and listens.read_text().count("\n"), PATIENCE)
    port = listens.read_text().split("\n", 1)[0]
    with ExitStack() as stack:

        def opened(url: str) -> Window:
            made = f"http://127.0.0.1:{port}/json/new?{quote(url, safe='')}"
            address = requests.put(made, timeout=PATIENCE).json()["webSocketDebuggerUrl"]
            connection = connect(address, max_size=None, open_timeout=PATIENCE)
            return Window(stack.enter_context(connection))

        yield opened


def _program() -> str:
    """Where Chromium is, which root may install."""
    installer = shutil.which("apt-get")
    if shutil.which(PACKAGE) is None and os.geteuid() == 0 and installer:
        for step in (["update"], ["install", "--yes", "--no-install-recommends", PACKAGE]):
            subprocess.run([installer, *step], check=True, capture_output=True, timeout=500)
    found = shutil.which(PACKAGE)
    if found is None:
        pytest.fail(f"Install Debian's package {PACKAGE}.")
    return found
