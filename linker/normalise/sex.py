"""Words for a person's sex in both scripts → `Sex`; a husband's name says it where the column does not."""

from __future__ import annotations

import re
from functools import lru_cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from linker.names.unicode import fold
from linker.normalise.columns import Distinct, Int64s
from linker.normalise.reference import forms, rows
from linker.schema import Sex

LONGEST = 60
"""Characters of a cell that are looked at."""

_WOMANS_TITLE = (
    r"(?i)^\s*(?:smt|shrimati|srimati|mrs|miss|kumari|sushri|begum)[. ]|^\s*(?:श्रीमती|श्रीमति|सुश्री|कुमारी)[ .]"
)
"""Titles before a woman's name (RE2 syntax). 'कु0' is left out: it is Kumar as often."""

_WORD = re.compile(r"[a-z]+|[\u0900-\u0963\u0970-\u097f]+|\d")


@lru_cache(maxsize=1)
def _words() -> dict[str, Sex]:
    return {fold(form): Sex[row["sex"]] for row in rows("sex_words.tsv") for form in forms(row["forms"])}


def parse_sex(text: str) -> Sex:
    """The sex that a cell names; UNKNOWN where it names none or several."""
    folded = fold(text[:LONGEST]).strip(" .-/()")
    words = _words()
    if folded in words:
        return words[folded]
    named = {words[word] for word in _WORD.findall(folded) if len(word) > 1 and word in words}
    return named.pop() if len(named) == 1 else Sex.UNKNOWN


@lru_cache(maxsize=1)
def _title() -> re.Pattern[str]:
    return re.compile(_WOMANS_TITLE)


def is_titled_as_woman(name: str) -> bool:
    """Whether a name as it was typed begins with a woman's title."""
    return _title().match(name) is not None


def sexes(record: pa.Table) -> Int64s:
    """`Sex` per record: the column, else a woman's title before the name, else a husband (then female)."""
    stated = Distinct(record["sex"], parse_sex).numbers(lambda sex: sex.value, absent=0)
    husband = pc.is_valid(record["husband"]).to_numpy()
    title = pc.match_substring_regex(record["name_typed"], _WOMANS_TITLE).fill_null(False).to_numpy()
    return np.where((stated == Sex.UNKNOWN) & (husband | title), int(Sex.FEMALE), stated)
