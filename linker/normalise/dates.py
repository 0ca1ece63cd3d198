"""A date as it was typed → the days it may mean.

`parse_date` accepts any text. What it reads, in this order: ISO dates with or without a time; day, month and year with
any separator (a month as number or name in either script); month and year; a year alone; eight or six digits without
separators; an Excel serial number. Day before month is the rule in India; where the second number cannot be a month and
the first can, they were swapped.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import IntEnum, IntFlag
from functools import lru_cache

from linker.names.unicode import fold
from linker.normalise.absent import is_absent
from linker.normalise.reference import forms, rows

EARLIEST_YEAR = 1880
"""No living person was born before; a year below is not one."""

LONGEST = 100
"""Characters of a cell that are looked at; a longer cell holds no date but a story."""

FILLER_YEARS = (1899, 1900)
"""What systems fill in for an unknown date."""

_EPOCH = date(1970, 1, 1).toordinal()
_EXCEL_EPOCH = date(1899, 12, 30).toordinal() - _EPOCH
_SERIALS = range(10_000, 80_000)  # 1927-05-18 … 2119: what a date cell gives when it was read as a number


class Precision(IntEnum):
    """How much of a date is known."""

    NONE = 0
    YEAR = 1
    MONTH = 2
    DAY = 3


class DateFlag(IntFlag):
    """What is remarkable about a date as it was typed."""

    NONE = 0
    IMPOSSIBLE = 1  # digits that look like a date that the calendar does not have, or a year out of range
    SWAPPED = 2  # month before day
    SHORT_YEAR = 4  # two digits; the century is a guess
    SERIAL = 8  # an Excel serial number
    NEW_YEAR = 16  # 01-01-YYYY: what clerks and systems write when only the year is known
    PLACEHOLDER = 32  # 01-01-1900, 00-00-0000
    UNREAD = 64  # text in which no date was found


@dataclass(frozen=True, slots=True)
class DateReading:
    """The days [first, last] since 1970-01-01 that a date may mean. With `SHORT_YEAR` they are the latest possible, and
    `century_first`, `century_last` the same a hundred years before."""

    first: int | None = None
    last: int | None = None
    precision: Precision = Precision.NONE
    flags: int = 0
    century_first: int | None = None
    century_last: int | None = None


# As plain numbers: a million comparisons of flags are slow.
_IMPOSSIBLE, _SWAPPED, _SHORT, _SERIAL, _NEW_YEAR, _PLACEHOLDER, _UNREAD_FLAG = (
    int(f)
    for f in (
        DateFlag.IMPOSSIBLE,
        DateFlag.SWAPPED,
        DateFlag.SHORT_YEAR,
        DateFlag.SERIAL,
        DateFlag.NEW_YEAR,
        DateFlag.PLACEHOLDER,
        DateFlag.UNREAD,
    )
)
NOTHING = DateReading()
_UNREAD = DateReading(flags=_UNREAD_FLAG)
_NO_DATE = DateReading(flags=_IMPOSSIBLE)
_NOBODY = DateReading(flags=_PLACEHOLDER)

_USUAL = re.compile(r"([0-9]{1,4})[./-]([0-9]{1,2})[./-]([0-9]{1,4})(?: 00:00:00)?\Z")
_TIME = re.compile(r"(?<=\d)(?:\s+|t)\d{1,2}:\d{2}.*$")
_POINT_ZERO = re.compile(r"^(\d+)\.0+$")
_ORDINAL = re.compile(r"(?<=\d)(?:st|nd|rd|th)\b")
_SPLIT = re.compile(r"[0-9]+|[a-z]+|[\u0900-\u0963\u0970-\u097f]+")


@lru_cache(maxsize=1)
def month_names() -> dict[str, int]:
    """Folded month names of configs/reference/months.tsv → 1 … 12."""
    return {fold(form): int(row["month"]) for row in rows("months.tsv") for form in forms(row["forms"])}


def day_number(year: int, month: int, day: int) -> int | None:
    """Days since 1970-01-01, or None where the calendar has no such day."""
    try:
        return date(year, month, day).toordinal() - _EPOCH
    except (ValueError, OverflowError):
        return None


def day_of(number: int) -> date:
    return date.fromordinal(number + _EPOCH)


def parse_date(text: str, latest: int) -> DateReading:
    """What `text` says; `latest` is the last year that a two-digit year may mean and that is possible at all."""
    usual = _USUAL.match(text)
    if usual:
        return _three(usual.groups(), latest)
    folded = fold(text[:LONGEST])
    folded = _ORDINAL.sub("", _TIME.sub("", folded))
    match = _POINT_ZERO.match(folded)
    if match:
        folded = match[1]
    tokens = _date_tokens(folded)
    numbers = [t for t in tokens if isinstance(t, str) and t.isdecimal()]
    if not numbers:
        return NOTHING if not folded else _NOBODY if is_absent(folded) else _UNREAD
    if len(tokens) >= 3:
        return _three(tokens[:3], latest)
    if len(tokens) == 2:
        return _two(tokens, latest)
    return _one(numbers[0], latest)


def _date_tokens(folded: str) -> list[str | int]:
    """Numbers as digits (or as x, where the writer did not know them), month names as 1 … 12; other words are left
    out."""
    found: list[str | int] = []
    names = month_names()
    for token in _SPLIT.findall(folded):
        if token[0].isdecimal() or not token.strip("x"):
            found.append(token)
        elif token in names:
            found.append(names[token])
    return found


def _three(tokens: Sequence[str | int], latest: int) -> DateReading:
    first, middle, last = tokens
    if isinstance(first, int):  # June 9, 2009
        first, middle = middle, first
    if isinstance(first, int) or isinstance(last, int):
        return _UNREAD
    if not (first.isdecimal() and last.isdecimal() and (isinstance(middle, int) or middle.isdecimal())):
        return _partly(first, middle, last, latest)
    if not first.strip("0") and len(first) <= 2 and len(last) == 4 and last.strip("0"):  # 00/03/1989, 00/00/1989
        return _partly("x", middle if isinstance(middle, int) or middle.strip("0") else "x", last, latest)
    if len(first) == 4 and len(last) <= 2:
        day, year = last, first
    elif len(first) <= 2 and len(last) in {2, 4}:
        day, year = first, last
        if len(year) == 2 and int(day) > 31:  # 93-05-21
            day, year = year, day
    else:
        return _NO_DATE
    d, m = int(day), int(middle)
    if isinstance(middle, str) and m > 12 >= d > 0:
        return _day(year, d, m, latest, _SWAPPED)
    return _day(year, m, d, latest, 0)


def _partly(first: str, middle: str | int, last: str, latest: int) -> DateReading:
    """'xx/03/1989' is a month, '10/xx/1989' and 'xx/xx/1989' a year; 00 stands for xx."""
    if len(last) != 4 or not last.isdecimal():
        return _UNREAD
    if first.isdecimal() or not str(middle).isdecimal():
        return year_reading(last, latest)
    return _two([middle, last], latest)


def _day(year: str, month: int, day: int, latest: int, flags: int) -> DateReading:
    full = _full_year(year, latest)
    short = len(year) == 2
    if short:
        flags |= _SHORT
    if full == 0 or (month == day == 1 and full in FILLER_YEARS):
        return _NOBODY
    number = day_number(full, month, day)
    if number is None or not EARLIEST_YEAR <= full <= latest:
        return DateReading(flags=flags | _IMPOSSIBLE)
    before = day_number(full - 100, month, day) if short else None
    if month == day == 1:
        flags |= _NEW_YEAR
    return DateReading(number, number, Precision.DAY, flags, before, before)


def _two(tokens: Sequence[str | int], latest: int) -> DateReading:
    first, second = tokens
    if isinstance(first, str) and isinstance(second, str) and len(first) == 4 and len(second) != 4:
        first, second = second, first
    if isinstance(second, int):
        first, second = second, first
    if (
        not isinstance(second, str)
        or len(second) != 4
        or not f"{first}{second}".isdecimal()
        or not 1 <= int(first) <= 12
    ):
        return _UNREAD
    return _span(int(second), int(first), int(first), latest, 0)


def _one(digits: str, latest: int) -> DateReading:
    if set(digits) == {"0"}:
        return _NOBODY
    size = len(digits)
    if size == 4:
        return year_reading(digits, latest)
    if size == 5 and int(digits) in _SERIALS:
        return _serial(int(digits), latest)
    if size == 8:
        return _compact(digits, latest)
    if size == 6:
        return _day(digits[4:], int(digits[2:4]), int(digits[:2]), latest, 0)
    return _UNREAD


def _compact(digits: str, latest: int) -> DateReading:
    day_first = _day(digits[4:], int(digits[2:4]), int(digits[:2]), latest, 0)
    if day_first.first is not None or day_first.flags & _PLACEHOLDER:
        return day_first
    year_first = _day(digits[:4], int(digits[4:6]), int(digits[6:]), latest, 0)
    return year_first if year_first.first is not None else _NO_DATE


def _serial(number: int, latest: int) -> DateReading:
    day = _EXCEL_EPOCH + number
    moment = day_of(day)
    if moment.year > latest:
        return DateReading(flags=_IMPOSSIBLE | _SERIAL)
    new_year = _NEW_YEAR if (moment.month, moment.day) == (1, 1) else 0
    return DateReading(day, day, Precision.DAY, _SERIAL | new_year)


def year_reading(digits: str, latest: int) -> DateReading:
    """A year of two or four digits as the span of its days."""
    year = _full_year(digits, latest)
    flags = _SHORT if len(digits) == 2 else 0
    if year == 0 or year in FILLER_YEARS:
        return _NOBODY
    return _span(year, 1, 12, latest, flags)


def _span(year: int, first_month: int, last_month: int, latest: int, flags: int) -> DateReading:
    if not EARLIEST_YEAR <= year <= latest:
        return DateReading(flags=flags | _IMPOSSIBLE)
    whole = (first_month, last_month) == (1, 12)
    precision = Precision.YEAR if whole else Precision.MONTH
    first, last = _first_and_last(year, first_month, last_month)
    if not flags & _SHORT:
        return DateReading(first, last, precision, flags)
    before_first, before_last = _first_and_last(year - 100, first_month, last_month)
    return DateReading(first, last, precision, flags, before_first, before_last)


def _first_and_last(year: int, first_month: int, last_month: int) -> tuple[int, int]:
    first = date(year, first_month, 1).toordinal() - _EPOCH
    after = date(year + 1, 1, 1) if last_month == 12 else date(year, last_month + 1, 1)
    return first, after.toordinal() - 1 - _EPOCH


def _full_year(digits: str, latest: int) -> int:
    year = int(digits)
    if len(digits) != 2:
        return year
    century = latest - latest % 100
    return century + year if century + year <= latest else century - 100 + year


def parse_year(text: str, latest: int) -> DateReading:
    """A year-of-birth cell: a year of two or four digits; otherwise whatever date it holds."""
    folded = fold(text[:LONGEST])
    match = _POINT_ZERO.match(folded)
    digits = match[1] if match else folded
    if digits.isdecimal() and digits.isascii() and len(digits) == 2:
        return year_reading(digits, latest)
    return parse_date(text, latest)
