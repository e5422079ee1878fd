"""Where second factors answer."""

from django.urls import path

from identity.api import enrolment, passkeys
from identity.api.reauthentication import Reauthenticate
from identity.api.second_factors import ActivateTotp, Factors, RecoveryCodes, Totp, Verify

urlpatterns = [
    path("api/auth/reauthenticate", Reauthenticate.as_view(), name="reauthenticate"),
    path("api/auth/mfa", Factors.as_view(), name="mfa"),
    path("api/auth/mfa/verify", Verify.as_view(), name="mfa-verify"),
    path("api/auth/mfa/enrolment-code", enrolment.EnrolmentCode.as_view()),
    path("api/auth/mfa/enrolment-code/verify", enrolment.EnrolmentProof.as_view()),
    path("api/auth/mfa/totp", Totp.as_view(), name="mfa-totp"),
    path("api/auth/mfa/totp/activate", ActivateTotp.as_view(), name="mfa-totp-activate"),
    path("api/auth/mfa/recovery-codes", RecoveryCodes.as_view(), name="mfa-recovery-codes"),
    path("api/auth/mfa/passkeys", passkeys.Passkeys.as_view()),
    path("api/auth/mfa/passkeys/begin", passkeys.BeginPasskey.as_view()),
    path("api/auth/mfa/passkeys/<int:key_id>", passkeys.Passkey.as_view()),
    path("api/auth/mfa/verify/passkey", passkeys.VerifyPasskey.as_view()),
    path("api/auth/mfa/verify/passkey/begin", passkeys.BeginVerifyPasskey.as_view()),
    path("api/auth/passkey", passkeys.PasskeyLogin.as_view()),
    path("api/auth/passkey/begin", passkeys.BeginPasskeyLogin.as_view()),
    path("api/auth/reauthenticate/passkey", passkeys.PasskeyProof.as_view()),
    path("api/auth/reauthenticate/passkey/begin", passkeys.BeginPasskeyProof.as_view()),
]
