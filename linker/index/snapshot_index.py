"""A published snapshot, ready to be asked: its persons as columns, its key table, its model, and which identity each record belongs to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from linker.arrays import find_texts
from linker.index.coding import code_persons
from linker.index.lookup import Asked, Found, Terms, look_up
from linker.index.postings import Postings, feature_names
from linker.index.scoring import Scored, Scorer
from linker.index.together import together
from linker.matching.candidates import scaled_cap
from linker.matching.columns import PersonColumns
from linker.matching.csr import Csr
from linker.matching.keys import Features

SEARCH_CAP = 4
"""A search takes groups so many times larger than a key's cap: one record is compared with the group, not all with all."""


@dataclass(frozen=True)
class SnapshotIndex:
    """Row numbers are those of the snapshot's person table, ascending by record id. `identity[row]` is a row of the identity table."""

    folder: Path
    facts: dict[str, Any]
    columns: PersonColumns
    postings: Postings
    scorer: Scorer
    record_ids: pa.Array
    identity: NDArray[np.int32]
    members: Csr
    """the records of each identity"""
    records: pa.Table
    identities: pa.Table

    @property
    def snapshot(self) -> str:
        """The name of the snapshot."""
        return str(self.facts["snapshot"])

    def __len__(self) -> int:
        return self.columns.n

    def code(self, person: pa.Table) -> PersonColumns:
        """New persons in the codes of this index; values that it does not know get codes of their own."""
        return code_persons(person, self.columns)

    def rows_of(self, record_ids: Sequence[str]) -> NDArray[np.int32]:
        """Rows of records; -1 for those that are not here."""
        return find_texts(self.record_ids, pa.array(record_ids, pa.string()))

    def candidates(self, new: PersonColumns, place: NDArray[np.int64] | None = None) -> Found:
        """Who shares a key with each new person, among the base's records and the new ones, in the groups that a batch over both would
        make. `place[i]`: the row that new person i would have in the base (where its record id sorts), which decides what is compared in
        a group that nothing splits."""
        total = self.columns.n + new.n
        keys = self.scorer.matching.keys
        caps = tuple(scaled_cap(key.cap, total) for key in keys)
        return self._look_up(new, Terms(caps, search=False, place=place))

    def search_candidates(self, new: PersonColumns, most: int) -> Found:
        """Who shares a key with each new person, in groups larger than a batch takes; at most `most` of a group that nothing splits."""
        keys = self.scorer.matching.keys
        return self._look_up(new, Terms(tuple(SEARCH_CAP * key.cap for key in keys), search=True, most=most))

    def _look_up(self, new: PersonColumns, terms: Terms) -> Found:
        keys = self.scorer.matching.keys
        names = feature_names(keys)
        features = Features(new)
        own = Postings.of(features, names)
        return look_up(self.postings, self.columns.n, Asked.of(features, names), keys, terms, own)

    def score(
        self, new: PersonColumns, new_row: NDArray[np.int32], partner: NDArray[np.int32], floor: float | None = None
    ) -> Scored:
        """Levels, weights and decisions of (new person, partner) pairs as `candidates` gives them: a partner below the number of records
        is a record of the base, above it a new person. In the result `left` holds partners and `right` new persons."""
        n = self.columns.n
        in_base = partner < n
        rows = np.unique(partner[in_base]).astype(np.int64)
        new_rows = np.unique(np.concatenate([new_row, partner[~in_base] - n])).astype(np.int64)
        small = together(self.columns, rows, new, new_rows)
        left = np.where(
            in_base, np.searchsorted(rows, partner), len(rows) + np.searchsorted(new_rows, partner - n)
        ).astype(np.int32)
        right = (len(rows) + np.searchsorted(new_rows, new_row)).astype(np.int32)
        scored = self.scorer.score(small, left, right, floor)
        whole = np.concatenate([rows, new_rows + n]).astype(np.int32)
        return Scored(
            whole[scored.left],
            whole[scored.right] - np.int32(n),
            scored.vectors,
            scored.weight,
            scored.decision,
            scored.rule,
        )
