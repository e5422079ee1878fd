"""Base class of admin pages that change rows, which they do through services only."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, ClassVar, cast

from django.contrib import messages
from django.db import transaction
from django.db.models import DateField, Model, QuerySet, URLField
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from unfold.admin import ModelAdmin

from core.actor import ADMIN, Actor
from core.admin.forms import EditForm
from core.admin.refusals import REFUSAL, REFUSED, as_refusal, sentence
from core.days import check_day

if TYPE_CHECKING:
    from accounts.models import User


def staff_actor(request: HttpRequest) -> Actor:
    """The signed-in staff member as an actor; admin pages check Django's permissions themselves."""
    return Actor(user=cast("User", request.user), credential=ADMIN)


class ServiceAdmin(ModelAdmin):
    """Saves through `create`, `update` and `remove`, which call services.

    A refusal is shown on the page, and the transaction is rolled back. `add_form` is the form for
    a new row if it differs from `form`; `set_once` are fields that only a new row has in its form.
    """

    form = EditForm
    formfield_overrides: ClassVar = {
        URLField: {"assume_scheme": "https"},
        DateField: {"validators": [check_day]},
    }
    add_form: type[EditForm] | None = None
    set_once: tuple[str, ...] = ()
    change_form_before_template = "admin/standing.html"
    list_filter_submit = True
    list_per_page = 50
    show_full_result_count = False
    warn_unsaved_form = True

    def create(self, actor: Actor, **values: Any) -> Model:
        raise NotImplementedError

    def update(self, actor: Actor, row: Any, changes: dict[str, Any], version: int | None) -> None:
        raise NotImplementedError

    def remove(self, actor: Actor, row: Any) -> None:
        raise NotImplementedError

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return not _is_deleted(obj) and bool(super().has_change_permission(request, obj))

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return not _is_deleted(obj) and bool(super().has_delete_permission(request, obj))

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:
        fixed = super().get_readonly_fields(request, obj)
        return (*fixed, *self.set_once) if obj else fixed

    def get_inlines(self, request: HttpRequest, obj: Model | None) -> Iterable[Any]:
        """No inlines on the page for a new row, which has no related rows yet."""
        return super().get_inlines(request, obj) if obj else ()

    def get_form(
        self, request: HttpRequest, obj: Model | None = None, **kwargs: Any
    ) -> type[EditForm]:
        if obj is None and self.add_form:
            kwargs["form"] = self.add_form
        form: type[EditForm] = super().get_form(request, obj, **kwargs)
        form.refusal = request.META.get(REFUSAL)
        return form

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The page; after a refusal it is rendered again, with the input and the reason."""
        page = super().changeform_view
        try:
            return cast("HttpResponse", page(request, object_id, form_url, extra_context))
        except REFUSED as error:
            request.META[REFUSAL] = as_refusal(error)
            return cast("HttpResponse", page(request, object_id, form_url, extra_context))

    def save_model(self, request: HttpRequest, obj: Any, form: EditForm, change: Any) -> None:
        actor = staff_actor(request)
        if change:
            self.update(actor, obj, form.changes, form.cleaned_data["seen_version"])
            return
        obj.pk = self.create(actor, **form.values).pk
        obj.refresh_from_db()

    def save_formset(self, request: HttpRequest, form: EditForm, formset: Any, change: Any) -> None:
        """Create and remove rows of an inline through the admin class of their own model."""
        formset.save(commit=False)
        rows = cast("ServiceAdmin", self.admin_site.get_model_admin(formset.model))
        for removed in formset.deleted_objects:
            rows.remove(staff_actor(request), removed)
        for new in formset.extra_forms:
            if new.has_changed() and new not in formset.deleted_forms:
                names = {field.name for field in formset.model._meta.fields} - {"id"}
                values = {name: new.cleaned_data[name] for name in names & new.cleaned_data.keys()}
                rows.create(staff_actor(request), **values)

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        try:
            return cast("HttpResponse", super().delete_view(request, object_id, extra_context))
        except REFUSED as error:
            self.message_user(request, sentence(as_refusal(error)), messages.ERROR)
            return redirect(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", object_id)

    def delete_model(self, request: HttpRequest, obj: Model) -> None:
        self.remove(staff_actor(request), obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        for row in queryset:
            self.remove(staff_actor(request), row)

    def get_deleted_objects(
        self, objs: Any, request: HttpRequest
    ) -> tuple[list[Any], dict[Any, int], set[str], list[str]]:
        """The rows only, without related or protected ones: removing a row deletes no others."""
        names = [str(row) for row in objs]
        return names, {self.opts.verbose_name_plural: len(names)}, set(), []

    def response_action(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
        """Run an admin action in one transaction: for all selected rows or for none."""
        try:
            with transaction.atomic():
                return cast("HttpResponse | None", super().response_action(request, queryset))
        except REFUSED as error:
            self.message_user(request, sentence(as_refusal(error)), messages.ERROR)
            return HttpResponseRedirect(request.get_full_path())

    def carry_out(
        self,
        request: HttpRequest,
        rows: QuerySet[Any],
        service: Callable[[Actor, Any], object],
        done: str,
    ) -> None:
        """Call the service for each selected row; `done` is the message and the history entry."""
        for row in (chosen := list(rows)):
            service(staff_actor(request), row)
            self.log_change(request, row, f"{done}.")
        self.message_user(request, f"{done}: {len(chosen)}.", messages.SUCCESS)


def _is_deleted(row: Model | None) -> bool:
    return getattr(row, "deleted_at", None) is not None
