"""An update beside a full run: seconds, and how far the identities differ.

    python benchmarks/update.py --rows 1000000 --new 10000

Extracts with `rows` + `new` rows are generated and split: about `new` rows, drawn from the two CSV files and the Parquet file, are the
delta, the rest is the base. The base is run with its index (not timed), then the delta as an update, then (with --compare) everything as a
full run on a copy of the same workspace. Each is a process of its own.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.generated import FILES
from benchmarks.generator.build import Options, generate
from benchmarks.results_file import keep, markdown_table
from benchmarks.timed_run import timed_run
from linker.registry.snapshot import Snapshot, open_current

CSV = ("delhi.csv", "uttar_pradesh.csv")
PARQUET = "haryana.parquet"


def split(everything: Path, base: Path, delta: Path, new: int, seed: int) -> None:
    """Draw about `new` rows for the delta; the Excel file stays whole."""
    rng = np.random.default_rng(seed)
    base.mkdir(parents=True)
    delta.mkdir(parents=True)
    lines = {name: (everything / name).read_bytes().splitlines(keepends=True) for name in CSV}
    table = pq.read_table(everything / PARQUET)
    share = new / (sum(map(len, lines.values())) + len(table))
    for name, rows in lines.items():
        drawn = rng.random(len(rows)) < share
        drawn[0] = False
        for folder, chosen in ((base, ~drawn), (delta, drawn)):
            picked = [row for row, wanted in zip(rows[1:], chosen[1:], strict=True) if wanted]
            (folder / name).write_bytes(rows[0] + b"".join(picked))
    drawn = rng.random(len(table)) < share
    pq.write_table(table.filter(pa.array(~drawn)), base / PARQUET)
    pq.write_table(table.filter(pa.array(drawn)), delta / PARQUET)
    (base / FILES["rajasthan"]).symlink_to((everything / FILES["rajasthan"]).resolve())


def run(extracts: Path, workspace: Path, *options: str) -> dict[str, Any]:
    """`timed_run`, told on the screen."""
    found = timed_run(extracts, workspace, *options)
    print(
        f"{' '.join(options) or 'full':<9} {found['wall']:6.1f} s wall, {found['cpu']:6.1f} s processor, {found['stages']}",
        flush=True,
    )
    return found


def differences(update: Snapshot, full: Snapshot) -> dict[str, Any]:
    """How far an update's snapshot is from that of a full run on the same base."""
    a, b = update.table("crosswalk"), full.table("crosswalk")
    if not a["record_id"].equals(b["record_id"]):
        raise SystemExit("the update and the full run hold other records")
    same = pc.equal(a["identity_id"], b["identity_id"])
    keys = ["record_id_l", "record_id_r", "decision"]
    links = [
        {
            (r["record_id_l"], r["record_id_r"])
            for r in s.table("edge", keys).filter(pc.field("decision") == 2).to_pylist()
        }
        for s in (update, full)
    ]
    return {
        "records": len(a), "other_identity": len(a) - int(pc.sum(same).as_py()), "links": len(links[1]),
        "links_only_in_update": len(links[0] - links[1]), "links_only_in_full": len(links[1] - links[0]),
    }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, nargs="+", default=[100_000, 1_000_000])
    parser.add_argument("--new", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=41)
    parser.add_argument("--compare", action="store_true", help="also run everything in full and compare")
    parser.add_argument("--keep", type=Path, help="folder that keeps extracts and workspaces")
    given = parser.parse_args()
    cases = []
    with tempfile.TemporaryDirectory() as scratch:
        for rows in given.rows:
            cases.append(measure(rows, given, (given.keep or Path(scratch)) / f"rows{rows}"))
    report(given, cases)


def measure(rows: int, given: argparse.Namespace, folder: Path) -> dict[str, Any]:
    workspace = folder / "workspace"
    if not (folder / "all" / "truth.csv").exists():
        generate(Options(folder / "all", seed=given.seed, rows=rows + given.new, malformed=0.0))
        split(folder / "all", folder / "base", folder / "delta", given.new, given.seed)
    for old in (workspace, folder / "copy"):
        shutil.rmtree(old, ignore_errors=True)
    case: dict[str, Any] = {"rows": rows, "base": run(folder / "base", workspace, "--index")}
    if given.compare:
        shutil.copytree(workspace, folder / "copy")
    case["update"] = run(folder / "delta", workspace, "--update")
    if given.compare:
        case["full"] = run(folder / "all", folder / "copy")
        case["differences"] = differences(open_current(workspace), open_current(folder / "copy"))
        print(case["differences"], flush=True)
    return case


def report(given: argparse.Namespace, cases: list[dict[str, Any]]) -> None:
    stages = list(cases[-1]["update"]["stages"])
    header = ["base", "new records", "wall s", "processor s", "peak GB", *(f"{s} s" for s in stages), "full run s"]
    rows = [
        [
            f"{c['base']['counts']['records']:,}", f"{c['update']['update']['new']:,}", f"{c['update']['wall']:.1f}",
            f"{c['update']['cpu']:.1f}", f"{c['update']['peak_gb']:.2f}", *(f"{c['update']['stages'][s]:.1f}" for s in stages),
            f"{c['full']['wall']:.1f}" if "full" in c else f"{c['base']['wall']:.1f} (base)",
        ]
        for c in cases
    ]  # fmt: skip
    text = markdown_table(header, rows)
    compared = [c for c in cases if "differences" in c]
    if compared:
        text += "\nBeside a full run over everything on a copy of the same workspace. The full run estimates anew how common names\n"
        text += "and values are, and the prior; an update keeps those of the base.\n\n"
        columns = ["records", "other_identity", "links", "links_only_in_update", "links_only_in_full"]
        rows = [[f"{c['differences'][k]:,}" for k in columns] for c in compared]
        text += markdown_table([c.replace("_", " ") for c in columns], rows)
    print(text)
    options = "".join(f" {r}" for r in given.rows)
    command = f"python benchmarks/update.py --rows{options} --new {given.new}{' --compare' if given.compare else ''}"
    keep("update", command, {"cases": cases}, text)


if __name__ == "__main__":
    main()
