#!/usr/bin/env python
"""Django's command line."""

import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line
from django.db import OperationalError

from config import env

if __name__ == "__main__":
    env.choose_settings("config.settings.development")
    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as problem:
        sys.exit(str(problem))
    except OperationalError as problem:
        # What PostgreSQL itself has refused carries a code.
        if getattr(problem.__cause__, "sqlstate", None):
            raise
        reason = str(problem).partition("\n")[0]
        sys.exit(f"No database answers ({reason}): bin/dev runs one, or set DATABASE_URL.")
