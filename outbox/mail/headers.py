"""Headers of mails that programs sort, thread and name them by."""

from email.utils import parseaddr

from django.conf import settings

from outbox.mail.text import plain

LONGEST_SENDER = 60
"""Characters of a workspace's name in the sender line: what comes after it has to be seen."""
OURS = "Gantry"
"""The sender's name if DEFAULT_FROM_EMAIL has none."""


def domain() -> str:
    """The domain of Message-IDs and lists: that of DEFAULT_FROM_EMAIL."""
    return settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].rstrip("> ")


def in_thread(name: str) -> dict[str, str]:
    """Headers with which programs show all mails of one name together, such as `task-<id>`.

    They answer a message that was never sent, the root of the thread: any mail of it may be
    skipped, collected with others or sent twice, and the rest still belongs together.
    """
    root = f"<{name}@{domain()}>"
    return {"In-Reply-To": root, "References": root}


def of_list(name: str) -> dict[str, str]:
    """The header with which programs file mails, such as those of a workspace (RFC 2919)."""
    return {"List-Id": f"<{name}.{domain()}>"}


def sender_line(sender: str) -> str:
    """DEFAULT_FROM_EMAIL with the name `<sender> via <its own name>`, as long as it is an address.

    Characters of the name that end a quoted string, begin an address or change the direction are
    replaced or left out.
    """
    ours, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    name = plain(sender).translate({ord('"'): "'", ord("\\"): "/"})
    if not (name and address):
        return str(settings.DEFAULT_FROM_EMAIL)
    if len(name) > LONGEST_SENDER:
        name = f"{name[: LONGEST_SENDER - 1]}…"
    return f'"{name} via {ours or OURS}" <{address}>'
