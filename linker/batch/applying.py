"""`linker apply`: the verdicts of people take effect without reading the sources again.

Everything comes from the published snapshot: its records, persons and scored pairs. Only the grouping is done anew, so the result is what a
full run over the same extracts would give.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from linker.batch.facts import configuration_hash
from linker.config.run import LoadedRun, load_run
from linker.errors import ConfigError
from linker.identity.clusters import Clusters, Constraints, cluster
from linker.identity.golden import golden_records
from linker.identity.history import known
from linker.identity.identities import assign
from linker.matching.columns import build_columns
from linker.matching.policy import exclusive_pairs
from linker.names.table import NameTable
from linker.progress import Observer, Silent, Stopwatch
from linker.registry.auditlog import AuditLog
from linker.registry.database import open_registry
from linker.registry.ledger import Ledger
from linker.registry.snapshot import Snapshot, SnapshotWriter, open_current
from linker.review.effects import note_effects
from linker.schema import CROSSWALK, Decision

KEPT = ("record", "person", "edge", "review", "quarantine")
"""Tables that verdicts do not change."""


@dataclass(frozen=True)
class Applied:
    """The new snapshot, None if no verdict was waiting; `effects` counts what the verdicts did."""

    snapshot: Snapshot | None
    effects: dict[str, int]
    before: int
    after: int


def apply(workspace: Path, config: Path | None = None, observer: Observer | None = None) -> Applied:
    """Group the records of the current snapshot anew under the verdicts that hold now, and publish the result.

    Raises:
        ConfigError: the configuration cannot be found, or is not the one that the snapshot was made with.
        WorkspaceError, AuditError: nothing is published then.
    """
    watch = Stopwatch(observer or Silent())
    engine = open_registry(workspace)
    with SnapshotWriter(workspace) as writer:
        snapshot = open_current(workspace)
        loaded = configuration_of(snapshot, config)
        ledger = Ledger(workspace, engine)
        entries = ledger.entries()
        last = entries[-1].number if entries else 0
        identities = int(snapshot.manifest["rows"]["identity"])
        if last <= int(snapshot.manifest.get("decisions", 0)):
            return Applied(None, {}, identities, identities)
        with watch.stage("names"):
            tables = {name: snapshot.table(name) for name in KEPT if name in snapshot.tables}
            person = tables["person"]
            columns = build_columns(person, lambda names, counts: NameTable.build(names, counts=counts))
        with watch.stage("identify"):
            apart = np.stack(exclusive_pairs(columns, loaded.matching.vetoes), axis=1)
            record_ids = person["record_id"]
            same, different = ledger.constraints(record_ids)
            clusters = regroup(tables["edge"], record_ids, same, np.concatenate([different, apart]))
            previous = snapshot.table("crosswalk")
            concerned = pa.array(sorted({r for e in entries for r in (e.left_record, e.right_record)}), pa.string())
            decided = np.asarray(pc.is_in(record_ids, value_set=concerned))
            assigned = assign(clusters.label, record_ids, previous, known(workspace), decided)
            identity = golden_records(tables["record"], person, assigned.identity_id, columns.names, clusters.weakest)
            watch.note = f"{len(identity):,} identities"
        with watch.stage("publish"):
            crosswalk = previous.set_column(
                previous.column_names.index("identity_id"), "identity_id", assigned.identity_id
            )
            tables |= {"identity": identity, "crosswalk": CROSSWALK.conform(crosswalk), "event": assigned.events}
            published = writer.write(tables, _manifest(snapshot, last, len(identity)), _extra(snapshot))
        AuditLog(workspace, engine).append("apply", published.path.name, {"from": snapshot.number, "decisions": last})
    return Applied(published, note_effects(workspace, engine), identities, len(identity))


def regroup(edge: pa.Table, record_ids: Any, must: Any, cannot: Any) -> Clusters:
    """The groups of a published edge table under must-links and cannot-links (pairs of row numbers)."""
    left, right = (
        pc.index_in(edge[c], value_set=record_ids).to_numpy().astype(np.int32) for c in ("record_id_l", "record_id_r")
    )
    rule = edge["rule"]
    linked = pc.or_(pc.is_in(rule, pa.array(["link", "kept"])), pc.starts_with(rule, "held_")).to_numpy()
    decision = np.where(linked, Decision.LINK, edge["decision"].to_numpy()).astype(np.int8)
    constraints = Constraints(must.astype(np.int32), cannot.astype(np.int32), pc.equal(rule, "veto").to_numpy())
    return cluster(len(record_ids), left, right, edge["weight"].to_numpy(), decision, constraints)


def configuration_of(snapshot: Snapshot, config: Path | None) -> LoadedRun:
    """The run configuration that a snapshot was made with, read again and compared by its hash."""
    path = config or Path(str(snapshot.manifest["configuration"]))
    inputs = {name: str(entry["path"]) for name, entry in snapshot.manifest["inputs"].items()}
    try:
        loaded = load_run(path, inputs)
    except ConfigError as error:
        raise ConfigError(
            f"the snapshot's configuration cannot be read: {error.what}",
            where=error.where or str(path),
            do="name it: --config FILE",
        ) from None
    if configuration_hash(loaded) != snapshot.manifest["configuration_sha256"]:
        raise ConfigError(
            "this is not the configuration that the snapshot was made with, or it has changed since",
            where=str(path),
            do="run the batch again: linker run",
        )
    return loaded


def _manifest(snapshot: Snapshot, decisions: int, identities: int) -> dict[str, Any]:
    taken = ("number", "previous", "published", "files", "rows")
    manifest = {k: v for k, v in snapshot.manifest.items() if k not in taken}
    counts = {**manifest.get("counts", {}), "identities": identities}
    return {**manifest, "counts": counts, "decisions": decisions, "applied_to": snapshot.number}


def _extra(snapshot: Snapshot) -> dict[str, str]:
    """Files of the snapshot that stay true: the model and the settings, but not the report."""
    names = [n for n in snapshot.manifest["files"] if n.endswith(".json")]
    return {name: (snapshot.path / name).read_text(encoding="utf-8") for name in names}
