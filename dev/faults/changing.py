"""Changes over HTTP, chosen at random, of which any may be refused or not be answered."""

from __future__ import annotations

import threading
from collections import Counter
from typing import TYPE_CHECKING, Any

from dev.faults.asking import BROKEN, UNAVAILABLE

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

    from dev.faults.asking import Api


class Changing(threading.Thread):
    """Sends `amount` changes; `faults` are answers that a server should not give."""

    verbs: dict[Callable[[], None], int]
    """What it does, and how often."""

    def __init__(self, api: Api, chance: Random, amount: int) -> None:
        super().__init__(daemon=True)
        self.api, self.chance, self.amount = api, chance, amount
        self.faults: list[str] = []
        self.done: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()

    def run(self) -> None:
        verbs, weights = list(self.verbs), list(self.verbs.values())
        for _ in range(self.amount):
            self.chance.choices(verbs, weights)[0]()

    def send(self, method: str, path: str, body: Any = None) -> Any:
        """The data of the answer, or {}; None if it was refused or is not known."""
        answer = self.api.send(method, path, body)
        if answer is None:
            return None
        if answer.status_code >= BROKEN and answer.status_code != UNAVAILABLE:
            self.faults.append(f"{method} {path} was answered {answer.status_code}: {answer.text}")
        if not answer.ok:
            self.refused[answer.json().get("code", "?")] += 1
            return None
        self.done[method] += 1
        return answer.json().get("data") if answer.content else {}
