"""Limits on attempts to sign in, register, recover, enrol and refresh."""

from core.limits import Limit

SIGN_INS_FROM = Limit("sign-ins from an internet address", 30, 60)
WRONG_PASSWORDS_FROM = Limit("wrong passwords from an internet address", 10, 60)
WRONG_PASSWORDS = Limit("wrong passwords for an account", 5, 300)
SIGN_UPS_FROM = Limit("sign-ups from an internet address", 20, 60)
RESETS_FROM = Limit("resets from an internet address", 20, 60)
RESETS = Limit("reset mails to an address", 5, 60)
CODES_FROM = Limit("codes from an internet address", 30, 60)
CODES = Limit("codes of a session", 3, 600)
CODE_MAILS = Limit("code mails of a session", 5, 600)
CODE_PAUSE = Limit("code mails to an address", 1, 10)
WRONG_FACTORS_FROM = Limit("wrong second factors from an internet address", 10, 60)
WRONG_FACTORS = Limit("wrong second factors for an account", 5, 300)
ENROLMENT_MAILS_OF = Limit("enrolment code mails of a person", 10, 3600)
ENROLMENT_CODES = Limit("wrong enrolment codes of a session", 3, 600)
ENROLMENT_CODES_OF = Limit("wrong enrolment codes of a person", 10, 3600)
PASSKEYS_FROM = Limit("passkeys from an internet address", 30, 60)
REFRESHES_FROM = Limit("refreshes from an internet address", 30, 60)
EXCHANGES_FROM = Limit("exchanges from an internet address", 30, 60)
EXCHANGES = Limit("exchanges of a session", 10, 60)
EXCHANGES_OF = Limit("exchanges of a person", 30, 600)
