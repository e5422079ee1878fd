"""HTML pages for the account of staff: decorators for allauth's, and some of our own."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.mixins import LoginRequiredMixin
from django.contrib.auth.views import RedirectURLMixin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse, reverse_lazy
from django.utils.decorators import method_decorator
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.generic import FormView

from accounts.passwords import LONGEST_PASSWORD
from core.actor import Actor
from core.errors import Refusal
from core.limits import client_network
from identity.allauth_bridge.sessions import person_of
from identity.credentials import ReauthenticationRequired
from identity.services import enrolment
from identity.services.recovery import change_password, prove_password
from identity.services.second_factors import demand_recent_proof

View = Callable[..., HttpResponse]


def after_recent_proof(view: View) -> View:
    """Require a recent proof even of people without password and factor, as allauth does not."""

    @wraps(view)
    def page(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.user.is_authenticated:
            try:
                demand_recent_proof(request)
            except ReauthenticationRequired as refusal:
                raise PermissionDenied from refusal
        return view(request, *args, **kwargs)

    return page


def enrolling(view: View) -> View:
    """Decorate a page that adds a second factor: staff prove their address before the first."""

    @wraps(view)
    def page(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.is_authenticated:
            return view(request, *args, **kwargs)
        try:
            enrolment.demand_mailbox_proof(request)
        except enrolment.MailboxProofRequired:
            query = urlencode({REDIRECT_FIELD_NAME: request.path})
            return HttpResponseRedirect(f"{reverse('mfa_enrolment')}?{query}")
        response = view(request, *args, **kwargs)
        if enrolment.has_second_factor(person_of(request)):
            enrolment.spend_proof(request)
        return response

    return after_recent_proof(page)


class EnrolmentCode(forms.Form):
    code = forms.CharField(
        max_length=32, widget=forms.TextInput(attrs={"autocomplete": "one-time-code"})
    )


class NewPassword(forms.Form):
    current_password = forms.CharField(
        max_length=LONGEST_PASSWORD,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    new_password = forms.CharField(
        max_length=LONGEST_PASSWORD,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )


@method_decorator(never_cache, name="dispatch")
class ProveMailbox(LoginRequiredMixin, RedirectURLMixin, FormView[EnrolmentCode]):
    """The page on which staff request and enter the code for their first second factor."""

    form_class = EnrolmentCode
    template_name = "mfa/enrolment.html"
    next_page = "mfa_index"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if request.user.is_authenticated and not enrolment.needs_mailbox_proof(request.user):
            return HttpResponseRedirect(reverse("mfa_index"))
        return super().dispatch(request, *args, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if "send" not in request.POST:
            return super().post(request, *args, **kwargs)
        try:
            enrolment.send_enrolment_code(request)
        except Refusal as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, "We have sent you a code.")
        return HttpResponseRedirect(request.get_full_path())

    def form_valid(self, form: EnrolmentCode) -> HttpResponse:
        try:
            enrolment.prove_mailbox(self.request, form.cleaned_data["code"])
        except Refusal as refusal:
            return self.form_invalid(_refused(form, refusal))
        return super().form_valid(form)


@method_decorator(never_cache, name="dispatch")
@method_decorator(sensitive_post_parameters(), name="dispatch")
class ChangePassword(LoginRequiredMixin, FormView[NewPassword]):
    """Change one's password as over the API: signs out other devices and mails the owner."""

    form_class = NewPassword
    template_name = "account/password_change.html"
    success_url = reverse_lazy("mfa_index")

    def form_valid(self, form: NewPassword) -> HttpResponse:
        person = person_of(self.request)
        try:
            prove_password(
                person=person,
                password=form.cleaned_data["current_password"],
                field="current_password",
                origin=client_network(self.request),
            )
            change_password(
                actor=Actor(user=person),
                password=form.cleaned_data["new_password"],
                session_key=str(self.request.session.session_key),
            )
        except Refusal as refusal:
            return self.form_invalid(_refused(form, refusal))
        messages.success(self.request, "Your password was changed.")
        return super().form_valid(form)


def _refused(form: Any, refusal: Refusal) -> Any:
    """The form with the messages of a refusal at its fields."""
    for name, sentences in (refusal.errors or {}).items():
        form.add_error(name, sentences)
    if not refusal.errors:
        form.add_error(None, str(refusal))
    return form
