"""A few new persons, given as fields, coded with the dictionaries of a base: `linker.index.coding` without tables, for a query.

A test holds both to the same columns.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from linker.arrays import TextFinder
from linker.index.gather import renumbered
from linker.matching.columns import NAME_FIELDS, UNKNOWN_DAY, PersonColumns
from linker.matching.csr import Coded, Csr
from linker.matching.namekeys import keys_of_few
from linker.schema import IdType

Person = Mapping[str, Any]
_PLAIN = {
    "sex": 0, "birth_from": UNKNOWN_DAY, "birth_to": UNKNOWN_DAY, "birth_kind": 0, "record_day": UNKNOWN_DAY,
    "relative_standing": 0, "height_from": -1, "height_to": -1,
}  # fmt: skip
"""Columns of numbers, and what stands for a missing one."""
_NOTHING = Coded(pa.array([], pa.string()), np.zeros(0, np.int64))
_PHONES, _AADHAAR = ("phones", "relative_phones"), ("aadhaar", "aadhaar_near")
_IDS = {str(t): str(t) for t in IdType if t is not IdType.AADHAAR}
_LAST4 = {str(t): f"{t}_last4" for t in IdType}


class FewCoder:
    """Codes persons by the dictionaries of a base."""

    def __init__(self, base: PersonColumns) -> None:
        self._base = base
        self._names = TextFinder(base.names.base_texts)
        self._finders = {name: TextFinder(coded.dictionary) for name, coded in base.dictionaries.items()}

    def code(self, persons: Sequence[Person]) -> PersonColumns:
        """The columns of some persons; a field that one lacks is unknown."""
        return _Coding(self._base, self._names, self._finders, persons).columns()


class _Codes:
    """Texts of one dictionary as codes; those that the base lacks are numbered behind it."""

    def __init__(self, finder: TextFinder) -> None:
        self._finder = finder
        self.fresh: dict[str, int] = {}
        """how often each new text stands"""
        self._at: dict[str, int] = {}

    def code(self, text: str | None) -> int:
        if text is None:
            return -1
        found = self._finder.find(text)
        if found < 0:
            found = self._at.setdefault(text, len(self._finder) + len(self._at))
            self.fresh[text] = self.fresh.get(text, 0) + 1
        return found

    def coded(self) -> Coded:
        if not self.fresh:
            return _NOTHING
        return Coded(pa.array(list(self.fresh), pa.string()), np.array(list(self.fresh.values()), np.int64))


class _Coding:
    def __init__(
        self, base: PersonColumns, names: TextFinder, finders: Mapping[str, TextFinder], persons: Sequence[Person]
    ) -> None:
        self._base, self._names, self._finders, self._persons = base, names, finders, persons
        self._n = len(persons)
        self._stated = {field for person in persons for field, value in person.items() if value is not None}
        self._none = np.full(self._n, -1, np.int32)
        self._empty = Csr.empty(self._n)
        self._fresh: dict[str, Coded] = {}

    def columns(self) -> PersonColumns:
        base, n = self._base, self._n
        names = _Codes(self._names)
        name = {f: self._column(f, names) for f in NAME_FIELDS}
        aliases = self._lists("aliases", names)
        table = base.names.extend(list(names.fresh)) if names.fresh else base.names
        only, _ = renumbered(np.concatenate([*name.values(), aliases.values]))
        keys = keys_of_few(table, list(name.values()), aliases, only)
        ids = self._texts(_IDS)
        ids["aadhaar"], near = self._aadhaar()
        phones, relative_phones = self._phones()
        marks = self._marks()
        plain: dict[str, Any] = {f: self._numbers(f, missing) for f, missing in _PLAIN.items()}
        return PersonColumns(
            n=n,
            names=table,
            name=name,
            aliases=aliases,
            name_keys=keys.own,
            relative_keys=keys.relatives,
            starts={"name": keys.own_start, "relative": keys.relatives_start},
            **plain,
            ids=ids,
            last4=self._texts(_LAST4),
            near={"aadhaar": near},
            phones=phones,
            relative_phones=relative_phones,
            place=self._texts({p: p for p in base.place}),
            marks=marks,
            extra=self._texts({c: c for c in base.extra}),
            dictionaries=self._fresh,
            population=base.population,
            only_names=only,
        )

    def _numbers(self, field: str, missing: int) -> NDArray[Any]:
        kind = getattr(self._base, field).dtype
        if field not in self._stated:
            return np.full(self._n, missing, kind)
        values = (person.get(field) for person in self._persons)
        return np.array([missing if v is None else v for v in values], kind)

    def _texts(self, fields: Mapping[str, str]) -> dict[str, NDArray[np.int32]]:
        """Columns of texts, by name, of these fields. Those that nobody states are one array."""
        columns = dict.fromkeys(fields, self._none)
        if not self._stated.isdisjoint(fields.values()):
            columns |= {name: self._text(field) for name, field in fields.items() if field in self._stated}
        return columns

    def _text(self, field: str) -> NDArray[np.int32]:
        codes = _Codes(self._finders[field])
        column = self._column(field, codes)
        self._fresh[field] = codes.coded()
        return column

    def _column(self, field: str, codes: _Codes) -> NDArray[np.int32]:
        if field not in self._stated:
            return self._none
        return np.array([codes.code(person.get(field)) for person in self._persons], np.int32)

    def _lists(self, field: str, codes: _Codes) -> Csr:
        if field not in self._stated:
            return self._empty
        return _csr([[codes.code(text) for text in person.get(field) or ()] for person in self._persons])

    def _aadhaar(self) -> tuple[NDArray[np.int32], Csr]:
        if self._stated.isdisjoint(_AADHAAR):
            self._fresh["aadhaar"] = _NOTHING
            return self._none, self._empty
        codes = _Codes(self._finders["aadhaar"])
        own, near = self._column("aadhaar", codes), self._lists("aadhaar_near", codes)
        self._fresh["aadhaar"] = codes.coded()
        return own, near

    def _phones(self) -> tuple[Csr, Csr]:
        if self._stated.isdisjoint(_PHONES):
            self._fresh["phones"] = _NOTHING
            return self._empty, self._empty
        codes = _Codes(self._finders["phones"])
        own, relative = (self._lists(field, codes) for field in _PHONES)
        self._fresh["phones"] = codes.coded()
        return own, relative

    def _marks(self) -> Csr:
        if "marks" not in self._stated:
            self._fresh["marks"] = _NOTHING
            return self._empty
        codes = _Codes(self._finders["marks"])
        marks = self._lists("marks", codes)
        self._fresh["marks"] = codes.coded()
        return marks


def _csr(rows: Sequence[Iterable[int]]) -> Csr:
    ordered = [sorted(set(values)) for values in rows]
    offsets = np.cumsum([0, *map(len, ordered)]).astype(np.int64)
    return Csr(offsets, np.array([value for values in ordered for value in values], np.int64))
