"""Some records of the base and new ones as one small set of columns, on which the comparisons run as they do in the batch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from linker.arrays import find_texts
from linker.config.matching import ComparisonKind, Matching
from linker.index.gather import renumbered, stacked
from linker.index.stored import PLAIN
from linker.matching.columns import PersonColumns
from linker.matching.comparisons.registration import meaning, meaning_of
from linker.matching.csr import Coded, Csr
from linker.matching.impossible import IMPOSSIBLE

Rows = NDArray[np.int64]
_NO_TEXTS = pa.array([], pa.string())


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
        vetoes = (veto.fields for veto in matching.vetoes if veto.when in IMPOSSIBLE)
        return cls(tuple(across), frozenset(field for fields in vetoes for field in fields))

    def needed(self, stated: set[str]) -> set[str]:
        """The columns to be read where the new persons state some."""
        linked = {name for pair in self.across if stated & set(pair) for name in pair}
        return stated | linked | self.always


def together(base: PersonColumns, rows: Rows, new: PersonColumns, new_rows: Rows, reads: Reads) -> PersonColumns:
    """Columns of the base's `rows` and, behind them, of the new persons' `new_rows`. Codes are numbered anew (names by `narrow`); counts,
    and with them how rare a value is, stay those of the base. What no new person states is left out of the base's records as well,
    unless the comparisons read it all the same: it could not be compared.
    """
    joiner = _Joiner(base, rows, new, new_rows, reads)
    groups: dict[str, Any] = {group: joiner.group(group) for group in ("ids", "last4", "place", "extra")}
    aadhaar, near = joiner.aadhaar()
    groups["ids"]["aadhaar"] = aadhaar
    name_keys, relative_keys = joiner.lists("name_keys"), joiner.lists("relative_keys")
    phones, relative_phones = joiner.coded_lists("phones", ("phones", "relative_phones"))
    (marks,) = joiner.coded_lists("marks", ("marks",))
    plain: dict[str, Any] = {n: np.concatenate([getattr(base, n)[rows], getattr(new, n)[new_rows]]) for n in PLAIN}
    return PersonColumns(
        n=len(rows) + len(new_rows),
        names=new.names,
        name={f: np.concatenate([base.name[f][rows], new.name[f][new_rows]]) for f in base.name},
        aliases=joiner.lists("aliases"),
        name_keys=name_keys,
        relative_keys=relative_keys,
        **plain,
        **groups,
        phones=phones,
        relative_phones=relative_phones,
        marks=marks,
        near={"aadhaar": near},
        dictionaries=joiner.dictionaries,
        population=base.population,
        made=joiner.meanings(),
    )


def narrow(columns: PersonColumns, left: Rows | NDArray[np.int32], right: Rows | NDArray[np.int32]) -> None:
    """Number the names of the rows that are to be compared anew, as a table of their own. The other rows have no names any more."""
    used = np.zeros(columns.n, np.bool_)
    used[left] = used[right] = True
    aliases = columns.aliases
    of_aliases = np.where(used[aliases.rows], aliases.values, -1).astype(np.int32)
    parts = [np.where(used, ids, np.int32(-1)) for ids in columns.name.values()]
    columns.few, numbers = columns.names.narrow(np.concatenate([*parts, of_aliases]))
    columns.name = {f: numbers[k * columns.n : (k + 1) * columns.n] for k, f in enumerate(columns.name)}
    columns.aliases = Csr(aliases.offsets, numbers[len(parts) * columns.n :].astype(np.int64))


class _Part(Coded):
    """A part of a base's dictionary (`known`: codes) with what is new behind it. Texts are fetched when a comparison reads them; most
    compare codes only."""

    def __init__(self, base: Coded, known: Rows, fresh: pa.Array, counts: NDArray[np.int64]) -> None:
        object.__setattr__(self, "known", known)
        object.__setattr__(self, "fresh", fresh)
        object.__setattr__(self, "_base", base)
        object.__setattr__(self, "counts", counts)

    known: Rows
    fresh: pa.Array

    @property
    def dictionary(self) -> pa.Array:
        base: Coded = self._base  # type: ignore[attr-defined]
        return pa.concat_arrays([base.dictionary.take(pa.array(self.known)), self.fresh])


_NOTHING = Coded(_NO_TEXTS, np.zeros(0, np.int64))


class _Joiner:
    """Gathers columns and numbers their codes anew."""

    def __init__(self, base: PersonColumns, rows: Rows, new: PersonColumns, new_rows: Rows, reads: Reads) -> None:
        self._base, self._rows, self._new, self._new_rows = base, rows, new, new_rows
        self._reads = reads
        self._n = len(rows) + len(new_rows)
        self._none = np.full(self._n, -1, np.int32)
        self._no_lists = Csr(np.zeros(self._n + 1, np.int64), np.empty(0, np.int64))
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
                mine = codes[self._new_rows]
                theirs = getattr(self._base, group)[name][self._rows]
                (joined[name],) = self._renumbered(dictionary, [np.concatenate([theirs, mine])])
        return joined

    def aadhaar(self) -> tuple[NDArray[np.int32], Csr]:
        own = self._new.ids["aadhaar"][self._new_rows]
        if "aadhaar" not in self._stated and not len(self._new.near["aadhaar"].values):
            self.dictionaries["aadhaar"] = _NOTHING
            return self._none, self._no_lists
        near = self._lists(self._base.near["aadhaar"], self._new.near["aadhaar"])
        own = np.concatenate([self._base.ids["aadhaar"][self._rows], own])
        own, values = self._renumbered("aadhaar", [own, near.values])
        return own, Csr(near.offsets, values.astype(np.int64))

    def lists(self, name: str) -> Csr:
        return self._lists(getattr(self._base, name), getattr(self._new, name))

    def _lists(self, base: Csr, new: Csr) -> Csr:
        return stacked(base, self._rows, new, self._new_rows)

    def coded_lists(self, dictionary: str, names: tuple[str, ...]) -> tuple[Csr, ...]:
        """Lists whose values are codes of one dictionary."""
        if not any(len(getattr(self._new, name).values) for name in names):
            self.dictionaries[dictionary] = _NOTHING
            return tuple(self._no_lists for _ in names)
        lists = [self.lists(name) for name in names]
        numbered = self._renumbered(dictionary, [part.values for part in lists])
        return tuple(Csr(part.offsets, v.astype(np.int64)) for part, v in zip(lists, numbered, strict=True))

    def _renumbered(self, dictionary: str, parts: list[NDArray[Any]]) -> list[NDArray[np.int32]]:
        """Codes from 0, in the order of the old ones (a list's values stay ascending), and their part of the dictionary."""
        distinct, numbers = renumbered(np.concatenate(parts).astype(np.int64))
        base = self._base.dictionaries[dictionary]
        fresh = self._new.dictionaries.get(dictionary)
        split = int(np.searchsorted(distinct, len(base.dictionary)))
        known, unknown = distinct[:split], distinct[split:] - len(base.dictionary)
        counts, texts = base.counts[known], _NO_TEXTS
        if fresh is not None and len(unknown):
            counts, texts = np.concatenate([counts, fresh.counts[unknown]]), fresh.dictionary.take(pa.array(unknown))
        self.dictionaries[dictionary] = _Part(base, known, texts, counts)
        if len(parts) == 1:
            return [numbers]
        return list(np.split(numbers, np.cumsum([len(p) for p in parts])[:-1]))

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
