"""Why the identity that a verdict would make may not hold all records of both: some of them contradict each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from linker.identity import silent
from linker.identity.kernels import Pairs
from linker.matching.policy import LINKED
from linker.review.book import Book

APART = frozenset({"veto", "held_decided"})
"""Rules that keep two records out of one identity whatever links them otherwise."""
TYING = frozenset(str(rule) for rule in LINKED)
Pair = tuple[str, str]


def clashes(book: Book, records: Sequence[str], asked: Sequence[str]) -> tuple[Pair, ...]:
    """Pairs of `records` that cannot be in one identity, but for the pair that is `asked` about, which the verdict itself decides: those
    that may never be, and those whose relatives differ where only a record that names none would tie them."""
    edges = [e for e in book.edges_among(records) if {e["record_id_l"], e["record_id_r"]} != set(asked)]
    never = [(e["record_id_l"], e["record_id_r"]) for e in edges if e["rule"] in APART]
    return tuple(dict.fromkeys([*never, *_by_silence(book, edges, asked)]))


def _by_silence(book: Book, edges: Sequence[Mapping[str, Any]], asked: Sequence[str]) -> list[Pair]:
    """What grouping would keep apart once the verdict holds (`identity.silent`)."""
    records = sorted({*asked, *(e[side] for e in edges for side in ("record_id_l", "record_id_r"))})
    row = {record: k for k, record in enumerate(records)}
    left, right = (np.array([row[e[side]] for e in edges], dtype=np.int32) for side in ("record_id_l", "record_id_r"))
    told = book.relatives.in_texts(pa.chunked_array([pa.array([e["levels"] for e in edges], pa.string())]))
    linking = np.array([e["rule"] in TYING for e in edges], dtype=np.bool_)
    verdict = np.array([[row[record] for record in asked]], dtype=np.int32)
    found = silent.parted(len(records), Pairs(left, right), linking, (told.stated, told.differ), verdict)
    return [(records[a], records[b]) for a, b in found.tolist()]
