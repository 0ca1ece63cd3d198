"""Audits: every fault in a table set is found, a sound set passes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from linker.errors import AuditError
from linker.registry.aadhaar import holds_aadhaar
from linker.registry.audits import audit_snapshot, queries
from linker.registry.snapshot import SnapshotWriter
from linker.schema import TABLES
from tests.registry.small import tables

Spoil = Callable[[pa.Table], pa.Table]


def _set(column: str, value: object, row: int = 0) -> Spoil:
    def spoil(table: pa.Table) -> pa.Table:
        values = table[column].to_pylist()
        values[row] = value
        return table.set_column(table.column_names.index(column), column, pa.array(values, table[column].type))

    return spoil


def _twice(table: pa.Table) -> pa.Table:
    return pa.concat_tables([table, table.slice(0, 1)])


def _less(table: pa.Table) -> pa.Table:
    return table.slice(1)


def _turned(table: pa.Table) -> pa.Table:
    names = ["record_id_r", "record_id_l", *table.column_names[2:]]
    return table.rename_columns(names).select(table.column_names)


FAULTS: list[tuple[str, str, Spoil]] = [
    ("crosswalk_record_unique", "crosswalk", _twice),
    ("crosswalk_identity_exists", "identity", _less),
    ("crosswalk_record_exists", "record", _less),
    ("crosswalk_record_exists", "crosswalk", _set("native_id", "other")),
    ("identity_count", "crosswalk", _less),
    ("record_in_crosswalk", "crosswalk", _less),
    ("identity_count", "identity", _set("records", 7)),
    ("identity_unique", "identity", _twice),
    ("record_unique", "record", _twice),
    ("edge_records_exist", "edge", _set("record_id_l", "nobody")),
    ("edge_order", "edge", _turned),
    ("edge_unique", "edge", _twice),
    ("edge_probability", "edge", _set("probability", 1.5)),
    ("edge_probability", "edge", _set("weight", float("nan"))),
    ("event_identity_exists", "event", _set("identity_id", "P-NOBODY")),
    ("birth_order", "identity", lambda t: _set("birth_to", 1)(_set("birth_from", 2)(_days(t)))),
    ("no_aadhaar", "record", _set("rest", "UID 2345 6789 0124")),
    ("no_aadhaar", "identity", _set("aliases", ["x", "२३४५६७८९०१२४"])),
]


def _days(table: pa.Table) -> pa.Table:
    for name in ("birth_from", "birth_to"):
        table = table.set_column(table.column_names.index(name), name, table[name].cast(pa.int32()))
    return table


def test_a_sound_snapshot_passes(tmp_path: Path) -> None:
    audit_snapshot(SnapshotWriter(tmp_path).write(tables(), {}))


@pytest.mark.parametrize(("audit", "table", "spoil"), FAULTS)
def test_each_fault_is_found_by_its_audit(tmp_path: Path, audit: str, table: str, spoil: Spoil) -> None:
    spoiled = tables()
    spoiled[table] = spoil(spoiled[table])
    with pytest.raises(AuditError, match=f"{audit}: "):
        SnapshotWriter(tmp_path).write(spoiled, {})


def test_every_audit_has_a_fault_that_it_finds() -> None:
    assert {q.name for q in queries()} | {"no_aadhaar"} == {audit for audit, _, _ in FAULTS}
    assert all(q.finds and q.tables and q.tables <= set(TABLES) for q in queries())


AADHAAR = [
    ("2345 6789 0124", True), ("2345-6789-0124", True), ("234567890124", True), ("x234567890124y", True),
    ("आधार २३४५६७८९०१२४", True), ("1 2345 6789 0124", True), ("234567890125", False), ("2345678901245", False),
    ("12345678901", False), ("2345  6789 0124", False), ("XXXX-XXXX-0124", False), ("", False), (None, False),
    ("134567890124", False), ("2345 67890124", False), ("98765432 2345 6789 0124", True),
    ("1111 2345 6789 0124", False), ("2345 6789 0124 1111", False), ("2345 6789 0124, 1111", True), ("2345-6789 0124 1", True),
    ("2345 6789 0124 2345 6789 0124 12", False), ("२३४५ ६७८९ ०१२४", True),
]  # fmt: skip


@pytest.mark.parametrize(("text", "found"), AADHAAR)
def test_aadhaar_numbers_in_clear(text: str | None, found: bool) -> None:
    texts = pa.array(["aside 2345 6789 0124", text, "234567890124"], pa.string())
    assert holds_aadhaar(texts.slice(1, 1)).tolist() == [found]
    assert holds_aadhaar(texts).tolist() == [True, found, True]


def test_many_columns_hold_other_numbers_by_their_meaning(tmp_path: Path) -> None:
    fine = tables()
    fine["record"] = _set("bank_account", "234567890124")(fine["record"])
    assert pc.any(pc.is_valid(fine["record"]["bank_account"])).as_py()
    SnapshotWriter(tmp_path).write(fine, {})
