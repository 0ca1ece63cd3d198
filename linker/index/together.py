"""Some records of the base and new ones as one small set of columns, on which the comparisons run as they do in the batch."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from linker.arrays import find_texts
from linker.config.matching import ComparisonKind, Matching
from linker.index.gather import names_of, recoded, renumbered, stacked
from linker.index.stored import PLAIN
from linker.matching.columns import NAME_FIELDS, PersonColumns
from linker.matching.comparisons.registration import meaning, meaning_of
from linker.matching.csr import Coded, Csr
from linker.matching.impossible import ONE_SIDED

Rows = NDArray[np.int64]
_NO_TEXTS = pa.array([], pa.string())
_HEIGHTS = ("height_from", "height_to")


@dataclass(frozen=True)
class Reads:
    """Which columns the comparisons of a configuration read of a record even where the other record does not state them. `across`: pairs
    of columns that are compared with each other; `always`: columns that speak by themselves."""

    across: tuple[tuple[str, str], ...]
    always: frozenset[str]

    @classmethod
    def of(cls, matching: Matching) -> Reads:
        across = []
        for comparison in matching.comparisons:
            if comparison.kind == ComparisonKind.HOME:
                home_station, home_district, station, district = comparison.fields
                across += [(home_district, district), (home_station, station)]
        vetoes = (veto.fields for veto in matching.vetoes if veto.when in ONE_SIDED)
        return cls(tuple(across), frozenset(field for fields in vetoes for field in fields))

    def needed(self, stated: set[str]) -> set[str]:
        """The columns to be read where the new persons state some."""
        linked = {name for pair in self.across if stated & set(pair) for name in pair}
        return stated | linked | self.always


@dataclass(frozen=True)
class Together:
    """Some records of the base, `rows`, and new persons, `new_rows`, as one small set of columns."""

    columns: PersonColumns
    base: PersonColumns
    rows: Rows
    new: PersonColumns
    new_rows: Rows

    def narrow(self, left: Rows | NDArray[np.int32], right: Rows | NDArray[np.int32]) -> None:
        """Give names, aliases and their keys to the rows that are to be compared, numbered anew as a table of their own."""
        columns, base, rows, new, new_rows = self.columns, self.base, self.rows, self.new, self.new_rows
        used = np.zeros(columns.n, np.bool_)
        used[left] = used[right] = True
        (upper, aliases), (lower, more) = ((tuple(c.name[f] for f in NAME_FIELDS), c.aliases) for c in (base, new))
        wanted, offsets = names_of(
            upper, (aliases.offsets, aliases.values), rows, lower, (more.offsets, more.values), new_rows, used
        )
        columns.few, numbers = columns.names.narrow(wanted)
        columns.name = {f: numbers[k * columns.n : (k + 1) * columns.n] for k, f in enumerate(NAME_FIELDS)}
        relatives = numbers[columns.n : len(NAME_FIELDS) * columns.n].reshape(len(NAME_FIELDS) - 1, columns.n)
        columns.relatives = np.ascontiguousarray(relatives.T)
        columns.aliases = Csr(offsets, numbers[len(NAME_FIELDS) * columns.n :].astype(np.int64))
        columns.name_keys = stacked(base.name_keys, rows, new.name_keys, new_rows, used)
        columns.relative_keys = stacked(base.relative_keys, rows, new.relative_keys, new_rows, used)


def together(base: PersonColumns, rows: Rows, new: PersonColumns, new_rows: Rows, reads: Reads) -> Together:
    """Columns of the base's `rows` and, behind them, of the new persons' `new_rows`; names are added by `narrow`. Codes are numbered anew;
    counts, and with them how rare a value is, stay those of the base. What no new person states is left out of the base's records as well,
    unless the comparisons read it all the same: it could not be compared.
    """
    joiner = _Joiner(base, rows, new, new_rows, reads)
    groups: dict[str, Any] = {group: joiner.group(group) for group in ("ids", "last4", "place", "extra")}
    aadhaar, near = joiner.aadhaar()
    groups["ids"]["aadhaar"] = aadhaar
    phones, relative_phones = joiner.coded_lists("phones", ("phones", "relative_phones"))
    (marks,) = joiner.coded_lists("marks", ("marks",))
    columns = PersonColumns(
        n=len(rows) + len(new_rows),
        names=new.names,
        name={},
        aliases=joiner.no_lists,
        name_keys=joiner.no_lists,
        relative_keys=joiner.no_lists,
        **joiner.numbers(),
        **groups,
        phones=phones,
        relative_phones=relative_phones,
        marks=marks,
        near={"aadhaar": near},
        dictionaries=joiner.dictionaries,
        population=base.population,
        made=joiner.meanings(),
    )
    return Together(columns, base, rows, new, new_rows)


class _Part(Coded):
    """A part of a base's dictionary (`known`: codes) with what is new behind it (`unknown`: numbers in `more`). Texts and counts are
    fetched when a comparison reads them; most compare codes only."""

    def __init__(self, base: Coded, known: Rows, more: Coded | None, unknown: Rows) -> None:
        for name, value in (("known", known), ("_base", base), ("_more", more), ("_unknown", unknown)):
            object.__setattr__(self, name, value)

    known: Rows
    _base: Coded
    _more: Coded | None
    _unknown: Rows

    @property
    def fresh(self) -> pa.Array:
        """The texts that the base does not know."""
        unknown = self._unknown
        return self._more.dictionary.take(pa.array(unknown)) if self._more is not None and len(unknown) else _NO_TEXTS

    @cached_property
    def dictionary(self) -> pa.Array:
        return pa.concat_arrays([self._base.dictionary.take(pa.array(self.known)), self.fresh])

    @cached_property
    def counts(self) -> NDArray[np.int64]:
        known = self._base.counts[self.known]
        if self._more is None or not len(self._unknown):
            return known
        return np.concatenate([known, self._more.counts[self._unknown]])


_NOTHING = Coded(_NO_TEXTS, np.zeros(0, np.int64))


class _Joiner:
    """Gathers columns and numbers their codes anew."""

    def __init__(self, base: PersonColumns, rows: Rows, new: PersonColumns, new_rows: Rows, reads: Reads) -> None:
        self._base, self._rows, self._new, self._new_rows = base, rows, new, new_rows
        self._reads = reads
        self._n = len(rows) + len(new_rows)
        self._none = np.full(self._n, -1, np.int32)
        self.no_lists = Csr.empty(self._n)
        self.dictionaries: dict[str, Coded] = {}
        stated = self._said_by(new)
        self._stated = {
            n for n in reads.needed(stated) if n in stated or len(base.dictionaries.get(n, _NOTHING).counts)
        }

    def _said_by(self, new: PersonColumns) -> set[str]:
        """The columns that some new person states. Those that nobody states are mostly one and the same array."""
        known: dict[int, bool] = {}
        stated = set()
        for group in ("place", "extra", "ids"):
            for name, codes in getattr(new, group).items():
                if id(codes) not in known:
                    known[id(codes)] = bool(codes.max(initial=-1) >= 0)
                if known[id(codes)]:
                    stated.add(name)
        self._unsaid = {key for key, said in known.items() if not said}
        return stated

    def group(self, group: str) -> dict[str, NDArray[np.int32]]:
        """The coded columns of one attribute; Aadhaar numbers aside, whose codes stand in two columns."""
        joined = {}
        for name, codes in getattr(self._new, group).items():
            if group == "ids" and name == "aadhaar":
                continue
            dictionary = f"{name}_last4" if group == "last4" else name
            if (id(codes) in self._unsaid) if group == "last4" else (name not in self._stated):
                joined[name], self.dictionaries[dictionary] = self._none, _NOTHING
            else:
                theirs = getattr(self._base, group)[name]
                joined[name], distinct = recoded(theirs, self._rows, codes, self._new_rows)
                self._part(dictionary, distinct)
        return joined

    def aadhaar(self) -> tuple[NDArray[np.int32], Csr]:
        own = self._new.ids["aadhaar"][self._new_rows]
        if "aadhaar" not in self._stated and not len(self._new.near["aadhaar"].values):
            self.dictionaries["aadhaar"] = _NOTHING
            return self._none, self.no_lists
        near = self._lists(self._base.near["aadhaar"], self._new.near["aadhaar"])
        own = np.concatenate([self._base.ids["aadhaar"][self._rows], own])
        own, values = self._renumbered("aadhaar", [own, near.values])
        return own, Csr(near.offsets, values.astype(np.int64))

    def lists(self, name: str) -> Csr:
        return self._lists(getattr(self._base, name), getattr(self._new, name))

    def _lists(self, base: Csr, new: Csr) -> Csr:
        return stacked(base, self._rows, new, self._new_rows, np.ones(self._n, np.bool_))

    def numbers(self) -> dict[str, Any]:
        """The columns of numbers. Heights that no new person states are left out."""
        found = {}
        for name in PLAIN:
            theirs, mine = getattr(self._base, name), getattr(self._new, name)[self._new_rows]
            if name in _HEIGHTS and mine.max(initial=-1) < 0:
                found[name] = np.full(self._n, -1, mine.dtype)
            else:
                found[name] = np.concatenate([theirs[self._rows], mine])
        return found

    def coded_lists(self, dictionary: str, names: tuple[str, ...]) -> tuple[Csr, ...]:
        """Lists whose values are codes of one dictionary."""
        if not any(len(getattr(self._new, name).values) for name in names):
            self.dictionaries[dictionary] = _NOTHING
            return tuple(self.no_lists for _ in names)
        lists = [self.lists(name) for name in names]
        numbered = self._renumbered(dictionary, [part.values for part in lists])
        return tuple(Csr(part.offsets, v.astype(np.int64)) for part, v in zip(lists, numbered, strict=True))

    def _renumbered(self, dictionary: str, parts: list[NDArray[Any]]) -> list[NDArray[np.int32]]:
        """Codes from 0, in the order of the old ones (a list's values stay ascending), and their part of the dictionary."""
        distinct, numbers = renumbered(np.concatenate(parts).astype(np.int64))
        self._part(dictionary, distinct)
        return list(np.split(numbers, np.cumsum([len(p) for p in parts])[:-1]))

    def _part(self, dictionary: str, codes: Rows) -> None:
        """Keep the part of a dictionary that has these codes, ascending."""
        base = self._base.dictionaries[dictionary]
        size = len(base.counts)
        split = int(codes.searchsorted(size)) if len(codes) and codes[-1] >= size else len(codes)
        more = self._new.dictionaries.get(dictionary)
        self.dictionaries[dictionary] = _Part(base, codes[:split], more, codes[split:] - size)

    def meanings(self) -> dict[tuple[str, ...], NDArray[Any]]:
        """What values of a column are in another one, by what is known of the whole base; texts are compared only for new values."""
        found: dict[tuple[str, ...], NDArray[Any]] = {}
        for fields in self._reads.across:
            here, there = (self.dictionaries.get(f) for f in fields)
            if not isinstance(here, _Part) or not isinstance(there, _Part) or len(there.fresh):
                continue  # a new value of the other column may be an old one of this: the comparison looks itself
            whole = meaning_of(self._base, fields)
            codes = whole[here.known]
            if len(here.fresh):
                codes = np.concatenate([codes, find_texts(self._base.dictionaries[fields[1]].dictionary, here.fresh)])
            at = np.minimum(np.searchsorted(there.known, codes), max(len(there.known) - 1, 0))
            hit = there.known[at] == codes if len(there.known) else np.zeros(len(codes), np.bool_)
            found[meaning(fields)] = np.append(np.where(hit, at, -2), -1).astype(np.int32)
        return found
