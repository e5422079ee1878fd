"""What stands in a mail for a name."""

import pytest

from outbox.mail.text import plain, plain_lines
from tests.support.linkifier import links_in_text
from tests.support.nasty_names import NASTY


@pytest.mark.parametrize("name", NASTY)
def test_plain_leaves_nothing_to_click(name: str) -> None:
    assert links_in_text(name) or "\u200d" in name or "\u202e" in name or "]" in name
    for shown in (plain(name), *plain_lines(name).split("\n")):
        assert links_in_text(shown) == []
        assert not any(char in shown for char in "\r\n\x00\u2028\u202e\u2066\u200b")


@pytest.mark.parametrize(
    "name",
    [
        "Analytical Engines",
        "Release 2.1: the gears",
        "Dr. Ada King",
        "Meet at 12:30",
        "Größe & Maß (50 %)",
        "می‌خواهم",
        "👩‍🔧 workshop",
        "…and so on",
        "C++ / C#",
    ],
)
def test_plain_keeps_ordinary_names(name: str) -> None:
    assert plain(name) == plain_lines(name) == name


def test_plain_lines_keeps_lines() -> None:
    assert plain_lines("Join us!\r\n\r\nSee evil.example \nAda") == (
        "Join us!\n\nSee evil·example\nAda"
    )
