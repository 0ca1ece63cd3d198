"""Whole columns: where each person stands, when he was in custody and where, and when he died.

What a column of its own says (`custody_from`, `custody_to`, `custody_place`, `died_on`) outranks what the status says in words, unless only
the words state a whole stay; without a status what no other field took is looked through. Days are ISO text: only vetoes read them, and
those know days as text.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from linker.normalise.columns import ABSENT, Distinct, Int64s, one_chunk
from linker.normalise.dates import day_of
from linker.normalise.prisons import prison_place
from linker.normalise.standing import StandingReading, parse_standing, telling, whole_day

COLUMNS = ("standing", "held_from", "held_to", "held_at", "died_on")
_STATED = ("status", "custody_from", "custody_to", "custody_place", "died_on")


def custody(record: pa.Table, record_day: Int64s, latest: int) -> dict[str, pa.Array]:
    """The `COLUMNS` of PERSON. `record_day`: when each record was true (`ABSENT`: unknown); who was in custody then, since a day that is
    known, was so up to that day at least."""
    rest = _that_tells(one_chunk(record["rest"]))
    if rest.null_count == len(rest) and all(record[c].null_count == len(record) for c in _STATED):
        return dict.fromkeys(COLUMNS, pa.nulls(len(record), pa.string()))
    told = Distinct(pc.coalesce(one_chunk(record["status"]), rest), lambda text: parse_standing(text, latest))
    stated = {c: Distinct(record[c], lambda text: whole_day(text, latest)).numbers(lambda d: d) for c in _STATED[1:3]}
    first, last = stated["custody_from"], stated["custody_to"]
    said = told.numbers(lambda r: r.held_from), told.numbers(lambda r: r.held_to)
    in_words = ((first == ABSENT) & (last == ABSENT)) | (
        ((first == ABSENT) | (last == ABSENT)) & (said[0] != ABSENT) & (said[1] != ABSENT)
    )
    first, last = np.where(in_words, said[0], first), np.where(in_words, said[1], last)
    held = told.flags(_is_held)
    open_end = (first != ABSENT) & (last == ABSENT) & held & (record_day != ABSENT) & (record_day >= first)
    last = np.where(open_end, record_day, last)
    wrong = (first != ABSENT) & (last != ABSENT) & (first > last)
    first, last = np.where(wrong, ABSENT, first), np.where(wrong, ABSENT, last)
    place = Distinct(record["custody_place"], prison_place).texts(lambda p: p)
    died = Distinct(record["died_on"], lambda text: whole_day(text, latest)).numbers(lambda d: d)
    died = np.where(died != ABSENT, died, told.numbers(lambda r: r.died_on))
    return {
        "standing": told.texts(lambda r: str(r.standing) if r.standing else None),
        "held_from": _iso(first), "held_to": _iso(last), "held_at": pc.coalesce(place, told.texts(lambda r: r.held_at)),
        "died_on": _iso(died),
    }  # fmt: skip


def _is_held(reading: StandingReading) -> bool:
    return reading.standing == "custody"


def _that_tells(texts: pa.Array) -> pa.Array:
    """The texts in which something may stand; null for all others."""
    if texts.null_count == len(texts):
        return texts
    return pc.if_else(
        pc.fill_null(pc.match_substring_regex(texts, telling()), False), texts, pa.scalar(None, pa.string())
    )


def _iso(days: Int64s) -> pa.Array:
    """Days as ISO text, null where `ABSENT`."""
    distinct, back = np.unique(days, return_inverse=True)
    texts = pa.array([None if d == ABSENT else day_of(int(d)).isoformat() for d in distinct], pa.string())
    return texts.take(pa.array(back))
