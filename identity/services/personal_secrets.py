"""What a personal token looks like: `pmp_`, 43 characters of chance and a checksum.

The checksum tells a typo or a guess from a token without asking the database, and scanners for
leaked secrets from chance.
"""

import hashlib
import secrets
import string
import zlib

PREFIX = "pmp_"
CHANCE = 43
"""Characters to the base of 62: 256 bits."""
CHECKSUM = 6
_DIGITS = string.digits + string.ascii_uppercase + string.ascii_lowercase


def mint() -> str:
    """A new token, never seen before."""
    chance = _base62(secrets.randbelow(len(_DIGITS) ** CHANCE), CHANCE)
    return f"{PREFIX}{chance}{_checksum(chance)}"


def is_well_formed(token: str) -> bool:
    """Whether this can be a token of ours at all."""
    chance, checksum = token[len(PREFIX) : -CHECKSUM], token[-CHECKSUM:]
    return (
        token.startswith(PREFIX)
        and len(chance) == CHANCE
        and chance.isascii()
        and chance.isalnum()
        and checksum == _checksum(chance)
    )


def digest(token: str) -> str:
    """What is kept of a token; chance of 256 bits needs no slow hash."""
    return hashlib.sha256(token.encode()).hexdigest()


def _checksum(chance: str) -> str:
    return _base62(zlib.crc32(chance.encode()), CHECKSUM)


def _base62(number: int, width: int) -> str:
    characters = ""
    for _ in range(width):
        number, digit = divmod(number, len(_DIGITS))
        characters = _DIGITS[digit] + characters
    return characters
