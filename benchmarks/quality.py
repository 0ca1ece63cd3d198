"""Quality of the published links on generated extracts, beside the strongest plain Splink of an afternoon.

    python benchmarks/quality.py --persons 15000 --seeds 505 606 808 --tuning-seed 303

The engine runs configs/four_states.yaml as shipped: its model was trained on seeds 101, 404, 111 and 112, and costs and rules were chosen
while looking at seeds 202 and 707, so none of these is a fair test. The peer (benchmarks/peers/splink_offenders.py) sees the engine's
own normalised persons in Latin; its threshold is the best one on the tuning seed. Records are those the engine admits (juveniles are kept
out for both).

Most pairs across scripts are also pairs across states, where people state other addresses, and only one source writes in both scripts. What
scripts alone cost is therefore told by pairs of the same two sources: the recall across scripts, and the one within a script that these
pairs of sources would have if each counted as often as it does across scripts.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.generated import ROOT, Ints, inputs, persons_of, write
from benchmarks.peers import splink_offenders
from benchmarks.peers.plain_splink import Scored, best_threshold
from benchmarks.results_file import keep, markdown_table
from linker.config.run import load_run
from linker.evaluate.metrics import Metrics, measure
from linker.evaluate.scoring import record_kinds
from linker.matching.supervised import true_pairs
from linker.pipeline import RunResult, run
from linker.registry.snapshot import open_current

SPLITS = ("same_script", "cross_script", "same_state", "cross_state")


STRATA = (
    "same script, same state",
    "cross script, same state",
    "same script, cross state",
    "cross script, cross state",
)


@dataclass(frozen=True)
class Found:
    """What a system found on one seed. `strata`: precision and recall within each of STRATA."""

    metrics: Metrics
    strata: dict[str, tuple[float, float]]
    alike: tuple[float, float, int]
    """recall within a script and across scripts between the same sources, and the pairs across scripts that this rests on"""
    seconds: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--persons", type=int, default=15_000)
    parser.add_argument("--seeds", type=int, nargs="+", default=[505, 606, 808])
    parser.add_argument("--tuning-seed", type=int, default=303)
    parser.add_argument("--no-peer", action="store_true")
    given = parser.parse_args()
    found: dict[tuple[str, int], Found] = {}
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        for seed in given.seeds:
            found["linker", seed] = engine(folder, given.persons, seed)
        if not given.no_peer:
            tuned, person, _, _ = peer_scores(folder, given.persons, given.tuning_seed)
            threshold = best_threshold(tuned, person)
            for seed in given.seeds:
                found["plain Splink", seed] = peer(folder, given.persons, seed, threshold)
    report(found, given)


def published(folder: Path, persons: int, seed: int) -> RunResult:
    data = write(folder, persons, seed)
    return run(load_run(ROOT / "configs" / "four_states.yaml", inputs(data)), folder / f"workspace{seed}")


def engine(folder: Path, persons: int, seed: int) -> Found:
    started = time.perf_counter()
    snapshot = published(folder, persons, seed).snapshot
    seconds = time.perf_counter() - started
    crosswalk, record = snapshot.table("crosswalk"), snapshot.table("record")
    person = persons_of(crosswalk, write(folder, persons, seed) / "truth.csv")
    label = pd.factorize(np.array(crosswalk["identity_id"].to_pylist()))[0].astype(np.int64)
    return judged(label, person, record_kinds(crosswalk, record), seconds)


def judged(label: Ints, person: Ints, kinds: dict[str, Ints], seconds: float) -> Found:
    """Metrics of the records whose person is known."""
    known = person >= 0
    label, person, kinds = label[known], person[known], {name: values[known] for name, values in kinds.items()}
    return Found(
        measure(label, person, kinds),
        strata(label, person, kinds),
        between_the_same_sources(label, person, kinds),
        seconds,
    )


def strata(label: Ints, person: Ints, kinds: dict[str, Ints]) -> dict[str, tuple[float, float]]:
    found, wanted = true_pairs(label), true_pairs(person)
    shares: dict[str, tuple[float, float]] = {}
    for name, (script, state) in zip(STRATA, ((True, True), (False, True), (True, False), (False, False)), strict=True):
        rows = []
        for (left, right), truth in ((found, person), (wanted, label)):
            chosen = (kinds["script"][left] == kinds["script"][right]) == script
            chosen &= (kinds["state"][left] == kinds["state"][right]) == state
            rows.append(float((truth[left[chosen]] == truth[right[chosen]]).mean()) if chosen.any() else float("nan"))
        shares[name] = (rows[0], rows[1])
    return shares


def between_the_same_sources(label: Ints, person: Ints, kinds: dict[str, Ints]) -> tuple[float, float, int]:
    """Recall within a script and across scripts, over pairs of sources that have pairs of both sorts."""
    left, right = true_pairs(person)
    a, b = kinds["state"][left], kinds["state"][right]
    pairs = pd.DataFrame(
        {
            "sources": np.minimum(a, b) * 1000 + np.maximum(a, b),
            "across": kinds["script"][left] != kinds["script"][right],
            "found": label[left] == label[right],
        }
    )
    table = pairs.groupby(["sources", "across"]).found.agg(["size", "mean"]).unstack("across").dropna()
    weight = table["size"][True]
    within, across = ((table["mean"][sort] * weight).sum() / weight.sum() for sort in (False, True))
    return float(within), float(across), int(weight.sum())


def peer(folder: Path, persons: int, seed: int, threshold: float) -> Found:
    """Plain Splink on a seed with the threshold that is best on the tuning seed."""
    scored, person, kinds, seconds = peer_scores(folder, persons, seed)
    return judged(scored.clusters(threshold), person, kinds, seconds)


def peer_scores(folder: Path, persons: int, seed: int) -> tuple[Scored, Ints, dict[str, Ints], float]:
    if not (folder / f"workspace{seed}" / "current.json").exists():
        published(folder, persons, seed)
    snapshot = open_current(folder / f"workspace{seed}")
    crosswalk = snapshot.table("crosswalk")
    person = persons_of(crosswalk, write(folder, persons, seed) / "truth.csv")
    started = time.perf_counter()
    scored = splink_offenders.link(splink_offenders.rows_of(snapshot.table("person")))
    return scored, person, record_kinds(crosswalk, snapshot.table("record")), time.perf_counter() - started


def report(found: dict[tuple[str, int], Found], given: argparse.Namespace) -> None:
    rows, by_stratum, by_source, figures = [], [], [], {}
    for (system, seed), one in found.items():
        within, across, count = one.alike
        by_source.append(
            [system, seed, f"{count:,}", f"{within:.3f}", f"{across:.3f}", f"{100 * (within - across):+.1f}"]
        )
        figures[f"{system}, seed {seed}"] = {
            **one.metrics.to_dict(), "strata": one.strata, "between the same sources": one.alike, "seconds": one.seconds,
        }  # fmt: skip
        pairs = one.metrics.pairwise
        recalls = [f"{one.metrics.by_split[name].recall:.3f}" for name in SPLITS]
        scores = [f"{x:.4f}" for x in (pairs.precision, pairs.recall, pairs.f1)]
        rows.append([system, seed, *scores, *recalls, f"{one.seconds:.0f}"])
        by_stratum.append([system, seed, *(f"{p:.4f} / {r:.3f}" for p, r in one.strata.values())])
    header = [
        "system",
        "seed",
        "precision",
        "recall",
        "F1",
        *(f"recall {n.replace('_', ' ')}" for n in SPLITS),
        "seconds",
    ]
    text = markdown_table(header, rows)
    text += "\nPrecision / recall within each stratum:\n\n" + markdown_table(["system", "seed", *STRATA], by_stratum)
    sources = [
        "system",
        "seed",
        "pairs across scripts",
        "recall within a script",
        "recall across scripts",
        "points lost",
    ]
    text += "\nBetween the same sources:\n\n" + markdown_table(sources, by_source)
    whole = (
        "whole, by their keyed hash"
        if os.environ.get("LINKER_AADHAAR_KEY")
        else "by their last four digits (no LINKER_AADHAAR_KEY)"
    )
    text += f"\nBoth systems compare Aadhaar numbers {whole}.\n"
    print(text)
    if any(system == "plain Splink" for system, _ in found):
        seeds = " ".join(map(str, given.seeds))
        command = (
            f"python benchmarks/quality.py --persons {given.persons} --seeds {seeds} --tuning-seed {given.tuning_seed}"
        )
        keep("quality", command, figures, text)


if __name__ == "__main__":
    main()
