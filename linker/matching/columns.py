"""The person table as plain numpy columns: what keys and comparisons read.

Every text becomes an integer from a dictionary, so that the kernels compare numbers only. A query is coded with the same dictionaries
(`linker.search`), which is why the coding lives in one place.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from linker.matching.csr import Coded, Csr, code_lists, code_texts
from linker.matching.namekeys import bearers, keys_of_bearers
from linker.names.compared import ComparedNames
from linker.names.table import NameTable
from linker.schema import EXTRA_PREFIX, PLACE_FIELDS, IdType

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

NAME_FIELDS = ("name", "father", "mother", "husband", "guardian")
UNKNOWN_DAY = -2_000_000


@dataclass
class PersonColumns:
    """n persons. Name columns hold ids into `names`, other texts ids into their dictionary; -1 is unknown."""

    n: int
    names: NameTable
    name: dict[str, NDArray[np.int32]]
    aliases: Csr
    name_keys: Csr
    """strict and near keys of every token of the name and the aliases"""
    relative_keys: Csr
    """strict, near and loose keys of every token of every relative's name"""
    sex: NDArray[np.int8]
    birth_from: NDArray[np.int32]
    birth_to: NDArray[np.int32]
    birth_kind: NDArray[np.int8]
    record_day: NDArray[np.int32]
    relative_standing: NDArray[np.int8]
    """1 where a relative is named, 2 where he is stated to be dead, else 0"""
    ids: dict[str, NDArray[np.int32]]
    last4: dict[str, NDArray[np.int32]]
    near: dict[str, Csr]
    """identifier values that are one slip away from what was typed (Aadhaar, whose hashes cannot be compared letter by letter)"""
    phones: Csr
    relative_phones: Csr
    place: dict[str, NDArray[np.int32]]
    height_from: NDArray[np.int16]
    height_to: NDArray[np.int16]
    marks: Csr
    extra: dict[str, NDArray[np.int32]] = field(default_factory=dict)
    dictionaries: dict[str, Coded] = field(default_factory=dict)
    population: int = 0
    """how many persons the counts of the dictionaries come from"""
    only_names: NDArray[np.int64] | None = None
    """the names that occur here, ascending, where `names` holds those of many more persons; None: all"""
    starts: Mapping[str, Csr] = field(default_factory=dict)
    """keys by which names, and relatives' names, are looked for, where they are made already"""
    few: ComparedNames | None = None
    """the names that occur here as a table of their own, which the name columns then refer to instead of `names`"""
    made: dict[tuple[str, ...], NDArray[Any]] = field(default_factory=dict, repr=False, compare=False)
    """what comparisons derive from whole columns, see `once`"""

    def __post_init__(self) -> None:
        self.population = self.population or self.n

    @property
    def compared(self) -> NameTable | ComparedNames:
        """The table in which the names of these columns are compared."""
        return self.names if self.few is None else self.few

    @cached_property
    def relatives(self) -> NDArray[np.int32]:
        """Name ids of father, mother, husband and guardian side by side, shape (n, 4)."""
        return np.stack([self.name[f] for f in NAME_FIELDS[1:]], axis=1)

    def once(self, what: tuple[str, ...], make: Callable[[], NDArray[Any]]) -> NDArray[Any]:
        """Something that all chunks of pairs need of whole columns, made when it is first asked for."""
        found = self.made.get(what)
        if found is None:
            found = self.made[what] = make()
        return found

    def text_column(self, name: str) -> NDArray[np.int32]:
        """The codes of a place, identifier or `extra.` column. An `extra.` column that no source at hand feeds is unknown throughout."""
        for group in (self.place, self.ids, self.extra):
            if name in group:
                return group[name]
        if name.startswith(EXTRA_PREFIX):
            return np.full(self.n, -1, dtype=np.int32)
        raise KeyError(name)

    def rarity(self, name: str) -> NDArray[np.float32]:
        """Bits of surprise (-log2 of the share of rows) of each code of a column."""
        return self.coded(name).rarity(self.population)

    def coded(self, name: str) -> Coded:
        """The dictionary of a column that `text_column` gives; of an `extra.` column that no source at hand feeds, an empty one."""
        found = self.dictionaries.get(name)
        if found is None and name.startswith(EXTRA_PREFIX):
            return Coded(pa.array([], pa.string()), np.empty(0, np.int64))
        if found is None:
            raise KeyError(name)
        return found


def build_columns(person: pa.Table, name_table: Callable[[pa.Array, NDArray[np.int64]], NameTable]) -> PersonColumns:
    """Code a PERSON table. `name_table` makes the name table of distinct name texts with the number of records that bear each."""
    n = len(person)
    names, aliases, distinct = _code_names(person)
    with ThreadPoolExecutor(1) as aside:  # making names comparable leaves one core idle
        others = aside.submit(_code_others, person)
        table = name_table(distinct.dictionary, distinct.counts)
        if len(table):
            table.keys()  # made once, before two threads ask for them
        coded = others.result()
        relatives = bearers([names[f] for f in NAME_FIELDS[1:]], None, n)
        of_relatives = aside.submit(keys_of_bearers, table, relatives, informative=False, loose=True)
        return PersonColumns(
            n=n,
            names=table,
            name=names,
            aliases=aliases,
            name_keys=keys_of_bearers(table, bearers([names["name"]], aliases, n), informative=False),
            relative_keys=of_relatives.result(),
            **coded,
        )


def _code_others(person: pa.Table) -> dict[str, Any]:
    """All columns but names."""
    n = len(person)
    dictionaries: dict[str, Coded] = {}
    ids = {str(t): _code(person, str(t), dictionaries) for t in IdType if t != IdType.AADHAAR}
    ids["aadhaar"], near = _code_aadhaar(person, dictionaries)
    last4 = {str(t): _code(person, f"{t}_last4", dictionaries) for t in IdType}
    phones, relative_phones = _code_phones(person, dictionaries)
    mark_rows, _, mark_texts = code_lists(person["marks"])
    (mark_codes,), dictionaries["marks"] = code_texts([mark_texts])
    return {
        "sex": numbers(person, "sex", 0),
        "birth_from": numbers(person, "birth_from", UNKNOWN_DAY),
        "birth_to": numbers(person, "birth_to", UNKNOWN_DAY),
        "birth_kind": numbers(person, "birth_kind", 0),
        "record_day": numbers(person, "record_day", UNKNOWN_DAY),
        "relative_standing": numbers(person, "relative_standing", 0),
        "ids": ids,
        "last4": last4,
        "near": {"aadhaar": near},
        "phones": phones,
        "relative_phones": relative_phones,
        "place": {p: _code(person, p, dictionaries) for p in PLACE_FIELDS},
        "height_from": numbers(person, "height_from", -1),
        "height_to": numbers(person, "height_to", -1),
        "marks": Csr.of_pairs(mark_rows, mark_codes.astype(np.int64), n),
        "extra": {c: _code(person, c, dictionaries) for c in person.column_names if c.startswith(EXTRA_PREFIX)},
        "dictionaries": dictionaries,
    }


def _code(person: pa.Table, column: str, dictionaries: dict[str, Coded]) -> NDArray[np.int32]:
    (codes,), dictionaries[column] = code_texts([person[column]])
    return codes


def _code_names(person: pa.Table) -> tuple[dict[str, NDArray[np.int32]], Csr, Coded]:
    alias_rows, _, alias_texts = code_lists(person["aliases"])
    coded, distinct = code_texts([*(person[f] for f in NAME_FIELDS), alias_texts])
    columns = dict(zip(NAME_FIELDS, coded, strict=False))
    return columns, Csr.of_pairs(alias_rows, coded[-1].astype(np.int64), len(person)), distinct


def _code_aadhaar(person: pa.Table, dictionaries: dict[str, Coded]) -> tuple[NDArray[np.int32], Csr]:
    rows, _, near = code_lists(person["aadhaar_near"])
    (own, near_codes), coded = code_texts([person["aadhaar"], near])
    counts = np.bincount(own[own >= 0], minlength=len(coded.dictionary)).astype(np.int64)
    dictionaries["aadhaar"] = Coded(coded.dictionary, counts)
    return own, Csr.of_pairs(rows, near_codes.astype(np.int64), len(person))


def _code_phones(person: pa.Table, dictionaries: dict[str, Coded]) -> tuple[Csr, Csr]:
    own_rows, _, own = code_lists(person["phones"])
    relative_rows, _, relative = code_lists(person["relative_phones"])
    (own_codes, relative_codes), dictionaries["phones"] = code_texts([own, relative])
    n = len(person)
    return Csr.of_pairs(own_rows, own_codes.astype(np.int64), n), Csr.of_pairs(
        relative_rows, relative_codes.astype(np.int64), n
    )


def numbers(person: pa.Table, column: str, missing: int) -> NDArray[Any]:
    """A column of numbers with `missing` where there is none."""
    filled = pc.fill_null(person[column], pa.scalar(missing, type=person.schema.field(column).type))
    return np.array(filled.to_numpy())  # a copy: kernels refuse the read-only memory of Arrow
