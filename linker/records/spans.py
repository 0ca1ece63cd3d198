"""Spans of bytes in an XML part → columns of text."""

from __future__ import annotations

import html
import re

import numba as nb
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from linker.records.sheet_scan import BYTES


class UnusualError(Exception):
    """The workbook holds something that only the complete reader knows."""


class TooLargeError(Exception):
    """What the cells of the workbook stand for is more than any honest one holds."""


def gather(xml: npt.NDArray[np.uint8], begins: npt.NDArray[np.int64], lengths: npt.NDArray[np.int32]) -> pa.Array:
    """The texts that stand at the given spans.

    Raises:
        UnusualError: together they are too long for one column.
    """
    offsets = np.zeros(len(lengths) + 1, np.int64)
    np.cumsum(lengths, out=offsets[1:])
    if offsets[-1] >= 2**31:
        raise UnusualError
    data = np.empty(offsets[-1], np.uint8)
    _copy(xml, np.ascontiguousarray(begins), np.ascontiguousarray(lengths), data)
    buffers = [None, pa.py_buffer(offsets.astype(np.int32)), pa.py_buffer(data)]
    return pa.Array.from_buffers(pa.string(), len(lengths), buffers)


@nb.njit(nb.void(BYTES, nb.int64[::1], nb.int32[::1], nb.uint8[::1]), cache=True, nogil=True)
def _copy(xml, begins, lengths, data):  # type: ignore[no-untyped-def]
    at = 0
    for row in range(len(begins)):
        for k in range(lengths[row]):
            data[at + k] = xml[begins[row] + k]
        at += lengths[row]


def patched(texts: pa.Array, at: npt.NDArray[np.intp], patch: pa.Array) -> pa.Array:
    """`texts` with those of `patch` at the ascending positions `at`."""
    mask = np.zeros(len(texts), bool)
    mask[at] = True
    return pc.replace_with_mask(texts, pa.array(mask), patch)


def unescaped(text: str) -> str:
    """XML text as its reader sees it: entities, line ends, and Excel's `_x000D_`."""
    return hex_unescaped(html.unescape(text.replace("\r\n", "\n").replace("\r", "\n")))


def hex_unescaped(text: str) -> str:
    """Halves of surrogate pairs, which are no characters, stay as they are written."""
    if "_x" not in text:
        return text
    return re.sub(r"_x(?!D[89A-F])([0-9A-F]{4})_", lambda m: chr(int(m[1], 16)), text, flags=re.IGNORECASE)
