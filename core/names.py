"""Which characters are allowed in names of people, workspaces and projects, and in titles."""

import re

from django.core.exceptions import ValidationError

FORBIDDEN = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
"""Line breaks, control characters, and those that change the direction of surrounding text."""


def check_name(value: str) -> None:
    """Raise ValidationError for a name with a forbidden character; for input of people."""
    if FORBIDDEN.search(value):
        message = "Line breaks and control characters are not allowed here."
        raise ValidationError(message, code="not_one_line")


def cleaned_name(value: str) -> str:
    """The name with spaces for forbidden characters; for names that a provider sends.

    Such a name cannot be refused, because nobody could correct it here.
    """
    return " ".join(FORBIDDEN.sub(" ", value).split())
