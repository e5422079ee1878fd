"""The parser of JSON bodies: always UTF-8, and with a limited number of values."""

import json
from collections.abc import Mapping
from typing import IO, Any

from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser
from rest_framework.utils.json import strict_constant

from core.errors import Invalid

MOST_SEPARATORS = 100_000
"""Most commas and opening brackets, those inside of texts included: the longest allowed texts
stay below it."""
SEPARATORS = (b",", b"[", b"{")


class TooManyValues(Invalid):
    message = "The JSON holds too many values."


class BoundedJson(JSONParser):
    """Refuses JSON of too many values: parsing empty lists costs thirty times what text does.

    The charset in the header is ignored: some of Python's codecs take minutes for one body.
    """

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        body = stream.read()
        if sum(map(body.count, SEPARATORS)) > MOST_SEPARATORS:
            raise TooManyValues
        try:
            return json.loads(body.decode(), parse_constant=strict_constant)
        except ValueError as flaw:
            raise ParseError(f"JSON parse error - {flaw}") from flaw
