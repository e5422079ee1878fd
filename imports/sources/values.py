"""What the text of a cell says: days, times, durations, yes and no, people.

Each function raises ValueError with a sentence for people about what it cannot read.
"""

import re
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from functools import lru_cache
from typing import NamedTuple

LONGEST_DATE = 80
FIRST_YEAR, LAST_YEAR = 1900, 2199
CENTURY, SHORT = 2000, 2
"""Years of SHORT digits are of this century."""
LAST_MONTH = NOON = 12
YEAR_FIRST, DAY_FIRST, MONTH_FIRST = "ymd", "dmy", "mdy"
ORDERS = (DAY_FIRST, MONTH_FIRST)
"""Of days and months in dates such as 3/4/2026."""
MONTHS = {
    name: number
    for number, names in enumerate(
        (
            ("jan", "jän"),
            ("feb",),
            ("mar", "mär", "mrz", "maer"),
            ("apr",),
            ("may", "mai"),
            ("jun",),
            ("jul",),
            ("aug",),
            ("sep",),
            ("oct", "okt"),
            ("nov",),
            ("dec", "dez"),
        ),
        1,
    )
    for name in names
}
ZONE = r"(?P<zone>Z|UTC|GMT)?(?P<offset>[+-]\d{2}:?\d{2})?"
CLOCK = (
    r"(?:,?[T ] ?(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,]\d{1,9})?)?"
    rf"(?: ?(?P<half>[AaPp])\.?[Mm]\.?)? ?{ZONE}(?: ?\([^)]*\))?)?"
)
SHAPES = tuple(
    re.compile(shape + CLOCK, re.ASCII)
    for shape in (
        r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})",
        r"(?P<year>\d{4})[./](?P<month>\d{1,2})[./](?P<day>\d{1,2})",
        r"(?P<day>\d{1,2})\.? ?[/ -] ?(?P<name>[A-Za-zä]{3,12})\.?[/ -](?P<year>\d{4}|\d{2})",
        r"(?:[A-Za-z]{3},? )?(?P<name>[A-Za-z]{3}[a-z]*)\.? (?P<day>\d{1,2}),? (?P<year>\d{4})",
        r"(?P<day>\d{1,2})\. ?(?P<month>\d{1,2})\. ?(?P<year>\d{4}|\d{2})",
    )
)
NUMBERS = re.compile(
    r"(?P<one>\d{1,2})([/-])(?P<two>\d{1,2})\2(?P<year>\d{4}|\d{2})" + CLOCK, re.ASCII
)
"""A date of which the text does not tell the day from the month."""

DURATION = re.compile(r"(\d{1,9}(?:[.,]\d{1,4})?) ?([a-z]*)", re.ASCII)
MINUTES = {
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes", "minuten"), 1),
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours", "std", "stunde", "stunden"), 60),
    **dict.fromkeys(("d", "day", "days", "tag", "tage", "t"), 8 * 60),
    **dict.fromkeys(("w", "week", "weeks", "woche", "wochen"), 40 * 60),
}
"""By unit; a day has eight hours of work, a week has five days."""
MOST_MINUTES = 10 * 365 * 24 * 60
YES = {"yes", "y", "true", "1", "x", "done", "complete", "completed", "closed", "ja", "wahr"} | {
    "erledigt",
    "fertig",
    "abgeschlossen",
}
NO = {"no", "n", "false", "0", "-", "open", "nein", "falsch", "offen"}


class Moment(NamedTuple):
    """A day, and the time with its time zone if the text has them."""

    day: date
    at: time | None
    zone: tzinfo | None

    def within(self, zone: tzinfo) -> datetime:
        """The moment; at the beginning of the day, and in `zone`, if it does not say."""
        return datetime.combine(self.day, self.at or time(), self.zone or zone)

    def local(self, zone: tzinfo) -> tuple[date, time | None]:
        """The day and the time on the clocks of `zone`."""
        if self.at is None or self.zone is None:
            return self.day, self.at
        there = self.within(zone).astimezone(zone)
        return there.date(), there.time()


def moment(text: str, order: str = "") -> Moment:
    """The day that the text names; `order` is one of ORDERS, or "" if it is not known."""
    if len(text) > LONGEST_DATE:
        raise ValueError("This is no date.")
    return _moment(text, order)


def moment_in_utc(text: str) -> datetime | None:
    """The moment of a text without a zone in UTC, as programs write it; None if it is no date."""
    try:
        return moment(text).within(UTC)
    except ValueError:
        return None


def order_of(text: str) -> str:
    """The one of ORDERS that a date such as 13/4/2026 proves, "" if it proves none."""
    found = NUMBERS.fullmatch(text) if len(text) <= LONGEST_DATE else None
    if found is None:
        return ""
    one, two = int(found["one"]), int(found["two"])
    if one > LAST_MONTH >= two:
        return DAY_FIRST
    return MONTH_FIRST if two > LAST_MONTH >= one else ""


@lru_cache(10_000)
def _moment(text: str, order: str) -> Moment:
    found = next(filter(None, (shape.fullmatch(text) for shape in SHAPES)), None)
    if found is None:
        found = NUMBERS.fullmatch(text)
        if found is None:
            raise ValueError("This is no date, such as 2026-11-22.")
        if not (order := order or order_of(text)):
            raise ValueError("The day cannot be told from the month: say `date_order`.")
        parts = (found["one"], found["two"])
        day, month = map(int, parts if order == DAY_FIRST else reversed(parts))
    else:
        named = found.groupdict()
        day = int(named["day"])
        month = int(named.get("month") or 0) or MONTHS.get(named.get("name", "")[:3].casefold(), 0)
    return Moment(_day(found["year"], month, day), _clock(found), _zone(found))


def _day(digits: str, month: int, day: int) -> date:
    year = int(digits) + (CENTURY if len(digits) == SHORT else 0)
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise ValueError(f"The year is not from {FIRST_YEAR} to {LAST_YEAR}.")
    try:
        return date(year, month, day)
    except ValueError:
        raise ValueError("There is no such day.") from None


def _clock(found: re.Match[str]) -> time | None:
    if found["hour"] is None:
        return None
    hour, half = int(found["hour"]), (found["half"] or "").casefold()
    if half and not 1 <= hour <= NOON:
        raise ValueError("There is no such time.")
    if half:
        hour = hour % NOON + (NOON if half == "p" else 0)
    try:
        return time(hour, int(found["minute"]), int(found["second"] or 0))
    except ValueError:
        raise ValueError("There is no such time.") from None


def _zone(found: re.Match[str]) -> tzinfo | None:
    if offset := found["offset"]:
        minutes = int(offset[1:3]) * 60 + int(offset[-2:])
        if minutes > 14 * 60:
            raise ValueError("There is no such time zone.")
        return timezone(timedelta(minutes=-minutes if offset[0] == "-" else minutes))
    return UTC if found["zone"] else None


def minutes(text: str, unit: str = "m") -> int:
    """The minutes of work: `1h 30m`, `1,5 Std`, `2d`; a bare number is of `unit`."""
    plain, total, end = text.casefold().strip(), 0.0, 0
    for part in DURATION.finditer(plain[:LONGEST_DATE]):
        factor = MINUTES.get(part[2] or unit)
        if factor is None or plain[end : part.start()].strip(" ,"):
            raise ValueError("This is no duration, such as 1h 30m.")
        total += float(part[1].replace(",", ".")) * factor
        end = part.end()
    if not end or plain[end:].strip(" .") or total > MOST_MINUTES:
        raise ValueError("This is no duration, such as 1h 30m.")
    return round(total)


def is_yes(text: str) -> bool:
    plain = text.casefold()
    if plain in YES or plain in NO:
        return plain in YES
    raise ValueError("This is neither yes nor no.")


def person(text: str) -> str:
    """The e-mail address of `Name <address>`, or what stands there."""
    address = text.rpartition("<")[2].removesuffix(">")
    return address if text.endswith(">") and "@" in address else text
