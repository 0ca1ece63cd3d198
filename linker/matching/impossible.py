"""Vetoes by time: nobody is seen after his death, nobody is held in two places at once.

The days are those that a source states in columns of its own or in the words of a status (`linker.normalise.custody`), or `extra.` columns
of a configuration. A status without a date says nothing about when, so it is no veto.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from linker.config.matching import Veto
from linker.matching.columns import UNKNOWN_DAY, PersonColumns
from linker.matching.comparisons.base import Rows
from linker.normalise.dates import DateFlag, Precision, parse_date

Flags = NDArray[np.bool_]
NEVER = UNKNOWN_DAY
LATEST = 2200
"""No year behind it is one; years of two digits are not read at all."""


def seen_after_death(columns: PersonColumns, veto: Veto, left: Rows, right: Rows) -> Flags:
    """Pairs in which one record's person had died and the other's record was made later."""
    if not len(columns.coded(veto.fields[0]).counts):
        return np.zeros(len(left), np.bool_)
    died = _days(columns, veto.fields[0])
    seen = columns.record_day

    def later(dead: Rows, other: Rows) -> Flags:
        known = (died[dead] != NEVER) & (seen[other] != NEVER) & (died[other] == NEVER)
        found: Flags = known & (seen[other] > died[dead] + veto.slack_days)
        return found

    return later(left, right) | later(right, left)


def held_elsewhere(columns: PersonColumns, veto: Veto, left: Rows, right: Rows) -> Flags:
    """Pairs whose times in custody overlap although the places differ."""
    if not all(len(columns.coded(field).counts) for field in veto.fields):
        return np.zeros(len(left), np.bool_)
    first, last = _days(columns, veto.fields[0]), _days(columns, veto.fields[1])
    place = columns.text_column(veto.fields[2])
    held = (first != NEVER) & (last != NEVER) & (place >= 0)
    overlap = np.minimum(last[left], last[right]) - np.maximum(first[left], first[right])
    found: Flags = held[left] & held[right] & (place[left] != place[right]) & (overlap > veto.slack_days)
    return found


def _days(columns: PersonColumns, name: str) -> NDArray[np.int32]:
    """A text column as days since 1970-01-01; what is no whole date is unknown. Distinct texts are read once."""
    codes = columns.text_column(name)
    texts = columns.coded(name).dictionary.to_pylist()
    days = np.array([*map(_day, texts), NEVER], np.int32)
    return days[codes]


def _day(text: str) -> int:
    reading = parse_date(text, LATEST)
    whole = reading.precision == Precision.DAY and not reading.flags & DateFlag.SHORT_YEAR
    return reading.first if whole and reading.first is not None else NEVER


IMPOSSIBLE: dict[str, Callable[[PersonColumns, Veto, Rows, Rows], Flags]] = {
    "died": seen_after_death,
    "custody": held_elsewhere,
}
ONE_SIDED = frozenset({"died"})
"""Vetoes of which one record says something that the other does not."""
