"""Numbers that are borne by too many different people, found from the data.

A number in many records is no fault: one person is arrested often. It is suspicious when the records name different
people. How many, is told by the sound of the first names (spelling and script do not count), by birth intervals that
lie far apart, and by sex:

- *placeholder*: `PLACEHOLDER_NAMES` or more first names, at least one for every two records. Nobody's number (typed to
  fill the field, or a shop's); it is taken out of the person table.
- *shared*: `SHARED_NAMES` or more first names, more where a household may rightly share it. It stays, and is listed.
- *borrowed*: fewer names, but two sexes, or births more than `BIRTH_GAP_YEARS` apart. It stays, and is listed: perhaps
  a misused identity.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from linker.names.unicode import fold
from linker.normalise.columns import ABSENT, Bools, Distinct, Int64s, one_chunk
from linker.normalise.sounds import sound_key
from linker.normalise.worth import Scope, scope_of
from linker.schema import IdType, Sex

PLACEHOLDER_NAMES = 8
SHARED_NAMES = {Scope.PERSON: 3, Scope.HOUSEHOLD: 5, Scope.DEVICE: 5}
"""First names from which a value counts as shared, by who may rightly bear it."""

BIRTH_GAP_YEARS = 15
FEWEST_RECORDS = 3
"""A value in fewer records cannot be told from a slip of the pen."""

SHOWN = 50
"""Values listed in the findings, those with most names first."""

_YEAR_DAYS = 365.2425
_VOWELS = str.maketrans("", "", "aiu")


class Verdict(StrEnum):
    """Why a number proves less than it should."""

    PLACEHOLDER = "placeholder"
    SHARED = "shared"
    BORROWED = "borrowed"


@dataclass(frozen=True, slots=True)
class SharedValue:
    """A suspicious number: its type, its last four characters, how many records and first names bear it, and why it is
    suspicious."""

    type: str
    last4: str
    records: int
    names: int
    verdict: Verdict


@dataclass(frozen=True)
class People:
    """What tells the records' people apart: the name, the birth interval in days (`ABSENT` where unknown), the sex."""

    name: pa.Array
    first: Int64s
    last: Int64s
    sex: Int64s

    @classmethod
    def of(cls, name: pa.ChunkedArray, born: tuple[Int64s, Int64s], sex: Int64s) -> People:
        """From the name column, birth intervals and sexes of the records."""
        return cls(one_chunk(name), *born, sex)

    def first_names(self, rows: Int64s) -> Int64s:
        """A number per row for the sound of its first name, -1 where it has none. Only few records bear a number that others bear too, so
        only their names are looked at."""
        firsts = Distinct(self.name.take(pa.array(rows)), first_name_key)
        keys: dict[str, int] = {}
        return firsts.numbers(lambda key: keys.setdefault(key, len(keys)) if key else None, absent=-1)


def first_name_key(name: str) -> str:
    """The consonants of a name's first word, by sound in either script; initials say nothing."""
    for word in fold(name).split():
        key = sound_key(word).translate(_VOWELS)
        if len(key) > 1:
            return key
    return ""


def find_shared(column: pa.Array | pa.ChunkedArray, people: People, kind: str) -> tuple[list[SharedValue], list[str]]:
    """Suspicious values of a text or list column, and those of them that are placeholders."""
    rows, values = _bearers(one_chunk(column))
    encoded = pc.dictionary_encode(values)
    codes = encoded.indices.to_numpy().astype(np.int64)
    often = np.bincount(codes, minlength=len(encoded.dictionary))[codes] >= FEWEST_RECORDS
    rows, codes = rows[often], codes[often]
    if not len(rows):
        return [], []
    order = np.argsort(codes, kind="stable")
    rows, codes = rows[order], codes[order]
    starts = np.flatnonzero(np.diff(codes, prepend=-1))
    records = np.diff(np.append(starts, len(codes)))
    group = np.repeat(np.arange(len(starts)), records)
    names = _different_names(group, people.first_names(rows))
    enough = SHARED_NAMES[scope_of(kind)]
    odd = _contradictory(people, rows, starts)
    placeholder = (names >= PLACEHOLDER_NAMES) & (2 * names >= records)
    found = []
    for i in np.flatnonzero(placeholder | (names >= enough) | ((names > 1) & odd)).tolist():
        text = encoded.dictionary[int(codes[starts[i]])].as_py()
        verdict = Verdict.PLACEHOLDER if placeholder[i] else Verdict.SHARED if names[i] >= enough else Verdict.BORROWED
        found.append((SharedValue(kind, text[-4:], int(records[i]), int(names[i]), verdict), text))
    found.sort(key=lambda item: (-item[0].names, -item[0].records, item[1]))
    return [value for value, _ in found], [text for value, text in found if value.verdict is Verdict.PLACEHOLDER]


_SAID = {
    Verdict.PLACEHOLDER: "nobody's (different names in most records that bear it); not compared",
    Verdict.SHARED: "shared by several people (by different first names)",
    Verdict.BORROWED: "perhaps borrowed (two names with different sex or births far apart)",
}


def shared_note(kind: str, verdict: Verdict, values: list[SharedValue]) -> str:
    """A sentence for the report: how many values of a type, and the one with most names. `values` are the type's, at least one."""
    most = values[0]
    count, common = ("1 value is", "it") if len(values) == 1 else (f"{len(values):,} values are", "the most common")
    return f"{kind}: {count} {_SAID[verdict]}; {common} stands in {most.records:,} records under {most.names:,} first names"


def _bearers(cells: pa.Array) -> tuple[Int64s, pa.Array]:
    """Row and value of every value in a text or list column."""
    if pa.types.is_list(cells.type):
        return pc.list_parent_indices(cells).to_numpy().astype(np.int64), pc.list_flatten(cells)
    known = pc.is_valid(cells)
    return np.flatnonzero(known.to_numpy(zero_copy_only=False)), cells.filter(known)


def _different_names(group: Int64s, name: Int64s) -> Int64s:
    """How many different known names each group has; groups are numbered from 0."""
    known = name >= 0
    pairs = np.unique(group[known] * (int(name.max(initial=0)) + 1) + name[known])
    counts: Int64s = np.bincount(pairs // (int(name.max(initial=0)) + 1), minlength=int(group[-1]) + 1).astype(np.int64)
    return counts


def _contradictory(people: People, rows: Int64s, starts: Int64s) -> Bools:
    """Groups in which both sexes occur or births lie far apart."""
    sexes = np.bitwise_or.reduceat(np.where(people.sex[rows] == Sex.UNKNOWN, 0, 1 << people.sex[rows]), starts)
    born = people.first[rows] != ABSENT
    latest = np.maximum.reduceat(np.where(born, people.first[rows], ABSENT), starts)
    earliest = np.minimum.reduceat(np.where(born, people.last[rows], -ABSENT), starts)
    apart: Bools = latest - earliest > int(BIRTH_GAP_YEARS * _YEAR_DAYS)
    both: Bools = (sexes & (sexes - 1)) != 0
    return np.asarray(apart | both)


def without(column: pa.Array | pa.ChunkedArray, placeholders: list[str]) -> pa.Array:
    """The column without these values; a list that loses all its values becomes null."""
    cells = one_chunk(column)
    if not placeholders:
        return cells
    named = pa.array(placeholders, pa.string())
    if not pa.types.is_list(cells.type):
        return pc.if_else(pc.is_in(cells, value_set=named), None, cells)
    values = pc.list_flatten(cells)
    keep: Bools = ~pc.is_in(values, value_set=named).to_numpy(zero_copy_only=False)
    parents = pc.list_parent_indices(cells).to_numpy()[keep]
    lengths = np.bincount(parents, minlength=len(cells))
    offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32)
    return pa.ListArray.from_arrays(pa.array(offsets), values.filter(pa.array(keep)), mask=pa.array(lengths == 0))


LOOKED_AT: tuple[str, ...] = ("phones", *(str(t) for t in IdType if t is not IdType.HISTORY_SHEET))
"""Columns of PERSON whose values should belong to one person."""
