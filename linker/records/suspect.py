"""Cells that no honest field holds, in formats that keep cells apart by themselves: NUL characters and huge texts."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from linker.records.raw import Limits, Raw, Reject
from linker.schema import Quarantined


def without_suspects(raw: Raw, limits: Limits) -> Raw:
    """The rows whose cells are all clean; the others join the rejects."""
    if not len(raw):
        return raw
    reasons = np.zeros(len(raw), np.int8)
    culprits: dict[int, str] = {}
    for name, column in raw.columns.items():
        texts = pc.binary_join(column, " ") if pa.types.is_list(column.type) else column
        for code, found in ((1, _huge(texts, limits.cell_bytes)), (2, _nul(texts))):
            reasons[found] = code
            culprits |= dict.fromkeys(found.tolist(), name)
    for position, name in sorted(culprits.items()):
        line = int(raw.lines[position])
        text = str(raw.columns[name][position].as_py())[:1000]
        if reasons[position] == 1:
            detail, reason = f"the cell of {name!r} is longer than {limits.cell_bytes} bytes", Quarantined.HUGE_CELL
        else:
            detail, reason = f"the cell of {name!r} holds a NUL character", Quarantined.NUL_BYTE
        raw.rejects.append(Reject(line, reason, detail, text))
    return raw.keep(reasons == 0)


def _huge(texts: pa.Array, limit: int) -> np.ndarray[tuple[int], np.dtype[np.intp]]:
    lengths = np.diff(np.frombuffer(texts.buffers()[1], np.int32, len(texts) + 1, texts.offset * 4))
    return np.flatnonzero(lengths > limit)


def _nul(texts: pa.Array) -> np.ndarray[tuple[int], np.dtype[np.intp]]:
    data = texts.buffers()[2]
    if data is None or not (np.frombuffer(data, np.uint8) == 0).any():
        return np.empty(0, np.intp)
    return np.flatnonzero(pc.fill_null(pc.match_substring(texts, "\0"), False).to_numpy(zero_copy_only=False))
