"""Golden records: the values shown for an identity, each with the record that it came from and how many records support it.

The best value is the one that most records have, then the one seen last, then that of the smallest record id. Names written in two scripts
support each other by their Latin form. Identifiers are masked to their last four characters; Aadhaar is not shown at all.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from linker.identity import values
from linker.identity.values import NO_DAY, Coded, Grouped, single
from linker.schema import IDENTITY, IdType, Sex

Rows = npt.NDArray[np.int32]

FIELDS = ("father", "mother", "husband", "village", "station", "district", "pin")
"""Text fields of a person that are shown as they are."""


class Names(Protocol):
    """What is needed of a `NameTable`: distinct name texts and their forms in both scripts."""

    def __len__(self) -> int: ...

    def text(self, i: int) -> str: ...

    def latin(self) -> pa.Array: ...

    def devanagari(self, ids: npt.NDArray[np.int32]) -> list[str]: ...


@dataclass
class _Work:
    """Rows grouped by identity, the day of each row, and the provenance collected so far."""

    grouped: Grouped
    day: Rows
    record_id: pa.Array
    groups: int
    provenance: list[tuple[str, Rows, Rows]]

    def best(self, field: str, coded: Coded) -> tuple[pa.Array, Rows]:
        """The best value per identity, and the row that it came from."""
        row, support = values.best(coded.code, len(coded.values), self.day, self.grouped)
        self.provenance.append((field, row, support))
        return _taken(coded, row), row


def golden_records(
    record: pa.Table, person: pa.Table, identity_id: Any, names: Names | None = None, weakest: Any = None
) -> pa.Table:
    """The IDENTITY table, ordered by identity id.

    Args:
        record, person: the RECORD and PERSON tables, the same records in the same order, ascending by record id.
        identity_id: text per row.
        names: forms of names in both scripts; without it a name has only the script that it was written in.
        weakest: float32 per row, the weakest link that the row's identity needs (`Clusters.weakest`).
    """
    ids, of = _identities(single(identity_id))
    grouped = Grouped.by(of, len(ids))
    day = _ints(person["record_day"], NO_DAY)
    work = _Work(grouped, day, single(person["record_id"]), len(ids), [])
    columns: dict[str, Any] = {"identity_id": ids, "records": pa.array(np.diff(grouped.start).astype(np.int32))}
    for field, source in (("sources", "source"), ("states", "state")):
        coded = Coded.of(record[source])
        columns[field] = values.distinct_lists(of, coded.code, coded.values, work.groups)
    columns |= _names(person, work, names)
    for field in FIELDS:
        columns[field] = work.best(field, Coded.of(person[field]))[0]
    columns |= _sex(person, work) | _birth(person, work) | _height(person, work) | _seen(record, work)
    for field in ("phones", "marks"):
        group, coded = values.exploded(person[field], of)
        columns[field] = values.distinct_lists(group, coded.code, coded.values, work.groups)
    columns["identifiers"] = _identifiers(person, of, work.groups)
    columns["weakest_link"] = _weakest(weakest, work)
    columns["provenance"] = _provenance(work)
    return IDENTITY.conform(pa.table(columns))


def _identities(identity_id: pa.Array) -> tuple[pa.Array, Rows]:
    encoded = identity_id.dictionary_encode()
    order = pc.sort_indices(encoded.dictionary).to_numpy()
    rank = np.empty(len(order), np.int32)
    rank[order] = np.arange(len(order), dtype=np.int32)
    return encoded.dictionary.take(pa.array(order)), rank[encoded.indices.to_numpy()]


def _ints(column: Any, missing: int) -> Rows:
    filled: Rows = pc.fill_null(single(column), missing).to_numpy(zero_copy_only=False).astype(np.int32)
    return filled


def _taken(coded: Coded, row: Rows) -> pa.Array:
    code = np.where(row >= 0, coded.code[row], 0)
    if len(coded.values) == 0:
        return pa.nulls(len(row), coded.values.type)
    return coded.values.take(pa.array(code, mask=row < 0))


def _names(person: pa.Table, work: _Work, names: Names | None) -> dict[str, Any]:
    written = Coded.of(person["name"])
    latin, devanagari = _scripts(written.values)
    form = _latin_forms(written.values, latin, names)
    shared = Coded.of(form)
    by_form = Coded(np.where(written.code >= 0, shared.code[written.code], -1).astype(np.int32), shared.values)
    row, support = values.best(by_form.code, len(by_form.values), work.day, work.grouped)
    work.provenance.append(("name", row, support))
    name = np.where(row >= 0, written.code[row], -1)
    shown = {
        "name_latin": work.best("name_latin", _only(written, latin))[0],
        "name_devanagari": work.best("name_devanagari", _only(written, devanagari))[0],
    }
    shown["name_latin"] = _title(pc.coalesce(shown["name_latin"], _picked(form, name)))
    shown["name_devanagari"] = pc.coalesce(shown["name_devanagari"], _devanagari(written, name, shown, names))
    shown["name"] = _title(_picked(written.values, name))
    return shown | {"aliases": _aliases(person, written, by_form, name, work)}


def _scripts(texts: pa.Array) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """Which distinct texts are written in Latin letters only, and which hold Devanagari letters."""
    latin = pc.fill_null(pc.string_is_ascii(texts), False).to_numpy(zero_copy_only=False)
    devanagari = pc.fill_null(pc.match_substring_regex(texts, r"\p{Devanagari}"), False).to_numpy(zero_copy_only=False)
    return latin, devanagari


def _latin_forms(texts: pa.Array, latin: npt.NDArray[np.bool_], names: Names | None) -> pa.Array:
    """Upper-case Latin form of each distinct text; what has none stands for itself."""
    upper = pc.utf8_upper(texts)
    if names is None or len(names) == 0:
        return upper
    known = pa.array([names.text(i) for i in range(len(names))], pa.string())
    romanised = pc.utf8_upper(single(names.latin()).take(pc.index_in(texts, value_set=known)))
    return pc.if_else(pa.array(latin), upper, pc.coalesce(romanised, upper))


def _only(coded: Coded, chosen: npt.NDArray[np.bool_]) -> Coded:
    if len(chosen) == 0:
        return coded
    return Coded(np.where((coded.code >= 0) & chosen[coded.code], coded.code, -1).astype(np.int32), coded.values)


def _picked(texts: pa.Array, code: npt.NDArray[Any]) -> pa.Array:
    if len(texts) == 0:
        return pa.nulls(len(code), pa.string())
    return texts.take(pa.array(np.maximum(code, 0), mask=code < 0))


def _title(column: pa.Array) -> pa.Array:
    """Latin words with a capital first letter; other scripts have none and stay."""
    encoded = column.dictionary_encode()
    ascii_only = pc.string_is_ascii(encoded.dictionary)
    return pc.if_else(ascii_only, pc.utf8_title(encoded.dictionary), encoded.dictionary).take(encoded.indices)


def _devanagari(written: Coded, name: npt.NDArray[Any], shown: dict[str, Any], names: Names | None) -> pa.Array:
    """The best name turned into Devanagari, for identities that nobody wrote so."""
    if names is None or len(names) == 0:
        return pa.nulls(len(name), pa.string())
    known = pa.array([names.text(i) for i in range(len(names))], pa.string())
    number = pc.fill_null(pc.index_in(written.values, value_set=known), -1).to_numpy(zero_copy_only=False)
    wanted = np.where(pc.is_null(shown["name_devanagari"]).to_numpy(zero_copy_only=False) & (name >= 0), name, -1)
    code = np.unique(wanted[wanted >= 0])
    code = code[number[code] >= 0]
    texts = np.full(len(written.values), None, object)
    texts[code] = names.devanagari(number[code].astype(np.int32))
    return _picked(pa.array(texts.tolist(), pa.string()), wanted)


def _aliases(person: pa.Table, written: Coded, by_form: Coded, name: npt.NDArray[Any], work: _Work) -> pa.Array:
    """Stated aliases, and names in the records that are another name than the chosen one."""
    of = work.grouped.of
    group, aliases = values.exploded(person["aliases"], of)
    chosen_form = np.full(work.groups, -1, np.int32)
    first = work.provenance[-3][1] if len(work.provenance) >= 3 else work.provenance[0][1]
    chosen_form[first >= 0] = by_form.code[first[first >= 0]]
    other = (by_form.code >= 0) & (by_form.code != chosen_form[of])
    texts = pa.concat_arrays([aliases.values.cast(pa.string()), written.values.cast(pa.string())])
    both = Coded.of(_title(texts))
    codes = np.concatenate([
        np.where(aliases.code >= 0, both.code[aliases.code], -1) if len(aliases.values) else aliases.code,
        both.code[written.code[other] + len(aliases.values)],
    ]).astype(np.int32)  # fmt: skip
    return values.distinct_lists(np.concatenate([group, of[other]]), codes, both.values, work.groups)


def _sex(person: pa.Table, work: _Work) -> dict[str, Any]:
    code = _ints(person["sex"], 0)
    letters = pa.array([None if s is Sex.UNKNOWN else s.name.lower() for s in Sex], pa.string())
    coded = Coded(np.where(code > 0, code, -1).astype(np.int32), letters)
    return {"sex": work.best("sex", coded)[0]}


def _birth(person: pa.Table, work: _Work) -> dict[str, Any]:
    first, last = _ints(person["birth_from"], NO_DAY), _ints(person["birth_to"], NO_DAY)
    first = np.where(last == NO_DAY, NO_DAY, first).astype(np.int32)
    kind = _ints(person["birth_kind"], 0).astype(np.int8)
    lower, upper, conflict, row, support = values.births(first, last, kind, work.grouped)
    work.provenance.append(("birth", row, support))
    unknown = lower == NO_DAY
    return {
        "birth_from": pa.array(lower, mask=unknown).cast(pa.date32()),
        "birth_to": pa.array(upper, mask=unknown).cast(pa.date32()),
        "birth_conflict": pa.array(conflict),
    }


def _height(person: pa.Table, work: _Work) -> dict[str, Any]:
    low, high = _ints(person["height_from"], -1), _ints(person["height_to"], -1)
    low, high = np.where(low < 0, high, low), np.where(high < 0, low, high)
    code = np.where(low < 0, -1, low * 1000 + high).astype(np.int32)
    row, support = values.best(code, int(code.max(initial=0)) + 1, work.day, work.grouped)
    work.provenance.append(("height", row, support))
    unknown = row < 0
    return {
        "height_from": pa.array(low[row], mask=unknown).cast(pa.int16()),
        "height_to": pa.array(high[row], mask=unknown).cast(pa.int16()),
    }


def _seen(record: pa.Table, work: _Work) -> dict[str, Any]:
    day, rows, start = work.day, work.grouped.rows, work.grouped.start
    if work.groups == 0:
        return {name: pa.array([], pa.string()) for name in ("status",)} | dict.fromkeys(
            ("first_seen", "last_seen"), pa.array([], pa.date32())
        )
    ordered = day[rows]
    last = np.maximum.reduceat(ordered, start[:-1])
    first = np.minimum.reduceat(np.where(ordered == NO_DAY, np.iinfo(np.int32).max, ordered), start[:-1])
    unknown = last == NO_DAY
    status = Coded.of(record["status"])
    row = values.newest(status.code >= 0, day, work.grouped)
    work.provenance.append(("status", row, (row >= 0).astype(np.int32)))
    return {
        "first_seen": pa.array(first.astype(np.int32), mask=unknown).cast(pa.date32()),
        "last_seen": pa.array(last.astype(np.int32), mask=unknown).cast(pa.date32()),
        "status": _taken(status, row),
    }


def _identifiers(person: pa.Table, of: Rows, groups: int) -> pa.Array:
    """'pan …1234' for every identifier but Aadhaar."""
    group, texts = [np.empty(0, np.int32)], [pa.array([], pa.string())]
    for kind in IdType:
        if kind is IdType.AADHAAR:
            continue
        last4 = pc.coalesce(single(person[f"{kind}_last4"]), pc.utf8_slice_codeunits(single(person[kind]), -4))
        known = pc.is_valid(last4)
        if not pc.any(known).as_py():
            continue
        group.append(of[known.to_numpy(zero_copy_only=False)])
        texts.append(pc.binary_join_element_wise(str(kind), last4.filter(known), " …"))
    coded = Coded.of(pa.concat_arrays(texts))
    return values.distinct_lists(np.concatenate(group), coded.code, coded.values, groups)


def _weakest(weakest: Any, work: _Work) -> pa.Array:
    if weakest is None:
        return pa.nulls(work.groups, pa.float32())
    per_row = np.asarray(weakest, np.float32)[work.grouped.rows[work.grouped.start[:-1]]]
    return pa.array(per_row, mask=np.isnan(per_row))


def _provenance(work: _Work) -> pa.Array:
    """JSON per identity: {"name": ["record id", supporting records], …}; {"*": …} where one record is all there is."""
    quoted = _quoted(work.record_id)
    alone = np.diff(work.grouped.start) == 1
    many = np.flatnonzero(~alone)
    parts = []
    for field, row, support in work.provenance:
        chosen = row[many]
        record = quoted.take(pa.array(np.maximum(chosen, 0), mask=chosen < 0))
        counted = pa.array(support[many]).cast(pa.string())
        head = pc.binary_join_element_wise(f'"{field}":[', record, "")
        parts.append(pc.binary_join_element_wise(head, pc.binary_join_element_wise(counted, "]", ""), ","))
    joined = pc.binary_join_element_wise(*parts, ",", null_handling="skip")
    texts_many = pc.binary_join_element_wise("{", joined, "}", "")
    only = quoted.take(pa.array(work.grouped.rows[work.grouped.start[:-1][alone]]))
    texts_one = pc.binary_join_element_wise('{"*":[', only, ",1]}", "")
    place = np.empty(work.groups, np.int64)
    place[many] = np.arange(len(many))
    place[alone] = len(many) + np.arange(int(alone.sum()))
    return pa.concat_arrays([texts_many, texts_one]).take(pa.array(place))


def _quoted(texts: pa.Array) -> pa.Array:
    """Texts as JSON strings."""
    if pc.any(pc.match_substring_regex(texts, r'[\x00-\x1f"\\]')).as_py():
        return pa.array([json.dumps(t, ensure_ascii=False) for t in texts.to_pylist()], pa.string())
    return pc.binary_join_element_wise('"', texts, '"', "")
