"""The types of jobs as functions."""

from collections.abc import Iterator

from core.functions import Function, Trigger
from jobs.registry import job_types

ASKED_FOR = Trigger(kind="EVENT", words="Somebody asks for a job of this type")


def type_name(job_type: str) -> str:
    """The name of the function that does jobs of a type."""
    return f"jobs.{job_type}"


def functions_of_types() -> Iterator[Function]:
    for name, job_type in job_types().items():
        yield Function(name=type_name(name), triggers=(ASKED_FOR,), listed=type(job_type))
