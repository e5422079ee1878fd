"""`bin/bench realtime` with few sockets and a short log: each event arrives once."""

import pytest

from dev.bench import live_figures
from dev.bench.goals import Figure
from dev.bench.live_figures import Sizes, measured
from dev.bench.serving import serving

SIZES = Sizes(followers=4, idle=4, log=40, workspaces=50, seconds=0.5)


@pytest.mark.usefixtures("committed_db")
def test_all_kinds_of_figures_are_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALLOWED_HOSTS", "127.0.0.1")
    monkeypatch.setenv("FRONTEND_URL", "http://localhost")
    monkeypatch.setenv("SECURE_SSL_REDIRECT", "0")
    for name, value in {"SETTLED": 0.0, "FEW": 4.0}.items():
        monkeypatch.setattr(live_figures, name, value)
    with serving("gantry") as servers:
        kinds = {kind: measure() for kind, measure in measured(servers["gantry"], SIZES)}
    assert [*kinds] == ["events", "idle", "replay", "looking"]
    figures = {each.name: each for found in kinds.values() for each in found}
    assert figures["event to 4 sockets of 1 people, last"].value < 10_000


def test_a_figure_is_reached_within_its_limits() -> None:
    assert Figure("waits", 150, "ms", most=150).is_reached
    assert not Figure("waits", 151, "ms", most=150).is_reached
    assert not Figure("opened", 499, "a second", least=500).is_reached
    assert str(Figure("opened", 499, "a second", least=500)) == "opened: 499 a second, at least 500"
