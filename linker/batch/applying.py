"""`linker apply`: the verdicts of people take effect without reading the sources again.

Everything comes from the published snapshot: its records, persons, scored pairs and settings. Only the grouping is done anew, by the same
function that a full run uses, so the result is what a full run over the same extracts would give.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from linker.batch.evidence import released, settled_by_groups
from linker.batch.facts import SETTINGS
from linker.batch.identify import Before
from linker.batch.regroup import Regrouped, Stake, regroup
from linker.config.run import SnapshotSettings
from linker.errors import WorkspaceError
from linker.identity.values import single
from linker.index.scoring import Scorer
from linker.matching.model import MatchModel
from linker.progress import Observer, Silent, Stopwatch
from linker.registry.auditlog import AuditLog
from linker.registry.database import open_registry
from linker.registry.snapshot import Snapshot, SnapshotWriter, open_current
from linker.review.effects import note_effects
from linker.schema import Decision

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
        before, snapshot = Before.of(workspace), open_current(workspace)
        settings = settings_of(snapshot)
        writer.keep = settings.settings.keep_snapshots
        identities = int(snapshot.manifest["rows"]["identity"])
        if before.decisions <= int(snapshot.manifest.get("decisions", 0)):
            return Applied(None, note_effects(workspace, engine), identities, identities)
        with watch.stage("identify"):
            tables = {name: snapshot.table(name) for name in KEPT if name in snapshot.tables}
            found = _regrouped(snapshot, tables, settings, before)
            tables |= _tables(snapshot, found)
            watch.note = f"{len(tables['identity']):,} identities"
        with watch.stage("publish"):
            published = writer.write(tables, _manifest(snapshot, before.decisions, tables), _extra(snapshot))
        detail = {"from": snapshot.number, "decisions": before.decisions}
        AuditLog(workspace, engine).append("apply", published.path.name, detail)
    return Applied(published, note_effects(workspace, engine), identities, len(tables["identity"]))


def settings_of(snapshot: Snapshot) -> SnapshotSettings:
    """The settings that a snapshot was made with.

    Raises:
        WorkspaceError: a program that did not keep them made it.
    """
    file = snapshot.path / SETTINGS
    if not file.is_file():
        raise WorkspaceError(
            "this snapshot does not hold its settings", where=str(snapshot.path), do="run the batch again: linker run"
        )
    return SnapshotSettings.read(file)


def _regrouped(
    snapshot: Snapshot, tables: dict[str, pa.Table], settings: SnapshotSettings, before: Before
) -> Regrouped:
    """Groups formed anew from the stored evidence; what was held back links again first."""
    scorer = Scorer(settings.matching, settings.policy, MatchModel.kept(snapshot.path))
    edge = released(tables["edge"], scorer, settings.clusters.hysteresis)
    edge = settled_by_groups(edge, single(tables["person"]["record_id"]), scorer)
    crosswalk = snapshot.table("crosswalk", ["record_id", "identity_id"])
    stake = Stake(tables["record"], tables["person"], edge, crosswalk, pa.array([], pa.string()))
    return regroup(stake, settings, before)


def _tables(snapshot: Snapshot, found: Regrouped) -> dict[str, pa.Table]:
    """The tables that depend on groups."""
    old = snapshot.table("identity")
    kept = old.filter(pc.invert(pc.is_in(old["identity_id"], value_set=found.changed)))
    return {
        "edge": found.edge,
        "review": found.edge.filter(pc.equal(found.edge["decision"], int(Decision.REVIEW))),
        "identity": pa.concat_tables([kept, found.identity]).sort_by("identity_id").combine_chunks(),
        "crosswalk": found.crosswalk,
        "event": found.event,
        "attention": found.attention,
    }


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
