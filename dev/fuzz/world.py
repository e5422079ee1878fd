"""The rows that generated requests use: created over HTTP, their ids stored by kind.

Requests that may delete or close a row only use ids at odd positions of their list, so that the
others exist until the end of the run.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from dev.fuzz.client import Client, address_of, register

OWNER = "olivia"
MEMBERS = ("anna", "boris", "carla", "dmitri")
STRANGER = "stella"
WORKSPACES, PROJECTS, TASKS, COMMENTS, INVITATIONS = 4, 4, 4, 2, 4
MOST_LEARNED = 400
BEGINNINGS = ("created", "commented", "attached")
"""Actions whose undoing would delete rows that others need."""


@dataclass
class World:
    """Existing ids by kind: `workspace`, `project`, `task`, `comment`, `person` and more."""

    ids: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    workspace_of: dict[str, str] = field(default_factory=dict)
    """The id of the workspace, by that of an invitation or a webhook."""

    def learn(self, kind: str, name: str) -> None:
        if name not in self.ids[kind] and len(self.ids[kind]) < MOST_LEARNED:
            self.ids[kind].append(name)

    def pick(self, kind: str, number: int, *, may_end: bool) -> str | None:
        """An id of this kind, chosen by `number`; None if there is none.

        `may_end` says that the request may delete or close the row.
        """
        names = self.ids[kind][1:][::2] if may_end else self.ids[kind]
        return names[number % len(names)] if names else None


def build(server: str) -> World:
    """Create one person's workspaces with their contents, and a workspace of somebody else."""
    world = World()
    owner = register(server, OWNER)
    people = [register(server, name) for name in MEMBERS]
    world.ids["person"] += [one.ask("GET", "/auth/me")["id"] for one in (*people, owner)]
    # The only lead that requests may set: the owner could not change a project led by another.
    world.ids["owner"] = [address_of(OWNER)]
    world.ids["email"] += [address_of(name) for name in (*MEMBERS, OWNER, STRANGER)]
    world.ids["emoji"] += ["👍", "❤️", "🎉"]
    for number in range(WORKSPACES):
        _add_workspace(world, owner, f"Workshop {number}")
    _add_workspace(world, register(server, STRANGER), "Elsewhere", is_foreign=True)
    return world


def _add_workspace(world: World, owner: Client, name: str, *, is_foreign: bool = False) -> None:
    workspace = owner.ask("POST", "/workspaces", {"name": name})["id"]
    world.learn("workspace", workspace)
    if not is_foreign:
        for person in MEMBERS:
            body = {"workspaceId": workspace, "email": address_of(person)}
            owner.ask("POST", "/workspace/add-member", body)
    for number in range(INVITATIONS):
        body = {"email": f"guest{number}@example.org"}
        invitation = owner.ask("POST", f"/workspaces/{workspace}/invitations", body)["id"]
        world.learn("invitation", invitation)
        world.workspace_of[invitation] = workspace
    for number in range(1 if is_foreign else PROJECTS):
        _add_project(world, owner, {"workspaceId": workspace, "name": f"Boat {number}"})
    for event in owner.ask("GET", f"/workspaces/{workspace}/events?limit=500"):
        if event["action"] not in BEGINNINGS:
            world.learn("event", event["id"])


def _add_project(world: World, owner: Client, project: dict[str, Any]) -> None:
    key = owner.ask("POST", "/projects", project)["id"]
    world.learn("project", key)
    for number in range(TASKS):
        body = {"title": f"Plank {number}", "due_date": "2030-01-31", "due_time": "09:30"}
        task = owner.ask("POST", f"/projects/{key}/tasks", body)["id"]
        world.learn("task", task)
        owner.ask("PATCH", f"/tasks/{task}", {"priority": "HIGH"})
        for _ in range(COMMENTS):
            comment = owner.ask("POST", f"/tasks/{task}/comments", {"content": "On it."})
            world.learn("comment", comment["id"])
        file = {"file_name": f"plank{number}.txt", "size": 3}
        world.learn("attachment", owner.ask("POST", f"/tasks/{task}/attachments", file)["id"])
