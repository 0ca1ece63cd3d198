"""A workspace to be asked: `linker.open(workspace)`.

A view is read-only and safe to use from several threads at once: every call works on one snapshot from beginning to end, and a newer one is
taken up between calls.
"""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Collection, Mapping
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from linker.errors import LinkerError, WorkspaceError
from linker.identity.ids import tidy
from linker.index import SnapshotIndex, is_indexed, open_index
from linker.index.scoring import Scored, Scorer
from linker.matching.policy import RULES
from linker.normalise.gazetteer import state_key
from linker.normalise.persons import PersonOptions
from linker.progress import Observer
from linker.registry.snapshot import current_name
from linker.schema import Decision
from linker.search.engine import Ranking, Terms, comparison_table, rank
from linker.search.query import read_query
from linker.search.resolve import resolve
from linker.search.results import (
    Comparison,
    CrosswalkEntry,
    Evidence,
    Hit,
    Identity,
    Record,
    RecordMatch,
    Resolved,
    SearchResult,
)

LOOK_EVERY = 1.0
"""Seconds after which a call looks whether a newer snapshot has been published."""
MOST_PARTS = 50
"""Persons of one source row that a crosswalk is looked up for."""
_DECISIONS, _RULES = {int(d): d.name.lower() for d in Decision}, tuple(map(str, RULES))


class View:
    """The current snapshot of a workspace."""

    def __init__(
        self, workspace: Path, observer: Observer | None = None, *, build_aside: bool = False, follow: bool = True
    ) -> None:
        """With `build_aside`, the index of a newer snapshot is made by a process of its own, so that answers stay quick meanwhile. With
        `follow=False` a newer snapshot is taken up by `refresh` only."""
        self._workspace = Path(workspace)
        self._build_aside, self._follow = build_aside, follow
        self._index = open_index(self._workspace, observer=observer)
        self._options = PersonOptions()
        self._looked = time.monotonic()
        self._renewing = threading.Lock()
        self._at_work = False

    @property
    def snapshot(self) -> str:
        """The name of the snapshot that answers."""
        return self._index.snapshot

    def __len__(self) -> int:
        """How many records the snapshot holds."""
        return len(self._index)

    def __repr__(self) -> str:
        index = self._index
        return f"<View of {self._workspace}: snapshot {index.snapshot}, {len(index):,} records>"

    # --- questions ---------------------------------------------------------------------------------------------------

    def search(
        self,
        person: str | Mapping[str, Any],
        limit: int = 10,
        threshold: float | None = None,
        states: Collection[str] | None = None,
    ) -> SearchResult:
        """Who may this be? Identities, the likeliest first.

        `person` is a text as one types it, or fields (name, aliases, father, age, birth_date, village, phone, epic …). `threshold` is the
        least probability of a hit; without it everyone is shown for whom the evidence speaks clearly, however unlikely still.
        `states`: only records of these states are looked at.

        Raises:
            InputError: the query states nothing, or a field that no query has.
        """
        index = self._current()
        query = read_query(person, self._options)
        floor = None if threshold is None else _bits(threshold)
        states = _keys(states)
        ranking = rank(index, query, Terms(max(limit, 0), floor, states))
        hits = _hits(index, ranking, states)
        understood = MappingProxyType(query.understood)
        return SearchResult(
            hits, index.snapshot, ranking.compared, ranking.partial, understood, query.notes, font=query.font
        )

    def compare(self, a: str | Mapping[str, Any], b: str | Mapping[str, Any]) -> Comparison:
        """Two persons, given as texts or fields, compared as two records of this snapshot would be.

        Raises:
            InputError: one of them states nothing.
        """
        index = self._current()
        new = index.code(comparison_table(read_query(a, self._options), read_query(b, self._options)))
        scored = index.score(new, np.array([0], np.int32), np.array([len(index) + 1], np.int32))
        scorer = index.scorer
        return Comparison(*_figures(scored, 0), scorer.model.prior_bits, _evidence(index, scored, 0))

    def identity(self, identity_id: str, states: Collection[str] | None = None) -> Identity:
        """A person with all records. A superseded id gives its successor, with a note.

        Raises:
            WorkspaceError: no such identity is known, or it has several successors (the message names them).
        """
        index = self._current()
        name = tidy(identity_id) or identity_id
        notes: tuple[str, ...] = ()
        at = index.identity_row(name)
        if at < 0:
            from linker.identity import history  # noqa: PLC0415  seldom asked; other programs open a view in half a second less

            living = history.successors(self._workspace, name) if tidy(identity_id) else []
            rows = [row for row in (index.identity_row(n) for n in living) if row >= 0]
            if len(rows) != 1:
                raise WorkspaceError(f"there is no identity {identity_id[:40]}", do=_instead(living))
            at, notes = rows[0], (f"{name} is superseded by {living[0]}",)
        return _identity(index, at, _keys(states), notes)

    def crosswalk(self, source: str, native_id: str) -> tuple[CrosswalkEntry, ...]:
        """Which identity a source's record belongs to; several entries where the source's row names several persons; empty: unknown."""
        index = self._current()
        first = f"{source}:{native_id}"
        rows = index.rows_of([first, *(f"{first}#{part}" for part in range(2, MOST_PARTS))])
        return tuple(
            CrosswalkEntry(index.record_ids[int(row)].as_py(), part, index.identity_id(int(index.identity[row])))
            for part, row in enumerate(rows, start=1)
            if row >= 0
        )

    def resolve(self, table: Any, states: Collection[str] | None = None) -> Resolved:
        """What the next update would do with new rows: a pandas, pyarrow, polars or DuckDB table whose columns are fields of a query.
        Nothing is written. `states`: only records of these states are looked at.

        Raises:
            InputError: a column is no field of a query, or it is no such table.
        """
        index = self._current()
        return Resolved(resolve(index, table, self._options, _keys(states)), index.snapshot)

    def records_states(self, source: str, native_id: str) -> frozenset[str]:
        """The states (canonical names) of a source's record, empty if it is unknown."""
        index = self._current()
        rows = index.rows_of([f"{source}:{native_id}"])
        return frozenset(index.states[index.state[row]] for row in rows if row >= 0)

    # --- newer snapshots ---------------------------------------------------------------------------------------------

    def refresh(self) -> bool:
        """Take up a newer snapshot now; whether there was one. Other threads go on asking the old one meanwhile."""
        with self._renewing:
            newest = current_name(self._workspace)
            if newest is None or newest == self._index.snapshot:
                return False
            newer = open_index(self._workspace)
            newer.warm()
            self._index = newer
            return True

    def _current(self) -> SnapshotIndex:
        """The index that a call works on. At most once a second it is looked for a newer one, which a thread of its own opens."""
        now = time.monotonic()
        if self._follow and now - self._looked >= LOOK_EVERY and not self._at_work:
            self._looked = now
            if current_name(self._workspace) not in {None, self._index.snapshot}:
                self._at_work = True
                threading.Thread(target=self._renew, name="linker-renew", daemon=True).start()
        return self._index

    def _renew(self) -> None:
        try:
            if self._build_aside and not is_indexed(self._workspace):
                make = [sys.executable, "-m", "linker", "index", "--background", "--workspace", str(self._workspace)]
                subprocess.run(make, check=True, stdin=subprocess.DEVNULL, capture_output=True)  # noqa: S603  our own program
            self.refresh()
        except (LinkerError, OSError, subprocess.SubprocessError):
            return  # another process builds the index, or a run is just ending: the next look tries again
        finally:
            self._at_work = False


def _bits(probability: float) -> float:
    """The match weight of a probability."""
    p = min(max(probability, 1e-12), 1 - 1e-12)
    return float(np.log2(p / (1 - p)))


def _keys(states: Collection[str] | None) -> frozenset[str] | None:
    """The states as the index names them."""
    return None if states is None else frozenset(map(state_key, states))


def _instead(living: list[str]) -> str:
    return f"it was split into {', '.join(living)}" if living else "check the id"


def _figures(scored: Scored, at: int) -> tuple[float, float, str, str]:
    weight = float(scored.weight[at])
    return weight, _probability(weight), _DECISIONS[int(scored.decision[at])], _RULES[scored.rule[at]]


def _probability(weight: float) -> float:
    return float(1 / (1 + 2.0**-weight))


def _evidence(index: SnapshotIndex, scored: Scored, at: int) -> tuple[Evidence, ...]:
    """Every comparison that found something, the strongest first."""
    said = _sayings(index.scorer)
    found = [said[k][code] for k, code in enumerate(scored.vectors[:, at].tolist()) if code]
    return tuple([evidence for _, _, evidence in sorted(found)])


@lru_cache(maxsize=4)
def _sayings(scorer: Scorer) -> list[list[tuple[float, int, Evidence]]]:
    """What every level of every comparison says under a model, behind what puts the strongest first."""
    return [
        [
            (
                -abs(float(bits)), number,
                Evidence(comparison.name, level.name, float(bits), str(level.side), level.english, level.hindi),
            )
            for level, bits in zip(comparison.levels, table, strict=True)
        ]
        for number, (comparison, table) in enumerate(zip(scorer.comparisons, scorer.tables, strict=True))
    ]  # fmt: skip


def _hits(index: SnapshotIndex, ranking: Ranking, states: Collection[str] | None) -> tuple[Hit, ...]:
    scored = ranking.scored
    rows = scored.left[ranking.order]
    weights = scored.weight[ranking.order].tolist()
    numbers = rows.tolist()
    records = index.records_at(rows)
    ends = [*ranking.first[1:].tolist(), len(ranking.order)][: len(ranking.first)]
    hits = []
    owners = index.identity[rows[ranking.first]]
    golden = index.golden_at(owners)
    for begin, end, shown in zip(ranking.first.tolist(), ends, golden, strict=True):
        best = int(ranking.order[begin])
        identity_id = shown["identity_id"]
        matches = tuple(
            RecordMatch(_record(index, numbers[k], records[k], identity_id), weights[k], _probability(weights[k]))
            for k in range(begin, end)
        )
        whole = states is None or {state_key(s) for s in shown.get("states") or ()} <= set(states)
        name = str(shown["name"] if whole else matches[0].record.fields.get("name", ""))
        hits.append(
            Hit(
                identity_id, *_figures(scored, best), name, MappingProxyType(shown) if whole else None,
                _evidence(index, scored, best), matches,
            )
        )  # fmt: skip
    return tuple(hits)


def _record(index: SnapshotIndex, row: int, fields: dict[str, Any], identity_id: str) -> Record:
    state = index.state[row]
    return Record(fields["record_id"], index.states[state] if state >= 0 else "", identity_id, MappingProxyType(fields))


def _identity(index: SnapshotIndex, at: int, states: Collection[str] | None, notes: tuple[str, ...]) -> Identity:
    rows = index.members.values[index.members.offsets[at] : index.members.offsets[at + 1]]
    seen = rows if states is None else rows[index.of_states(states)[rows]]
    (golden,) = index.golden_at(np.array([at]))
    records = tuple(
        _record(index, int(row), fields, golden["identity_id"])
        for row, fields in zip(seen, index.records_at(seen), strict=True)
    )
    hidden = len(rows) - len(seen)
    shown = None if hidden else MappingProxyType(golden)
    return Identity(golden["identity_id"], index.snapshot, shown, records, hidden, notes)
