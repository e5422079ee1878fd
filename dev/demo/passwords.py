"""The password everybody of the demo has, and nobody else may choose."""

from django.core.exceptions import ValidationError

from accounts.passwords import canonical

KNOWN_TO_ALL = "gantry-demo"


class NotTheDemoPassword:
    """Everybody can read it, and a person with it would be taken for one of the demo."""

    def validate(self, password: str, user: object = None) -> None:
        if canonical(password) == KNOWN_TO_ALL:
            raise ValidationError(self.get_help_text(), code="password_of_the_demo")

    def get_help_text(self) -> str:
        return "Your password may not be the one of the demo."
