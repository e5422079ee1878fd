"""What bodies about accounts are read with."""

from typing import Any

from rest_framework import serializers

from accounts.passwords import MOST_CHARACTERS


class Password(serializers.CharField):
    """A password as typed, spaces included; one that is too long is refused before it is used."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            trim_whitespace=False, write_only=True, max_length=MOST_CHARACTERS, **options
        )
