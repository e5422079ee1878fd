"""Why an event is not undone."""

from core.errors import Conflict


class NotUndoable(Conflict):
    """The log does not hold what it was before, or it is nothing to be put back."""

    message = "This cannot be undone."


class TextErased(Conflict):
    message = "The text of then has been erased."


class FormerValueGone(Conflict):
    """The row, or what it referred to, is deleted for good, or is no more where it was."""

    message = "What was there before is gone."


class Superseded(Conflict):
    """`events` are the newer ones, as far as the person may read them; see `newer.shown`."""

    message = "What this changed has been changed since."
