"""`manage.py audit`: exports and verifies the chains, and signs their ends."""

import json
from argparse import ArgumentParser
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any, TextIO
from uuid import UUID

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from audit.models import INSTANCE
from audit.services.checkpoints import (
    ForgedCheckpoint,
    InvalidKey,
    NoSigningKey,
    checkpoints,
    new_key,
    public_key,
    signed_hashes,
)
from audit.services.exporting import export_chain
from audit.services.lines import MalformedLine, lines_of
from audit.services.reading import chains
from audit.services.verification import Signed, Verified, verify_chain, verify_lines
from core.context import as_system
from workspaces.models import Workspace

REASON = "manage.py audit export"
REFUSALS = (ForgedCheckpoint, InvalidKey, MalformedLine, NoSigningKey)


class Command(BaseCommand):
    # They concern the code, and load what serves HTTP.
    requires_system_checks = ()
    help = "Exports and verifies the audit, and signs checkpoints of it; see docs/audit.md."

    def add_arguments(self, parser: ArgumentParser) -> None:
        tasks = parser.add_subparsers(dest="task", required=True)
        export = tasks.add_parser("export", help="print the entries of a chain as lines of JSON")
        _add_chain(export, required=True)
        verify = tasks.add_parser("verify", help="exit with 1 if an entry is not as it was written")
        _add_chain(verify, required=False)
        verify.add_argument("--file", type=Path, help="verify this export, not the database")
        verify.add_argument("--checkpoints", type=Path, help="signed checkpoints, or a log")
        verify.add_argument(
            "--public-key",
            action="append",
            help="of the checkpoints, also several times (that of AUDIT_SIGNING_KEY)",
        )
        signing = tasks.add_parser("checkpoint", help="print a signed checkpoint of each chain")
        signing.add_argument("--file", type=Path, help="append to this file instead")
        tasks.add_parser("key", help="print the public key, or a new pair if none is set")

    def handle(self, *args: Any, **options: Any) -> None:
        task = {
            "export": self.export,
            "verify": self.verify,
            "checkpoint": self.sign,
            "key": self.show_key,
        }[options["task"]]
        try:
            task(options)
        except (*REFUSALS, OSError) as refusal:
            raise CommandError(str(refusal)) from refusal

    def export(self, options: Mapping[str, Any]) -> None:
        for line in export_chain(chain=_chain(options), reason=REASON):
            self.stdout.write(line)

    def verify(self, options: Mapping[str, Any]) -> None:
        signed = _signed(options)
        if options["file"]:
            self._verify_file(options["file"], signed)
            return
        is_one = options["instance"] or options["workspace"]
        known = [_chain(options)] if is_one else sorted({*chains(), *signed})
        for chain in known:
            self._report(_name(chain), verify_chain(chain, signed.get(chain, {})))

    def sign(self, options: Mapping[str, Any]) -> None:
        with _appending(options["file"], self.stdout) as lines:
            for point in checkpoints():
                lines.write(f"{json.dumps(point)}\n")

    def show_key(self, options: Mapping[str, Any]) -> None:
        if settings.AUDIT_SIGNING_KEY:
            self.stdout.write(f"public key: {public_key()}")
            return
        private, public = new_key()
        self.stdout.write(f"AUDIT_SIGNING_KEY={private}\npublic key: {public}")

    def _verify_file(self, file: Path, signed: Mapping[UUID, Signed]) -> None:
        with file.open(encoding="utf-8") as exported:
            first = next(lines_of(exported), None)
            exported.seek(0)
            chain = first.chain if first else INSTANCE
            self._report(str(file), verify_lines(lines_of(exported), signed.get(chain, {})))

    def _report(self, name: str, verified: Verified) -> None:
        if flaw := verified.flaw:
            raise CommandError(f"{name}: number {flaw.number}: {flaw.what}.")
        self.stdout.write(f"{name}: {verified.entries} entries are as they were written.")


def _add_chain(parser: ArgumentParser, *, required: bool) -> None:
    chain = parser.add_mutually_exclusive_group(required=required)
    chain.add_argument("--workspace", help="the chain of the workspace with this slug or id")
    chain.add_argument("--instance", action="store_true", help="the chain of the instance")


@as_system("finding a workspace for its audit")
def _chain(options: Mapping[str, Any]) -> UUID:
    if options["instance"]:
        return INSTANCE
    wanted = options["workspace"]
    found = Workspace.objects.with_public_id(wanted) | Workspace.objects.filter(slug=wanted.lower())
    chain: UUID | None = found.values_list("pk", flat=True).first()
    if chain is None:
        raise CommandError("There is no such workspace.")
    return chain


def _name(chain: UUID) -> str:
    return "instance" if chain == INSTANCE else f"workspace {chain}"


def _signed(options: Mapping[str, Any]) -> Mapping[UUID, Signed]:
    if not options["checkpoints"]:
        return {}
    keys = options["public_key"] or [public_key()]
    with options["checkpoints"].open(encoding="utf-8") as lines:
        return signed_hashes(lines, keys)


@contextmanager
def _appending(file: Path | None, otherwise: Any) -> Iterator[TextIO]:
    """The file, to be appended to, or what else is written to."""
    with file.open("a", encoding="utf-8") if file else nullcontext(otherwise) as lines:
        yield lines
