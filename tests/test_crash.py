"""A run is killed (SIGKILL) at every stage: what was published before is still whole, and the next run succeeds."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from linker.registry.files import Lock
from linker.registry.snapshot import current_name, open_current
from tests.commandline import inputs
from tests.generated import CONFIG, KEY, extracts, run

STAGES = ("read", "normalise", "names", "match", "identify", "publish")
ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    workspace = tmp_path_factory.mktemp("crash") / "workspace"
    ended = run(workspace, extracts(120))
    assert ended.code == 0, ended.text
    return workspace


def killed_after(stage: str, delay: float, workspace: Path) -> None:
    """Start a run over other people, and kill it `delay` seconds after it has said that `stage` is done ('': has begun)."""
    command = [sys.executable, "-m", "linker", "run", CONFIG, "--workspace", workspace, *inputs(extracts(150, seed=8))]
    environment = {**os.environ, **KEY, "PYTHONUNBUFFERED": "1", "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        list(map(str, command)), stdout=subprocess.PIPE, text=True, env=environment, cwd=ROOT
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if not stage or line.split()[:1] == [stage]:
                break
        else:
            pytest.fail(f"the run ended without a line on '{stage}'")
        time.sleep(delay)
        process.send_signal(signal.SIGKILL)


@pytest.mark.parametrize("delay", [0.0, 0.15], ids=["at_once", "a_little_later"])
@pytest.mark.parametrize("stage", ["", *STAGES])
def test_the_last_snapshot_survives(published: Path, tmp_path: Path, stage: str, delay: float) -> None:
    workspace = Path(shutil.copytree(published, tmp_path / "workspace"))
    before = open_current(workspace)
    killed_after(stage, delay, workspace)
    now = open_current(workspace)
    # Only a run killed while it publishes may have got its snapshot out, and then all of it.
    assert now.number == before.number or stage in {"identify", "publish"}
    for snapshot in (before, now):
        assert snapshot.verify() == []
        assert snapshot.table("crosswalk").num_rows == snapshot.manifest["counts"]["records"]
    assert before.table("identity").equals(open_current(published).table("identity"))


def test_the_next_run_succeeds(published: Path, tmp_path: Path) -> None:
    """Also after several runs died one after the other, which left their unfinished folders and the lock."""
    workspace = Path(shutil.copytree(published, tmp_path / "workspace"))
    for stage in ("normalise", "identify"):
        killed_after(stage, 0.05, workspace)
    ended = run(workspace, extracts(120))
    assert ended.code == 0, ended.text
    now = open_current(workspace)
    assert now.number == open_current(published).number + 1
    assert now.file("identity").read_bytes() == open_current(published).file("identity").read_bytes()
    assert not list((workspace / "snapshots").glob(".partial-*"))


def test_a_first_run_that_died_leaves_an_empty_workspace(tmp_path: Path) -> None:
    killed_after("match", 0.0, tmp_path / "workspace")
    assert current_name(tmp_path / "workspace") is None
    assert run(tmp_path / "workspace", extracts(120)).code == 0


def test_two_runs_at_once(published: Path, tmp_path: Path) -> None:
    """The second is told so and changes nothing."""
    workspace = Path(shutil.copytree(published, tmp_path / "workspace"))
    lock = Lock(workspace / "lock")
    lock.acquire()
    try:
        ended = run(workspace, extracts(120))
    finally:
        lock.release()
    assert ended.code == 6, ended.text
    assert "do:" in ended.text
    assert open_current(workspace).number == open_current(published).number
