"""A second channel, as an app of its own: programs that run with its `settings` have it as well."""
