"""An update: only new, changed and withdrawn rows are read, compared and grouped; all else stays as the last snapshot has it.

    read → normalise → compare with the last snapshot → candidates and weights by its index → group what is touched → publish in parts

What depends on all records (how common names and values are, the prior, the model) is frozen in the index until the next full run.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from linker.batch.admission import Admitted, admit
from linker.batch.delta import Delta, Stated, delta_of
from linker.batch.evidence import released, settled_by_groups
from linker.batch.facts import SETTINGS, settings_json, taken_over
from linker.batch.identify import Before
from linker.batch.newpairs import Scoring, base_of
from linker.batch.purge import purge_due, told_left
from linker.batch.regroup import Regrouped, Stake, regroup
from linker.batch.result import RunResult
from linker.batch.withheld import among as among_ids
from linker.batch.withheld import quarantine_without
from linker.config.policy import Policy, bits
from linker.config.run import LoadedRun
from linker.errors import ConfigError
from linker.identity.values import single
from linker.matching.policy import LINKED, REMEMBERED
from linker.matching.pooling import POOLED_FROM
from linker.progress import Observer, Silent, Stopwatch, peak_bytes
from linker.registry.auditlog import AuditLog
from linker.registry.audits import audit_snapshot
from linker.registry.ledger import Verdict, holding
from linker.registry.parts import KEYS, Part, among, part_of
from linker.registry.snapshot import Snapshot, SnapshotWriter, open_current
from linker.registry.suppression import Suppression
from linker.schema import Decision

Flags = NDArray[np.bool_]
REPORT = (
    "<!doctype html><html lang=en><meta charset=utf-8><title>Update</title><h1>Update</h1>"
    "<p>{new:,} new, {replaced:,} changed, {gone:,} withdrawn and {unchanged:,} unchanged records. "
    "All figures stand in manifest.json; a report is drawn by the next full run.</p></html>\n"
)


def update(
    loaded: LoadedRun, workspace: Path, stated: Stated | None = None, observer: Observer | None = None
) -> RunResult:
    """Publish a snapshot that follows the current one, from extracts that hold what has changed.

    Raises:
        ConfigError: the settings are not those of the current snapshot.
        WorkspaceError: there is no snapshot to update.
        InputError, QuarantineError, AuditError: nothing is published then.
    """
    watch = Stopwatch(observer or Silent())
    stated = stated or Stated()
    left = told_left(purge_due(workspace))
    with SnapshotWriter(workspace, loaded.settings.keep_snapshots, audit_snapshot) as writer:
        current = open_current(workspace)
        _refuse_other_settings(loaded, current)
        admitted = (
            admit(loaded, watch, Suppression.of(workspace), partial=True) if loaded.inputs else Admitted.nothing()
        )
        with watch.stage("compare"):
            delta = delta_of(admitted, current, stated)
            counts = _counts(delta)
            watch.note = ", ".join(f"{n:,} {what}" for what, n in counts.items())
        with watch.stage("match"):
            before = Before.of(workspace)
            edge = _Edges.of(current)
            scoring_base = base_of(workspace, current, watch.observer)
            scoring = Scoring(scoring_base.index, edge.linked(), loaded.clusters.hysteresis)
            fresh = scoring.new_pairs(scoring_base, delta)
            watch.note = f"{scoring.pairs:,} candidate pairs, {len(fresh):,} edges"
        with watch.stage("identify"):
            stake = _at_stake(current, delta, edge, fresh, before, scoring)
            names = scoring_base.index.columns.names
            found = regroup(stake, loaded, before, names)
            watch.note = f"{len(stake.record):,} records at stake, {len(found.event):,} events"
        with watch.stage("publish"):
            change = edge.change(found.edge, fresh, delta.outdated)
            tables = _tables(current, admitted, delta, stake, found, change)
            manifest = _manifest(current, tables, change, before, counts)
            extra = {
                **taken_over(current),
                SETTINGS: settings_json(loaded),
                "report.html": REPORT.format(**counts),
            }
            snapshot = writer.write(tables, {**manifest, "seconds": watch.seconds, "peak_bytes": peak_bytes()}, extra)
        AuditLog(workspace).append("update", snapshot.path.name, {"changes": counts, **manifest["counts"]})
    return RunResult(snapshot, snapshot.path / "report.html", manifest["counts"], watch.seconds, left)


def _refuse_other_settings(loaded: LoadedRun, current: Snapshot) -> None:
    file = current.path / SETTINGS
    if not file.is_file() or file.read_text(encoding="utf-8") != settings_json(loaded):
        raise ConfigError(
            "the settings are not those that the snapshot in force was made with",
            where=str(loaded.path),
            do="publish a full run with them first (linker run without --update)",
        )


def _counts(delta: Delta) -> dict[str, int]:
    return {
        "new": len(delta.record) - len(delta.replaced), "replaced": len(delta.replaced), "gone": len(delta.gone),
        "unchanged": delta.unchanged,
    }  # fmt: skip


@dataclass(frozen=True)
class _Edges:
    """The last snapshot's scored pairs by what grouping needs of them."""

    snapshot: Snapshot
    keys: pa.Table

    @classmethod
    def of(cls, snapshot: Snapshot) -> _Edges:
        return cls(snapshot, snapshot.table("edge", ["record_id_l", "record_id_r", "decision", "rule", "weight"]))

    def linked(self) -> pa.Table:
        """The pairs that hysteresis remembers."""
        return self.keys.filter(pc.is_in(self.keys["rule"], value_set=pa.array([str(r) for r in REMEMBERED])))

    def tying(self, policy: Policy) -> pa.Table:
        """The pairs that evidence links, or may link when groups grow (`matching.pooling`)."""
        lowest = bits(policy.link_threshold) - policy.rules.pooled_lack
        may = pc.is_in(self.keys["rule"], value_set=pa.array([str(r) for r in POOLED_FROM]))
        may = pc.and_(may, pc.greater_equal(self.keys["weight"], lowest - 0.01))
        linked = pc.is_in(self.keys["rule"], value_set=pa.array([str(r) for r in LINKED]))
        return self.keys.filter(pc.or_(linked, may) if policy.rules.pooled_lack else linked)

    def change(self, settled: pa.Table, fresh: pa.Table, outdated: pa.Array) -> _Change:
        """What comes and goes of the edge table: `settled` are all pairs at stake as they are now, `fresh` the new ones."""
        outside = fresh.filter(pa.array(~among(fresh, settled, KEYS["edge"])))
        left = np.asarray(_touches(self.keys, outdated))
        kept = self.keys.filter(pa.array(~left))  # a pair of a changed record is another pair, though decided alike
        as_before = among(settled, kept, ("record_id_l", "record_id_r", "decision", "rule"))
        added = pa.concat_tables([settled.filter(pa.array(~as_before)), outside])
        gone = among(self.keys, added, KEYS["edge"]) | left
        return _Change(added, self.keys.filter(pa.array(gone)))


@dataclass(frozen=True)
class _Change:
    """Edges that come, and (keys and decisions of) those that go."""

    added: pa.Table
    gone: pa.Table


def _at_stake(
    current: Snapshot, delta: Delta, edge: _Edges, fresh: pa.Table, before: Before, scoring: Scoring
) -> Stake:
    """Everything that may be grouped in another way now: records that links, verdicts or their last identity connect with one that is new,
    changed, gone, newly linked or newly decided."""
    crosswalk = current.table("crosswalk", ["record_id", "identity_id"])
    ids = pa.concat_arrays([single(crosswalk["record_id"]), single(delta.record["record_id"]).filter(
        pa.array(~among_ids(delta.replaced.to_pylist())(single(delta.record["record_id"])))
    )])  # fmt: skip
    tying = pa.concat_tables(
        [
            _Edges(current, fresh.select(edge.keys.column_names)).tying(scoring.scorer.policy),
            edge.tying(scoring.scorer.policy),
        ]
    )
    chosen = _connected(ids, crosswalk, delta, tying, before)
    at_stake = ids.filter(pa.array(chosen))
    outdated = delta.outdated
    stay = pc.invert(pc.is_in(at_stake, value_set=outdated))
    record, person = (
        _with(current.table(name), at_stake.filter(stay), table)
        for name, table in (("record", delta.record), ("person", delta.person))
    )
    old = _inside(current.table("edge"), edge.keys, at_stake)
    kept = released(old.filter(pc.invert(_touches(old, outdated))), scoring.scorer, scoring.slack)
    edges = pa.concat_tables([kept, fresh.filter(_within(fresh, single(record["record_id"])))])
    edges = scoring.closed(edges, person)
    edges = scoring.closed(settled_by_groups(edges, single(person["record_id"]), scoring.scorer), person)
    edges = edges.sort_by([("record_id_l", "ascending"), ("record_id_r", "ascending")])
    previous = crosswalk.filter(pc.is_in(crosswalk["record_id"], value_set=at_stake))
    touched = previous.filter(pc.is_in(previous["record_id"], value_set=outdated))
    return Stake(record, person, edges.combine_chunks(), previous, pc.unique(single(touched["identity_id"])))


def _connected(ids: pa.Array, crosswalk: pa.Table, delta: Delta, tying: pa.Table, before: Before) -> Flags:
    """Which records are connected with one that has changed or whose links or verdicts have."""
    n = len(ids)
    codes = single(crosswalk["identity_id"]).dictionary_encode()
    identity = codes.indices.to_numpy(zero_copy_only=False).astype(np.int64) + n
    same = [e for e in holding(before.entries).values() if e.verdict is Verdict.SAME]
    verdicts = pa.table(
        {"record_id_l": pa.array([e.left_record for e in same], pa.string()),
         "record_id_r": pa.array([e.right_record for e in same], pa.string())}
    )  # fmt: skip
    left, right = _places(pa.concat_tables([tying.select(verdicts.column_names), verdicts]), ids)
    known = (left >= 0) & (right >= 0)
    left = np.concatenate([np.arange(len(identity)), left[known]])
    right = np.concatenate([identity, right[known]])
    size = n + len(codes.dictionary)
    graph = coo_array((np.ones(len(left), np.int8), (left, right)), shape=(size, size))
    count, label = connected_components(graph, directed=False)
    seeds = np.arange(n) >= len(crosswalk)
    seeds |= np.asarray(pc.is_in(ids, value_set=delta.outdated)) | before.newly_decided(ids)
    touched = np.zeros(count, np.bool_)
    touched[label[:n][seeds]] = True
    found: Flags = touched[label[:n]]
    return found


def _places(table: pa.Table, ids: pa.Array) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    both = pa.concat_arrays([single(table["record_id_l"]), single(table["record_id_r"])])
    place = pc.fill_null(pc.index_in(both, value_set=ids), -1).to_numpy().astype(np.int64)
    return place[: len(table)], place[len(table) :]


def _with(table: pa.Table, ids: pa.Array, more: pa.Table) -> pa.Table:
    """Rows of some records of a table, and more rows, by record id."""
    rows = table.filter(pc.is_in(table["record_id"], value_set=ids))
    return pa.concat_tables([rows, more.select(rows.column_names)]).sort_by("record_id").combine_chunks()


def _inside(edge: pa.Table, keys: pa.Table, ids: pa.Array) -> pa.Table:
    return edge.filter(_within(keys, ids))


def _within(edge: pa.Table, ids: pa.Array) -> Any:
    return pc.and_(pc.is_in(edge["record_id_l"], value_set=ids), pc.is_in(edge["record_id_r"], value_set=ids))


def _touches(edge: pa.Table, ids: pa.Array) -> Any:
    return pc.or_(pc.is_in(edge["record_id_l"], value_set=ids), pc.is_in(edge["record_id_r"], value_set=ids))


def _tables(
    current: Snapshot, admitted: Admitted, delta: Delta, stake: Stake, found: Regrouped, change: _Change
) -> dict[str, pa.Table | Part]:
    """The snapshot's tables: large ones in parts, small ones whole."""
    outdated, gone = pa.table({"record_id": delta.outdated}), pa.table({"record_id": delta.gone})
    moved = found.crosswalk.filter(pa.array(~among(found.crosswalk, stake.previous, ("record_id", "identity_id"))))
    review = change.added.filter(pc.equal(change.added["decision"], int(Decision.REVIEW)))
    concerned = pa.concat_arrays([single(stake.previous["identity_id"]), single(found.crosswalk["identity_id"])])
    attention = current.table("attention")
    attention = attention.filter(pc.invert(pc.is_in(attention["identity_id"], value_set=concerned)))
    quarantine = quarantine_without(current.table("quarantine"), among_ids(delta.seen.to_pylist()))
    parts = {
        "record": (delta.record, outdated),
        "person": (delta.person, outdated),
        "crosswalk": (moved, pa.concat_tables([gone, moved.select(["record_id"])])),
        "identity": (found.identity, pa.table({"identity_id": found.changed})),
        "edge": (change.added, change.gone),
        "review": (review, change.gone),
    }
    return {
        **{name: part_of(current.path, name, added, left) for name, (added, left) in parts.items()},
        "attention": pa.concat_tables([attention, found.attention]).sort_by([("identity_id", "ascending"), ("reason", "ascending")]),
        "quarantine": pa.concat_tables([quarantine, admitted.quarantine]),
        "event": found.event,
    }  # fmt: skip


def _manifest(
    current: Snapshot, tables: dict[str, pa.Table | Part], change: _Change, before: Before, counts: dict[str, int]
) -> dict[str, Any]:
    """The last snapshot's, with what is another now."""
    rows = {name: table.rows if isinstance(table, Part) else table.num_rows for name, table in tables.items()}

    def links(table: pa.Table) -> int:
        return int(np.count_nonzero(table["decision"].to_numpy() == Decision.LINK))

    now = {
        "records": rows["record"], "edges": rows["edge"], "review": rows["review"], "identities": rows["identity"],
        "attention": rows["attention"], "quarantined": rows["quarantine"],
        "links": current.manifest["counts"]["links"] + links(change.added) - links(change.gone),
    }  # fmt: skip
    own = {"number", "previous", "published", "files", "rows", "seconds", "peak_bytes", "erasure"}
    kept = {k: v for k, v in current.manifest.items() if k not in own}
    return kept | {"counts": {**current.manifest["counts"], **now}, "decisions": before.decisions, "update": counts}
