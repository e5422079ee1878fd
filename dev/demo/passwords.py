"""The public password of all demo accounts, which no other account may have."""

from django.core.exceptions import ValidationError

from accounts.passwords import canonical

KNOWN_TO_ALL = "gantry-demo"


class NotTheDemoPassword:
    """Refuses the demo password: it is public, and `dev.demo.checks` finds demo accounts by it."""

    def validate(self, password: str, user: object = None) -> None:
        if canonical(password) == KNOWN_TO_ALL:
            raise ValidationError(self.get_help_text(), code="password_of_the_demo")

    def get_help_text(self) -> str:
        return "Your password may not be the one of the demo."
