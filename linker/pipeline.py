"""The batch job, in reading order: sources in, one published snapshot out.

    read → normalise → exclude → code names → match → cluster → identify → publish → report

Each step is a call into one package; `docs/architecture.md` tells what stands where.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pyarrow as pa

from linker.batch.adapting import channel_of_run
from linker.batch.admission import Admitted, admit
from linker.batch.facts import SETTINGS, final_tables, manifest_of, published_tables, report_of, settings_json
from linker.batch.identify import Apart, Before, identify
from linker.batch.purge import purge_due, told_left
from linker.batch.result import RunResult
from linker.config.run import LoadedRun
from linker.evaluate.report import render
from linker.identity.golden import golden_records
from linker.index import build_index
from linker.matching.columns import build_columns
from linker.matching.edges import edge_table, fitting_model, match
from linker.names.channel import Channel
from linker.names.channel_file import ADAPTED
from linker.names.table import NameTable
from linker.progress import Observer, Silent, Stopwatch, give_back, peak_bytes
from linker.registry.auditlog import AuditLog
from linker.registry.audits import audit_snapshot
from linker.registry.snapshot import SnapshotWriter
from linker.registry.suppression import Suppression

__all__ = ["RunResult", "run"]


def _written_ahead(admitted: Admitted, writer: SnapshotWriter) -> dict[str, pa.Table]:
    """The tables that matching does not change, which are being written from now on."""
    final = final_tables(admitted)
    writer.ahead(final)
    return final


def run(loaded: LoadedRun, workspace: Path, observer: Observer | None = None, *, index: bool = False) -> RunResult:
    """Read, match, identify and publish; the current snapshot stays as it is until the new one is whole. With `index` the snapshot's index
    is made as well (`linker.index`).

    Raises:
        InputError, QuarantineError, ModelError, AuditError, WorkspaceError: nothing is published then.
    """
    watch = Stopwatch(observer or Silent())
    model = fitting_model(loaded)
    left = told_left(purge_due(workspace))
    with (
        ThreadPoolExecutor(1) as early,  # reading leaves a core idle
        SnapshotWriter(workspace, loaded.settings.keep_snapshots, audit_snapshot) as writer,
    ):
        shipped = early.submit(Channel.load)
        admitted = admit(loaded, watch, Suppression.of(workspace))
        record_ids = admitted.record["record_id"]
        with watch.stage("names"):
            give_back()
            with ThreadPoolExecutor(1) as aside:  # much of making names comparable leaves one core idle
                masking = aside.submit(_written_ahead, admitted, writer)
                channel = channel_of_run(admitted, loaded.matching.names, shipped.result())
                columns = build_columns(admitted.person, lambda names, counts: NameTable.build(names, channel, counts))
                adapted = channel.kept
                final = masking.result()
            watch.note = f"{len(columns.names):,} distinct names"
            layout = final.pop("record").schema  # half a gigabyte for a million records, which matching needs
            admitted = replace(admitted, record=layout.empty_table())
            writer.forget("record")
            give_back()
        with watch.stage("match"):
            before = Before.of(workspace)
            matched = match(
                columns, loaded.matching, loaded.policy, model, watch.observer.step,
                before.memory(record_ids, loaded.clusters.hysteresis),
            )  # fmt: skip
            watch.note = f"{matched.candidate_pairs:,} candidate pairs, {len(matched.edges):,} edges"
        with watch.stage("identify"):
            apart = Apart.of(columns, matched.edges, loaded)
            found = identify(record_ids, matched.edges, apart, loaded.clusters, before)
            matched = replace(matched, edges=found.edges)
            names, indexed = columns.names, columns if index else None
            del columns  # as much again
            give_back()
            final["record"] = writer.taken_back("record", layout)
            admitted = replace(admitted, record=final["record"])
            identity = golden_records(
                admitted.record, admitted.person, found.assigned.identity_id, names, found.clusters.weakest
            )
            watch.note = f"{len(identity):,} identities"
            del names
            give_back()
        with watch.stage("publish"):
            writer.ahead({"identity": identity})
            edge = edge_table(matched, record_ids, [k.name for k in loaded.matching.keys])
            tables = published_tables(final, edge, identity, found)
            manifest = manifest_of(loaded, admitted, matched, tables) | {"decisions": before.decisions}
            report = render(report_of(loaded, admitted, matched, tables, (writer.next_name, watch.seconds)))
            extra: dict[str, str | bytes] = {
                "report.html": report,
                **matched.model.files(matched.comparisons),
                SETTINGS: settings_json(loaded),
                **({ADAPTED: adapted} if adapted else {}),
            }
            snapshot = writer.write(tables, {**manifest, "seconds": watch.seconds, "peak_bytes": peak_bytes()}, extra)
        AuditLog(workspace).append(
            "run", snapshot.path.name, {"configuration": manifest["configuration_sha256"], **manifest["counts"]}
        )
        if indexed is not None:
            build_index(workspace, snapshot, indexed, watch.observer)
    return RunResult(snapshot, snapshot.path / "report.html", manifest["counts"], watch.seconds, left)
