"""`linker run` on generated extracts in a process of its own: seconds, peak memory, stages and counts."""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from benchmarks.generated import FILES
from linker.registry.snapshot import open_current

ROOT = Path(__file__).resolve().parents[1]


def timed_run(extracts: Path, workspace: Path, *options: str) -> dict[str, Any]:
    """Run the extracts that stand in a folder. Seconds of wall clock and processor are those of the process, start and end included."""
    inputs = [
        a
        for name, file in FILES.items()
        if (extracts / file).exists()
        for a in ("--input", f"{name}={extracts / file}")
    ]
    command = [sys.executable, "-m", "linker", "run", "configs/four_states.yaml", "--workspace", str(workspace)]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.perf_counter()
    subprocess.run([*command, *inputs, *options], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    wall = time.perf_counter() - started
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    manifest = open_current(workspace).manifest
    return {
        "rows": manifest["counts"].get("rows_in", 0),
        "wall": wall,
        "cpu": after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime,
        "peak_gb": manifest["peak_bytes"] / 1e9,
        "stages": manifest["seconds"],
        "counts": manifest["counts"],
        "update": manifest.get("update", {}),
    }
