"""Which records can be tasks: what is missing or too long is a flaw."""

from imports.sources.records import Flaw, TaskRecord

LONGEST = {
    "external_id": 200,
    "title": 255,
    "description": 50_000,
    "type": 100,
    "priority": 100,
    "status": 100,
    "assignee": 254,
    "reporter": 254,
    "parent": 200,
}
LONGEST_LABEL = 50
LONGEST_COMMENT = 20_000
LONGEST_AUTHOR = 254
LONGEST_URL = 2000
MOST_LABELS = 20
MOST_COMMENTS = 1000
MOST_LINKS = 200
MOST_RELATIONS = 100
SHOWN = 100
"""How many characters of a value a flaw shows."""


def check(record: TaskRecord) -> TaskRecord:
    """The record, its title and labels tidied, with a flaw for all that no task can have."""
    record.title = " ".join(record.title.split())
    if not record.title:
        record.flaws.append(Flaw("title", "There is no title."))
    for name, most in LONGEST.items():
        text = getattr(record, name)
        if len(text) > most:
            record.flaws.append(Flaw(name, _too_long(most), text[:SHOWN]))
    if record.labels:
        _check_labels(record)
    if record.comments:
        _check_comments(record)
    if record.links:
        _check_links(record)
    if len(record.relations) > MOST_RELATIONS:
        record.flaws.append(Flaw("relations", f"There are more than {MOST_RELATIONS}."))
    return record


def _too_long(most: int) -> str:
    return f"The text has more than {most:,} characters."


def _check_labels(record: TaskRecord) -> None:
    record.labels = list(dict.fromkeys(filter(None, (" ".join(x.split()) for x in record.labels))))
    if len(record.labels) > MOST_LABELS:
        record.flaws.append(Flaw("labels", f"There are more than {MOST_LABELS}."))
    for label in record.labels:
        if len(label) > LONGEST_LABEL:
            record.flaws.append(Flaw("labels", _too_long(LONGEST_LABEL), label[:SHOWN]))
            return


def _check_comments(record: TaskRecord) -> None:
    record.comments = [comment for comment in record.comments if comment.content.strip()]
    if len(record.comments) > MOST_COMMENTS:
        record.flaws.append(Flaw("comments", f"There are more than {MOST_COMMENTS:,}."))
    for comment in record.comments:
        if len(comment.content) > LONGEST_COMMENT or len(comment.author) > LONGEST_AUTHOR:
            flaw = Flaw("comments", _too_long(LONGEST_COMMENT), comment.content[:SHOWN])
            record.flaws.append(flaw)
            return


def _check_links(record: TaskRecord) -> None:
    """Leave out what is no address of the web, such as files of the machine it was made on."""
    record.links = [link for link in record.links if _is_address(link.url)]
    if len(record.links) > MOST_LINKS:
        record.flaws.append(Flaw("links", f"There are more than {MOST_LINKS}."))


def _is_address(url: str) -> bool:
    return url.startswith(("https://", "http://")) and len(url) <= LONGEST_URL
