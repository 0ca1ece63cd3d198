"""The identifier columns of a RECORD table → validated columns of PERSON, their last four characters, and what was
found.

One distinct value is read once. The usual cell, a clean value of the column's own type, is recognised by string kernels
over all distinct values; only what is left goes through `read_identifier`, one at a time. Both ways give the same
reading (a test compares them).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from linker.normalise.aadhaar import AadhaarKey
from linker.normalise.accounts import with_branches
from linker.normalise.columns import Bools, Int32s, characters, counting, different, one_chunk
from linker.normalise.freetext import found_in_text
from linker.normalise.identifiers import Reading, Status, few_different, read_identifier
from linker.schema import IdType
from linker.verhoeff import near_numbers, passes, verhoeff

_QUICK = {
    IdType.AADHAAR: r"^[2-9][0-9]{11}$",
    IdType.PAN: r"^[A-Z]{3}[ABCFGHJLPT][A-Z][0-9]{4}[A-Z]$",
    IdType.EPIC: r"^[A-Z]{3}[0-9]{7}$",
    IdType.DRIVING_LICENCE: r"^(?:DL|UP|RJ|HR|MP|PB|BR|UK|MH|GJ)(?:0[1-9]|[1-9][0-9])(?:19|20)[0-9]{9}$",
    IdType.NFN: r"^(?:0[1-9]|[12][0-9]|3[0-8])[0-9]{8}$",
}
"""What the kernels recognise: a part of what `read_identifier` calls valid or, where only the check digit is wrong,
unchecked (check digits and repetitions are looked at after)."""


_X = ord("X") - ord("0")


@dataclass
class IdColumns:
    """Columns by identifier type: canonical values (Aadhaar hashed), last four characters, and for mistyped Aadhaar
    numbers the hashes of the valid numbers one slip away; counts by (type, status)."""

    values: dict[IdType, pa.Array] = field(default_factory=dict)
    last4: dict[IdType, pa.Array] = field(default_factory=dict)
    aadhaar_near: pa.Array | None = None
    counts: Counter[tuple[IdType, Status]] = field(default_factory=Counter)


@dataclass(frozen=True)
class _Cells:
    """What the distinct cells of one column hold; `index` gives each row its cell, null where the row is null."""

    index: pa.Array
    values: pa.Array
    last4: pa.Array
    statuses: list[Status]
    status: Int32s
    odd: dict[int, Reading]
    failed: pa.Array
    """Aadhaar numbers that fail their check, null elsewhere."""

    def of_rows(self, per_cell: pa.Array) -> pa.Array:
        return per_cell.take(self.index)


def id_columns(record: pa.Table, key: AadhaarKey | None) -> IdColumns:
    """All identifiers of the records. Without a key no Aadhaar number is kept, only last four digits."""
    result = IdColumns()
    moved: list[tuple[int, Reading]] = []
    for kind in IdType:
        column = one_chunk(record[str(kind)])
        if kind is IdType.BANK_ACCOUNT:
            column = with_branches(column, one_chunk(record["ifsc"]))
        if column.null_count == len(column):
            result.values[kind] = result.last4[kind] = pa.nulls(len(column), pa.string())
            continue
        cells = _read(column, kind)
        values = cells.values if kind is IdType.AADHAAR else _without_aadhaar(cells.values, kind, key)
        if kind is IdType.AADHAAR:
            values = key.hashes(values) if key else pa.nulls(len(values), pa.string())
        result.values[kind] = cells.of_rows(values)
        result.last4[kind] = cells.of_rows(cells.last4)
        per_row = cells.of_rows(pa.array(cells.status)).drop_null().to_numpy()
        for position, number in enumerate(np.bincount(per_row, minlength=len(cells.statuses)).tolist()):
            if number:
                result.counts[kind, cells.statuses[position]] = number
        if kind is IdType.AADHAAR and key:
            result.aadhaar_near = cells.of_rows(_near(cells, key))
        moved.extend(_strangers(cells))
    if result.aadhaar_near is None:
        result.aadhaar_near = pa.nulls(record.num_rows, pa.list_(pa.string()))
    stray = found_in_text(record)
    for _, reading in stray:
        result.counts[reading.kind, Status.FOUND] += 1
    _move(result, moved + stray, key)
    return result


def _read(column: pa.Array, kind: IdType) -> _Cells:
    encoded = pc.dictionary_encode(column)
    texts = encoded.dictionary
    bare = pc.replace_substring_regex(pc.ascii_upper(texts), "[ -]", "")
    valid, unchecked = _recognised(bare, kind)
    quick = pa.array(valid if kind is IdType.AADHAAR else valid | unchecked)
    values = pc.if_else(quick, bare, None)
    last4 = pc.utf8_slice_codeunits(pc.if_else(pa.array(valid | unchecked), bare, None), -4)
    statuses = list(Status)
    status = np.where(unchecked, statuses.index(Status.UNCHECKED), statuses.index(Status.VALID)).astype(np.int32)
    failed = pc.if_else(pa.array(unchecked & (kind is IdType.AADHAAR)), bare, None)
    rest = np.flatnonzero(~valid & ~unchecked)
    odd = {
        int(i): read_identifier(text, kind)
        for i, text in zip(rest, texts.take(pa.array(rest)).to_pylist(), strict=True)
    }
    if odd:
        own = [r if r.kind is kind else Reading(r.status, kind) for r in odd.values()]
        mistyped = [r.status is Status.UNCHECKED and kind is IdType.AADHAAR for r in own]
        values = _patched(values, rest, [None if bad else r.value for r, bad in zip(own, mistyped, strict=True)])
        failed = _patched(failed, rest, [r.value if bad else None for r, bad in zip(own, mistyped, strict=True)])
        last4 = _patched(last4, rest, [r.last4 for r in own])
        status[rest] = [statuses.index(r.status) for r in own]
    return _Cells(encoded.indices, values, last4, statuses, status, odd, failed)


def _patched(column: pa.Array, places: npt.NDArray[np.intp], texts: Sequence[str | None]) -> pa.Array:
    mask = np.zeros(len(column), dtype=np.bool_)
    mask[places] = True
    return pc.replace_with_mask(column, pa.array(mask), pa.array(texts, pa.string()))


def _recognised(bare: pa.Array, kind: IdType) -> tuple[Bools, Bools]:
    """Which values the kernels find valid, and which only fail their check digit."""
    valid, unchecked = np.zeros(len(bare), dtype=np.bool_), np.zeros(len(bare), dtype=np.bool_)
    pattern = _QUICK.get(kind)
    if pattern is None:
        return valid, unchecked
    places = np.flatnonzero(pc.match_substring_regex(bare, pattern).to_numpy(zero_copy_only=False))
    if not len(places):
        return valid, unchecked
    letters = characters(bare.take(pa.array(places)))
    if kind is IdType.AADHAAR:
        good, real = verhoeff(letters), ~_filled(letters)
    elif kind is IdType.EPIC:
        good, real = luhn(letters[:, 3:]), ~_filled(letters[:, 3:])
    elif kind is IdType.PAN:
        good = real = (letters[:, 5:9] != 0).any(axis=1)
    else:
        good = real = ~_filled(letters[:, 2:] if kind is IdType.DRIVING_LICENCE else letters)
    valid[places[good & real]] = True
    masked = (letters[:, :3] == _X).all(axis=1)
    unchecked[places[~good & real & ~masked]] = True
    return valid, unchecked


def luhn(digits: npt.NDArray[np.uint8]) -> Bools:
    """Which rows of an (n, length) array of decimal digits pass Luhn's check."""
    doubled = digits.astype(np.int32)
    doubled[:, -2::-2] *= 2
    total: Bools = (doubled // 10 + doubled % 10).sum(axis=1) % 10 == 0
    return total


def _filled(digits: npt.NDArray[np.uint8]) -> Bools:
    """`identifiers.repeats` of every row of an (n, length) array of decimal digits."""
    size = digits.shape[1]
    found: Bools = counting(digits) | (different(digits) <= few_different(size))
    for block in (1, 2, 3, 4, 6):
        if size % block == 0 and block < size:
            found |= (digits[:, block:] == digits[:, :-block]).all(axis=1)
    return found


def _without_aadhaar(values: pa.Array, kind: IdType, key: AadhaarKey | None) -> pa.Array:
    """The values of another type; one that may be an Aadhaar number (twelve digits that pass its check) is hashed, so
    that it still compares."""
    if kind in _QUICK:
        return values
    twelve = pc.match_substring_regex(values, _QUICK[IdType.AADHAAR]).fill_null(False).to_numpy(zero_copy_only=False)
    places = np.flatnonzero(twelve)
    texts = values.take(pa.array(places)).to_pylist()
    doubtful = [(place, text) for place, text in zip(places.tolist(), texts, strict=True) if passes(text)]
    if not doubtful:
        return values
    hashed = [key.hash(text) if key else None for _, text in doubtful]
    return _patched(values, np.array([place for place, _ in doubtful], dtype=np.intp), hashed)


def _near(cells: _Cells, key: AadhaarKey) -> pa.Array:
    """For each mistyped number, the hashes of the valid numbers that one wrong digit or one transposition away; null
    for all others."""
    places = np.flatnonzero(cells.failed.is_valid().to_numpy(zero_copy_only=False))
    if not len(places):
        return pa.nulls(len(cells.values), pa.list_(pa.string()))
    row, number = near_numbers(characters(cells.failed.take(pa.array(places))))
    hashes = key.hashes(pa.array(number).cast(pa.string()))
    lengths = np.bincount(places[row], minlength=len(cells.values))
    offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32)
    return pa.ListArray.from_arrays(pa.array(offsets), hashes, mask=pa.array(lengths == 0))


def _strangers(cells: _Cells) -> list[tuple[int, Reading]]:
    """Row and reading of every value of another type than its column's."""
    moved = {place: reading for place, reading in cells.odd.items() if reading.status is Status.MOVED}
    if not moved:
        return []
    index = cells.index.fill_null(-1).to_numpy(zero_copy_only=False)
    found = np.flatnonzero(np.isin(index, np.fromiter(moved, dtype=np.int64)))
    return [(int(row), moved[int(index[row])]) for row in found]


def _move(result: IdColumns, moved: list[tuple[int, Reading]], key: AadhaarKey | None) -> None:
    """Put values of another type into that type's column, where the row has none there."""
    for kind in {reading.kind for _, reading in moved}:
        values: dict[int, str | None] = {}
        last4: dict[int, str | None] = {}
        for row, reading in moved:
            if reading.kind is kind and row not in values:
                hashed = key.hash(reading.value) if key and reading.value else None
                values[row] = hashed if kind is IdType.AADHAAR else reading.value
                last4[row] = reading.last4
        for table, found in ((result.values, values), (result.last4, last4)):
            rows_ = np.fromiter(found, dtype=np.intp)
            order = np.argsort(rows_)
            texts = list(found.values())
            patch = _patched(pa.nulls(len(table[kind]), pa.string()), rows_[order], [texts[i] for i in order])
            table[kind] = pc.coalesce(table[kind], patch)
