"""Does the engine merge two people of one family, or two namesakes? On adversarial families (benchmarks/households.py).

    python benchmarks/families.py --households 2100 --seeds 11 12
    python benchmarks/families.py --households 2100 --seeds 11 12 --config four_states_strict.yaml

Runs a configuration as shipped. For each kind of household: pairs of different people in it, how many of them share an identity (what must
not happen), how many have a pair of records that waits for a person, and the recall of the pairs of records of one person. The same for all
pairs of people of different households, who may be namesakes, too.
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

SHIPPED = "four_states.yaml"
ACROSS = "different households"


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
    parser.add_argument("--config", default=SHIPPED, help=f"a file in configs/ (default {SHIPPED})")
    given = parser.parse_args()
    rows, figures = [], {}
    for seed in given.seeds:
        with tempfile.TemporaryDirectory() as scratch:
            for kind, t in tally(Path(scratch), given.households, seed, given.config).items():
                figures[f"{kind}, seed {seed}"] = vars(t)
                recall = t.found / max(t.wanted, 1)
                rows.append([kind, seed, t.couples, t.merged, t.in_review, f"{recall:.3f}"])
                for example in t.examples:
                    print(kind, example)
    header = ["household", "seed", "couples of people", "merged", "with a pair in review", "recall within a person"]
    text = markdown_table(header, rows)
    print(text)
    command = f"python benchmarks/families.py --households {given.households} --seeds {' '.join(map(str, given.seeds))}"
    other = given.config != SHIPPED
    name = Path(given.config).stem.replace(Path(SHIPPED).stem, "families")
    keep(name, command + (f" --config {given.config}" if other else ""), figures, text)


def tally(folder: Path, households: int, seed: int, config: str = SHIPPED) -> dict[str, Tally]:
    """A configuration on one generated suite, by kind of household, and ACROSS them."""
    data = write(folder, households, seed, "households.py", "--households")
    snapshot = run(load_run(ROOT / "configs" / config, inputs(data)), folder / f"workspace{seed}").snapshot
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
    waiting = waiting[waiting["person"] != waiting["person_r"]]
    inside = waiting["household"] == waiting["household_r"]
    by_kind = {
        str(kind): _of_kind(part.reset_index(drop=True), _couples(waiting[inside]))
        for kind, part in rows.groupby("kind")
    }
    return by_kind | {ACROSS: _across(rows, _couples(waiting[~inside]))}


def _couples(pairs: pd.DataFrame) -> set[frozenset[int]]:
    return {frozenset(p) for p in zip(pairs["person"].astype(int), pairs["person_r"].astype(int), strict=True)}


def _across(rows: pd.DataFrame, reviewed: set[frozenset[int]]) -> Tally:
    """All pairs of people of different households; recall is that of all people."""
    people = rows.groupby("household")["person"].nunique().to_numpy()
    couples = (people.sum() ** 2 - (people**2).sum()) // 2
    left, right = true_pairs(rows["identity"].to_numpy(np.int64))
    household, person = rows["household"].to_numpy(np.int64), rows["person"].to_numpy(np.int64)
    wrong = household[left] != household[right]
    merged = {frozenset((int(a), int(b))) for a, b in zip(person[left[wrong]], person[right[wrong]], strict=True)}
    names = rows["record_id"].to_numpy()
    examples = tuple(f"{a} {b}" for a, b in zip(names[left[wrong]], names[right[wrong]], strict=True))[:5]
    of_one = true_pairs(person)
    same = rows["identity"].to_numpy()[of_one[0]] == rows["identity"].to_numpy()[of_one[1]]
    return Tally(int(couples), len(merged), len(reviewed), int(same.sum()), len(same), examples)


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
