"""Forms of admin pages that change rows through a service."""

from typing import Any

from django import forms

from core.admin.refusals import sentence
from core.errors import Refusal
from core.names import check_name


class OneLineForm(forms.ModelForm[Any]):
    """Refuses line breaks in single-line inputs; browsers remove them, other clients need not."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if isinstance(field, forms.CharField) and isinstance(field.widget, forms.TextInput):
                field.validators = [*field.validators, check_name]


class EditForm(OneLineForm):
    """Sends the version of the row as displayed, and shows the refusal of a service as errors."""

    seen_version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    refusal: Refusal | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["seen_version"].initial = getattr(self.instance, "version", None)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if self.refusal is not None:
            for name, sentences in (self.refusal.errors or {}).items():
                self.add_error(self._field_called(name), sentences)
            if not self.refusal.errors:
                self.add_error(None, sentence(self.refusal))
        return cleaned

    @property
    def values(self) -> dict[str, Any]:
        return {k: v for k, v in self.cleaned_data.items() if k != "seen_version"}

    @property
    def changes(self) -> dict[str, Any]:
        return {k: v for k, v in self.values.items() if k in self.changed_data}

    def _field_called(self, name: str) -> str | None:
        """The form field for a key of a refusal, such as `assignee` for `assignee_id`, or None."""
        candidates = (name, name.removesuffix("_id"))
        return next((field for field in candidates if field in self.fields), None)

    def _get_validation_exclusions(self) -> set[str]:
        # Constraints over several fields are checked by the services, with better messages.
        return {field.name for field in self.instance._meta.fields}
