"""Some records of the base and new ones as one small set of columns, on which the comparisons run as they do in the batch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from linker.index.stored import PLAIN
from linker.matching.columns import PersonColumns
from linker.matching.csr import Coded, Csr

Rows = NDArray[np.int64]
_NO_TEXTS = pa.array([], pa.string())
_WITHIN = frozenset({"ids", "last4"})
"""Groups of columns each of which is compared with itself only."""


def together(base: PersonColumns, rows: Rows, new: PersonColumns, new_rows: Rows) -> PersonColumns:
    """Columns of the base's `rows` and, behind them, of the new persons' `new_rows`. Codes are numbered anew; counts, and with them how
    rare a value is, stay those of the base. Identifiers that no new person states are left out of the base's records as well: they could
    not be compared. (Places are not: some are compared across columns.)
    """
    joiner = _Joiner(base, rows, new, new_rows)
    groups: dict[str, Any] = {group: joiner.group(group) for group in ("ids", "last4", "place", "extra")}
    aadhaar, near = joiner.aadhaar()
    groups["ids"]["aadhaar"] = aadhaar
    lists: dict[str, Any] = {name: joiner.lists(name) for name in ("aliases", "name_keys", "relative_keys")}
    phones, relative_phones = joiner.coded_lists("phones", ("phones", "relative_phones"))
    (marks,) = joiner.coded_lists("marks", ("marks",))
    plain: dict[str, Any] = {n: np.concatenate([getattr(base, n)[rows], getattr(new, n)[new_rows]]) for n in PLAIN}
    return PersonColumns(
        n=len(rows) + len(new_rows),
        names=new.names,
        name={f: np.concatenate([base.name[f][rows], new.name[f][new_rows]]) for f in base.name},
        **plain,
        **lists,
        **groups,
        phones=phones,
        relative_phones=relative_phones,
        marks=marks,
        near={"aadhaar": near},
        dictionaries=joiner.dictionaries,
        population=base.population,
    )


class _Part(Coded):
    """A part of a dictionary whose texts are fetched when a comparison reads them; most compare codes only."""

    def __init__(self, texts: Callable[[], pa.Array], counts: NDArray[np.int64]) -> None:
        object.__setattr__(self, "_fetch", texts)
        object.__setattr__(self, "counts", counts)

    @property
    def dictionary(self) -> pa.Array:
        return self._fetch()  # type: ignore[attr-defined]


class _Joiner:
    """Gathers columns and numbers their codes anew."""

    def __init__(self, base: PersonColumns, rows: Rows, new: PersonColumns, new_rows: Rows) -> None:
        self._base, self._rows, self._new, self._new_rows = base, rows, new, new_rows
        self._n = len(rows) + len(new_rows)
        self._none = np.full(self._n, -1, np.int32)
        self._no_lists = Csr(np.zeros(self._n + 1, np.int64), np.empty(0, np.int64))
        self.dictionaries: dict[str, Coded] = {}

    def group(self, group: str) -> dict[str, NDArray[np.int32]]:
        """The coded columns of one attribute; Aadhaar numbers aside, whose codes stand in two columns."""
        joined = {}
        for name, codes in getattr(self._new, group).items():
            if group == "ids" and name == "aadhaar":
                continue
            dictionary = f"{name}_last4" if group == "last4" else name
            mine = codes[self._new_rows]
            if group in _WITHIN and mine.max(initial=-1) < 0:
                joined[name] = self._none
                self.dictionaries[dictionary] = Coded(_NO_TEXTS, np.zeros(0, np.int64))
            else:
                theirs = getattr(self._base, group)[name][self._rows]
                (joined[name],) = self._renumbered(dictionary, [np.concatenate([theirs, mine])])
        return joined

    def aadhaar(self) -> tuple[NDArray[np.int32], Csr]:
        near = self.lists("aadhaar", near=True)
        own = np.concatenate([self._base.ids["aadhaar"][self._rows], self._new.ids["aadhaar"][self._new_rows]])
        own, values = self._renumbered("aadhaar", [own, near.values])
        return own, Csr(near.offsets, values.astype(np.int64))

    def lists(self, name: str, *, near: bool = False) -> Csr:
        base, new = (c.near[name] if near else getattr(c, name) for c in (self._base, self._new))
        return _stacked(base.take(self._rows), new.take(self._new_rows))

    def coded_lists(self, dictionary: str, names: tuple[str, ...]) -> tuple[Csr, ...]:
        """Lists whose values are codes of one dictionary."""
        lists = [self.lists(name) for name in names]
        if not any(len(getattr(self._new, name).values) for name in names):
            self.dictionaries[dictionary] = Coded(_NO_TEXTS, np.zeros(0, np.int64))
            return tuple(self._no_lists for _ in names)
        numbered = self._renumbered(dictionary, [part.values for part in lists])
        return tuple(Csr(part.offsets, v.astype(np.int64)) for part, v in zip(lists, numbered, strict=True))

    def _renumbered(self, dictionary: str, parts: list[NDArray[np.integer]]) -> list[NDArray[np.int32]]:
        """Codes from 0, in the order of the old ones (a list's values stay ascending), and their part of the dictionary."""
        distinct, numbers = np.unique(np.concatenate(parts), return_inverse=True)
        skip = int(np.searchsorted(distinct, 0))
        distinct, numbers = distinct[skip:].astype(np.int64), (numbers - skip).astype(np.int32)
        numbers[numbers < 0] = -1
        base = self._base.dictionaries[dictionary]
        fresh = self._new.dictionaries.get(dictionary)
        split = int(np.searchsorted(distinct, len(base.dictionary)))
        known, unknown = distinct[:split], distinct[split:] - len(base.dictionary)
        counts = [base.counts[known]] + ([fresh.counts[unknown]] if fresh is not None else [])

        def texts() -> pa.Array:
            taken = [base.dictionary.take(pa.array(known))]
            taken += [fresh.dictionary.take(pa.array(unknown))] if fresh is not None else []
            return pa.concat_arrays(taken)

        self.dictionaries[dictionary] = _Part(texts, np.concatenate(counts))
        return list(np.split(numbers, np.cumsum([len(p) for p in parts])[:-1]))


def _stacked(upper: Csr, lower: Csr) -> Csr:
    offsets = np.concatenate([upper.offsets, upper.offsets[-1] + lower.offsets[1:]])
    return Csr(offsets, np.concatenate([upper.values, lower.values]))
