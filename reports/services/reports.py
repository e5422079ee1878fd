"""Making a report: its numbers, and the files that were asked for."""

from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

from jobs.registry import Finished, Json, Run
from jobs.services.result_files import described, keep_file
from reports.models import Step, What
from reports.services.charts import png_of, svg_of
from reports.services.numbers import Asked, read_report

REPORT = "report"
"""The type of the jobs that make reports."""
SVG, PNG = "svg", "png"
TYPES = {SVG: "image/svg+xml", PNG: "image/png"}


def asked_by(payload: Json) -> Asked:
    """What the payload of a job asks for."""
    project = payload.get("project_id")
    return Asked(
        what=What(payload["what"]),
        first=date.fromisoformat(payload["from_date"]),
        last=date.fromisoformat(payload["to_date"]),
        step=Step(payload["step"]),
        project=UUID(project) if project else None,
        is_shared=payload.get("is_shared", False),
    )


def make_report(run: Run) -> Finished:
    """Read the numbers as the person of the job, and keep the pictures as its files."""
    asked = asked_by(run.payload)
    with run.shown():
        workspace = run.job.workspace_id
        report = read_report(actor=run.actor, workspace=workspace, asked=asked)
    kept = []
    with TemporaryDirectory() as folder:
        for wanted in sorted({*run.payload["formats"]} & TYPES.keys()):
            path = Path(folder) / _file_name(report, wanted)
            path.write_bytes(_picture(report, wanted))
            kept.append(described(keep_file(run, path.name, TYPES[wanted], path)))
    return Finished(result={**report, "files": kept}, sentence="The report is made.")


def _picture(report: dict[str, Any], wanted: str) -> bytes:
    svg = svg_of(report)
    return png_of(svg) if wanted == PNG else svg.encode()


def _file_name(report: dict[str, Any], extension: str) -> str:
    return f"{report['what']} {report['from_date']} to {report['to_date']}.{extension}"
