"""Quality of the published links on generated extracts, beside the strongest plain Splink of an afternoon.

    python benchmarks/quality.py --persons 15000 --seed 505 --tuning-seed 303

The engine runs configs/four_states.yaml as shipped: its model was trained on seeds 101 and 404, and the
policy's costs and rules were chosen while looking at seed 202, so none of these three is a fair test.
The peer (benchmarks/peers/splink_offenders.py) sees the engine's own normalised persons in Latin; its threshold is the best one on the
tuning seed. Records are those the engine admits (juveniles are kept out for both).
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.peers import splink_offenders
from benchmarks.peers.plain_splink import Scored, best_threshold
from benchmarks.results_file import keep, markdown_table
from linker.config.run import load_run
from linker.evaluate.metrics import Metrics, measure
from linker.evaluate.scoring import Tables, codes, evaluate, record_kinds
from linker.evaluate.truth import read_truth
from linker.pipeline import RunResult, run
from linker.registry.snapshot import open_current

ROOT = Path(__file__).resolve().parents[1]
FILES = {
    "delhi": "delhi.csv",
    "uttar_pradesh": "uttar_pradesh.csv",
    "rajasthan": "rajasthan.xlsx",
    "haryana": "haryana.parquet",
}
SPLITS = ("same_script", "cross_script", "same_state", "cross_state")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--persons", type=int, default=15_000)
    parser.add_argument("--seed", type=int, default=505)
    parser.add_argument("--tuning-seed", type=int, default=303)
    parser.add_argument("--no-peer", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        found = {"linker": engine(folder, given.persons, given.seed)}
        if not given.no_peer:
            found["plain Splink"] = peer(folder, given.persons, (given.seed, given.tuning_seed))
    report(found, given)


def extracts(folder: Path, persons: int, seed: int) -> Path:
    """Generated extracts, made once per seed."""
    out = folder / f"extracts{seed}"
    if not out.exists():
        command = [
            sys.executable,
            "benchmarks/generate.py",
            "--persons",
            str(persons),
            "--seed",
            str(seed),
            "--out",
            str(out),
        ]
        subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    return out


def published(folder: Path, persons: int, seed: int) -> RunResult:
    data = extracts(folder, persons, seed)
    inputs = {name: str(data / file) for name, file in FILES.items()}
    return run(load_run(ROOT / "configs" / "four_states.yaml", inputs), folder / f"workspace{seed}")


def engine(folder: Path, persons: int, seed: int) -> tuple[Metrics, float]:
    started = time.perf_counter()
    snapshot = published(folder, persons, seed).snapshot
    seconds = time.perf_counter() - started
    tables = Tables(snapshot.table("crosswalk"), snapshot.table("record"), snapshot.table("edge"))
    return evaluate(tables, read_truth(extracts(folder, persons, seed) / "truth.csv"), points=0).metrics, seconds


def peer(folder: Path, persons: int, seeds: tuple[int, int]) -> tuple[Metrics, float]:
    """Plain Splink on `seeds[0]` with the threshold that is best on `seeds[1]`."""
    tuned, person, _, _ = peer_scores(folder, persons, seeds[1])
    threshold = best_threshold(tuned, person)
    scored, person, kinds, seconds = peer_scores(folder, persons, seeds[0])
    known = person >= 0
    shown = {name: values[known] for name, values in kinds.items()}
    return measure(scored.clusters(threshold)[known], person[known], shown), seconds


def peer_scores(folder: Path, persons: int, seed: int) -> tuple[Scored, Any, dict[str, Any], float]:
    if not (folder / f"workspace{seed}" / "current.json").exists():
        published(folder, persons, seed)
    snapshot = open_current(folder / f"workspace{seed}")
    truth = read_truth(extracts(folder, persons, seed) / "truth.csv")
    crosswalk = snapshot.table("crosswalk")
    named = truth.keys.append_column("person", truth.person)
    joined = crosswalk.join(named, keys=["source", "native_id", "part"], join_type="left outer").sort_by("record_id")
    person = codes(joined["person"])
    started = time.perf_counter()
    scored = splink_offenders.link(splink_offenders.rows_of(snapshot.table("person")))
    return scored, person, record_kinds(crosswalk, snapshot.table("record")), time.perf_counter() - started


def report(found: dict[str, tuple[Metrics, float]], given: argparse.Namespace) -> None:
    rows, figures = [], {}
    for system, (metrics, seconds) in found.items():
        figures[system] = {**metrics.to_dict(), "seconds": seconds}
        pairs = metrics.pairwise
        recalls = [f"{metrics.by_split[name].recall:.3f}" for name in SPLITS]
        rows.append(
            [system, *(f"{x:.4f}" for x in (pairs.precision, pairs.recall, pairs.f1)), *recalls, f"{seconds:.0f}"]
        )
    header = [
        "system",
        "precision",
        "recall",
        "F1",
        *(f"recall {name.replace('_', ' ')}" for name in SPLITS),
        "seconds",
    ]
    text = markdown_table(header, rows)
    print(text)
    if "plain Splink" in found:
        command = f"python benchmarks/quality.py --persons {given.persons} --seed {given.seed} --tuning-seed {given.tuning_seed}"
        keep("quality", command, figures, text)


if __name__ == "__main__":
    main()
