"""`linker apply`: the verdicts of people take effect without reading the sources again.

Everything comes from the published snapshot: its records, persons, scored pairs and settings. Only the grouping is done anew, by the same
function that a full run uses, so the result is what a full run over the same extracts would give.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from linker.batch.facts import SETTINGS
from linker.batch.identify import Before, identify
from linker.config.clusters import ClusterRules
from linker.config.matching import Matching
from linker.errors import WorkspaceError
from linker.identity.golden import golden_records
from linker.matching.columns import build_columns
from linker.matching.edges import Edges
from linker.matching.policy import LINKED, RULES, Rule, exclusive_pairs
from linker.names.table import NameTable
from linker.progress import Observer, Silent, Stopwatch
from linker.registry.auditlog import AuditLog
from linker.registry.database import open_registry
from linker.registry.snapshot import Snapshot, SnapshotWriter
from linker.review.effects import note_effects
from linker.schema import EDGE, Decision

KEPT = ("record", "person", "edge", "quarantine")
"""Tables that verdicts do not change, but for what became of each edge."""


@dataclass(frozen=True)
class Applied:
    """The new snapshot, None if no verdict was waiting; `effects` counts what the verdicts did; identities before and after."""

    snapshot: Snapshot | None
    effects: dict[str, int]
    before: int
    after: int


def apply(workspace: Path, observer: Observer | None = None) -> Applied:
    """Group the records of the current snapshot anew under the verdicts that hold now, and publish the result.

    Raises:
        WorkspaceError: there is no snapshot, it is too old to hold its settings, or another run is at work.
        AuditError: the result contradicts itself. Nothing is published then.
    """
    watch = Stopwatch(observer or Silent())
    engine = open_registry(workspace)
    with SnapshotWriter(workspace) as writer:
        before = Before.of(workspace)
        snapshot = before.snapshot
        if snapshot is None:
            raise WorkspaceError(
                "no snapshot has been published here", where=str(workspace), do="start with: linker run CONFIG"
            )
        matching, rules = settings_of(snapshot)
        identities = int(snapshot.manifest["rows"]["identity"])
        if before.decisions <= int(snapshot.manifest.get("decisions", 0)):
            return Applied(None, note_effects(workspace, engine), identities, identities)
        with watch.stage("names"):
            tables = {name: snapshot.table(name) for name in KEPT if name in snapshot.tables}
            columns = build_columns(tables["person"], lambda names, counts: NameTable.build(names, counts=counts))
        with watch.stage("identify"):
            record_ids = tables["person"]["record_id"]
            edges = edges_of(tables["edge"], record_ids)
            apart = np.stack(exclusive_pairs(columns, matching.vetoes), axis=1)
            found = identify(record_ids, edges, apart, rules, before)
            ids = found.assigned.identity_id
            identity = golden_records(tables["record"], tables["person"], ids, columns.names, found.clusters.weakest)
            watch.note = f"{len(identity):,} identities"
        with watch.stage("publish"):
            crosswalk = snapshot.table("crosswalk")
            edge = _settled(tables["edge"], found.edges)
            tables |= {
                "edge": edge,
                "review": edge.filter(pc.equal(edge["decision"], int(Decision.REVIEW))),
                "identity": identity,
                "crosswalk": crosswalk.set_column(crosswalk.column_names.index("identity_id"), "identity_id", ids),
                "event": found.assigned.events,
                "attention": found.attention,
            }
            published = writer.write(tables, _manifest(snapshot, before.decisions, tables), _extra(snapshot))
        detail = {"from": snapshot.number, "decisions": before.decisions}
        AuditLog(workspace, engine).append("apply", published.path.name, detail)
    return Applied(published, note_effects(workspace, engine), identities, len(identity))


def settings_of(snapshot: Snapshot) -> tuple[Matching, ClusterRules]:
    """The matching and cluster settings that a snapshot was made with.

    Raises:
        WorkspaceError: a program that did not keep them made it.
    """
    try:
        content = json.loads((snapshot.path / SETTINGS).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise WorkspaceError(
            "this snapshot does not hold its settings", where=str(snapshot.path), do="run the batch again: linker run"
        ) from None
    return Matching.model_validate(content["matching"]), ClusterRules.model_validate(content["clusters"])


def edges_of(edge: pa.Table, record_ids: Any) -> Edges:
    """A published edge table as the pipeline's edges, before groups were made: what was held back links again."""
    left, right = (
        pc.index_in(edge[c], value_set=record_ids).to_numpy().astype(np.int32) for c in ("record_id_l", "record_id_r")
    )
    names = pa.array([str(r) for r in RULES])
    rule = pc.index_in(edge["rule"], value_set=names).to_numpy().astype(np.int8)
    linked = np.isin(rule, [RULES.index(r) for r in LINKED])
    rule[linked & (rule != RULES.index(Rule.KEPT))] = RULES.index(Rule.LINK)
    decision = np.where(linked, Decision.LINK, edge["decision"].to_numpy()).astype(np.int8)
    nothing = np.zeros(len(edge), np.int64)
    return Edges(left, right, edge["weight"].to_numpy(), decision, rule, nothing.astype(np.uint16), nothing)


def _settled(edge: pa.Table, edges: Edges) -> pa.Table:
    """The edge table with what became of each edge."""
    rules = pa.array([str(r) for r in RULES]).take(pa.array(edges.rule))
    columns = {name: edge[name] for name in edge.column_names} | {"decision": pa.array(edges.decision), "rule": rules}
    return EDGE.conform(pa.table(columns))


def _manifest(snapshot: Snapshot, decisions: int, tables: dict[str, pa.Table]) -> dict[str, Any]:
    taken = ("number", "previous", "published", "files", "rows", "seconds", "peak_bytes")
    manifest = {k: v for k, v in snapshot.manifest.items() if k not in taken}
    links = pc.sum(pc.equal(tables["edge"]["decision"], int(Decision.LINK))).as_py() or 0
    sizes = {
        name: len(tables[table])
        for name, table in (("review", "review"), ("identities", "identity"), ("attention", "attention"))
    }
    counts = {**manifest.get("counts", {}), **sizes, "links": links}
    return {**manifest, "counts": counts, "decisions": decisions, "applied_to": snapshot.number}


def _extra(snapshot: Snapshot) -> dict[str, str]:
    """Files of the snapshot that stay true: the model and the settings, but not the report."""
    names = [n for n in snapshot.manifest["files"] if n.endswith(".json")]
    return {name: (snapshot.path / name).read_text(encoding="utf-8") for name in names}
