"""Cells that no honest field holds, in formats that keep cells apart by themselves: NUL characters and huge texts."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from linker.records.cells import UNDECODABLE
from linker.records.raw import Limits, Raw, Reject, refuse_flood
from linker.schema import Quarantined


def without_suspects(raw: Raw, limits: Limits) -> Raw:
    """The rows whose cells are all clean; the others join the rejects."""
    if not len(raw):
        return raw
    faults: dict[int, tuple[str, Quarantined]] = {}
    for name, column in raw.columns.items():
        texts = pc.binary_join(column, " ") if pa.types.is_list(column.type) else column
        faults |= dict.fromkeys(_huge(texts, limits.cell_bytes).tolist(), (name, Quarantined.HUGE_CELL))
        for position in _nul(texts).tolist():
            broken = texts[position].as_py().startswith(UNDECODABLE)
            faults[position] = (name, Quarantined.UNDECODABLE if broken else Quarantined.NUL_BYTE)
    refuse_flood(len(faults), limits.rejects, "hold cells that no honest field holds")
    for position, (name, reason) in sorted(faults.items()):
        text = str(raw.columns[name][position].as_py())[:1000].removeprefix(UNDECODABLE)
        raw.rejects.append(Reject(int(raw.lines[position]), reason, f"in the cell of {name!r}", text))
    sound = np.ones(len(raw), bool)
    sound[list(faults)] = False
    return raw.keep(sound)


def _huge(texts: pa.Array, limit: int) -> npt.NDArray[np.intp]:
    lengths = np.diff(np.frombuffer(texts.buffers()[1], np.int32, len(texts) + 1, texts.offset * 4))
    return np.flatnonzero(lengths > limit)


def _nul(texts: pa.Array) -> npt.NDArray[np.intp]:
    data = texts.buffers()[2]
    if data is None or not (np.frombuffer(data, np.uint8) == 0).any():
        return np.empty(0, np.intp)
    return np.flatnonzero(pc.fill_null(pc.match_substring(texts, "\0"), False).to_numpy(zero_copy_only=False))
