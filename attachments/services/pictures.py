"""Small pictures of pictures. Only workers import this: nothing else may open files of people."""

from io import BytesIO
from typing import IO

from PIL import Image, ImageOps

MOST_PIXELS = 25_000_000
"""Pictures of more pixels stay without a thumbnail: four bytes of memory for each are needed."""
LONGEST_SIDE = 512
FORMATS = ("PNG", "JPEG", "GIF", "WEBP")
QUALITY = 80

Image.MAX_IMAGE_PIXELS = MOST_PIXELS


def thumbnail_of(file: IO[bytes]) -> bytes | None:
    """The picture with at most LONGEST_SIDE pixels a side, as WEBP; None if it is broken or huge.

    Pillow raises errors of many kinds for broken files, and decodes nothing before `load`.
    """
    try:
        with Image.open(file, formats=FORMATS) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                return None
            return _small(picture)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        return None
    except (OSError, ValueError, SyntaxError, ArithmeticError, LookupError, EOFError, MemoryError):
        return None


def _small(picture: Image.Image) -> bytes:
    picture.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))  # JPEG is decoded in a smaller size
    upright = ImageOps.exif_transpose(picture)
    upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    mode = "RGBA" if upright.has_transparency_data else "RGB"
    made = BytesIO()
    upright.convert(mode).save(made, "WEBP", quality=QUALITY)
    return made.getvalue()
