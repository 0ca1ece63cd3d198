"""Erasing records under an order: what it would do, doing it, and later removing everything for good (`purge`)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from linker.batch.evidence import released, settled_by_groups
from linker.batch.facts import SETTINGS, taken_over
from linker.batch.identify import Before
from linker.batch.regroup import Regrouped, Stake, regroup
from linker.batch.withheld import among, quarantine_without, records_without
from linker.config.run import SnapshotSettings
from linker.errors import InputError, WorkspaceError
from linker.identity.events import Kind
from linker.identity.history import crosswalk_then
from linker.identity.lookup import find
from linker.identity.values import single
from linker.index.scoring import Scorer
from linker.matching.model import MatchModel
from linker.registry.auditlog import AuditLog
from linker.registry.erasures import Erasures, Order
from linker.registry.snapshot import Snapshot, SnapshotWriter, list_runs, open_current
from linker.schema import Decision

BY_ORDER = "order"
"""The cause of an event that an erasure brought about."""
NO_REPORT = (
    "<!doctype html><html lang=en><meta charset=utf-8><title>No report</title>"
    "<p>Records were erased under an order. The figures stand in manifest.json.</p></html>\n"
)


@dataclass(frozen=True)
class Delivered:
    """An export that held an erased record: who must be told."""

    at: str
    recipient: str
    purpose: str
    out: str


@dataclass(frozen=True)
class Consequences:
    """What erasing would do. `code` confirms exactly this."""

    records: pa.Table
    outcome: tuple[str, ...]
    decisions: tuple[int, ...]
    exports: tuple[Delivered, ...]
    snapshots: tuple[int, ...]
    until: str
    code: str


@dataclass(frozen=True)
class _Plan:
    """All that both phases need."""

    ids: list[str]
    settings: SnapshotSettings
    before: Before
    tables: dict[str, pa.Table]
    regrouped: Regrouped


def preview(workspace: Path, asked: Sequence[str], order_text: str) -> Consequences:
    """What erasing records (or all records of identities) would do. Nothing is changed.

    Raises:
        WorkspaceError: nothing is known by a name.
        InputError: the order is not named, or nothing would be left.
    """
    return _consequences(workspace, _plan(workspace, asked, order_text), order_text)


def confirm(
    workspace: Path, asked: Sequence[str], order_text: str, code: str, who: str | None = None
) -> tuple[Order, Snapshot]:
    """Erase: write the order down and publish a snapshot without the records, groups formed anew.

    Raises:
        InputError: `code` is not that of what would be done now.
    """
    with SnapshotWriter(workspace) as writer:
        plan = _plan(workspace, asked, order_text)
        writer.keep = plan.settings.settings.keep_snapshots
        told = _consequences(workspace, plan, order_text)
        if code != told.code:
            raise InputError(
                f"the code {code} does not confirm what would be erased now",
                do="look at the preview again (without --confirm)",
            )
        order = _given(workspace, plan, told, order_text, who)
        return order, _published(writer, plan, order)


def _given(workspace: Path, plan: _Plan, told: Consequences, order_text: str, who: str | None) -> Order:
    """The order; the one that stands already if an earlier attempt broke off before it published."""
    erasures = Erasures(workspace)
    for order in erasures.orders():
        if order.pending and order.records == tuple(plan.ids):
            return order
    days = plan.settings.settings.erasure_reversible_days
    recipients = [{"at": e.at, "recipient": e.recipient, "purpose": e.purpose} for e in told.exports]
    return erasures.give(plan.ids, order_text, days, {"recipients": recipients}, who)


def _plan(workspace: Path, asked: Sequence[str], order_text: str) -> _Plan:
    if not order_text.strip():
        raise InputError("an erasure needs the order it follows", do="add --order 'COURT, NUMBER, DATE'")
    before = Before.of(workspace)
    snapshot = open_current(workspace)
    ids = sorted({r for name in asked for r in _records(workspace, snapshot, name)})
    settings = SnapshotSettings.read(snapshot.path / SETTINGS)
    record = snapshot.table("record")
    erased = among(ids)(single(record["record_id"]))
    if erased.all():
        raise InputError("nothing would be left", do="remove the workspace instead")
    crosswalk = snapshot.table("crosswalk", ["record_id", "identity_id"])
    touched = pc.unique(single(crosswalk["identity_id"]).filter(pa.array(among(ids)(single(crosswalk["record_id"])))))
    person = snapshot.table("person").filter(pa.array(~erased))
    scorer = Scorer(settings.matching, settings.policy, MatchModel.kept(snapshot.path))
    edge = released(edges_without(snapshot.table("edge"), ids), scorer, settings.clusters.hysteresis)
    edge = settled_by_groups(edge, single(person["record_id"]), scorer)
    stake = Stake(records_without(record, erased), person, edge, crosswalk, touched)
    found = regroup(stake, settings, before)
    old = snapshot.table("identity")
    kept = old.filter(pc.invert(pc.is_in(old["identity_id"], value_set=found.changed)))
    tables = {
        "record": stake.record, "person": person, "edge": found.edge, "crosswalk": found.crosswalk,
        "identity": pa.concat_tables([kept, found.identity]).sort_by("identity_id").combine_chunks(),
        "review": found.edge.filter(pc.equal(found.edge["decision"], int(Decision.REVIEW))),
        "quarantine": quarantine_without(snapshot.table("quarantine"), among(ids)),
        "event": _by_order(found.event), "attention": found.attention,
    }  # fmt: skip
    return _Plan(ids, settings, before, tables, found)


def _records(workspace: Path, snapshot: Snapshot, name: str) -> list[str]:
    """The record that a name stands for, or all records of an identity. A record that an update has withdrawn is found in the older
    snapshots that still hold it."""
    try:
        found = [r for f in find(workspace, snapshot, name) for r in f.records.to_pylist()]
    except WorkspaceError:
        if former := _former(workspace, [name.strip()]):
            return sorted(set(former["record_id"].to_pylist()))
        raise
    exact = [r["record_id"] for r in found if name.strip() in {r["record_id"], r["native_id"]}]
    return exact or [r["record_id"] for r in found]


def _former(workspace: Path, names: Sequence[str]) -> pa.Table | None:
    """Records by their ids or native ids as the newest snapshot shows them that holds them; None if none does."""
    wanted = pc.field("record_id").isin(names) | pc.field("native_id").isin(names)
    found: pa.Table | None = None
    for run in list_runs(workspace):
        if "record" in run.tables:
            rows = run.table("record", filters=wanted)
            new = rows if found is None else rows.filter(pc.invert(pc.is_in(rows["record_id"], found["record_id"])))
            found = new if found is None else pa.concat_tables([found, new], promote_options="default")
    return found if found else None


def edges_without(edge: pa.Table, ids: Sequence[str]) -> pa.Table:
    """Scored pairs that none of the records is in."""
    gone = pa.array(ids, pa.string())
    hit = pc.or_(pc.is_in(edge["record_id_l"], value_set=gone), pc.is_in(edge["record_id_r"], value_set=gone))
    return edge.filter(pc.invert(hit))


def _by_order(event: pa.Table) -> pa.Table:
    causes = pc.if_else(pc.equal(event["kind"], str(Kind.ERASED)), BY_ORDER, event["cause"])
    return event.set_column(event.column_names.index("cause"), "cause", causes)


def _consequences(workspace: Path, plan: _Plan, order_text: str) -> Consequences:
    snapshot = open_current(workspace)
    records = _former(workspace, plan.ids) or pa.table({})
    named = set(plan.ids)
    decisions = tuple(e.number for e in plan.before.entries if named & {e.left_record, e.right_record})
    holding = {run.number for run in list_runs(workspace) if _held(workspace, run, plan.ids)}
    exports = tuple(sorted(_exports(workspace, holding), key=lambda e: e.at))
    until = datetime.now(UTC) + timedelta(days=plan.settings.settings.erasure_reversible_days)
    state = [plan.ids, order_text, snapshot.number, plan.before.decisions, [e.at for e in exports]]
    code = hashlib.sha256(json.dumps(state).encode()).hexdigest()[:8]
    return Consequences(
        records, tuple(_outcome(plan)), decisions, exports, tuple(sorted(holding)), until.date().isoformat(), code
    )


def _held(workspace: Path, run: Snapshot, ids: list[str]) -> bool:
    wanted = pc.field("record_id").isin(ids)
    if "crosswalk" in run.tables:
        return bool(run.table("crosswalk", ["record_id"], filters=wanted).num_rows)
    return bool(crosswalk_then(workspace, run.number).filter(wanted).num_rows)


def _exports(workspace: Path, holding: set[int]) -> list[Delivered]:
    found = []
    for entry in AuditLog(workspace).entries():
        if entry["kind"] == "export":
            detail: dict[str, Any] = json.loads(entry["detail"])
            number = detail.get("snapshot", entry["subject"].rpartition(" ")[2])
            if str(number).isdecimal() and int(number) in holding:
                texts = (str(detail.get(name, "")) for name in ("recipient", "purpose", "out"))
                found.append(Delivered(entry["at"], *texts))
    return found


def _outcome(plan: _Plan) -> list[str]:
    """What becomes of the identities concerned, in words."""
    before = plan.before.snapshot
    old = single(before.table("crosswalk")["identity_id"]) if before else pa.array([], pa.string())
    was = {v["values"]: v["counts"] for v in pc.value_counts(old).to_pylist()}
    new = single(plan.regrouped.crosswalk["identity_id"])
    now = {v["values"]: v["counts"] for v in pc.value_counts(new).to_pylist()}
    told = []
    for identity in sorted(i for i in {*was, *now} if was.get(i) != now.get(i)):
        if identity not in now:
            told.append(f"{identity} ends")
        elif identity not in was:
            told.append(f"{identity} begins with {now[identity]} records")
        else:
            told.append(f"{identity} has {now[identity]} records instead of {was[identity]}")
    return told


def _published(writer: SnapshotWriter, plan: _Plan, order: Order) -> Snapshot:
    snapshot = plan.before.snapshot
    if snapshot is None:
        raise AssertionError("a plan is of a snapshot")
    tables = plan.tables
    counts = snapshot.manifest["counts"] | {
        "records": len(tables["record"]), "edges": len(tables["edge"]), "review": len(tables["review"]),
        "identities": len(tables["identity"]), "attention": len(tables["attention"]),
        "links": int(np.count_nonzero(tables["edge"]["decision"].to_numpy() == 2)),
        "withheld": snapshot.manifest["counts"].get("withheld", 0) + int(snapshot.manifest["rows"]["record"]) - len(tables["record"]),
    }  # fmt: skip
    own = {"number", "previous", "published", "files", "rows", "seconds", "peak_bytes"}
    manifest = {k: v for k, v in snapshot.manifest.items() if k not in own}
    manifest |= {"counts": counts, "decisions": plan.before.decisions, "erasure": order.number, "seconds": {}}
    extra = {**taken_over(snapshot), SETTINGS: (snapshot.path / SETTINGS).read_text(encoding="utf-8")}
    return writer.write(tables, manifest, {**extra, "report.html": NO_REPORT})
