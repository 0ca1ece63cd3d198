"""Whole columns of dates: what `dates.parse_date` says, cell by cell, as arrays.

The usual cells (dd/mm/yyyy, dd.mm.yy, yyyy-mm-dd with these separators) are reckoned for all distinct values at once;
the rest are parsed one distinct value at a time. A test holds both ways to the same result.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from linker.normalise.columns import ABSENT, Bools, Int64s, characters, one_chunk
from linker.normalise.dates import EARLIEST_YEAR, FILLER_YEARS, DateFlag, DateReading, Precision, parse_date

_USUAL = (
    (r"^(?:0[1-9]|[1-9][0-9])[./-][0-9]{2}[./-][0-9]{4}$", (0, 2), (3, 5), (6, 10)),
    (r"^[0-9]{2}[./-][0-9]{2}[./-][0-9]{2}$", (0, 2), (3, 5), (6, 8)),
    (r"^[0-9]{4}[./-][0-9]{2}[./-][0-9]{2}$", (8, 10), (5, 7), (0, 4)),
)
"""Patterns, and where day, month and year stand in them."""

_SWAPPED, _SHORT, _NEW_YEAR = int(DateFlag.SWAPPED), int(DateFlag.SHORT_YEAR), int(DateFlag.NEW_YEAR)
_IMPOSSIBLE, _PLACEHOLDER = int(DateFlag.IMPOSSIBLE), int(DateFlag.PLACEHOLDER)


@dataclass(frozen=True)
class Dates:
    """`DateReading` by rows: days (`ABSENT` where unknown), precision and flags."""

    first: Int64s
    last: Int64s
    precision: Int64s
    flags: Int64s
    century_first: Int64s
    century_last: Int64s

    @classmethod
    def of(
        cls, column: pa.Array | pa.ChunkedArray, latest: int, parse: Callable[[str, int], DateReading] = parse_date
    ) -> Dates:
        """Read a text column; `parse` reads the cells that are not usual."""
        encoded = pc.dictionary_encode(one_chunk(column))
        texts = encoded.dictionary
        table = np.full((len(texts) + 1, 6), ABSENT, dtype=np.int64)
        table[:, 2:4] = 0
        rest = np.ones(len(texts), dtype=np.bool_)
        if parse is parse_date:
            for pattern, *where in _USUAL:
                fits = pc.match_substring_regex(texts, pattern).to_numpy(zero_copy_only=False).astype(np.bool_)
                places = np.flatnonzero(fits)
                if len(places):
                    table[places] = _reckon(texts.take(pa.array(places)), where, latest)
                    rest &= ~fits
        for place, text in zip(np.flatnonzero(rest).tolist(), texts.filter(pa.array(rest)).to_pylist(), strict=True):
            table[place] = _row(parse(text, latest))
        index = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False)
        return cls(*(table[:, k][index] for k in range(6)))

    @property
    def full(self) -> Bools:
        """Rows with a day that is not the first of January, which stands for a year."""
        full: Bools = (self.precision == Precision.DAY) & (self.flags & _NEW_YEAR == 0)
        return full

    def count(self, flag: DateFlag) -> int:
        return int(np.count_nonzero(self.flags & int(flag)))


def _row(reading: DateReading) -> list[int]:
    days = [reading.first, reading.last, reading.century_first, reading.century_last]
    first, last, before_first, before_last = (ABSENT if day is None else day for day in days)
    return [first, last, int(reading.precision), reading.flags, before_first, before_last]


def _reckon(texts: pa.Array, where: list[tuple[int, int]], latest: int) -> Int64s:
    """The six numbers of every text of one pattern."""
    letters = characters(texts)
    day, month, year = (_number(letters[:, low:high]) for low, high in where)
    short = where[2][1] - where[2][0] == 2
    flags = np.full(len(day), _SHORT if short else 0, dtype=np.int64)
    if short:
        ymd = day > 31  # 93-05-21
        day, year = np.where(ymd, year, day), np.where(ymd, day, year)
        century = latest - latest % 100
        year = np.where(century + year <= latest, century + year, century - 100 + year)
    swapped = (month > 12) & (day <= 12) & (day > 0)
    day, month = np.where(swapped, month, day), np.where(swapped, day, month)
    flags |= np.where(swapped, _SWAPPED, 0)
    first_january = (day == 1) & (month == 1)
    filler = (year == 0) | (first_january & np.isin(year, FILLER_YEARS))
    number = _day_number(day, month, year)
    good = (number != ABSENT) & (year >= EARLIEST_YEAR) & (year <= latest) & ~filler
    flags = np.where(good, flags | np.where(first_january, _NEW_YEAR, 0), flags | _IMPOSSIBLE)
    flags = np.where(filler, _PLACEHOLDER, flags)
    first = np.where(good, number, ABSENT)
    before = np.where(good, _day_number(day, month, year - 100), ABSENT) if short else np.full(len(day), ABSENT)
    return np.stack([first, first, np.where(good, int(Precision.DAY), 0), flags, before, before], axis=1)


def _number(digits: np.ndarray[tuple[int, int], np.dtype[np.uint8]]) -> Int64s:
    value: Int64s = digits.astype(np.int64) @ (10 ** np.arange(digits.shape[1] - 1, -1, -1))
    return value


def _day_number(day: Int64s, month: Int64s, year: Int64s) -> Int64s:
    """Days since 1970-01-01; `ABSENT` where the calendar has no such day."""
    usual = (month >= 1) & (month <= 12)
    months = (year - 1970) * 12 + np.where(usual, month, 1) - 1
    start = months.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    end = (months + 1).astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    number: Int64s = np.where(usual & (day >= 1) & (day <= end - start) & (year >= 1), start + day - 1, ABSENT)
    return number
