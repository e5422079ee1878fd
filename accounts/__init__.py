"""People, their profiles, deletion and export; signing in is part of `identity`."""
