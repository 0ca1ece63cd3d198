"""Who stands in each row and what is said of them: columns, phrase, name cell and address put together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from linker.normalise.cells import regroup, stated
from linker.normalise.grammar import Field
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


class _ByValue:
    """A column of RECORD's cells, its distinct values taken apart and handed out to the persons. Null cells have nothing."""

    def __init__(self, column: pa.Array, parse: Callable[[pa.Array], Parsed], row: Indices) -> None:
        encoded = pc.dictionary_encode(column)
        self._person = encoded.indices.take(pa.array(row))
        self._parsed = parse(encoded.dictionary)

    def first(self, *fields: Field) -> pa.Array:
        """The first of the fields that a value has."""
        return stated(pc.coalesce(*(self._parsed.column(f) for f in fields))).take(self._person)

    def lists(self, field: Field) -> pa.Array:
        return self._parsed.lists(field).take(self._person)

    def has(self, *fields: Field) -> Bools:
        found = np.logical_or.reduce([self._parsed.has(f) for f in fields])
        return pc.fill_null(pa.array(found).take(self._person), False).to_numpy(zero_copy_only=False)

    def role(self) -> pa.Array:
        """Which relative a cell of relatives says that it names; null where it does not say."""
        found = np.full(len(self._parsed), -1, np.int8)
        for field in _ROLES.values():
            found[self._parsed.has(field)] = field
        return pa.array(found, mask=found < 0).take(self._person)


class _Phrases:
    """The phrases' persons, chosen to be those of the rows."""

    def __init__(self, parsed: Parsed, person: Indices) -> None:
        self._parsed, self._person = parsed, pa.array(person)

    def first(self, *fields: Field) -> pa.Array:
        return stated(pc.coalesce(*(self._parsed.column(f) for f in fields))).take(self._person)

    def lists(self, field: Field) -> pa.Array:
        return self._parsed.lists(field).take(self._person)

    def has(self, field: Field) -> Bools:
        return self._parsed.has(field)[self._person.to_numpy(zero_copy_only=False)]


def details_of(cells: Cells) -> Details:
    """The persons in rows whose cells are readable text (see `linker.normalise.cells`).

    A row whose name is stated is one person, of whom its phrase may say more; another is every person that its phrase names.
    """
    rows = len(cells["name"])
    every_row = np.arange(rows, dtype=np.int64)
    name = _ByValue(cells["name"], parse_names, every_row).first(Field.NAME, Field.ALIAS)
    parsed = parse_phrases(cells["phrase"])
    phrase_name = stated(pc.coalesce(parsed.column(Field.NAME), parsed.column(Field.ALIAS)))

    named = name.is_valid().to_numpy(zero_copy_only=False)
    kept = np.where(named[parsed.text], parsed.part == 0, phrase_name.is_valid().to_numpy(zero_copy_only=False))
    row = parsed.text[kept].astype(np.int64)
    part = np.arange(len(row)) - np.searchsorted(row, row) + 1
    present = np.zeros(rows, np.bool_)
    present[row] = True

    take = pa.array(row)
    phrases = _Phrases(parsed, np.flatnonzero(kept))
    names = _ByValue(cells["name"], parse_names, row)
    columns = {"name": pc.coalesce(name.take(take), phrase_name.take(pa.array(np.flatnonzero(kept))))}
    aliases = [_split_aliases(cells["aliases"]).take(take), names.lists(Field.ALIAS), phrases.lists(Field.ALIAS)]
    columns["aliases"] = _joined_lists(aliases)
    rest = [
        names.first(Field.REST),
        pc.if_else(pa.array(named[row]), cells["phrase"].take(take), phrases.first(Field.REST)),
    ]
    _add_relatives(columns, cells, names, phrases, row, rest)
    _add_places(columns, cells, phrases, row, rest)
    for target, field in (("age", Field.AGE), ("birth_date", Field.BIRTH)):
        columns[target] = pc.coalesce(cells[target].take(take), phrases.first(field))
    columns["rest"] = _joined_texts(rest)
    return Details(row, part, columns, np.flatnonzero(~present))


def _split_aliases(column: pa.Array) -> pa.Array:
    """The aliases with those that stand in one entry ('Kalu @ Bhura') taken apart."""
    values, parents = pc.list_flatten(column), pc.list_parent_indices(column)
    entries = _ByValue(values, parse_names, np.arange(len(values), dtype=np.int64))
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


def _joined_texts(columns: list[pa.Array]) -> pa.Array:
    """The texts of several columns behind one another, parted by '; '; null where there is none."""
    joined = columns[0]
    for column in columns[1:]:  # null_handling="skip" of the join drops rows whose texts are all null (pyarrow 26)
        if column.null_count < len(column):
            both = pc.binary_join_element_wise(joined, column, "; ")
            joined = pc.coalesce(both, joined, column)
    return joined


def _add_relatives(
    columns: dict[str, pa.Array], cells: Cells, names: _ByValue, phrases: _Phrases, row: Indices, rest: list[pa.Array]
) -> None:
    """father, mother, husband, guardian and relative_late: from their columns, else the name's cell, else the phrase."""
    late = names.has(Field.LATE) | phrases.has(Field.LATE)
    relative = _ByValue(cells["relative"], parse_relatives, row)
    role = pc.coalesce(
        relative.role(), roles(cells["relation"]).take(pa.array(row)), pa.scalar(Field.GUARDIAN, pa.int8())
    )
    relative_name = relative.first(Field.RELATIVE, *_ROLES.values())
    late |= relative.has(Field.LATE)
    rest.append(relative.first(Field.REST))
    for target, field in _ROLES.items():
        own = _ByValue(cells[target], parse_relatives, row)
        late |= own.has(Field.LATE)
        rest.append(own.first(Field.REST))
        by_word = pc.if_else(pc.equal(role, pa.scalar(field, pa.int8())), relative_name, pa.scalar(None, pa.string()))
        stated_name = own.first(Field.RELATIVE, *_ROLES.values())
        columns[target] = pc.coalesce(stated_name, by_word, names.first(field), phrases.first(field))
    columns["relative_late"] = pa.array(late)


def _add_places(
    columns: dict[str, pa.Array], cells: Cells, phrases: _Phrases, row: Indices, rest: list[pa.Array]
) -> None:
    """The home: from its columns, else the phrase, else the address as it was typed, else the present address."""
    take = pa.array(row)
    address = _ByValue(cells["address"], parse_addresses, row)
    present = _ByValue(cells["present_address"], parse_addresses, row)
    rest.append(address.first(Field.REST))
    columns["address"] = pc.coalesce(cells["address"].take(take), phrases.first(Field.ADDRESS))
    columns["present_address"] = pc.coalesce(
        cells["present_address"].take(take), phrases.first(Field.PRESENT), address.first(Field.PRESENT)
    )
    for target, fields in _PLACES.items():
        places = (phrases.first(*fields), address.first(*fields), present.first(*fields))
        columns[target] = pc.coalesce(cells[target].take(take), *places)
    columns["phone"] = pc.coalesce(cells["phone"].take(take), phrases.first(Field.PHONE), address.first(Field.PHONE))
