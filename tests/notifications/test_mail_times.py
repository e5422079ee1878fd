"""When mail may come to somebody, by the clock of any zone of the world."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from core.days import time_zones
from notifications.models import Digest, MailSchedule, NotificationKind
from notifications.services.mail_times import (
    Clock,
    after_quiet_hours,
    goes_at,
    is_quiet,
    next_digest,
    waits_for_digest,
)

BERLIN = ZoneInfo("Europe/Berlin")
DAY = timedelta(days=1)
seconds = st.integers(946_684_800, 2_145_916_800)  # 2000 to 2037
instants = seconds.map(lambda at: datetime.fromtimestamp(at, UTC))
zones = st.sampled_from(sorted(time_zones())).map(ZoneInfo)
times = st.times().map(lambda at: at.replace(second=0, microsecond=0))
schedules = st.builds(
    MailSchedule,
    quiet_from=times,
    quiet_until=times,
    digest=st.sampled_from([Digest.DAILY, Digest.WEEKLY]),
    digest_at=times,
    digest_weekday=st.integers(0, 6),
)


def quiet(begin: str, end: str, now: datetime, zone: ZoneInfo = BERLIN) -> Clock:
    hours = time.fromisoformat(begin), time.fromisoformat(end)
    return Clock(now, zone, MailSchedule(quiet_from=hours[0], quiet_until=hours[1]))


def in_berlin(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN)


@settings(deadline=None)
@given(instants, zones, schedules)
def test_after_quiet_hours_is_never_early_and_never_quiet(
    at: datetime, zone: ZoneInfo, schedule: MailSchedule
) -> None:
    clock = Clock(at, zone, schedule)
    found = after_quiet_hours(at, clock)
    assert found >= at
    assert not is_quiet(found, clock)
    assert (found == at) is not is_quiet(at, clock)


@settings(deadline=None)
@given(instants, zones, schedules)
def test_after_quiet_hours_no_minute_is_missed(
    at: datetime, zone: ZoneInfo, schedule: MailSchedule
) -> None:
    """All the time until then is quiet, apart from the days on which the clocks are changed."""
    clock = Clock(at, zone, schedule)
    found = after_quiet_hours(at, clock)
    assume(zone.utcoffset(at - DAY) == zone.utcoffset(found + DAY))
    assume(at.astimezone(zone).utcoffset() == found.astimezone(zone).utcoffset())
    while (found := found - timedelta(minutes=7)) > at:
        assert is_quiet(found, clock)


@settings(deadline=None)
@given(instants, zones, schedules)
def test_next_digest_is_the_first_one_at_its_hour(
    at: datetime, zone: ZoneInfo, schedule: MailSchedule
) -> None:
    clock = Clock(at, zone, schedule)
    found = next_digest(at, clock)
    longest = 1 if schedule.digest == Digest.DAILY else 7
    assert at < found <= at + longest * DAY + timedelta(hours=26)
    here = found.astimezone(zone)
    skipped = datetime.combine(here, schedule.digest_at, zone).astimezone(UTC) != found
    if not skipped and schedule.digest == Digest.WEEKLY:
        assert here.weekday() == schedule.digest_weekday
    if not skipped:
        assert here.time() == schedule.digest_at


@settings(deadline=None)
@given(instants, zones, schedules)
def test_next_digest_comes_once_a_day_or_week(
    at: datetime, zone: ZoneInfo, schedule: MailSchedule
) -> None:
    clock = Clock(at, zone, schedule)
    times = [at]
    for _ in range(4):
        times.append(next_digest(times[-1], clock))
    days = {moment.astimezone(zone).date() for moment in times[1:]}
    gaps = [later - earlier for earlier, later in pairwise(times[1:])]
    span = DAY if schedule.digest == Digest.DAILY else 7 * DAY
    assert len(days) == 4
    assert all(abs(gap - span) <= timedelta(hours=25) for gap in gaps)


@settings(deadline=None)
@given(instants, zones, schedules)
def test_assignments_wait_for_nothing(at: datetime, zone: ZoneInfo, schedule: MailSchedule) -> None:
    clock = Clock(at, zone, schedule)
    assert goes_at(NotificationKind.ASSIGNED, clock) == at
    assert not waits_for_digest(NotificationKind.ASSIGNED, clock)
    assert not waits_for_digest(NotificationKind.DUE_TODAY, clock)
    assert waits_for_digest(NotificationKind.COMMENTED, clock)


@pytest.mark.parametrize(
    ("begin", "end", "at", "then"),
    [
        ("22:00", "07:00", "2031-05-05 21:59", "2031-05-05 21:59"),
        ("22:00", "07:00", "2031-05-05 22:00", "2031-05-06 07:00"),
        ("22:00", "07:00", "2031-05-06 06:59", "2031-05-06 07:00"),
        ("22:00", "07:00", "2031-05-06 07:00", "2031-05-06 07:00"),
        ("12:00", "14:00", "2031-05-06 13:00", "2031-05-06 14:00"),
        ("12:00", "14:00", "2031-05-06 23:00", "2031-05-06 23:00"),
        # The clocks are put forward from 2:00 to 3:00 on 30 March, back from 3:00 on 26 October.
        ("22:00", "07:00", "2031-03-29 23:00", "2031-03-30 07:00"),
        ("22:00", "02:30", "2031-03-29 23:00", "2031-03-30 03:30"),
        ("22:00", "07:00", "2031-10-25 23:00", "2031-10-26 07:00"),
        ("22:00", "02:30", "2031-10-25 23:00", "2031-10-26 02:30"),
    ],
)
def test_after_quiet_hours(begin: str, end: str, at: str, then: str) -> None:
    clock = quiet(begin, end, in_berlin(at))
    assert after_quiet_hours(in_berlin(at), clock).astimezone(BERLIN) == in_berlin(then)


def test_an_hour_that_comes_twice_may_be_quiet_again() -> None:
    second = in_berlin("2031-10-26 02:10").replace(fold=1)
    found = after_quiet_hours(second.astimezone(UTC), quiet("22:00", "02:30", second))
    assert found == in_berlin("2031-10-26 02:30").replace(fold=1).astimezone(UTC)


def test_a_digest_in_the_gap_comes_after_it() -> None:
    clock = Clock(
        in_berlin("2031-03-29 12:00"),
        BERLIN,
        MailSchedule(digest=Digest.DAILY, digest_at=time(2, 30)),
    )
    found = next_digest(clock.now, clock).astimezone(BERLIN)
    assert (found.date(), found.time()) == (date(2031, 3, 30), time(3, 30))


def test_a_weekly_digest_comes_on_its_day() -> None:
    schedule = MailSchedule(digest=Digest.WEEKLY, digest_at=time(8), digest_weekday=4)
    friday = in_berlin("2031-05-09 08:00")
    clock = Clock(friday, BERLIN, schedule)
    assert next_digest(friday - timedelta(minutes=1), clock) == friday
    assert next_digest(friday, clock) == friday + 7 * DAY


def test_without_a_schedule_nothing_waits() -> None:
    now = datetime(2031, 5, 5, 3, tzinfo=UTC)
    clock = Clock(now, BERLIN, MailSchedule())
    assert goes_at(NotificationKind.COMMENTED, clock) == now
    assert not waits_for_digest(NotificationKind.COMMENTED, clock)
