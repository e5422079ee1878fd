"""Rounds of writing under faults, after which every mail was sent, once, or need not be."""

from __future__ import annotations

import sys
import time
from collections import Counter
from itertools import count
from random import Random
from typing import TYPE_CHECKING

from dev.faults.asking import PASSWORD, Api, address_of
from dev.faults.mail_faults import LEASE, MailFaults
from dev.faults.mail_state import Outbox, too_late, wrong_copies, wrong_intents
from dev.faults.mail_writing import Journal, MailWriter

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dev.faults.serving import Senders, Servers
    from dev.mail_server import MailServer

VARIABLES = {"OUTBOX_LEASE": str(LEASE), "WORKER_PROCESSES": "2"}
PEOPLE = 5
CHANGES = 12
"""How many requests each of the two writers sends in a round."""
SETTLING = 60.0
"""Seconds until all that waits has to be sent."""


class MailRun:
    """The people, the project and the programs of a run."""

    def __init__(self, servers: Servers, senders: Senders, mail: MailServer, seed: int) -> None:
        self.servers, self.mail = servers, mail
        self.chance, self.outbox, self.journal = Random(seed), Outbox(), Journal()
        self.faults = MailFaults(servers, senders, mail, self.outbox, self.chance)
        self.counts: Counter[str] = Counter()
        self._numbers = count(seed * 1000)
        api = self._person()
        workspace = api.made("POST", "/workspaces", {"name": "Harbour"})["id"]
        body = {"name": "Ark", "workspace_id": workspace}
        project = api.made("POST", "/projects", body)["id"]
        people = [self._member(api, workspace, project) for _ in range(PEOPLE)]
        writers = [api.again(), self._colleague(api, workspace, project)]
        self.writers = [
            MailWriter(each, project, people, self.journal, Random(self.chance.random()))
            for each in writers
        ]

    # People

    def _person(self) -> Api:
        """Somebody new, with a personal token."""
        api, name = Api(self.servers.urls), f"person{next(self._numbers)}"
        person = {"email": address_of(name), "password": PASSWORD, "name": name}
        api.token = api.made("POST", "/auth/register", person)["access_token"]
        token = {"name": "faults", "scopes": ["read", "write"]}
        api.token = api.made("POST", "/auth/tokens", token)["token"]
        return api

    def _colleague(self, lead: Api, workspace: str, project: str) -> Api:
        """Somebody who works in the project."""
        api = self._person()
        address = {"email": api.row("/auth/me")["email"]}
        lead.made("POST", "/workspace/add-member", {"workspaceId": workspace, **address})
        lead.made("POST", f"/projects/{project}/members", address)
        # Those who never opened the workspace get few mails a day.
        api.row(f"/workspaces/{workspace}")
        return api

    def _member(self, lead: Api, workspace: str, project: str) -> str:
        return str(self._colleague(lead, workspace, project).row("/auth/me")["id"])

    # Rounds

    def round(self, fault: str) -> list[str]:
        """Write and break things, wait until it has settled; returns what is wrong."""
        writers = [writer.again(CHANGES) for writer in self.writers]
        self.counts[fault] += 1
        with self.faults.table[fault]():
            for writer in writers:
                writer.start()
            time.sleep(self.chance.uniform(0, 0.5))
        for writer in writers:
            writer.join()
            self.counts["changes"] += writer.done.total()
            self.counts.update({f"answer {code}": n for code, n in writer.api.answers.items()})
            writer.api.answers.clear()
            self.counts.update({f"refused, {code}": n for code, n in writer.refused.items()})
        wrong = [each for writer in writers for each in writer.faults]
        return wrong + self._settled() + self.complaints()

    def _settled(self) -> list[str]:
        """Wait until everything that is due was sent or given up; complaints if it is not."""
        began = time.monotonic()
        while waiting := self.outbox.waiting():
            if time.monotonic() - began > SETTLING:
                rows = [str(row) for row in self.outbox.rows() if row.id in waiting]
                return [f"still waiting after {SETTLING:g} s:", *rows]
            self.outbox.hurry()
            time.sleep(0.1)
        self.counts["longest wait, ms"] = max(
            self.counts["longest wait, ms"], int((time.monotonic() - began) * 1000)
        )
        return [f"{key} is stuck" for key in self.outbox.stuck(2 * LEASE)]

    def complaints(self) -> list[str]:
        rows = self.outbox.rows()
        return [
            *wrong_copies(rows, self.mail.taken, self.faults.excused),
            *wrong_intents(rows, self.journal, self.outbox.assignments()),
            *too_late(rows, self.journal, 2 * LEASE),
        ]

    def figures(self) -> dict[str, int]:
        rows = self.outbox.rows()
        found = Counter(f"{row.kind} {row.state}" for row in rows)
        reasons = (row.reason.partition(" by delivery ")[0] for row in rows)
        found.update(f"because {reason}" for reason in reasons if reason)
        copies = Counter(mail.message_id for mail in self.mail.taken)
        dropped = sum(mail.was_dropped for mail in self.mail.taken)
        more = {
            "deliveries": len(rows),
            "mails taken": len(self.mail.taken),
            "mails taken without saying so": dropped,
            "copies": copies.total() - len(copies) - dropped,
        }
        return {**self.counts, **self.faults.counts, **found, **more}


def run(
    servers: Servers,
    senders: Senders,
    mail: MailServer,
    *,
    rounds: int,
    seed: int,
    faults: Sequence[str] = (),
) -> int:
    """Run the rounds and print figures; 1 after the first round in which something was wrong.

    Each fault has its turn, in a random order; or only `faults`, in theirs.
    """
    here, since, wrong = MailRun(servers, senders, mail, seed), time.monotonic(), [""]
    turns: list[str] = []
    table = here.faults.table
    for number in range(1, rounds + 1):
        turns = turns or list(faults) or here.chance.sample(list(table), len(table))
        fault = turns.pop(0)
        wrong = here.round(fault)
        sys.stdout.write(f"{number}: {fault}, {time.monotonic() - since:.0f} s.\n")
        sys.stdout.flush()
        if wrong:
            sys.stdout.write(f"Round {number} of seed {seed}:\n" + "\n".join(wrong) + "\n")
            break
    figures = [f"{name}: {amount}" for name, amount in sorted(here.figures().items())]
    seconds = time.monotonic() - since
    sys.stdout.write(f"{number} rounds in {seconds:.0f} s; " + ", ".join(figures) + ".\n")
    return 1 if wrong else 0
