"""Tables in parts read like whole ones."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linker.registry.parts import GONE, KEYS, part_file, part_of
from linker.registry.snapshot import Snapshot, SnapshotWriter, open_snapshot

CHANGES = st.lists(
    st.dictionaries(st.text("ab", min_size=1, max_size=3), st.one_of(st.none(), st.integers(0, 9))), max_size=4
)


def edges(state: dict[str, int]) -> pa.Table:
    """Keys as pairs 'xy' of a record 'x' and one 'y'."""
    keys = sorted(state)
    return pa.table(
        {"record_id_l": pa.array([k[:1] for k in keys], pa.string()), "record_id_r": pa.array([k[1:] for k in keys], pa.string()),
         "n": pa.array([state[k] for k in keys], pa.int64())}
    )  # fmt: skip


def records(state: dict[str, int]) -> pa.Table:
    keys = sorted(state)
    return pa.table({"record_id": pa.array(keys, pa.string()), "n": pa.array([state[k] for k in keys], pa.int64())})


@pytest.mark.parametrize(("name", "made"), [("record", records), ("edge", edges)])
@given(first=st.dictionaries(st.text("ab", min_size=1, max_size=3), st.integers(0, 9), min_size=1), changes=CHANGES)
def test_changes_one_after_the_other(tmp_path_factory, name, made, first, changes) -> None:  # type: ignore[no-untyped-def]
    """Rows come, change and go (None); each snapshot reads as if it had been written whole, also in parts of its columns and rows."""
    workspace = tmp_path_factory.mktemp("parts")
    SnapshotWriter(workspace, audit=lambda _: None).write({name: made(first)}, {})
    states = [dict(first)]
    for change in changes:
        state = {k: v for k, v in {**states[-1], **change}.items() if v is not None}
        folder = open_snapshot(workspace, str(len(states))).path
        come = made({k: v for k, v in change.items() if v is not None})
        gone = made(dict.fromkeys(change, 0)).select(list(KEYS[name]))
        part = part_of(folder, name, come, gone)
        SnapshotWriter(workspace, audit=lambda _: None).write({name: part}, {})
        states.append(state)
    for number, state in enumerate(states, start=1):
        snapshot = open_snapshot(workspace, str(number))
        assert snapshot.verify() == []
        whole = made(state).sort_by([(k, "ascending") for k in KEYS[name]])
        assert snapshot.table(name).combine_chunks().to_pylist() == whole.to_pylist()
        assert snapshot.manifest["rows"][name] == len(state)
        assert snapshot.table(name, ["n"]).to_pylist() == whole.select(["n"]).to_pylist()
        some = snapshot.table(name, filters=pc.field("n") > 4)
        assert some.to_pylist() == whole.filter(pc.field("n") > 4).to_pylist()


def test_an_earlier_snapshot_may_go(tmp_path: Path) -> None:
    """The shared file is a hard link: removing one snapshot's takes nothing from the other."""
    SnapshotWriter(tmp_path, audit=lambda _: None).write({"record": records({"a": 1, "b": 2})}, {})
    first = open_snapshot(tmp_path, "1")
    part = part_of(first.path, "record", records({"c": 3}), records({"a": 0}).select(["record_id"]))
    SnapshotWriter(tmp_path, keep=1, audit=lambda _: None).write({"record": part}, {})
    assert not (first.path / "record.parquet").exists()
    second: Snapshot = open_snapshot(tmp_path, "2")
    assert second.tables == ("record",)
    assert part_file(second.path, "record", GONE).exists()
    assert second.table("record")["record_id"].to_pylist() == ["b", "c"]
    assert second.verify() == []
