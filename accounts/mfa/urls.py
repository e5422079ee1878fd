"""Where second factors answer."""

from django.urls import path

from accounts.mfa.api import ActivateTotp, Factors, RecoveryCodes, Totp, Verify
from accounts.mfa.reauthentication import Reauthenticate

urlpatterns = [
    path("api/auth/reauthenticate", Reauthenticate.as_view(), name="reauthenticate"),
    path("api/auth/mfa", Factors.as_view(), name="mfa"),
    path("api/auth/mfa/verify", Verify.as_view(), name="mfa-verify"),
    path("api/auth/mfa/totp", Totp.as_view(), name="mfa-totp"),
    path("api/auth/mfa/totp/activate", ActivateTotp.as_view(), name="mfa-totp-activate"),
    path("api/auth/mfa/recovery-codes", RecoveryCodes.as_view(), name="mfa-recovery-codes"),
]
