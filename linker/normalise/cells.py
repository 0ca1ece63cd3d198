"""Cells as typed → readable Unicode text, or null where nothing was stated. Whole columns, by distinct value."""

from __future__ import annotations

import re
from functools import lru_cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from linker.config.loading import CONFIGS, Settings, load
from linker.names.unicode import PLAIN, clean
from linker.normalise.columns import one_chunk
from linker.normalise.longnumbers import SECTIONS, long_numbers
from linker.normalise.markup import MARKS, without_markup

_PLAIN = "^" + re.sub(r"\\u([0-9a-f]{4})", r"\\x{\1}", PLAIN) + "$"  # in RE2's syntax
_LONG_NUMBER = re.compile(r"[0-9०-९](?:[ .\-–/]{0,2}[0-9०-९]){11,}")


class _Placeholders(Settings):
    words: tuple[str, ...]


def placeholder_words() -> tuple[str, ...]:
    """What is typed where nothing is known."""
    return load(CONFIGS / "reference" / "placeholders.yaml", _Placeholders).words


@lru_cache(maxsize=1)
def _placeholder() -> str:
    """A regular expression that matches a whole cell without a statement."""
    words = [re.escape(word) for word in placeholder_words()]
    repeated = [rf"{digit}(?:[ \-]?{digit}){{5,}}" for digit in "0123456789"]
    return rf"(?i)^[^\pL\pN\pM]*(?:{'|'.join([*words, *repeated, 'x{3,}'])})?[^\pL\pN\pM]*$"


def readable(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    """The column's cells as clean Unicode; placeholders (अज्ञात, NA, 0000000000) and blanks become null."""
    column = one_chunk(column)
    if column.null_count == len(column):
        return column
    encoded = pc.dictionary_encode(column)
    return stated(_cleaned(encoded.dictionary)).take(encoded.indices)


def readable_lists(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    """As `readable` for a column of lists; entries without a statement are left out, lists without entries become null."""
    column = one_chunk(column)
    if column.null_count == len(column):
        return column
    parents = pc.list_parent_indices(column)
    values = readable(pc.list_flatten(column))
    kept = values.is_valid()
    return regroup(values.filter(kept), parents.filter(kept), len(column))


def regroup(values: pa.Array, parents: pa.Array, rows: int) -> pa.Array:
    """Values with the rows they belong to (in ascending order) as a column of lists; null where a row has none."""
    sizes = np.bincount(parents.to_numpy(zero_copy_only=False), minlength=rows)
    offsets = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int32)
    return pa.ListArray.from_arrays(pa.array(offsets), values, mask=pa.array(sizes == 0))


def _cleaned(values: pa.Array) -> pa.Array:
    marked = pc.match_substring_regex(values, f"[{MARKS}]")
    odd = pc.or_(pc.invert(pc.match_substring_regex(values, _PLAIN)), marked)
    if not pc.any(odd).as_py():
        return values
    texts = [
        without_markup(text) if "<" in text or "&" in text else clean(text) for text in values.filter(odd).to_pylist()
    ]
    return pc.replace_with_mask(values, odd, pa.array(texts, pa.string()))


def stated(values: pa.Array) -> pa.Array:
    """The texts with placeholders made null."""
    return pc.if_else(pc.match_substring_regex(values, _placeholder()), pa.scalar(None, pa.string()), values)


def mask_long_numbers(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    """Free text without numbers of twelve or more digits: 'XXXX-XXXX-' and the last four digits stand in their place.

    Single blanks, dashes, dots and slashes inside a number do not hide it; only '420/467/468/471' is a list of sections.
    Works on text and on lists of text.
    """
    column = one_chunk(column)
    if pa.types.is_list(column.type):
        values = mask_long_numbers(column.values)
        mask = column.is_null() if column.null_count else None
        return pa.ListArray.from_arrays(column.offsets, values, mask=mask)
    found = long_numbers(column)
    if not found.any():
        return column
    suspects = pc.dictionary_encode(column.filter(pa.array(found)))
    masked = pa.array([_LONG_NUMBER.sub(_masked, text) for text in suspects.dictionary.to_pylist()], pa.string())
    return pc.replace_with_mask(column, pa.array(found), masked.take(suspects.indices))


def _masked(match: re.Match[str]) -> str:
    if SECTIONS.fullmatch(match[0]):
        return match[0]
    return "XXXX-XXXX-" + "".join([c for c in match[0] if c.isdigit()])[-4:]
