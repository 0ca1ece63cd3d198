"""Which names of a run stand side by side for certain, and the name channel that learns from them."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from linker.batch.admission import Admitted
from linker.config.matching import Names
from linker.matching.csr import code_texts
from linker.names.adaptation import Adaptation, adapt, side_by_side
from linker.names.channel import Channel
from linker.schema import IdType

STRONG = (IdType.AADHAAR, IdType.PAN, IdType.EPIC, IdType.DRIVING_LICENCE, IdType.PASSPORT, IdType.NFN)
"""Identifiers that one person has to himself."""
_MOST_BEARERS = 6  # a number that more records share is no longer taken for one person's
_MOST_LINKS = 200_000


def adapted_channel(person: pa.Table, channel: Channel) -> Adaptation:
    """The channel, learned further from the names of records of a PERSON table that share a strong identifier."""
    left, right = confident_links(person)
    names = person["name"]
    first, second = (names.take(pa.array(side)).to_pylist() for side in (left, right))
    pairs = {(a, b) for a, b in zip(first, second, strict=True) if a and b and a != b}
    ordered = sorted(pairs)
    return adapt(channel, side_by_side([a for a, _ in ordered], [b for _, b in ordered], channel))


def channel_of_run(admitted: Admitted, names: Names, shipped: Channel) -> Channel:
    """The shipped channel, or the adapted one if the run asks for it; a note says what became of that."""
    if not names.adapt:
        return shipped
    adaptation = adapted_channel(admitted.person, shipped)
    admitted.findings.notes.append(adaptation.note)
    return adaptation.channel


def confident_links(person: pa.Table) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Row numbers of records that share a strong identifier borne by a few records only, each pair once."""
    found = [np.zeros(0, np.int64)]
    for kind in STRONG:
        (code,), _ = code_texts([person[str(kind)]])
        rows = np.flatnonzero(code >= 0)
        rows = rows[np.argsort(code[rows], kind="stable")]
        bearers = np.bincount(code[rows]) if len(rows) else np.zeros(0, np.int64)
        for step in range(1, _MOST_BEARERS):  # the neighbour `step` places on, if it bears the same number
            same = (code[rows[:-step]] == code[rows[step:]]) & (bearers[code[rows[:-step]]] <= _MOST_BEARERS)
            a, b = rows[:-step][same], rows[step:][same]
            found.append(np.minimum(a, b) << 32 | np.maximum(a, b))
    pairs = np.unique(np.concatenate(found))
    if len(pairs) > _MOST_LINKS:
        pairs = np.sort(np.random.default_rng(1).choice(pairs, _MOST_LINKS, replace=False))
    return pairs >> 32, pairs & 0xFFFFFFFF
