"""JSON bodies: UTF-8 whatever their header says, and of a bounded number of values."""

import json
from collections.abc import Mapping
from typing import IO, Any

from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser
from rest_framework.utils.json import strict_constant

from core.errors import Invalid

MOST_MARKS = 100_000
"""Commas and brackets: more than the longest texts hold, whose own ones count as well."""
MARKS = (b",", b"[", b"{")


class TooManyValues(Invalid):
    message = "The JSON holds too many values."


class BoundedJson(JSONParser):
    """A megabyte of empty lists costs thirty times what a text of that size does.

    The charset of the header is not asked: Python has codecs that take minutes.
    """

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        body = stream.read()
        if sum(map(body.count, MARKS)) > MOST_MARKS:
            raise TooManyValues
        try:
            return json.loads(body.decode(), parse_constant=strict_constant)
        except ValueError as flaw:
            raise ParseError(f"JSON parse error - {flaw}") from flaw
