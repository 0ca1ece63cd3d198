"""Who stands in each row and what is said of them: columns, phrase, name cell and address put together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from linker.normalise.cells import regroup, stated
from linker.normalise.fields import Field
from linker.normalise.phrases import Parsed, parse_addresses, parse_names, parse_phrases, parse_relatives
from linker.normalise.relations import roles

Indices = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Cells = dict[str, pa.Array]

_ROLES = {"father": Field.FATHER, "mother": Field.MOTHER, "husband": Field.HUSBAND, "guardian": Field.GUARDIAN}
_PLACES = {
    "village": (Field.VILLAGE, Field.MOHALLA, Field.LOCALITY),
    "station": (Field.STATION,),
    "tehsil": (Field.TEHSIL,),
    "district": (Field.DISTRICT,),
    "address_state": (Field.STATE,),
    "pin": (Field.PIN,),
}


@dataclass(frozen=True)
class Details:
    """The persons of all rows: `row` and `part` (from 1) number them, `columns` are RECORD's, `nameless` the other rows."""

    row: Indices
    part: Indices
    columns: dict[str, pa.Array]
    nameless: Indices


class _Readings:
    """What a parser made of some texts, as columns of the persons to whom the texts belong.

    `person` holds for each person the number of a reading; where it is null, the person has none of its fields.
    """

    def __init__(self, parsed: Parsed, person: pa.Array) -> None:
        self._parsed, self._person = parsed, person

    @classmethod
    def by_value(cls, column: pa.Array, parse: Callable[[pa.Array], Parsed]) -> _Readings:
        """A column of one text per row; the parser sees every distinct text once."""
        encoded = pc.dictionary_encode(column)
        return cls(parse(encoded.dictionary), encoded.indices)

    def of(self, person: pa.Array) -> _Readings:
        """The same readings for persons, of whom `person` holds the rows."""
        return _Readings(self._parsed, self._person.take(person))

    def first(self, *fields: Field) -> pa.Array:
        """The first of the fields that a text has."""
        found = [self._parsed.column(f) for f in fields if self._parsed.any(f)]
        if not found:
            return pa.nulls(len(self._person), pa.string())
        return stated(pc.coalesce(*found)).take(self._person)

    def all(self, *fields: Field) -> pa.Array:
        """All of the fields that a text has, parted by '; '."""
        return joined_texts([self.first(f) for f in fields])

    def lists(self, field: Field) -> pa.Array:
        return self._parsed.lists(field).take(self._person)

    def has(self, field: Field) -> Bools:
        found = pa.array(self._parsed.has(field)).take(self._person)
        flags: Bools = found.fill_null(False).to_numpy(zero_copy_only=False)
        return flags

    def role(self) -> pa.Array:
        """Which relative a cell of relatives says that it names, as int8; null where it does not say."""
        found = np.full(len(self._parsed), -1, np.int8)
        for field in _ROLES.values():
            found[self._parsed.has(field)] = field
        return pa.array(found, mask=found < 0).take(self._person)


_PARSERS: dict[str, Callable[[pa.Array], Parsed]] = {
    "name": parse_names,
    **dict.fromkeys(("relative", "father", "mother", "husband", "guardian"), parse_relatives),
    **dict.fromkeys(("address", "present_address"), parse_addresses),
}
_UNPLACED = (Field.REST, Field.AGE, Field.BIRTH, Field.PHONE, Field.AADHAAR)
"""Fields that have no column of their own where a name, a relative or an address holds them: they go to `rest`."""
_UNPLACED_ADDRESS = (Field.ADDRESS, Field.PRESENT)
_NAME_PARSERS = (parse_names, parse_relatives)


def details_of(cells: Cells) -> Details:
    """The persons in rows whose cells are readable text (see `linker.normalise.cells`).

    A row whose name is stated is one person, of whom its phrase may say more; another is every person that its phrase names.
    """
    readings = {field: _Readings.by_value(cells[field], parse) for field, parse in _PARSERS.items()}
    parsed = parse_phrases(cells["phrase"])
    every_phrase = _Readings(parsed, pa.array(np.arange(len(parsed))))
    name, phrase_name = _named(readings["name"]), _named(every_phrase)

    named = name.is_valid().to_numpy(zero_copy_only=False)
    kept = np.where(named[parsed.text], parsed.part == 0, phrase_name.is_valid().to_numpy(zero_copy_only=False))
    row = parsed.text[kept].astype(np.int64)
    present = np.zeros(len(name), np.bool_)
    present[row] = True

    person = pa.array(row)
    readings = {field: reading.of(person) for field, reading in readings.items()}
    phrase = readings["phrase"] = every_phrase.of(pa.array(np.flatnonzero(kept)))
    columns = {"name": pc.coalesce(name.take(person), phrase_name.take(pa.array(np.flatnonzero(kept))))}
    aliases = _split_aliases(cells["aliases"]).take(person)
    columns["aliases"] = _joined_lists([aliases, readings["name"].lists(Field.ALIAS), phrase.lists(Field.ALIAS)])
    _add_relatives(columns, cells, readings, person)
    _add_places(columns, cells, readings, person)
    for target, field in (("age", Field.AGE), ("birth_date", Field.BIRTH), ("aadhaar", Field.AADHAAR)):
        columns[target] = pc.coalesce(cells[target].take(person), phrase.first(field))
    overruled = pc.if_else(pa.array(named[row]), cells["phrase"].take(person), phrase.first(Field.REST))
    rest = [reading.all(*_UNPLACED) for field, reading in readings.items() if field != "phrase"]
    rest += [r.all(*_UNPLACED_ADDRESS) for field, r in readings.items() if _PARSERS.get(field) in _NAME_PARSERS]
    columns["rest"] = joined_texts([overruled, *rest])
    part = np.arange(len(row)) - np.searchsorted(row, row) + 1
    return Details(row, part, columns, np.flatnonzero(~present))


def _named(readings: _Readings) -> pa.Array:
    """The name that a text holds, or the first alias where it holds no other."""
    alias = pc.list_element(readings.lists(Field.ALIAS), 0)
    return pc.coalesce(readings.first(Field.NAME), stated(alias))


def _split_aliases(column: pa.Array) -> pa.Array:
    """The aliases with those that stand in one entry ('Kalu @ Bhura') taken apart."""
    values, parents = pc.list_flatten(column), pc.list_parent_indices(column)
    entries = _Readings.by_value(values, parse_names)
    further = entries.lists(Field.ALIAS)
    found = [entries.first(Field.NAME), pc.list_flatten(further)]
    return _gathered(found, [parents, parents.take(pc.list_parent_indices(further))], len(column))


def _joined_lists(columns: list[pa.Array]) -> pa.Array:
    """The lists of several columns behind one another, row by row, each entry once; null where there is none."""
    values, parents = [pc.list_flatten(c) for c in columns], [pc.list_parent_indices(c) for c in columns]
    return _gathered(values, parents, len(columns[0]))


def _gathered(values: list[pa.Array], parents: list[pa.Array], rows: int) -> pa.Array:
    """Texts from several places with their rows as one list per row; each text once, nulls left out."""
    texts, row = pa.concat_arrays(values), pa.concat_arrays(parents).to_numpy(zero_copy_only=False).astype(np.int64)
    code = pc.dictionary_encode(texts).indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
    _, first = np.unique(row * (len(texts) + 1) + code, return_index=True)
    kept = np.sort(first[code[first] >= 0])
    kept = pa.array(kept[np.argsort(row[kept], kind="stable")])
    return regroup(texts.take(kept), pa.array(row).take(kept), rows)


def joined_texts(columns: list[pa.Array]) -> pa.Array:
    """The texts of several columns behind one another, parted by '; '; null where there is none."""
    joined = columns[0]
    for column in columns[1:]:  # null_handling="skip" of the join drops rows whose texts are all null (pyarrow 26)
        if column.null_count < len(column):
            both = pc.binary_join_element_wise(joined, column, "; ")
            joined = pc.coalesce(both, joined, column)
    return joined


def _add_relatives(columns: Cells, cells: Cells, readings: dict[str, _Readings], person: pa.Array) -> None:
    """father, mother, husband, guardian and relative_late: from their columns, else the name's cell, else the phrase."""
    relative, name, phrase = readings["relative"], readings["name"], readings["phrase"]
    relation = roles(cells["relation"]).take(person)
    role = pc.coalesce(relative.role(), relation, pa.scalar(int(Field.GUARDIAN), pa.int8()))
    by_relation = relative.first(Field.RELATIVE, *_ROLES.values())
    late = relative.has(Field.LATE) | name.has(Field.LATE) | phrase.has(Field.LATE)
    for target, field in _ROLES.items():
        own = readings[target]
        late |= own.has(Field.LATE)
        fits = pc.equal(role, pa.scalar(int(field), pa.int8()))
        here = pc.if_else(fits, by_relation, pa.scalar(None, pa.string()))
        stated_here = own.first(Field.RELATIVE, *_ROLES.values())
        columns[target] = pc.coalesce(stated_here, here, name.first(field), phrase.first(field))
    columns["relative_late"] = pa.array(late)


def _add_places(columns: Cells, cells: Cells, readings: dict[str, _Readings], person: pa.Array) -> None:
    """The home: from its columns, else the phrase, else the address as it was typed, else the present address."""
    phrase, address, present = readings["phrase"], readings["address"], readings["present_address"]
    columns["address"] = pc.coalesce(cells["address"].take(person), phrase.first(Field.ADDRESS))
    columns["present_address"] = pc.coalesce(
        cells["present_address"].take(person), phrase.first(Field.PRESENT), address.first(Field.PRESENT)
    )
    for target, fields in _PLACES.items():
        found = [reading.first(*fields) for reading in (phrase, address, present)]
        columns[target] = pc.coalesce(cells[target].take(person), *found)
    columns["phone"] = pc.coalesce(cells["phone"].take(person), phrase.first(Field.PHONE))
