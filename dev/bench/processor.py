"""Processor time of processes, from /proc; steadier than requests per second on a busy machine."""

import os
from collections.abc import Iterator
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
PARENT, OWN_TICKS, ENDED_TICKS = 1, slice(11, 13), slice(13, 15)
"""Fields of /proc/*/stat after the name: parent, time of it, and of its ended children."""


def seconds_of(pid: int) -> float:
    """The seconds a process has run, in all its threads."""
    return _seconds_in(_fields(pid))


def seconds_of_postgres(backend: int) -> float:
    """The seconds PostgreSQL has run, in all its processes; `backend` is any of its sessions."""
    postmaster = int(_fields(backend)[PARENT])
    ended = sum(map(int, _fields(postmaster)[ENDED_TICKS])) / TICKS
    return ended + seconds_of(postmaster) + sum(_seconds_of_children(postmaster))


def mebibytes_of(pid: int) -> float:
    """The memory a process has in RAM."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    [kibibytes] = [line.split()[1] for line in lines if line.startswith("VmRSS:")]
    return int(kibibytes) / 1024


def _seconds_of_children(parent: int) -> Iterator[float]:
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = _fields(int(folder.name))
        except (FileNotFoundError, ProcessLookupError):
            continue  # it has ended meanwhile
        if int(fields[PARENT]) == parent:
            yield _seconds_in(fields)


def _seconds_in(fields: list[str]) -> float:
    return sum(map(int, fields[OWN_TICKS])) / TICKS


def _fields(pid: int) -> list[str]:
    """The fields after the name of the program, which may contain spaces."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
