"""A web server for sockets, and a workspace of its own for each test."""

import os
import re
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from accounts.models import User
from config import local, programs
from projects.models import Project, ProjectMembership
from projects.services.projects import create_project
from tasks.models import Task
from tasks.services.tasks import create_task
from tests.config.wire import Wire
from tests.support.actors import by
from tests.support.cast import Cast
from tests.support.factories import MembershipFactory, ProjectMembershipFactory, WorkspaceFactory
from tests.support.programs import Programs, eventually
from tests.support.signing import access_token_for
from workspaces.models import Membership

ROLES = {"ada": "ADMIN", "pia": "PM", "lea": "MEMBER", "max": "MEMBER", "moe": "MEMBER"}
FRONT_END = "https://app.example.com"
FURTHER = "https://further.example.com"
FAULTS = ("Traceback", "socket_failed", "realtime_failed", "events_not_read", "Exception in")
"""What no log may contain, whatever clients do."""


@dataclass(frozen=True)
class Site:
    """A running web server."""

    process: subprocess.Popen[bytes]
    port: int
    log: Path

    def of(self, person: User) -> Wire:
        return Wire(self.port, access_token_for(person))

    def files(self) -> int:
        """How many the process has open, connections among them."""
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))  # noqa: PTH208 - counted only

    def memory(self) -> int:
        """Bytes the process has in memory."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        [kilobytes] = re.findall(r"^VmRSS:\s+(\d+) kB$", status, re.MULTILINE)
        return int(kilobytes) * 1024

    def faults(self) -> list[str]:
        lines = self.log.read_text().splitlines()
        return [line for line in lines if any(each in line for each in FAULTS)]


def start(running: Programs, patches: str = "", *options: str, **chosen: str) -> Site:
    """A web server on the database in use; `patches` is code that runs before it."""
    port = local.free_port()
    settings = {"DJANGO_SETTINGS_MODULE": "config.settings.development", "PORT": str(port)}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PORT", str(port))
        command = programs.web()
    if patches:
        code = f"import django, runpy; django.setup(); {patches}"
        code += "; runpy.run_module('config.web', run_name='__main__', alter_sys=True)"
        command = replace(command, argv=[sys.executable, "-c", code, *command.argv[3:], *options])
    process = running.start(command, **settings, **chosen)
    eventually(lambda: not local.is_free(port))
    return Site(process, port, running.log)


def gathered(cast: Cast) -> Cast:
    """The cast in a workspace and a project that only this test knows. Gus is a GUEST."""
    workspace = WorkspaceFactory.create(owner=cast.ada, name="Engines")
    for name, role in {**ROLES, "gus": "GUEST"}.items():
        MembershipFactory.create(workspace=workspace, user=getattr(cast, name), role=role)
    project = create_project(
        actor=by(cast.ada), workspace=workspace, name="Loom", team_lead=cast.lea
    )
    ProjectMembershipFactory.create(project=project, user=cast.max, role="MEMBER")
    return replace(cast, workspace=workspace, project=project)


def room_of(row: Any) -> str:
    return f"project:{row.pk}" if isinstance(row, Project) else f"workspace:{row.public_id}"


def private_project(team: Cast, **more: Any) -> Project:
    """One that Lea leads, and that nobody else but administrators may read."""
    project: Project = create_project(
        actor=by(team.ada),
        workspace=team.workspace,
        name="Secret",
        visibility="PRIVATE",
        team_lead=team.lea,
        **more,
    )
    return project


def write(team: Cast, title: str = "Oil", project: Project | None = None) -> Task:
    """A task by Lea, which is an event of the project."""
    return create_task(actor=by(team.lea), project=project or team.project, title=title)


def membership(team: Cast, person: User) -> Membership:
    return Membership.objects.get(workspace=team.workspace, user=person)


def project_membership(project: Project, person: User) -> ProjectMembership:
    return ProjectMembership.objects.get(project=project, user=person)
