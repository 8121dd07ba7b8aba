"""When nothing may be released: windows in local time, with exceptions. Pure functions of a moment."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from model.promotion import DAYS, Freeze


def holding(freezes: Sequence[Freeze], now: datetime) -> list[tuple[Freeze, datetime | None]]:
    """The freezes that hold at a moment, each with the moment at which it ends; None for one without an end.

    `now` must have a time zone. Windows that follow each other without a gap count as one.
    """
    return [(freeze, end) for freeze in freezes if _window(freeze, now) for end in [_end(freeze, now)]]


def _window(freeze: Freeze, now: datetime) -> tuple[datetime, datetime] | None:
    """The window of this freeze that a moment lies in: one of the day itself, or one of the day before that goes on."""
    zone = ZoneInfo(freeze.timezone)
    today = now.astimezone(zone).date()
    for day in (today - timedelta(days=1), today):
        last = day if freeze.from_ < freeze.to else day + timedelta(days=1)
        begin, end = min(_at(day, freeze.from_, zone)), max(_at(last, freeze.to, zone))
        if _begins(freeze, day) and begin <= now < end:
            return begin, end
    return None


def _end(freeze: Freeze, now: datetime) -> datetime | None:
    """Where the windows from here on end: whole days in a row are one freeze, however many."""
    if freeze.last is None and set(freeze.days) == set(DAYS) and _whole_days(freeze):
        later = [day for day in freeze.except_ if max(_at(day, "24:00", ZoneInfo(freeze.timezone))) > now]
        if not later:
            return None
    moment = now
    while window := _window(freeze, moment):
        moment = window[1]
    return moment


def _whole_days(freeze: Freeze) -> bool:
    """Whether each window ends where the next one begins."""
    return freeze.from_ == freeze.to or (freeze.from_, freeze.to) == ("00:00", "24:00")


def _begins(freeze: Freeze, day: date) -> bool:
    return (
        DAYS[day.weekday()] in freeze.days
        and (freeze.first is None or freeze.first <= day)
        and (freeze.last is None or day <= freeze.last)
        and day not in freeze.except_
    )


def _at(day: date, clock: str, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """A local time of a day as moments in UTC's count; 24:00 is the next day's 00:00. When the clocks are set there may be two of it, and
    of one that is skipped either may be meant: a freeze is the longer one."""
    hours, minutes = map(int, clock.split(":"))
    days, hours = divmod(hours, 24)
    local = datetime.combine(day + timedelta(days=days), time(hours, minutes), zone)
    return local.astimezone(UTC), local.replace(fold=1).astimezone(UTC)
