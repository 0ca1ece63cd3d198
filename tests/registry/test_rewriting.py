"""A snapshot that is rewritten while the process is killed, at every change of the file system: it is the old one or the new one."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from linker.registry.snapshot import SnapshotWriter, open_current
from tests.registry.small import tables

REWRITE = """
import os, signal, sys
from pathlib import Path
from linker.registry.rewriting import rewrite
from linker.registry.snapshot import open_current

workspace, fatal = Path(sys.argv[1]), int(sys.argv[2])
current = open_current(workspace)
tables = {name: current.table(name).slice(1) for name in ("record", "crosswalk", "edge")}
count = 0

def hook(event, args):
    global count
    if event in ("os.rename", "os.remove") or (event == "open" and str(args[1])[:1] == "w"):
        count += 1
        if count == fatal:
            os.kill(os.getpid(), signal.SIGKILL)

sys.addaudithook(hook)
rewrite(current, tables, {"report.html": "gone"}, {"erasures": [1]})
print(count)
"""


def rewritten(workspace: Path, fatal: int) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", REWRITE, str(workspace), str(fatal)], capture_output=True, text=True, check=False
    )


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL")
def test_all_files_change_or_none(tmp_path: Path) -> None:
    SnapshotWriter(tmp_path / "sound").write(tables(), {}, {"report.html": "figures"})
    before = {name: open_current(tmp_path / "sound").table(name).num_rows for name in ("record", "crosswalk", "edge")}
    shutil.copytree(tmp_path / "sound", tmp_path / "done")
    done = rewritten(tmp_path / "done", 0)
    assert done.returncode == 0, done.stderr
    outcomes = set()
    for fatal in range(1, int(done.stdout) + 1):
        workspace = Path(shutil.copytree(tmp_path / "sound", tmp_path / f"killed{fatal}"))
        assert rewritten(workspace, fatal).returncode == -9
        _between(workspace)
        with SnapshotWriter(workspace):
            pass
        now = open_current(workspace)
        assert now.verify() == []
        lost = {rows - now.table(name).num_rows for name, rows in before.items()}
        assert len(lost) == 1
        assert ("erasures" in now.manifest) == (lost == {1})
        assert not [f for f in now.path.iterdir() if f.name.startswith(".")]
        outcomes |= lost
    assert outcomes == {0, 1}


def _between(workspace: Path) -> None:
    """Until somebody writes there again no file counts as damaged, but a file that is neither as before nor as planned does."""
    current = open_current(workspace)
    assert current.verify() == []
    if not current.unfinished:
        return
    other = Path(shutil.copytree(workspace, workspace.with_name("harmed")))
    file = open_current(other).file("edge")
    file.write_bytes(file.read_bytes() + b"x")
    assert open_current(other).verify() == ["edge.parquet"]
    shutil.rmtree(other)
