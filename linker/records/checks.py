"""Which mapped rows cannot be records (no native id, nobody named, one id for different contents) or merely repeat another."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from linker.records.mapping import UNIT
from linker.records.raw import EXCERPT, Reject, refuse_flood
from linker.schema import Quarantined

Mask = npt.NDArray[np.bool_]
UNSHOWN = ("source", "state", "line", "native_id")
"""Columns that an excerpt leaves out: they say nothing about the person or stand beside it."""


def check_rows(rows: pa.Table, most: int) -> tuple[pa.Table, list[Reject], int]:
    """The rows that are records, a reject for each that is not, and how many were identical repetitions of another row.

    A native id that stands on rows of different content names nobody for certain, and nothing tells which row is right:
    all of them are rejected. Rows that agree in everything the mapping reads are one row; the first stays.

    Raises:
        InputError: more than `most` rows would be rejected for one reason.
    """
    nobody = _no_id(rows)
    refuse_flood(int(nobody.sum()), most, "have no native id")
    rows, unidentified = _take_out(rows, nobody, Quarantined.NO_NATIVE_ID, "the column of the native id is blank")
    repeated, conflicting = _duplicates(rows)
    refuse_flood(int(conflicting.sum()), most, "share their native id with different rows")
    conflicts = _rejects(
        rows, conflicting, Quarantined.DUPLICATE_ID, "another row carries this id with different content"
    )
    rows = rows.filter(pa.array(~(repeated | conflicting)))
    unnamed = _no_name(rows)
    refuse_flood(int(unnamed.sum()), most, "name nobody")
    rows, nameless = _take_out(rows, unnamed, Quarantined.NO_NAME, "neither a name nor a phrase with letters in it")
    return rows, [*unidentified, *conflicts, *nameless], int(repeated.sum())


def _take_out(rows: pa.Table, mask: Mask, reason: Quarantined, detail: str) -> tuple[pa.Table, list[Reject]]:
    rejects = _rejects(rows, mask, reason, detail)
    return (rows.filter(pa.array(~mask)), rejects) if rejects else (rows, rejects)


def _rejects(rows: pa.Table, mask: Mask, reason: Quarantined, detail: str) -> list[Reject]:
    if not mask.any():
        return []
    found = rows.filter(pa.array(mask))
    shown = [c for c in found.column_names if c not in UNSHOWN and found[c].null_count < len(found)]
    cells = [pc.utf8_slice_codeunits(_text(found[c]), 0, EXCERPT).to_pylist() for c in shown]
    texts = [" | ".join(filter(None, row)) for row in zip(*cells, strict=True)] or [""] * len(found)
    parts = zip(found["line"].to_pylist(), texts, found["native_id"].to_pylist(), strict=True)
    return [Reject(line, reason, detail, text, native_id) for line, text, native_id in parts]


def _text(column: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.binary_join(column, UNIT) if pa.types.is_list(column.type) else column


def _no_id(rows: pa.Table) -> Mask:
    mask: Mask = rows["native_id"].is_null().to_numpy()
    return mask


def _no_name(rows: pa.Table) -> Mask:
    """Neither name nor phrase holds a letter: '-', '...', '0' name nobody. Placeholder words are for normalise to know."""
    mask: Mask = ~_begins_with_letter(pc.coalesce(rows["name"], rows["phrase"]).combine_chunks())
    doubtful = rows.select(["name", "phrase"]).filter(pa.array(mask))
    named = [pc.fill_null(pc.match_substring_regex(column, r"\pL"), False) for column in doubtful.columns]
    mask[mask] = ~pc.or_(*named).to_numpy()
    return mask


def _begins_with_letter(texts: pa.Array) -> Mask:
    """Quickly true for nearly all names; false means that a closer look is needed."""
    mask: Mask = texts.is_valid().to_numpy(zero_copy_only=False)
    offsets = np.frombuffer(texts.buffers()[1], np.int32, len(texts) + 1, texts.offset * 4)
    if mask.any():
        data = np.frombuffer(texts.buffers()[2], np.uint8)
        first, second = data[offsets[:-1][mask]], data[np.minimum(offsets[:-1][mask] + 1, len(data) - 1)]
        latin = ((first | 0x20) >= ord("a")) & ((first | 0x20) <= ord("z"))
        mask[mask] = latin | ((first == 0xE0) & (second == 0xA4))  # U+0900 to U+093F, nearly all letters
    return mask


def _duplicates(rows: pa.Table) -> tuple[Mask, Mask]:
    """(identical repetitions of an earlier row, rows that share their id with a different row); no row is in both."""
    repeated, conflicting = np.zeros(len(rows), bool), np.zeros(len(rows), bool)
    ids = _ids(rows)
    counts = np.bincount(ids) if len(ids) else ids
    suspects = np.flatnonzero(counts[ids] > 1) if len(ids) else ids
    if not len(suspects):
        return repeated, conflicting
    contents = _content_codes(rows.take(pa.array(suspects)))
    wide = ids[suspects] * (int(contents.max()) + 1) + contents
    first = np.unique(wide, return_index=True)[1]
    again = np.ones(len(suspects), bool)
    again[first] = False
    repeated[suspects] = again
    contents_of_id = np.bincount(ids[suspects[first]], minlength=len(counts))
    conflicting[suspects] = contents_of_id[ids[suspects]] > 1
    return repeated, conflicting & ~repeated


def _content_codes(rows: pa.Table) -> npt.NDArray[np.int64]:
    """Small numbers, equal for two rows exactly if they agree in every column but the line."""
    codes = np.zeros(len(rows), np.int64)
    for name in rows.column_names:
        column = rows[name]
        if name == "line" or column.null_count == len(column):
            continue
        own = _text(column).combine_chunks().dictionary_encode(null_encoding="encode")
        wide = codes * (len(own.dictionary) + 1) + own.indices.to_numpy(zero_copy_only=False)
        codes = np.unique(wide, return_inverse=True)[1].astype(np.int64)
    return codes


def _ids(rows: pa.Table) -> npt.NDArray[np.int64]:
    """Small numbers that stand for (source, native id)."""
    codes = [rows[c].combine_chunks().dictionary_encode() for c in ("source", "native_id")]
    source, native = (c.indices.to_numpy(zero_copy_only=False).astype(np.int64) for c in codes)
    return native if len(codes[0].dictionary) < 2 else np.unique(source << 32 | native, return_inverse=True)[1]
