"""Programs of a server on the open internet, in an environment of their own."""

import subprocess
import sys

from config import env

# Empty rather than absent, so that a `.env` of somebody's own does not fill them.
UNSET = {
    "DATABASE_PASSWORD": "",
    "DIRECT_URL": "",
    "DIRECT_PASSWORD": "",
    "DB_POOLER": "",
    "EMAIL_URL": "",
    "CORS_ORIGIN": "",
    "SECURE_SSL_REDIRECT": "",
    "SECURE_HSTS_SECONDS": "",
    "LOG_FORMAT": "",
    "LOG_LEVEL": "",
    "OIDC_ISSUER": "",
    "OIDC_CLIENT_ID": "",
    "OIDC_CLIENT_SECRET": "",
    "GOOGLE_CLIENT_ID": "",
    "GOOGLE_CLIENT_SECRET": "",
    "GITHUB_CLIENT_ID": "",
    "GITHUB_CLIENT_SECRET": "",
    "GITHUB_URL": "",
}
COMPLETE = {
    "DJANGO_SETTINGS_MODULE": "config.settings.production",
    "ALLOWED_HOSTS": "gantry.example.com",
    "TRUSTED_PROXY_COUNT": "1",
    "FRONTEND_URL": "https://app.example.com",
    "SECRET_KEY": "kR7w-Zp2mQ9t_Vx4nB6yLc8sHd3fGj5aUe1iOo0qWzXv7TbYkMn",
    "JWT_SECRET": "aN5u_Jc8vE2x-Sg6hD9kRf4tWq7zPm3yBl1oIi0eKvZsXw2Tj",
    "DATABASE_URL": "postgres://gantry_app:hunter2@127.0.0.1:1/gantry",
    "REDIS_URL": "redis://127.0.0.1:1/0",
}


def run(*arguments: str, **changes: str) -> subprocess.CompletedProcess[str]:
    """Python with these arguments and nothing in its environment but the settings."""
    return subprocess.run(
        [sys.executable, *arguments],
        env=UNSET | COMPLETE | changes,
        cwd=env.ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


def start(**changes: str) -> str:
    """What a start with these settings says last; empty means nothing was wrong."""
    ended = run("-c", "import django; django.setup()", **changes)
    assert bool(ended.returncode) is bool(ended.stderr), ended.stderr
    return ended.stderr
