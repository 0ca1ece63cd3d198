"""Does the engine merge two people of one family, or two namesakes? On adversarial families (benchmarks/households.py).

    python benchmarks/families.py --households 2100 --seeds 11 12

Runs configs/four_states.yaml as shipped. For each kind of household: pairs of different people in it, how many of them share
an identity (what must not happen), how many have a pair of records that waits for a person, and the recall of the pairs of records of one
person.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.generated import ROOT, inputs, persons_of, write
from benchmarks.results_file import keep, markdown_table
from linker.config.run import load_run
from linker.matching.supervised import true_pairs
from linker.pipeline import run
from linker.schema import Decision


@dataclass(frozen=True)
class Tally:
    """One kind of household: `couples` of different people, those `merged`, those with a pair `in_review`, and pairs of records of one
    person: those `found` in one identity and all that are `wanted`."""

    couples: int
    merged: int
    in_review: int
    found: int
    wanted: int
    examples: tuple[str, ...] = ()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--households", type=int, default=2100)
    parser.add_argument("--seeds", type=int, nargs="+", default=[11, 12])
    given = parser.parse_args()
    rows, figures = [], {}
    for seed in given.seeds:
        with tempfile.TemporaryDirectory() as scratch:
            for kind, t in tally(Path(scratch), given.households, seed).items():
                figures[f"{kind}, seed {seed}"] = vars(t)
                recall = t.found / max(t.wanted, 1)
                rows.append([kind, seed, t.couples, t.merged, t.in_review, f"{recall:.3f}"])
                for example in t.examples:
                    print(kind, example)
    header = ["household", "seed", "couples of people", "merged", "with a pair in review", "recall within a person"]
    text = markdown_table(header, rows)
    print(text)
    seeds = " ".join(map(str, given.seeds))
    keep("families", f"python benchmarks/families.py --households {given.households} --seeds {seeds}", figures, text)


def tally(folder: Path, households: int, seed: int) -> dict[str, Tally]:
    """The shipped configuration on one generated suite, by kind of household."""
    data = write(folder, households, seed, "households.py", "--households")
    snapshot = run(load_run(ROOT / "configs" / "four_states.yaml", inputs(data)), folder / f"workspace{seed}").snapshot
    record, crosswalk = snapshot.table("record"), snapshot.table("crosswalk").to_pandas()
    rows = pd.DataFrame(
        {"record_id": record["record_id"].to_pylist(), "person": persons_of(record, data / "truth.csv")}
    )
    rows = rows.merge(crosswalk[["record_id", "identity_id"]], on="record_id")
    families = pd.read_csv(data / "households.csv")
    families["person"] = families["person_id"].str[1:].astype(int)
    rows = rows.merge(families[["person", "household", "kind"]], on="person")
    rows["identity"] = pd.factorize(rows["identity_id"])[0]
    edge = snapshot.table("edge", ["record_id_l", "record_id_r", "decision"]).to_pandas()
    edge = edge[edge["decision"] == int(Decision.REVIEW)]
    sides = rows.set_index("record_id")[["person", "household"]]
    waiting = edge.join(sides, on="record_id_l").join(sides, on="record_id_r", suffixes=("", "_r")).dropna()
    waiting = waiting[(waiting["household"] == waiting["household_r"]) & (waiting["person"] != waiting["person_r"])]
    reviewed = {frozenset(p) for p in zip(waiting["person"].astype(int), waiting["person_r"].astype(int), strict=True)}
    return {str(kind): _of_kind(part.reset_index(drop=True), reviewed) for kind, part in rows.groupby("kind")}


def _of_kind(rows: pd.DataFrame, reviewed: set[frozenset[int]]) -> Tally:
    household, person = rows["household"].to_numpy(np.int64), rows["person"].to_numpy(np.int64)
    identity = rows["identity"].to_numpy(np.int64)
    left, right = true_pairs(household)
    apart = person[left] != person[right]
    couples = {frozenset((int(a), int(b))) for a, b in zip(person[left[apart]], person[right[apart]], strict=True)}
    wrong = apart & (identity[left] == identity[right])
    merged = {frozenset((int(a), int(b))) for a, b in zip(person[left[wrong]], person[right[wrong]], strict=True)}
    examples = tuple(
        f"{rows['record_id'][a]} {rows['record_id'][b]}" for a, b in zip(left[wrong], right[wrong], strict=True)
    )[:5]
    same = identity[left[~apart]] == identity[right[~apart]]
    return Tally(len(couples), len(merged), len(couples & reviewed), int(same.sum()), len(same), examples)


if __name__ == "__main__":
    main()
