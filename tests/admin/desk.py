"""A member of staff at the keyboard: opens a page, changes some fields, sends the rest as is."""

from typing import Any

from django.db.models import Model
from django.forms import BooleanField
from django.test import Client
from django.urls import reverse


class Desk(Client):
    """A browser signed in to the admin."""

    def submit(self, path: str, **typed: Any) -> Any:
        """Send the form of a page; `typed` is what differs from what it showed."""
        return self.post(path, fields_of(self.get(path)) | typed)

    def act(self, action: str, *rows: Model, **more: Any) -> Any:
        """Run an action of the list on these rows, confirmed."""
        chosen = {"action": action, "_selected_action": [str(row.pk) for row in rows], **more}
        return self.post(list_of(type(rows[0])), chosen, follow=True)

    def delete_row(self, row: Model) -> Any:
        return self.post(page_of(row, "delete"), {"post": "yes"}, follow=True)


def list_of(model: type[Model]) -> str:
    return reverse(f"admin:{model._meta.label_lower.replace('.', '_')}_changelist")


def add_page_of(model: type[Model]) -> str:
    return reverse(f"admin:{model._meta.label_lower.replace('.', '_')}_add")


def page_of(row: Model, view: str = "change") -> str:
    name = type(row)._meta.label_lower.replace(".", "_")
    return reverse(f"admin:{name}_{view}", args=[row.pk])


def fields_of(page: Any) -> dict[str, Any]:
    """What a browser would send back untouched."""
    context = page.context
    formsets = [inline.formset for inline in context["inline_admin_formsets"]]
    forms = [context["adminform"].form]
    for formset in formsets:
        forms += [formset.management_form, *formset.forms]
    shown = [bound for form in forms for bound in form]
    return {
        bound.html_name: "" if bound.value() is None else bound.value()
        for bound in shown
        # An empty box is not sent.
        if bound.value() or not isinstance(bound.field, BooleanField)
    }


def errors_of(page: Any) -> dict[str, list[str]]:
    """What the page says is wrong."""
    context = page.context
    return dict(context["adminform"].form.errors)


def told(page: Any) -> list[str]:
    """The messages on top of the page."""
    context = page.context
    return [str(message) for message in context["messages"]]
