"""Snapshots: published whole or not at all."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from linker.errors import AuditError, WorkspaceError
from linker.registry.files import Lock
from linker.registry.snapshot import SnapshotWriter, list_runs, open_current, open_snapshot
from tests.published import workspace_folder
from tests.registry.small import tables

ROOT = Path(__file__).resolve().parents[2]


def write(workspace: Path, grouping: str = "abc de", keep: int = 10) -> None:
    SnapshotWriter(workspace, keep).write(tables(grouping, workspace), {"note": grouping})


def test_what_was_written_is_read(tmp_path: Path) -> None:
    snapshot = SnapshotWriter(tmp_path).write(tables(), {"note": "first"}, {"report.html": "<p>नाम</p>"})
    assert open_current(tmp_path) == snapshot
    assert snapshot.manifest["note"] == "first"
    assert snapshot.manifest["rows"]["identity"] == 2
    assert snapshot.table("crosswalk", ["record_id"]).num_rows == 5
    assert (snapshot.path / "report.html").read_text(encoding="utf-8") == "<p>नाम</p>"
    assert snapshot.verify() == []
    assert snapshot.number == 1


def test_a_changed_file_shows(tmp_path: Path) -> None:
    snapshot = SnapshotWriter(tmp_path).write(tables(), {})
    file = snapshot.path / "identity.parquet"
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    (snapshot.path / "edge.parquet").unlink()
    assert snapshot.verify() == ["edge.parquet", "identity.parquet"]


def test_the_same_tables_give_the_same_bytes(tmp_path: Path) -> None:
    one = SnapshotWriter(tmp_path / "one").write(tables(), {})
    other = SnapshotWriter(tmp_path / "other").write(tables(), {})
    assert one.manifest["files"] == other.manifest["files"]


def test_runs_are_listed_and_old_ones_keep_their_events(tmp_path: Path) -> None:
    for grouping in ("abc de", "abcde", "abc de"):
        write(tmp_path, grouping, keep=2)
    runs = list_runs(tmp_path)
    assert [run.number for run in runs] == [3, 2, 1]
    assert runs[2].tables == ("event",)
    assert "identity" in runs[1].tables
    assert open_snapshot(tmp_path, "2").manifest["previous"] == 1
    with pytest.raises(WorkspaceError, match="no table 'identity'"):
        open_snapshot(tmp_path, "1").table("identity")


def test_an_empty_workspace_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(WorkspaceError, match="linker run CONFIG"):
        open_current(tmp_path)
    assert list_runs(tmp_path) == []
    with pytest.raises(WorkspaceError, match="no snapshot 4"):
        open_snapshot(tmp_path, "4")


def test_a_damaged_pointer_is_named(tmp_path: Path) -> None:
    write(tmp_path)
    (tmp_path / "current.json").write_text("{", encoding="utf-8")
    with pytest.raises(WorkspaceError, match="damaged"):
        open_current(tmp_path)


def test_a_failed_audit_publishes_nothing_and_leaves_nothing(tmp_path: Path) -> None:
    write(tmp_path)
    broken = tables()
    broken["identity"] = broken["identity"].slice(1)
    with pytest.raises(AuditError, match="crosswalk_identity_exists"):
        SnapshotWriter(tmp_path).write(broken, {})
    assert open_current(tmp_path).number == 1
    assert [p.name for p in (tmp_path / "snapshots").iterdir()] == ["000001"]


def test_leftovers_of_dead_runs_are_swept(tmp_path: Path) -> None:
    write(tmp_path)
    for name in (".partial-99999", "000002"):  # unfinished; renamed but never named as current
        (tmp_path / "snapshots" / name).mkdir()
        (tmp_path / "snapshots" / name / "identity.parquet").write_bytes(b"half")
    write(tmp_path)
    assert sorted(p.name for p in (tmp_path / "snapshots").iterdir()) == ["000001", "000002"]
    assert open_current(tmp_path).verify() == []


def test_two_runs_do_not_publish_at_once(tmp_path: Path) -> None:
    with SnapshotWriter(tmp_path) as writer:
        with pytest.raises(WorkspaceError, match=f"process {os.getpid()}"):
            write(tmp_path)
        writer.write(tables(), {})
    write(tmp_path)
    assert open_current(tmp_path).number == 2


def test_tables_written_ahead_are_published_as_if_they_were_not(tmp_path: Path) -> None:
    made = tables()
    plain = SnapshotWriter(tmp_path / "plain").write(made, {})
    with SnapshotWriter(tmp_path / "ahead") as writer:
        writer.ahead({"record": made["record"], "event": made["event"].slice(0, 0)})  # the event table will be another
        ahead = writer.write(made, {})
        again = writer.write(made, {})
    assert ahead.manifest["files"] == again.manifest["files"] == plain.manifest["files"]
    for snapshot in (ahead, again):
        assert snapshot.verify() == []


def test_a_table_that_is_forgotten_while_it_is_written_comes_back_as_it_was(tmp_path: Path) -> None:
    made = tables()
    with SnapshotWriter(tmp_path) as writer:
        writer.ahead({"record": made["record"]})
        writer.forget("record")
        back = writer.taken_back("record", made["record"].schema)
        assert back.equals(made["record"])
        snapshot = writer.write({**made, "record": back}, {})
    assert snapshot.verify() == []
    assert snapshot.manifest["files"] == SnapshotWriter(tmp_path / "plain").write(made, {}).manifest["files"]


def test_what_was_written_ahead_is_gone_if_nothing_is_published(tmp_path: Path) -> None:
    write(tmp_path)
    with pytest.raises(KeyError), SnapshotWriter(tmp_path) as writer:
        writer.ahead({"record": tables()["record"]})
        raise KeyError
    assert [p.name for p in (tmp_path / "snapshots").iterdir()] == ["000001"]
    with pytest.raises(RuntimeError, match="lock"):
        SnapshotWriter(tmp_path).ahead({})


def test_a_table_that_could_not_be_written_ahead_stops_the_snapshot(tmp_path: Path) -> None:
    write(tmp_path)
    with SnapshotWriter(tmp_path) as writer:
        (tmp_path / "snapshots" / f".partial-{os.getpid()}" / "record.parquet").mkdir(parents=True)
        made = tables()
        writer.ahead({"record": made["record"]})
        with pytest.raises(OSError, match="record"):
            writer.write(made, {})
    assert [p.name for p in (tmp_path / "snapshots").iterdir()] == ["000001"]


HOLDER = """
import sys, time
from pathlib import Path
from linker.registry.files import Lock
lock = Lock(Path(sys.argv[1]))
lock.acquire()
print("held", flush=True)
time.sleep(60)
"""


def test_the_lock_of_a_killed_process_is_free(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path / "lock")], stdout=subprocess.PIPE, cwd=ROOT
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline().strip() == b"held"
        with pytest.raises(WorkspaceError, match=f"process {holder.pid}"):
            Lock(tmp_path / "lock").acquire()
        holder.kill()
    with Lock(tmp_path / "lock") as lock:
        assert lock.held


WRITER = """
import sys
from pathlib import Path
import numpy as np, pyarrow as pa
from linker.registry.snapshot import SnapshotWriter
from tests.published import workspace_folder
from tests.registry.small import tables
workspace = Path(sys.argv[1])
more = tables("abc de", workspace)
more["big"] = pa.table({"x": np.random.default_rng(1).random(300_000)})
print("writing", flush=True)
while True:
    SnapshotWriter(workspace, keep=2).write(more, {})
    more["event"] = more["event"].slice(0, 0)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL")
def test_a_run_killed_at_any_moment_leaves_the_last_snapshot_whole(tmp_path: Path) -> None:
    write(tmp_path)
    number = 1
    for delay in (0.0, 0.02, 0.05, 0.1, 0.2):
        with subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path)], stdout=subprocess.PIPE, cwd=ROOT) as run:
            assert run.stdout is not None
            assert run.stdout.readline().strip() == b"writing"
            time.sleep(delay)
            run.send_signal(signal.SIGKILL)
        current = open_current(tmp_path)
        assert current.verify() == []
        assert current.number >= number
        assert current.table("crosswalk").num_rows == 5
        number = current.number
    write(tmp_path)
    assert open_current(tmp_path).number == number + 1
    assert not list((tmp_path / "snapshots").glob(".partial-*"))


def test_the_manifest_is_plain_json(tmp_path: Path) -> None:
    write(tmp_path)
    manifest = json.loads((open_current(tmp_path).path / "manifest.json").read_text(encoding="utf-8"))
    assert set(manifest) >= {"number", "previous", "published", "files", "rows", "note"}


def test_tables_of_any_shape_are_written(tmp_path: Path) -> None:
    odd = {
        "odd": pa.table(
            {"lists": pa.array([["a"], None, []]), "days": pa.array([1, None, 3], pa.date32()), "none": pa.nulls(3)}
        )
    }
    SnapshotWriter(tmp_path).write(odd, {})
    assert open_current(tmp_path).table("odd").to_pydict()["lists"] == [["a"], None, []]


def test_a_snapshot_of_an_older_version_says_what_to_do(tmp_path: Path) -> None:
    place = Path(shutil.copytree(workspace_folder(400), tmp_path / "work"))
    file = open_current(place).path / "person.parquet"
    pq.write_table(pq.read_table(file).drop_columns(["held_at", "died_on"]), file)
    with pytest.raises(WorkspaceError, match="lacks died_on, held_at") as refused:
        open_current(place).table("person")
    assert "linker run" in refused.value.do
    assert open_current(place).table("person", ["name"]).num_rows
    with pytest.raises(WorkspaceError, match="another version"):
        open_current(place).table("person", ["died_on"])


def test_what_people_leave_among_the_snapshots_is_none_and_stays(tmp_path: Path) -> None:
    """A copy as file managers make it, notes, their own files: no run fails over them, and none removes them."""
    write(tmp_path)
    folder = tmp_path / "snapshots"
    shutil.copytree(folder / "000001", folder / "000001 - Copy")
    shutil.copytree(folder / "000001", folder / "before the erasure")
    (folder / "Thumbs.db").write_bytes(b"x")
    (folder / "9").write_bytes(b"x")
    for _ in range(2):
        SnapshotWriter(tmp_path, keep=1).write(tables(), {})
    assert [run.number for run in list_runs(tmp_path)] == [3, 2, 1]
    left = {path.name for path in folder.iterdir()}
    assert left >= {"000001 - Copy", "before the erasure", "Thumbs.db", "9"}
    assert (folder / "before the erasure" / "identity.parquet").is_file()


WRITE_ASIDE = """
import os, signal, sys
from pathlib import Path
from linker.registry import files

def die(*_):
    print(os.getpid(), flush=True)
    os.kill(os.getpid(), signal.SIGKILL)

files.move = die
files.write_json(Path(sys.argv[1]) / "audit-head.json", {"number": 1})
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL")
def test_what_a_killed_process_had_written_aside_is_swept_when_it_is_no_longer_fresh(tmp_path: Path) -> None:
    write(tmp_path)
    killed = subprocess.run(
        [sys.executable, "-c", WRITE_ASIDE, str(tmp_path)], capture_output=True, check=False, cwd=ROOT
    )
    assert killed.returncode == -signal.SIGKILL
    [left] = tmp_path.glob(".audit-head.json.*")
    assert left.name.startswith(f".audit-head.json.{int(killed.stdout)}-")
    others = [tmp_path / f".audit-head.json.{os.getpid()}-7", tmp_path / ".notes", tmp_path / ".notes.12-b"]
    for other in others:
        other.write_text("{}", encoding="utf-8")
        os.utime(other, (0, 0))
    with SnapshotWriter(tmp_path):
        assert left.is_file()
    os.utime(left, (time.time() - 120,) * 2)
    with SnapshotWriter(tmp_path):
        assert not left.exists()
    assert all(other.is_file() for other in others)


def test_how_many_are_kept_may_be_set_under_the_lock(tmp_path: Path) -> None:
    for _ in range(3):
        with SnapshotWriter(tmp_path) as writer:
            writer.keep = 1
            writer.write(tables("abc de", tmp_path), {})
    assert [set(run.tables) == {"event"} for run in list_runs(tmp_path)] == [False, True, True]


@pytest.mark.parametrize("hidden", [".nfs0001", ".ipynb_checkpoints/x.txt", ".new/x.new"])
def test_hidden_files_of_others_in_a_snapshot_stay_and_stop_nothing(tmp_path: Path, hidden: str) -> None:
    write(tmp_path)
    folder = open_current(tmp_path).path
    (folder / hidden).parent.mkdir(exist_ok=True)
    (folder / hidden).write_text("x", encoding="utf-8")
    (folder / ".record.parquet.new").write_text("x", encoding="utf-8")
    write(tmp_path)
    assert (folder / hidden).is_file()
    assert not (folder / ".record.parquet.new").exists()
