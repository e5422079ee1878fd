"""Settings of sign-in: allauth, passwords, sessions, tokens, second factors, Clerk."""

from datetime import timedelta
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from config import env

EMAIL_VERIFICATION = env.one_of("EMAIL_VERIFICATION", ("mandatory", "optional"), "mandatory")
_frontend = env.url("FRONTEND_URL", ("https", "http"), "http://localhost:3000")

AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
# Sessions are in PostgreSQL: a cache may lose a sign-out, and its failure would end all sessions.
SESSION_ENGINE = "identity.services.session_store"
SESSION_COOKIE_AGE = int(timedelta(days=14).total_seconds())
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"

CACHES = {
    "default": {
        # In PostgreSQL, because used codes must not be lost, and no request should need Redis.
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "core_cache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    },
}

PASSWORD_HASHERS = [
    "accounts.passwords.Argon2",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
    "django.contrib.auth.hashers.BCryptSHA256PasswordHasher",
    "accounts.passwords.Bcrypt",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("email", "name")},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {"NAME": "accounts.passwords.MaximumLength"},
    {"NAME": "dev.demo.passwords.NotTheDemoPassword"},
]
PASSWORD_RESET_TIMEOUT = int(timedelta(hours=1).total_seconds())

ALLAUTH_TRUSTED_PROXY_COUNT = env.natural("TRUSTED_PROXY_COUNT", 0)
ACCOUNT_ADAPTER = "identity.adapters.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = EMAIL_VERIFICATION
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = EMAIL_VERIFICATION == "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_TIMEOUT = int(timedelta(minutes=10).total_seconds())
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
# Off: `core.limits` counts attempts to guess secrets and to send mail.
ACCOUNT_RATE_LIMITS = {
    "confirm_email": None,
    "login": None,
    "login_failed": None,
    "signup": None,
    "reset_password": None,
    "reauthenticate": None,
}
ACCOUNT_FORMS = {
    "confirm_email_verification_code": "identity.allauth_bridge.forms.VerificationCode"
}
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
SOCIALACCOUNT_ADAPTER = "identity.adapters.SocialAdapter"

# Staff and developers sign in on allauth's own pages.
HEADLESS_ONLY = False
HEADLESS_FRONTEND_URLS = {
    "account_confirm_email": f"{_frontend}/verify-email/{{key}}",
    "account_reset_password": f"{_frontend}/forgot-password",
    "account_reset_password_from_key": f"{_frontend}/reset-password/{{key}}",
    "account_signup": f"{_frontend}/sign-up",
    "socialaccount_login_error": f"{_frontend}/sign-in/error",
}
INVITATION_URL_TEMPLATE = env.text("INVITATION_URL_TEMPLATE", "{frontend}/invitations/{token}")
if "{token}" not in INVITATION_URL_TEMPLATE:
    raise ImproperlyConfigured("INVITATION_URL_TEMPLATE must hold {token}.")
INVITATION_LIFETIME = timedelta(days=env.natural("INVITATION_DAYS", 7))
INVITATIONS_PER_HOUR = env.natural("INVITATIONS_PER_HOUR", 100)
ADMISSIONS_PER_HOUR = env.natural("ADMISSIONS_PER_HOUR", 100)
HEADLESS_JWT_PRIVATE_KEY = env.secret("JWT_SECRET")
HEADLESS_JWT_ACCESS_TOKEN_EXPIRES_IN = 300
HEADLESS_JWT_REFRESH_TOKEN_EXPIRES_IN = SESSION_COOKIE_AGE

AUTH_JWT_ISSUER = env.text("JWT_ISSUER", "gantry")
AUTH_JWT_AUDIENCE = env.text("JWT_AUDIENCE", "gantry-api")
AUTH_JWT_PREVIOUS_KEYS = env.secrets("JWT_PREVIOUS_SECRETS")
# A used refresh token is accepted again for this long, for clients that lost the answer or whose
# tabs refresh at the same time. Later use means that it was stolen.
AUTH_REFRESH_REUSE_GRACE = timedelta(seconds=10)
AUTH_SESSION_ABSOLUTE_LIFETIME = timedelta(days=90)

# Keys for stored second factors: the first encrypts, all decrypt; without any, SECRET_KEY is used.
AUTH_MFA_KEYS = env.secrets("MFA_SECRETS")
MFA_ADAPTER = "identity.adapters.MFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_TOTP_ISSUER = "Gantry"
MFA_ALLOW_UNVERIFIED_EMAIL = EMAIL_VERIFICATION == "optional"
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_RATE_LIMITS = {"webauthn_login": "30/m/ip"}
MFA_FORMS = {
    "activate_totp": "identity.allauth_bridge.forms.FirstCode",
    "authenticate": "identity.allauth_bridge.forms.SecondFactor",
    "authenticate_webauthn": "identity.allauth_bridge.forms.PasskeyAsSecondFactor",
    "reauthenticate": "identity.allauth_bridge.forms.SecondFactorAgain",
    "reauthenticate_webauthn": "identity.allauth_bridge.forms.PasskeyAgain",
}
MFA_WEBAUTHN_USER_VERIFICATION = "required"
# Passkeys are bound to this host and cannot be moved; pages on it and its subdomains may use them.
AUTH_WEBAUTHN_RP_ID = env.text("WEBAUTHN_RP_ID", urlsplit(_frontend).hostname)
# May be true in development only.
ADMIN_WITHOUT_SECOND_FACTOR = False
CLERK_ISSUER = env.text("CLERK_ISSUER", "").rstrip("/")
CLERK_JWKS_URL = env.text("CLERK_JWKS_URL", f"{CLERK_ISSUER}/.well-known/jwks.json")
CLERK_AUTHORIZED_PARTIES = env.listed("CLERK_AUTHORIZED_PARTIES")
CLERK_WEBHOOK_SECRETS = env.listed("CLERK_WEBHOOK_SECRETS")
CLERK_LEEWAY = env.natural("CLERK_LEEWAY", 5)
if CLERK_ISSUER and not CLERK_AUTHORIZED_PARTIES:
    raise ImproperlyConfigured("CLERK_AUTHORIZED_PARTIES is missing: name your front ends.")
