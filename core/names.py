"""What the name of anything may hold: people, workspaces, projects, and the titles of tasks."""

import re

from django.core.exceptions import ValidationError

FORBIDDEN = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
"""Line breaks, control characters, and what turns the direction of the text around it."""


def check_name(value: str) -> None:
    """Refuse a name that is not one line of visible text; for input of people."""
    if FORBIDDEN.search(value):
        message = "Line breaks and control characters are not allowed here."
        raise ValidationError(message, code="not_one_line")


def cleaned_name(value: str) -> str:
    """The same name with spaces instead; for what a provider tells, which nobody can correct."""
    return " ".join(FORBIDDEN.sub(" ", value).split())
