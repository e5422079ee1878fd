"""Static files that are served whether they have been collected or not."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticFiles(CompressedManifestStaticFilesStorage):
    """Files that `collectstatic` has seen, compressed and under a name that changes with them.

    Others, all of them before the first run, go by their own name; Django would answer 500.
    """

    def stored_name(self, name: str) -> str:
        is_known = self.hash_key(self.clean_name(name)) in self.hashed_files
        return str(super().stored_name(name)) if is_known else name
