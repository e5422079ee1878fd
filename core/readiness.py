"""What `/readyz` says beside the databases: upper apps enter what they watch here."""

from collections.abc import Callable

Question = Callable[[], str]

_questions: dict[str, Question] = {}


def watches(name: str) -> Callable[[Question], Question]:
    """Have the decorated function say in a few words what is wrong, or "" if nothing is.

    Anybody may read the answer, so it names no person, address or secret.
    """

    def register(question: Question) -> Question:
        _questions[name] = question
        return question

    return register


def problems() -> dict[str, str]:
    """What is wrong by now, by name."""
    answers = {name: question() for name, question in _questions.items()}
    return {name: answer for name, answer in answers.items() if answer}
