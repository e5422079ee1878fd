"""Settings for development: demo data, console log, requests from any local front end."""

import warnings

from celery.exceptions import SecurityWarning

from config import env
from config.local import DATA_DIR, uses_embedded_database
from config.settings.base import *

# DEBUG stays off: unknown routes and errors are answered as in production.
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]", ".localhost"]
INTERNAL_IPS = ["127.0.0.1"]
PUBLIC_URL = env.url("PUBLIC_URL", ("https", "http"), f"http://localhost:{env.port('PORT', 8000)}")
CORS_ALLOWED_ORIGIN_REGEXES = [r"^http://(localhost|127\.0\.0\.1)(:\d+)?$"]
CSRF_TRUSTED_ORIGINS = [*CORS_ALLOWED_ORIGINS, "http://localhost:3000", "http://localhost:5173"]
# The worker runs as the user who started it, which in a container is often root.
warnings.filterwarnings("ignore", category=SecurityWarning)
if LOG_FORMAT == "console":
    LOGGING["loggers"]["celery"] = {"level": "WARNING"}
    LOGGING["loggers"]["django_celery_beat"] = {"level": "WARNING"}
LOG_SENT_MAIL = True
MAIL_SAMPLES_FOR_EVERYBODY = True
WEBHOOKS_TO_ANY_NETWORK = True
MEDIA_ROOT = DATA_DIR / "media"
# A database that DATABASE_URL names may have other data than the demo.
IS_DEMO = uses_embedded_database()
ADMIN_WITHOUT_SECOND_FACTOR = env.flag("ADMIN_WITHOUT_SECOND_FACTOR", default=IS_DEMO)
if IS_DEMO:
    DEMO_SIGN_INS = {
        "password": "gantry-demo",
        "people": {
            "admin@example.com": "staff, for the admin",
            "ada@example.com": "owns a workspace",
            "ben@example.com": "plans and leads a project",
            "greta@example.com": "a guest",
        },
    }
