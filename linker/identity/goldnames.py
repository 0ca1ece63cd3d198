"""The names of a golden record: the best name, its best spelling in both scripts, and all others as aliases."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from linker.identity import values
from linker.identity.values import Coded, Grouped, Origin, single

Rows = npt.NDArray[np.int32]
Flags = npt.NDArray[np.bool_]


class Names(Protocol):
    """What is needed of a `NameTable`: distinct name texts and their forms in both scripts."""

    def __len__(self) -> int: ...

    @property
    def texts(self) -> pa.Array: ...

    def latin(self) -> pa.Array: ...

    def devanagari(self, ids: npt.NDArray[np.int32]) -> list[str]: ...


def best_names(
    person: pa.Table, grouped: Grouped, day: Rows, names: Names | None
) -> tuple[dict[str, Any], list[Origin]]:
    """Columns name, name_latin, name_devanagari and aliases, and where the first three came from.

    A name counts once for every record that has it in either script; of its spellings the one that most records have stands for it.
    Spellings that somebody wrote come before ones that were derived.
    """
    written = Coded.of(person["name"])
    latin, devanagari = _scripts(written.values)
    form = Coded.of(_latin_forms(written.values, latin, names))
    by_form = Coded(_at(form.code, written.code), form.values)
    row, support = values.best(by_form.code, len(by_form.values), day, grouped)
    chosen = _at(by_form.code, row)
    spelt = Coded(np.where(by_form.code == chosen[grouped.of], written.code, -1).astype(np.int32), written.values)
    row, _ = values.best(spelt.code, len(spelt.values), day, grouped)
    name = _at(written.code, row)
    in_latin, from_latin = values.best_values("name_latin", _only(spelt, latin), day, grouped)
    in_devanagari, from_devanagari = values.best_values("name_devanagari", _only(spelt, devanagari), day, grouped)
    columns = {
        "name": _title(_picked(written.values, name)),
        "name_latin": _title(pc.coalesce(in_latin, _picked(form.values, _at(form.code, name)))),
        "name_devanagari": pc.coalesce(
            in_devanagari, _turned(written.values, np.where(pc.is_null(in_devanagari), name, -1), names)
        ),
        "aliases": _aliases(person, written, by_form, chosen, grouped),
    }
    return columns, [Origin("name", row, support), from_latin, from_devanagari]


def _at(source: Rows, place: Rows) -> Rows:
    """source[place], -1 where place is."""
    if len(source) == 0:
        return np.full(len(place), -1, np.int32)
    return np.where(place >= 0, source[place], -1).astype(np.int32)


def _scripts(texts: pa.Array) -> tuple[Flags, Flags]:
    """Which distinct texts are written in Latin letters only, and which hold Devanagari letters."""
    latin = pc.string_is_ascii(texts).to_numpy(zero_copy_only=False)
    devanagari = pc.match_substring_regex(texts, r"\p{Devanagari}").to_numpy(zero_copy_only=False)
    return latin, devanagari


def _latin_forms(texts: pa.Array, latin: Flags, names: Names | None) -> pa.Array:
    """Upper-case Latin form of each distinct text; what has none stands for itself."""
    upper = pc.utf8_upper(texts)
    if names is None or len(names) == 0:
        return upper
    romanised = pc.utf8_upper(single(names.latin()).take(pc.index_in(texts, value_set=names.texts)))
    return pc.if_else(pa.array(latin), upper, pc.coalesce(romanised, upper))


def _only(coded: Coded, chosen: Flags) -> Coded:
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
    titled = pc.if_else(pc.string_is_ascii(encoded.dictionary), pc.utf8_title(encoded.dictionary), encoded.dictionary)
    return titled.take(encoded.indices)


def _turned(texts: pa.Array, wanted: npt.NDArray[Any], names: Names | None) -> pa.Array:
    """The names `wanted` (codes, -1 for none) in Devanagari, null where the name table does not know them."""
    if names is None or len(names) == 0 or len(texts) == 0:
        return pa.nulls(len(wanted), pa.string())
    number = pc.fill_null(pc.index_in(texts, value_set=names.texts), -1).to_numpy(zero_copy_only=False)
    needed = np.zeros(len(texts), np.bool_)
    needed[wanted[wanted >= 0]] = True
    code = np.flatnonzero(needed & (number >= 0))
    turned = np.full(len(texts), None, object)
    turned[code] = names.devanagari(number[code].astype(np.int32))
    return _picked(pa.array(turned.tolist(), pa.string()), wanted)


def _aliases(person: pa.Table, written: Coded, by_form: Coded, chosen: Rows, grouped: Grouped) -> pa.Array:
    """Stated aliases, and names in the records that are another name than the chosen one (`chosen` is its form, per group)."""
    of = grouped.of
    group, stated = values.exploded(person["aliases"], of)
    other = (by_form.code >= 0) & (by_form.code != chosen[of])
    both = Coded.of(_title(pa.concat_arrays([stated.values.cast(pa.string()), written.values.cast(pa.string())])))
    codes = np.concatenate([_at(both.code, stated.code), both.code[written.code[other] + len(stated.values)]])
    return values.distinct_lists(
        np.concatenate([group, of[other]]), codes.astype(np.int32), both.values, len(grouped.start) - 1
    )
