"""New persons coded with the dictionaries of a base, so that both can be compared by number.

A value that the base knows has the base's code. Others get codes behind the base's, the same for the same text; their texts and counts
stand in the new columns' own dictionaries, in the order of these codes.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from linker.arrays import find_texts
from linker.matching.columns import NAME_FIELDS, UNKNOWN_DAY, PersonColumns, numbers
from linker.matching.csr import Coded, Csr, code_lists
from linker.matching.namekeys import bearers, keys_of_bearers
from linker.names.table import NameTable
from linker.schema import PLACE_FIELDS, IdType

Codes = NDArray[np.int32]


def code_persons(person: pa.Table, base: PersonColumns) -> PersonColumns:
    """The columns of a PERSON table as `linker.matching.columns.build_columns` makes them, in the codes of `base`."""
    coder = _Coder(person, base)
    n = len(person)
    name, aliases, names, only = _code_names(person, base)
    own = bearers([name["name"]], aliases, n)
    relatives = bearers([name[f] for f in NAME_FIELDS[1:]], None, n)
    ids = {str(t): coder.column(str(t)) for t in IdType if t != IdType.AADHAAR}
    ids["aadhaar"], near = coder.aadhaar()
    phones, relative_phones = coder.phones()
    return PersonColumns(
        n=n,
        names=names,
        name=name,
        aliases=aliases,
        name_keys=keys_of_bearers(names, own, informative=False, only=only),
        relative_keys=keys_of_bearers(names, relatives, informative=False, loose=True, only=only),
        sex=numbers(person, "sex", 0),
        birth_from=numbers(person, "birth_from", UNKNOWN_DAY),
        birth_to=numbers(person, "birth_to", UNKNOWN_DAY),
        birth_kind=numbers(person, "birth_kind", 0),
        record_day=numbers(person, "record_day", UNKNOWN_DAY),
        relative_standing=numbers(person, "relative_standing", 0),
        ids=ids,
        last4={str(t): coder.column(f"{t}_last4") for t in IdType},
        near={"aadhaar": near},
        phones=phones,
        relative_phones=relative_phones,
        place={p: coder.column(p) for p in PLACE_FIELDS},
        height_from=numbers(person, "height_from", -1),
        height_to=numbers(person, "height_to", -1),
        marks=coder.marks(),
        extra={c: coder.column(c) for c in base.extra},
        dictionaries=coder.fresh,
        population=base.population,
        only_names=only,
    )


class _Coder:
    """Codes texts column by column; `fresh` collects what the base does not know."""

    def __init__(self, person: pa.Table, base: PersonColumns) -> None:
        self._columns = dict(zip(person.column_names, person.columns, strict=True))
        self._base, self._n = base, len(person)
        self._none = np.full(self._n, -1, np.int32)
        self.fresh: dict[str, Coded] = {}

    def column(self, name: str) -> Codes:
        """One text per person; a column that the table lacks is empty."""
        column = self._columns.get(name)
        if column is None or column.null_count == self._n:
            return self._none
        (codes,), self.fresh[name] = _code(self._base.dictionaries[name], [_whole(column)])
        return codes

    def aadhaar(self) -> tuple[Codes, Csr]:
        rows, _, near = code_lists(self._columns["aadhaar_near"])
        (own, near_codes), self.fresh["aadhaar"] = _code(
            self._base.dictionaries["aadhaar"], [_whole(self._columns["aadhaar"]), near]
        )
        return own, Csr.of_pairs(rows, near_codes.astype(np.int64), self._n)

    def phones(self) -> tuple[Csr, Csr]:
        own_rows, _, own = code_lists(self._columns["phones"])
        other_rows, _, other = code_lists(self._columns["relative_phones"])
        (a, b), self.fresh["phones"] = _code(self._base.dictionaries["phones"], [own, other])
        return (
            Csr.of_pairs(own_rows, a.astype(np.int64), self._n),
            Csr.of_pairs(other_rows, b.astype(np.int64), self._n),
        )

    def marks(self) -> Csr:
        rows, _, texts = code_lists(self._columns["marks"])
        (codes,), self.fresh["marks"] = _code(self._base.dictionaries["marks"], [texts])
        return Csr.of_pairs(rows, codes.astype(np.int64), self._n)


def _code(base: Coded, parts: Sequence[pa.Array]) -> tuple[list[Codes], Coded]:
    """Codes of texts by the dictionary of the base, and what is new behind it."""
    codes = [find_texts(base.dictionary, part) for part in parts]
    new = [part.filter(pa.array((code < 0) & part.is_valid().to_numpy(zero_copy_only=False)))
           for part, code in zip(parts, codes, strict=True)]  # fmt: skip
    known = pc.unique(pa.concat_arrays(new)) if any(map(len, new)) else pa.array([], pa.string())
    counts = np.zeros(len(known), np.int64)
    for part, code in zip(parts, codes, strict=True):
        at = np.flatnonzero(code < 0)
        if len(at) and len(known):
            found = pc.index_in(part.take(pa.array(at)), value_set=known).fill_null(-1).to_numpy(zero_copy_only=False)
            code[at] = np.where(found >= 0, found + len(base.dictionary), -1)
            counts += np.bincount(found[found >= 0], minlength=len(known))
    return codes, Coded(known, counts)


def _code_names(person: pa.Table, base: PersonColumns) -> tuple[dict[str, Codes], Csr, NameTable, NDArray[np.int64]]:
    """Name columns, aliases, the base's name table with what is new, and the numbers of all names that occur."""
    alias_rows, _, alias_texts = code_lists(person["aliases"])
    parts = [*(_whole(person[f]) for f in NAME_FIELDS), alias_texts]
    known = Coded(base.names.base_texts, np.zeros(0, np.int64))
    codes, fresh = _code(known, parts)
    names = base.names.extend(fresh.dictionary.to_pylist()) if len(fresh.dictionary) else base.names
    only = np.unique(np.concatenate(codes)).astype(np.int64)
    aliases = Csr.of_pairs(alias_rows, codes[-1].astype(np.int64), len(person))
    return dict(zip(NAME_FIELDS, codes, strict=False)), aliases, names, only[only >= 0]


def _whole(column: pa.ChunkedArray) -> pa.Array:
    array = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    return array.cast(pa.string())
