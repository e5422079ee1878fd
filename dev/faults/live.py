"""Rounds of writing and following under faults, after which copies equal the server's state."""

from __future__ import annotations

import sys
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING, Any

import redis

from dev.faults.asking import PASSWORD, Api, address_of, events_after, last_of
from dev.faults.copies import Copy, opens
from dev.faults.following import Follower
from dev.faults.writing import World, Writer

if TYPE_CHECKING:
    from dev.faults.serving import Servers

WRITERS = 2
CHANGES = 15
"""How many requests each of the writers sends in a round."""
BREAKS = 4
FAULTS = {
    "connection cut": 70,
    "redis flushed": 10,
    "redis killed": 8,
    "web killed": 8,
    "web stopped": 3,
    "all webs killed": 1,
}
"""What is broken, and how often."""
ATTEMPTS = 200
SETTLING = 60.0
"""Seconds until the copies have to be equal."""


class Live:
    """The people, the projects and the followers of a run."""

    def __init__(self, servers: Servers, seed: int) -> None:
        self.servers, self.chance = servers, Random(seed)
        self.api, self.other = (self._person(f"{name}{seed}") for name in ("olivia", "boris"))
        self.workspace = self.api.made("POST", "/workspaces", {"name": "Harbour"})["id"]
        named = [
            {"name": name, "workspace_id": self.workspace} for name in ("Ark", "Boat", "Canoe")
        ]
        self.projects = [self.api.made("POST", "/projects", body)["id"] for body in named]
        for project in self.projects:
            for number in range(4):
                body = {"title": f"Plank {number}", "description": "Oak. " * 30}
                self.api.made("POST", f"/projects/{project}/tasks", body)
        self.world = World()
        self.counts: Counter[str] = Counter()
        self._invite()
        self.world.learn(self._state(self.api))
        self.followers = [
            self._follower(self.api, None),
            self._follower(self.api, None, *self.projects[:2]),
            self._follower(self.other, None, *self.projects),
        ]
        for follower in self.followers:
            follower.start()
            self._wait(follower, dict.fromkeys(follower.rooms, 0))

    def _person(self, name: str) -> Api:
        """Somebody new, with a personal token."""
        api = Api(self.servers.urls)
        person = {"email": address_of(name), "password": PASSWORD, "name": name}
        api.token = api.made("POST", "/auth/register", person)["access_token"]
        token = {"name": "faults", "scopes": ["read", "write"]}
        api.token = api.made("POST", "/auth/tokens", token)["token"]
        return api

    def _invite(self) -> None:
        me = self.other.row("/auth/me")
        self.world.other, self.world.other_address = me["id"], me["email"]
        body = {"workspaceId": self.workspace, "email": me["email"]}
        self.api.made("POST", "/workspace/add-member", body)

    def _follower(self, person: Api, *projects: str | None) -> Follower:
        api = person.again()
        rooms = {
            f"project:{project}" if project else f"workspace:{self.workspace}": Copy(
                api, self.workspace, project
            )
            for project in projects
        }
        name = "olivia" if person is self.api else "boris"
        return Follower(name, api, rooms, Random(self.chance.random()))

    def round(self) -> list[str]:
        """Write and break things, wait until it has settled; returns what is wrong."""
        before = last_of(self.api, self.workspace)
        writers = [
            Writer(self.api.again(), self.world, Random(self.chance.random()), CHANGES)
            for _ in range(WRITERS)
        ]
        for writer in writers:
            writer.start()
        for _ in range(BREAKS):
            time.sleep(self.chance.uniform(0, 0.3))
            self._break_something()
        for writer in writers:
            writer.join()
            self.counts["changes"] += writer.done.total()
            self.counts.update({f"answer {code}": n for code, n in writer.api.answers.items()})
        return [fault for writer in writers for fault in writer.faults] + self._compared(before)

    def _break_something(self) -> None:
        """Cut a connection; or kill something, or have it stopped, and start it again."""
        fault = self.chance.choices(list(FAULTS), list(FAULTS.values()))[0]
        webs, broker = self.servers.webs, self.servers.redis
        if fault == "connection cut":
            self.chance.choice(self.followers).cut()
        elif fault == "redis flushed":
            with suppress(redis.RedisError):
                broker.flush()
        elif fault == "redis killed":
            broker.replace()
        elif all(web.answers() for web in webs):
            some = webs if fault == "all webs killed" else [self.chance.choice(webs)]
            for web in some:
                web.replace(gently=fault == "web stopped")
        else:
            fault = "web not killed, because another one is still starting"
        self.counts[fault] += 1

    def _compared(self, before: int) -> list[str]:
        for project in self.projects:
            body = {"progress": self.chance.randint(0, 100), "name": f"{self.chance.random()}"}
            self._change_for_sure(project, body)
        truths = {api.token: self._truth(api, before) for api in (self.api, self.other)}
        self.world.learn(truths[self.api.token].copy)
        return [
            fault
            for follower in self.followers
            for fault in self._faults_of(follower, truths[follower.api.token])
        ]

    def _truth(self, api: Api, before: int) -> Truth:
        return Truth(self._state(api), events_after(api, self.workspace, before)[0])

    def _faults_of(self, follower: Follower, truth: Truth) -> list[str]:
        wanted = {
            name: truth.events_of(followed.copy.project)
            for name, followed in follower.rooms.items()
            if followed.copy.project in (None, *truth.copy.rows["project"])
        }
        # Of a person who may read nothing just now there is no event to wait for.
        numbers = {
            name: max((event["seq"] for event in events), default=0)
            for name, events in wanted.items()
        }
        self._wait(follower, numbers)
        wrong = list(follower.faults)
        for name, followed in follower.rooms.items():
            wrong += [
                f"{name}: {event['seq']} was not sent"
                for event in wanted.get(name, [])
                if event["seq"] not in followed.seen and truth.was_readable(event)
            ]
            followed.seen = []
            wrong += differences(f"{follower.person}, {name}", followed.copy, truth.copy)
        return wrong

    def _wait(self, follower: Follower, wanted: dict[str, int]) -> None:
        """Wait until it has been served up to these numbers; at most SETTLING."""
        deadline = time.monotonic() + SETTLING
        while not follower.has(wanted) and follower.is_alive():
            if time.monotonic() > deadline:
                follower.faults.append(f"not served up to {wanted}")
                return
            time.sleep(0.02)

    def _change_for_sure(self, project: str, body: dict[str, Any]) -> None:
        for _ in range(ATTEMPTS):
            self.api.send("POST", f"/projects/{project}/restore")
            answer = self.api.send("PATCH", f"/projects/{project}", body)
            if answer is not None and answer.ok:
                return
            time.sleep(0.2)
        raise SystemExit(f"{project} could not be changed.")

    def _state(self, api: Api) -> Copy:
        copy = Copy(api, self.workspace)
        copy.load()
        return copy


@dataclass
class Truth:
    """What the server shows a person at the end of a round, and the events of that round."""

    copy: Copy
    events: list[Any]

    def events_of(self, project: str | None) -> list[Any]:
        """The events for a room: that of the project, or of the workspace."""
        return [event for event in self.events if project is None or _is_in(project, event)]

    def was_readable(self, event: Any) -> bool:
        """Whether the person surely could read it all the time.

        What happens in a project while it is deleted, or not open to them, is not sent, and the
        project is read when it is open again.
        """
        return not any(
            _opens(later)
            for later in self.events
            if later["seq"] >= event["seq"]
            # A transferred task was perhaps in a project whose name is not shown.
            if later["project_id"] == event["project_id"] or event["action"] == "transferred"
        )


def _is_in(project: str, event: Any) -> bool:
    left = event["changes"].get("project") or {}
    return project in (event["project_id"], left.get("old"), event["entity_id"])


def _opens(event: Any) -> bool:
    """Whether somebody may read the project since then who perhaps could not before."""
    return opens(event) or event["action"] == "member_removed"


def differences(name: str, copy: Copy, server: Copy) -> list[str]:
    """A sentence for each row that the copy has otherwise than the server."""
    return [
        f"{name}: {entity} {key}: {copy.rows[entity].get(key)} is {rows.get(key)}"[:1500]
        for entity, rows in server.rows_of(copy.project).items()
        for key in rows.keys() | copy.rows[entity].keys()
        if copy.rows[entity].get(key) != rows.get(key)
    ]


def run(servers: Servers, rounds: int, seed: int) -> int:
    """Run the rounds and print figures; 1 after the first round in which something was wrong."""
    live, since = Live(servers, seed), time.monotonic()
    for number in range(1, rounds + 1):
        wrong = live.round()
        if number % 10 == 0:
            sys.stdout.write(f"{number} rounds after {time.monotonic() - since:.0f} s.\n")
            sys.stdout.flush()
        if wrong:
            sys.stdout.write(f"Round {number} of seed {seed}:\n" + "\n".join(wrong) + "\n")
            break
    for follower in live.followers:
        follower.stop()
        live.counts.update(follower.counts)
        live.counts["reads"] += sum(each.copy.reads for each in follower.rooms.values())
    figures = [f"{name}: {amount}" for name, amount in sorted(live.counts.items())]
    seconds = time.monotonic() - since
    sys.stdout.write(f"{number} rounds in {seconds:.0f} s; " + ", ".join(figures) + ".\n")
    return 1 if wrong else 0
