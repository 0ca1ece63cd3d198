"""A published snapshot, ready to be asked: its persons as columns, its key table, its model, and which identity each record belongs to."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from linker.arrays import find_texts
from linker.index.coding import code_persons
from linker.index.few import FewCoder, Person
from linker.index.gather import renumbered
from linker.index.lookup import Asked, Found, Terms, look_up, plan_of
from linker.index.postings import Postings, feature_names
from linker.index.rows import Rows
from linker.index.scoring import Scored, Scorer
from linker.index.together import Reads, together
from linker.index.walk import Plan
from linker.matching.candidates import scaled_cap
from linker.matching.columns import PersonColumns
from linker.matching.csr import Csr, shared_values
from linker.matching.keys import Features

SEARCH_CAP = 4
"""A search takes groups so many times larger than a key's cap: one record is compared with the group, not all with all."""


def distinct(rows: NDArray[np.int32]) -> int:
    """How many different rows there are: a query that is read in two ways makes two pairs with a record."""
    return len(renumbered(rows.astype(np.int64))[0])


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
    records: Rows
    identities: Rows
    identity_ids: pa.Array
    state: NDArray[np.int16]
    """the state of each record's source, a place in `states`"""
    states: tuple[str, ...]
    identity_order: NDArray[np.int32]
    """rows of the identity table in the order of their ids"""

    @property
    def snapshot(self) -> str:
        """The name of the snapshot."""
        return str(self.facts["snapshot"])

    def __len__(self) -> int:
        return self.columns.n

    @cached_property
    def _reads(self) -> Reads:
        return Reads.of(self.scorer.matching)

    def code(self, person: pa.Table) -> PersonColumns:
        """New persons in the codes of this index; values that it does not know get codes of their own."""
        return code_persons(person, self.columns)

    def code_few(self, persons: Sequence[Person]) -> PersonColumns:
        """The same for a few persons that are given as fields."""
        return self._few.code(persons)

    @cached_property
    def _few(self) -> FewCoder:
        return FewCoder(self.columns)

    def warm(self) -> None:
        """Make now what the first search would have to wait for."""
        one = np.zeros(1, np.int32)
        names = self.columns.names
        if len(names):
            names.alike(one, one)
            names.divisible(one, one)
            names.sex(one)
        self.postings.dense(len(self))
        self.code_few([{}])

    def rows_of(self, record_ids: Sequence[str]) -> NDArray[np.int32]:
        """Rows of records; -1 for those that are not here."""
        return find_texts(self.record_ids, pa.array(record_ids, pa.string()))

    def identity_row(self, identity_id: str) -> int:
        """The row of an identity, -1 if there is none."""
        ids, low, high = self.identity_ids, 0, len(self.identity_order)
        while low < high:
            middle = (low + high) // 2
            found = ids[int(self.identity_order[middle])].as_py()
            if found == identity_id:
                return int(self.identity_order[middle])
            low, high = (middle + 1, high) if found < identity_id else (low, middle)
        return -1

    def identity_id(self, row: int) -> str:
        """The id of an identity's row."""
        return str(self.identity_ids[row].as_py())

    def records_at(self, rows: NDArray[np.integer]) -> list[dict[str, Any]]:
        """What the record table holds of some records, empty fields left out."""
        return self.records.at(rows)

    def golden_at(self, rows: NDArray[np.integer]) -> list[dict[str, Any]]:
        """What the identity table holds of some identities, empty fields left out."""
        return self.identities.at(rows)

    def of_states(self, names: Collection[str]) -> NDArray[np.bool_]:
        """Which records come from one of these states."""
        wanted = np.array([state in names for state in self.states] + [False], np.bool_)
        return wanted[self.state]

    def candidates(self, new: PersonColumns, place: NDArray[np.int64] | None = None) -> Found:
        """Who shares a key with each new person, among the base's records and the new ones, in the groups that a batch over both would
        make. `place[i]`: the row that new person i would have in the base (where its record id sorts), which decides what is compared in
        a group that nothing splits."""
        total = self.columns.n + new.n
        keys = self.scorer.matching.keys
        caps = tuple(scaled_cap(key.cap, total) for key in keys)
        return self._look_up(new, Terms(plan_of(keys, caps), search=False, place=place))

    def search_candidates(self, new: PersonColumns, most: int) -> Found:
        """Which records of the base share a key with each new person, in groups larger than a batch takes; at most `most` of a group that
        nothing splits."""
        return self._look_up(new, Terms(self._search_plan, search=True, most=most))

    @cached_property
    def _search_plan(self) -> Plan:
        keys = self.scorer.matching.keys
        return plan_of(keys, [SEARCH_CAP * key.cap for key in keys])

    @cached_property
    def _features(self) -> tuple[str, ...]:
        return feature_names(self.scorer.matching.keys)

    def _look_up(self, new: PersonColumns, terms: Terms) -> Found:
        names = self._features
        features = Features(new)
        own = Postings.none(names) if terms.search else Postings.of(features, names)
        found = look_up(self.postings, self.columns.n, Asked.of(features, names), terms, own)
        return replace(found, unsaid=self._unsaid(features, names)) if terms.search else found

    def _unsaid(self, features: Features, names: Sequence[str]) -> int:
        if not {"name", "name_token"} <= set(names):
            return 0
        whole, token = names.index("name"), names.index("name_token")
        return self.postings.most_beside(token, whole, features.get("name").values)

    def score(
        self,
        new: PersonColumns,
        new_row: NDArray[np.int32],
        partner: NDArray[np.int32],
        floor: float | None = None,
        most: int | None = None,
    ) -> Scored:
        """Levels, weights and decisions of (new person, partner) pairs as `candidates` gives them: a partner below the number of records
        is a record of the base, above it a new person. In the result `left` holds partners and `right` new persons. Of more than `most`
        pairs (with records of the base) those are measured for which most speaks at first sight."""
        n = self.columns.n
        in_base = partner < n
        if in_base.all():
            rows, left = renumbered(partner.astype(np.int64))
            new_rows, right = renumbered(new_row.astype(np.int64))
            right += np.int32(len(rows))
        else:
            rows = np.unique(partner[in_base]).astype(np.int64)
            new_rows = np.unique(np.concatenate([new_row, partner[~in_base] - n])).astype(np.int64)
            left = np.where(
                in_base, np.searchsorted(rows, partner), len(rows) + np.searchsorted(new_rows, partner - n)
            ).astype(np.int32)
            right = (len(rows) + np.searchsorted(new_rows, new_row)).astype(np.int32)
        small = together(self.columns, rows, new, new_rows, self._reads)
        left_out, known = 0, None
        if most is not None and len(left) > most:
            base, keys = self.columns, ("name_keys", "relative_keys")
            shared = [shared_values(getattr(base, k), getattr(new, k), partner, new_row) for k in keys]
            chosen, known = self.scorer.likeliest(small.columns, left, right, most, shared)
            left_out = distinct(left) - distinct(left[chosen])
            left, right = left[chosen], right[chosen]
        small.narrow(left, right)
        scored = self.scorer.score(small.columns, left, right, floor, known)
        whole = np.concatenate([rows, new_rows + n]).astype(np.int32)
        return Scored(
            whole[scored.left],
            whole[scored.right] - np.int32(n),
            scored.vectors,
            scored.weight,
            scored.decision,
            scored.rule,
            left_out,
        )
