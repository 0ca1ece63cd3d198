"""Carrying an erasure out for good: the records leave every snapshot, everything derived from them is removed or made anew.

The tables of snapshots that held them are written again file by file, each replaced in one step. If the process dies on the way, the order
is still open and the next attempt does what is left.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from linker.batch.erasure import NO_REPORT, edges_without
from linker.batch.regroup import name_table
from linker.batch.withheld import among, quarantine_without, records_without
from linker.errors import InputError
from linker.identity.golden import golden_records
from linker.identity.values import single
from linker.names.channel import Channel
from linker.registry.auditlog import AuditLog
from linker.registry.erasures import Erasures, Order, notes_of
from linker.registry.files import write_json
from linker.registry.parts import ADDED, GONE, KEYS, in_parts, part_file
from linker.registry.published import SNAPSHOTS, read_json
from linker.registry.redaction import compact
from linker.registry.redaction import purge as purge_registry
from linker.registry.rewriting import rewrite
from linker.registry.snapshot import Snapshot, SnapshotWriter, list_runs
from linker.registry.trace import Trace, stands_in, traces
from linker.schema import EVENT

SHORTEST = 5
"""Values of fewer characters are found everywhere and prove nothing."""
INDEXES = "indexes"
"""The workspace's folder of search indexes; each is made again from its snapshot when it is asked for."""
EXPORTED = ("identity", "crosswalk")
REMOVE = "remove them, or the values in them, by hand (exports that were moved, copies, notes)"


@dataclass(frozen=True)
class Purged:
    """What was done. `left` are places in the workspace that still hold a value that only the erased records had."""

    order: Order
    snapshots: tuple[int, ...]
    removed: tuple[str, ...]
    left: tuple[Trace, ...]


def purge_due(workspace: Path, *, wait: bool = True) -> list[Purged]:
    """Carry out all orders whose time to be taken back has passed, and finish those that were begun.

    An order whose records the snapshot in force still holds (the process died before it published) waits for the next one; without `wait`
    it is an error.

    Raises:
        InputError, WorkspaceError: as `purge`.
    """
    erasures = Erasures(workspace)
    orders = {order.number: order for order in (*erasures.begun(), *erasures.due())}
    ready = [n for n, order in sorted(orders.items()) if not wait or not _in_force(workspace, order)]
    return [purge(workspace, number) for number in ready]


def places_left(done: Sequence[Purged]) -> list[str]:
    """Files, and where in them erased values still stand: each place once, not the values."""
    return list(dict.fromkeys(f"{trace.file}, {trace.place}" for one in done for trace in one.left))


def told_left(done: Sequence[Purged]) -> tuple[str, ...]:
    """One line for each erasure that is carried out but for files that the program does not know."""
    return tuple(
        f"erasure {one.order.number} is carried out, but some files of the workspace still hold what it erased; {REMOVE}: "
        + "; ".join(places_left([one]))
        for one in done
        if one.left
    )


def _in_force(workspace: Path, order: Order) -> bool:
    return bool(among(order.records)(_current_ids(workspace)).any())


def purge(workspace: Path, number: int) -> Purged:
    """Carry an order out for good, whether or not its time has come.

    Raises:
        InputError: there is no such order, it was taken back, or it was carried out already.
        WorkspaceError: a run is at work.
    """
    erasures = Erasures(workspace)
    order = erasures.order(number)
    begun = any(o.number == number for o in erasures.begun())
    if not order.pending and not begun:
        raise InputError(f"erasure {number} is {order.state}", do="linker erasures list")
    with SnapshotWriter(workspace) as writer:
        if not order.pending:  # the process died when all was done but for the last steps
            return _finished(workspace, erasures, number, (), ())
        if _in_force(workspace, order):
            raise InputError(
                f"the snapshot in force still holds records of erasure {number}",
                do="publish one without them (linker run, or the same linker erase again)",
            )
        writer.sweep()
        runs = list_runs(workspace)
        for unfinished in workspace.glob("..erasure-*"):  # notes that were being written when the process died
            unfinished.unlink()
        values = _kept(notes_of(workspace, number), _values(runs, order.records), order.records)
        changed = tuple(run.number for run in runs if _clean(run, order))
        removed = tuple(_remove_derived(workspace))
        values = _only_theirs(list_runs(workspace), values, order.records)
        write_json(notes_of(workspace, number), {"values": values, "records": order.records})
        tokens = {record: f"erased:{number}.{k}" for k, record in enumerate(order.records, start=1)}
        detail = {"snapshots": list(changed), "removed": len(removed)}
        purge_registry(erasures.engine, number, tokens, values, detail)
        return _finished(workspace, erasures, number, changed, removed)


def _finished(
    workspace: Path, erasures: Erasures, number: int, changed: tuple[int, ...], removed: tuple[str, ...]
) -> Purged:
    """The last steps, after the registry says that it is done: no free page keeps anything, every byte is searched, the notes go."""
    log = AuditLog(workspace, erasures.engine)
    compact(erasures.engine)
    log.keep_head(log.head())
    notes = notes_of(workspace, number)
    sought = read_json(notes)
    left = tuple(t for t in traces(workspace, [*sought["records"], *sought["values"]]) if t.file != notes.name)
    notes.unlink()
    return Purged(erasures.order(number), changed, removed, left)


def _kept(file: Path, values: Sequence[str], records: Sequence[str]) -> list[str]:
    """The texts to look for and, if an attempt broke off, those that it had found: snapshots that it has cleaned tell them no more."""
    earlier = read_json(file)["values"] if file.is_file() else []
    both = sorted({*values, *earlier})
    write_json(file, {"values": both, "records": list(records)})
    return both


def _current_ids(workspace: Path) -> pa.Array:
    return single(list_runs(workspace)[0].table("crosswalk", ["record_id"])["record_id"])


def _clean(run: Snapshot, order: Order) -> bool:
    """Remove the records from a snapshot's tables; whether it held anything of them."""
    changed: dict[str, pa.Table] = {}
    for name, without in _TABLES.items():
        if name in run.tables:
            table = run.table(name)
            cleaned = without(table, order.records)
            if not cleaned.equals(table):
                changed[name] = cleaned
    if _below(run, order.records):
        changed = {name: run.table(name) for name in KEYS if in_parts(run.path, name)} | changed
    if "crosswalk" in changed and "identity" in run.tables:
        changed["identity"] = _golden(run, changed)
        kept = pc.unique(single(changed["identity"]["identity_id"]))
        if "attention" in run.tables:
            attention = run.table("attention")
            changed["attention"] = attention.filter(pc.is_in(attention["identity_id"], value_set=kept))
    if not changed:
        return False
    texts = {"report.html": NO_REPORT} if set(changed) != {"event"} and (run.path / "report.html").is_file() else {}
    rewrite(run, changed, texts, {"erasures": [*run.manifest.get("erasures", []), order.number]})
    return True


def _below(run: Snapshot, ids: Sequence[str]) -> bool:
    """Whether the file of some table in parts holds the records, although the snapshot no longer does: an update had changed or withdrawn
    them. What it had made of them (golden records) stands there as well."""
    named = among(ids)
    files = [
        (file, keys)
        for name, keys in KEYS.items()
        if "record_id" in keys[0] and in_parts(run.path, name)
        for file in (run.file(name), *(part_file(run.path, name, kind) for kind in (ADDED, GONE)))
    ]
    return any(
        named(single(column)).any()
        for file, keys in files
        for column in pq.read_table(file, columns=list(keys)).columns
    )


def _records(table: pa.Table, ids: Sequence[str]) -> pa.Table:
    return records_without(table, among(ids)(single(table["record_id"])))


def _persons(table: pa.Table, ids: Sequence[str]) -> pa.Table:
    return table.filter(pa.array(~among(ids)(single(table["record_id"]))))


def _quarantine(table: pa.Table, ids: Sequence[str]) -> pa.Table:
    return quarantine_without(table, among(ids))


def _events(table: pa.Table, ids: Sequence[str]) -> pa.Table:
    """Events without the records; an event that concerned only them keeps what happened to which identity."""
    lists = single(table["record_ids"])
    hit = among(ids)(pc.list_flatten(lists))
    if not hit.any():
        return table
    parent = pc.list_parent_indices(lists).to_numpy(zero_copy_only=False)[~hit]
    offsets = np.concatenate([[0], np.cumsum(np.bincount(parent, minlength=len(lists)))]).astype(np.int32)
    left = pa.ListArray.from_arrays(pa.array(offsets), pc.list_flatten(lists).filter(pa.array(~hit)))
    return EVENT.conform(table.set_column(table.column_names.index("record_ids"), "record_ids", left))


_TABLES: Mapping[str, Callable[[pa.Table, Sequence[str]], pa.Table]] = {
    "record": _records,
    "person": _persons,
    "crosswalk": _persons,
    "edge": edges_without,
    "review": edges_without,
    "quarantine": _quarantine,
    "event": _events,
}


def _golden(run: Snapshot, changed: Mapping[str, pa.Table]) -> pa.Table:
    """The unified table with golden records made anew for identities that lost records; those that lost all are gone."""
    before, now = run.table("crosswalk"), changed["crosswalk"]
    lost = before.filter(pc.invert(pc.is_in(before["record_id"], value_set=single(now["record_id"]))))
    touched = pc.unique(single(lost["identity_id"]))
    identity = run.table("identity")
    rows = pc.is_in(now["identity_id"], value_set=touched)
    members = now.filter(rows)
    place = pc.index_in(single(members["record_id"]), value_set=single(changed["record"]["record_id"]))
    record, person = changed["record"].take(place), changed["person"].take(place)
    weakest = identity["weakest_link"].take(
        pc.index_in(members["identity_id"], value_set=single(identity["identity_id"]))
    )
    fresh = golden_records(
        record, person, single(members["identity_id"]), name_table(person, channel=Channel.kept_in(run.path)),
        pc.fill_null(weakest, float("nan")).to_numpy(),
    )  # fmt: skip
    kept = identity.filter(pc.invert(pc.is_in(identity["identity_id"], value_set=touched)))
    return pa.concat_tables([kept, fresh]).sort_by("identity_id").combine_chunks()


def _remove_derived(workspace: Path) -> Iterator[str]:
    """Remove search indexes, what is no file of its snapshot, and exports that were written into the workspace."""
    if (workspace / INDEXES).is_dir():
        shutil.rmtree(workspace / INDEXES)
        yield INDEXES
    for run in list_runs(workspace):
        for path in run.path.iterdir():
            if path.name != "manifest.json" and path.name not in run.manifest["files"]:
                shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
                yield path.relative_to(workspace).as_posix()
    for out in _exports_within(workspace):
        for path in sorted(p for name in EXPORTED for p in out.glob(f"{name}.*") if not p.is_dir()):
            path.unlink(missing_ok=True)
            yield path.relative_to(workspace.resolve()).as_posix()


def _exports_within(workspace: Path) -> Iterator[Path]:
    """Folders of the workspace that exports were written into, by the audit log. A relative path says nothing: nobody knows from where; and
    what stands among the snapshots is theirs."""
    inside = workspace.resolve()
    for entry in AuditLog(workspace).entries():
        if entry["kind"] == "export":
            out = Path(str(json.loads(entry["detail"]).get("out", "")))
            place = out.resolve()
            if out.is_absolute() and place.is_relative_to(inside) and not place.is_relative_to(inside / SNAPSHOTS):
                yield place


def _values(runs: Sequence[Snapshot], ids: Sequence[str]) -> list[str]:
    """All texts of some length that snapshots hold of the records, also in rows that an update has replaced."""
    found: set[str] = set()
    of_them = pc.field("record_id").isin(list(ids))
    for run in runs:
        for name in {"record", "person"} & set(run.tables):
            files = [run.file(name), part_file(run.path, name, ADDED)]
            rows = [row for file in files if file.is_file() for row in pq.read_table(file, filters=of_them).to_pylist()]
            for value in (v for row in rows for v in row.values()):
                texts = value if isinstance(value, list) else [value]
                found.update(t for t in texts if isinstance(t, str) and len(t) >= SHORTEST)
    return sorted(found - set(ids))


_TEXTS = {"record": None, "person": None, "quarantine": None, "identity": ["name_latin", "name_devanagari"]}
"""Where texts of others stand: whole tables, and of the unified table how names are written in the other script."""


def _only_theirs(runs: Sequence[Snapshot], values: Sequence[str], ids: Sequence[str]) -> list[str]:
    """Values that no row of others left in any snapshot holds, alone or inside a longer text, and that no record id contains by chance."""
    left = [v for v in values if not any(v in i for i in ids) or not v.isdecimal()]
    for run in runs:
        for name in _TEXTS.keys() & set(run.tables):
            table = run.table(name, _TEXTS[name])
            for column in table.column_names:
                left = [v for v in left if not stands_in(table[column], v)]
    return left
