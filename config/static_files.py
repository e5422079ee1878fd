"""Storage of static files that also works before `collectstatic` has run."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticFiles(CompressedManifestStaticFilesStorage):
    """Uses hashed names and compression for files that `collectstatic` has collected.

    Files that are not in its manifest keep their names; Django's storage raises an error for them.
    """

    def stored_name(self, name: str) -> str:
        is_known = self.hash_key(self.clean_name(name)) in self.hashed_files
        return str(super().stored_name(name)) if is_known else name
