"""Speed and memory of the whole run, from files to the published snapshot, at growing sizes.

    python benchmarks/speed.py --rows 10000 100000 1000000

Extracts are generated first (not timed). Each run is a process of its own, so that its peak memory is its own; numba's compiled kernels
are cached on disk by a first small run, as they are after installation. `--peer 10000 100000` adds plain Splink at these sizes: it is
handed the persons that the run has read and normalised, in Latin letters, so its seconds are to be held against those of names, match
and identify alone.
"""

from __future__ import annotations

import argparse
import json
import math
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.peers import splink_offenders
from benchmarks.results_file import keep, markdown_table
from benchmarks.timed_run import ROOT, timed_run
from linker.progress import peak_bytes
from linker.registry.snapshot import open_current

SOME_THRESHOLD = 8.0
"""Bits; how many links there are hardly changes how long it takes."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--extracts", type=Path, help="folder that keeps the generated extracts between calls")
    parser.add_argument("--peer", type=int, nargs="*", default=[], help="sizes at which plain Splink is measured too")
    parser.add_argument(
        "--peer-of", type=Path, help=argparse.SUPPRESS
    )  # a workspace: what the process of one peer run is told
    given = parser.parse_args()
    if given.peer_of:
        peer(given.peer_of)
        return
    with tempfile.TemporaryDirectory() as scratch:
        folder = given.extracts or Path(scratch)
        measure(2_000, given.seed, folder, Path(scratch))  # fills numba's cache
        runs = []
        for rows in given.rows:
            runs.append(measure(rows, given.seed, folder, Path(scratch)))
            if rows in given.peer:
                runs[-1]["peer"] = measure_peer(Path(scratch) / f"workspace{rows}")
    report(runs)


def peer(workspace: Path) -> None:
    """Plain Splink on the persons of a published snapshot; prints seconds and counts as JSON. Writing names in Latin is not timed."""
    rows = splink_offenders.rows_of(open_current(workspace).table("person"))
    started = time.perf_counter()
    scored = splink_offenders.link(rows)
    scored.clusters(SOME_THRESHOLD)
    wall = time.perf_counter() - started
    print(json.dumps({"wall": wall, "pairs": len(scored.left), "peak_gb": peak_bytes() / 1e9}))


def measure_peer(workspace: Path) -> dict[str, Any]:
    """`peer` in a process of its own."""
    command = [sys.executable, "benchmarks/speed.py", "--peer-of", str(workspace)]
    done = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    print(f"          plain Splink: {found['wall']:6.1f} s wall, {found['peak_gb']:.2f} GB", flush=True)
    return found


def measure(rows: int, seed: int, folder: Path, scratch: Path) -> dict[str, Any]:
    """One run in a fresh process: seconds of wall clock and processor, peak memory, stages, counts."""
    extracts = folder / f"rows{rows}-seed{seed}"
    if not (extracts / "truth.csv").exists():
        generate = [
            sys.executable,
            "benchmarks/generate.py",
            "--rows",
            str(rows),
            "--seed",
            str(seed),
            "--out",
            str(extracts),
        ]
        subprocess.run(generate, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    found = timed_run(extracts, scratch / f"workspace{rows}")
    print(
        f"{rows:>9,} rows: {found['wall']:6.1f} s wall, {found['cpu']:6.1f} s processor, {found['peak_gb']:.2f} GB, {found['stages']}",
        flush=True,
    )
    return found


def report(runs: list[dict[str, Any]]) -> None:
    stages = list(runs[-1]["stages"])
    header = [
        "rows",
        "wall s",
        "rows/s",
        "processor s",
        "peak GB",
        *(f"{s} s" for s in stages),
        "candidate pairs",
        "identities",
    ]
    rows = [
        [
            f"{r['rows']:,}",
            f"{r['wall']:.1f}",
            f"{r['rows'] / r['wall']:,.0f}",
            f"{r['cpu']:.1f}",
            f"{r['peak_gb']:.2f}",
            *(f"{r['stages'].get(s, 0):.1f}" for s in stages),
            f"{r['counts']['candidate_pairs']:,}",
            f"{r['counts']['identities']:,}",
        ]
        for r in runs
    ]
    text = markdown_table(header, rows)
    peers = [(r, r["peer"]) for r in runs if "peer" in r]
    if peers:
        text += "\nLinking alone (names, match, identify), beside plain Splink on the same normalised persons in Latin letters:\n\n"
        text += markdown_table(
            ["rows", "linker s", "plain Splink s", "Splink peak GB", "Splink pairs above -5 bits"],
            [
                [
                    f"{r['rows']:,}",
                    f"{sum(r['stages'][s] for s in ('names', 'match', 'identify')):.1f}",
                    f"{p['wall']:.1f}",
                    f"{p['peak_gb']:.2f}",
                    f"{p['pairs']:,}",
                ]
                for r, p in peers
            ],
        )
    if len(runs) > 1:
        first, last = runs[-2], runs[-1]
        allowed = last["rows"] * math.log(last["rows"]) / (first["rows"] * math.log(first["rows"]))
        text += f"\nFrom {first['rows']:,} to {last['rows']:,} rows the time grows {last['wall'] / first['wall']:.1f}-fold; "
        text += f"n log n would be {allowed:.1f}-fold.\n"
    print(text)
    before = ["", *sys.argv[1:]]
    command = "python benchmarks/speed.py " + " ".join(
        "DIR" if b == "--extracts" else a for b, a in zip(before, sys.argv[1:], strict=False)
    )
    keep("speed", command.rstrip(), {"runs": runs}, text)


if __name__ == "__main__":
    main()
