"""Identity providers for sign-in; each is disabled until all of its keys are given."""

from django.core.exceptions import ImproperlyConfigured

from config import env

_GOOGLE, _GITHUB = "https://accounts.google.com", "https://github.com"
_LONGEST_ISSUER = 200
"""Most characters of an issuer, which is stored with each account of the provider."""


def _offered(id_: str, kind: str, name: str, server: str) -> dict[str, str]:
    prefix = id_.upper()
    if len(server) > _LONGEST_ISSUER:
        raise ImproperlyConfigured(f"The address of {name} is too long.")
    return {
        "id": id_,
        "kind": kind,
        "name": name,
        "server": server,
        # The namespace of its account ids: the same keys may be given for another server later.
        "realm": id_ if server in (_GOOGLE, _GITHUB) else server,
        "client_id": env.text(f"{prefix}_CLIENT_ID"),
        "secret": env.text(f"{prefix}_CLIENT_SECRET"),
    }


# Read in any case, so that an invalid value is reported even if the provider is disabled.
_oidc_name = env.text("OIDC_NAME", "Single sign-on")
_github_url = env.secure_url("GITHUB_URL", _GITHUB)

AUTH_PROVIDERS = []
if env.together("OIDC_ISSUER", "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET"):
    AUTH_PROVIDERS.append(_offered("oidc", "oidc", _oidc_name, env.secure_url("OIDC_ISSUER")))
if env.together("GOOGLE_CLIENT_ID", "GOOGLE_CLIENT_SECRET"):
    AUTH_PROVIDERS.append(_offered("google", "oidc", "Google", _GOOGLE))
if env.together("GITHUB_CLIENT_ID", "GITHUB_CLIENT_SECRET"):
    AUTH_PROVIDERS.append(_offered("github", "github", "GitHub", _github_url))
