"""Storage of static files that also works before `collectstatic` has run."""

from typing import Any

from whitenoise.compress import Compressor
from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticFiles(CompressedManifestStaticFilesStorage):
    """Uses hashed names and compression for files that `collectstatic` has collected.

    Files that are not in its manifest keep their names; Django's storage raises an error for them.
    """

    # Whitenoise serves the plain names from the apps: see WHITENOISE_USE_FINDERS.
    keep_only_hashed_files = True

    def stored_name(self, name: str) -> str:
        is_known = self.hash_key(self.clean_name(name)) in self.hashed_files
        return str(super().stored_name(name)) if is_known else name

    def create_compressor(self, **options: Any) -> Compressor:
        """Without source maps, two thirds of all bytes, which only a debugger asks for."""
        skipped = (*Compressor.SKIP_COMPRESS_EXTENSIONS, "map")
        return Compressor(**options | {"extensions": skipped})
