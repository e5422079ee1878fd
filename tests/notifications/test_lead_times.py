"""The instants of reminders by the clocks of all time zones, where days have 23 to 25 hours."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.days import FIRST_DAY, LAST_DAY, time_zones
from notifications.models import LeadTime
from notifications.services.lead_times import moment_of

ZONES = sorted(time_zones())
HOURS = (None, time(0), time(0, 30), time(1, 30), time(2, 30), time(23, 59, 59, 999999))
DAYS = {LeadTime.WEEK: -7, LeadTime.DAY: -1, LeadTime.ON_DAY: 0}
FIRST, LAST = date(2025, 12, 20), date(2027, 1, 20)


@cache
def odd_days(zone: str) -> list[date]:
    """The days from FIRST to LAST that do not have 24 hours."""
    days = [FIRST + timedelta(days=n) for n in range((LAST - FIRST).days)]
    noons = [datetime.combine(day, time(12), ZoneInfo(zone)).utcoffset() for day in days]
    return [day for n, day in enumerate(days) if n and noons[n] != noons[n - 1]]


def target(lead_time: LeadTime, day: date, hour: time | None) -> datetime | None:
    """What the clock shows when the reminder is due; None where a span of time decides."""
    if lead_time == LeadTime.OVERDUE and hour is None:
        return datetime.combine(day + timedelta(days=1), time(9))
    if lead_time in DAYS:
        return datetime.combine(day + timedelta(days=DAYS[lead_time]), hour or time(9))
    return None


def shows(moment: datetime, zone: str) -> datetime:
    return moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None)


def exists(shown: datetime, zone: str) -> bool:
    """Whether the clock of the zone ever shows this, or skips it."""
    return shows(shown.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC), zone) == shown


def check(lead_time: LeadTime, day: date, hour: time | None, zone: str) -> None:
    moment = moment_of(lead_time, day, hour, ZoneInfo(zone))
    wanted = target(lead_time, day, hour)
    if moment is None:
        assert (lead_time, hour) == (LeadTime.HOUR, None)
    elif wanted is None:
        due = moment_of(LeadTime.ON_DAY, day, hour, ZoneInfo(zone))
        span = {LeadTime.HOUR: timedelta(hours=-1), LeadTime.OVERDUE: timedelta(hours=24)}
        assert due
        assert moment == due + span[lead_time]
    elif exists(wanted, zone):
        assert shows(moment, zone) == wanted
        # Of an hour that comes twice it is the first.
        earlier = [moment - timedelta(minutes=n) for n in (20, 30, 60, 120)]
        assert wanted not in [shows(each, zone) for each in earlier]
    else:
        assert timedelta(0) < shows(moment, zone) - wanted <= timedelta(days=1)


def odd_cases() -> Iterator[tuple[LeadTime, date, time | None, str]]:
    """Every lead time whose day, or the day it counts from, is not as long as others."""
    for zone in ZONES:
        for odd in odd_days(zone):
            for hour in HOURS:
                for lead_time in LeadTime:
                    yield lead_time, odd, hour, zone
                    yield lead_time, odd + timedelta(days=-DAYS.get(lead_time, -1)), hour, zone


def test_moments_are_right_where_clocks_are_changed() -> None:
    count = 0
    for case in odd_cases():
        check(*case)
        count += 1
    assert count > 10_000


@settings(max_examples=300, derandomize=True, deadline=None, database=None)
@given(
    st.sampled_from(list(LeadTime)),
    st.dates(FIRST_DAY, LAST_DAY),
    st.none() | st.times(),
    st.sampled_from(ZONES),
)
def test_moments_are_right_on_any_day(
    lead_time: LeadTime, day: date, hour: time | None, zone: str
) -> None:
    check(lead_time, day, hour, zone)


@pytest.mark.parametrize("hour", [None, time(17)])
def test_moments_come_in_order(hour: time | None) -> None:
    zone = ZoneInfo("Europe/Berlin")
    for n in range(400):
        day = FIRST + timedelta(days=n)
        found = [moment_of(lead_time, day, hour, zone) for lead_time in LeadTime]
        moments = [moment for moment in found if moment]
        assert moments == sorted(moments)


def test_a_day_that_a_zone_skipped_is_the_next_one() -> None:
    """Samoa went from the 29th to the 31st of December 2011."""
    zone = ZoneInfo("Pacific/Apia")
    moment = moment_of(LeadTime.ON_DAY, date(2011, 12, 30), None, zone)
    assert moment
    assert shows(moment, "Pacific/Apia") == datetime.combine(date(2011, 12, 31), time(9))
