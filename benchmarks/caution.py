"""What caution costs: the shipped policy, the same with dearer false merges, and the strict policy, on ordinary records and on families.

    python benchmarks/caution.py --seeds 505 606 808 --families 31 32 33 34

Ordinary records: precision and recall of pairs of records in one identity, and pairs left to review per hundred records. Families
(benchmarks/households.py): couples of different people in one identity, by kind of household, and across households.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.families import ACROSS
from benchmarks.generated import ROOT, Extracts, Ints, read, write
from benchmarks.results_file import keep, markdown_table
from linker.batch.identify import Apart
from linker.config.loading import load
from linker.config.policy import Policy
from linker.evaluate.metrics import measure
from linker.identity.clusters import cluster
from linker.matching.edges import fitting_model, match
from linker.schema import Decision

DEARER = (64, 256, 1024, 4096, 16384)
KINDS = ("borrowed", "spouses", "father and son", "brothers", "twins", "namesakes", "cousins", ACROSS)


@dataclass
class Price:
    """Sums over all sets of one policy: linked and true pairs of records, pairs in review, records; merged couples by kind of household."""

    linked: int = 0
    right: int = 0
    wanted: int = 0
    review: int = 0
    records: int = 0
    merged: Counter[str] = field(default_factory=Counter)

    def row(self, name: str) -> list[object]:
        precision, recall = self.right / self.linked, self.right / self.wanted
        told = [f"{precision:.4f}", f"{recall:.3f}", f"{100 * self.review / self.records:.0f}"]
        return [name, *told, *(self.merged[kind] for kind in KINDS)]


def policies() -> Iterator[tuple[str, Policy]]:
    """The shipped policy first, then what differs from it in the cost of a false merge alone, and the strict one."""
    shipped = load(ROOT / "configs" / "policy.yaml", Policy)
    yield "policy.yaml", shipped
    for cost in DEARER:
        costs = shipped.costs.model_copy(update={"false_merge": float(cost)})
        link = 1 - costs.review / cost
        rules = shipped.rules.model_copy(
            update={"unanchored_probability": max(link, shipped.rules.unanchored_probability), "pooled_lack": 0.0}
        )
        yield f"false_merge {cost}", shipped.model_copy(update={"costs": costs, "rules": rules})
    yield "policy_strict.yaml", load(ROOT / "configs" / "policy_strict.yaml", Policy)


def grouped(extracts: Extracts, policy: Policy) -> tuple[Ints, int]:
    """The group of every record, and how many pairs wait for a person."""
    loaded = extracts.loaded.model_copy(update={"policy": policy})
    columns = extracts.columns
    edges = match(columns, loaded.matching, policy, fitting_model(loaded), lambda _done, _total: None).edges
    constraints = Apart.of(columns, edges, loaded).constraints(edges)
    found = cluster(columns.n, edges.left, edges.right, edges.weight, edges.decision, constraints, loaded.clusters)
    apart = found.label[edges.left] != found.label[edges.right]
    waiting = np.isin(edges.decision, [Decision.REVIEW, Decision.LINK]) & apart
    return found.label.astype(np.int64), int(waiting.sum())


def ordinary(price: Price, extracts: Extracts, policy: Policy) -> None:
    label, review = grouped(extracts, policy)
    known = extracts.person >= 0
    groups, persons = (np.unique(codes[known], return_inverse=True)[1] for codes in (label, extracts.person))
    pairs = measure(groups.astype(np.int64), persons.astype(np.int64)).pairwise
    price.linked += pairs.predicted
    price.right += pairs.hit
    price.wanted += pairs.actual
    price.review += review
    price.records += len(label)


def families(price: Price, extracts: Extracts, policy: Policy) -> None:
    label, _ = grouped(extracts, policy)
    homes = pd.read_csv(extracts.folder / "households.csv")
    homes.index = homes["person_id"].str[1:].astype(int)
    rows = pd.DataFrame({"group": label, "person": extracts.person})
    rows = rows[rows["person"] >= 0].drop_duplicates().join(homes[["household", "kind"]], on="person")
    couples = rows.merge(rows, on="group", suffixes=("", "_other"))
    couples = couples[couples["person"] < couples["person_other"]]
    couples = couples.drop_duplicates(["person", "person_other"])
    inside = couples["household"] == couples["household_other"]
    price.merged.update(np.where(inside, couples["kind"], ACROSS).tolist())


def prices(folder: Path, persons: int, seeds: Iterable[int], homes: Iterable[int], households: int) -> dict[str, Price]:
    """The price of every policy. A set is read once."""
    found = {name: Price() for name, _ in policies()}
    sets = [(ordinary, write(folder, persons, seed)) for seed in seeds]
    sets += [(families, write(folder, households, seed, "households.py", "--households")) for seed in homes]
    for count, where in sets:
        extracts = read(where)
        for name, policy in policies():
            count(found[name], extracts, policy)
        print(where.name, flush=True)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--persons", type=int, default=15_000)
    parser.add_argument("--seeds", type=int, nargs="+", default=[505, 606, 808])
    parser.add_argument("--households", type=int, default=2100)
    parser.add_argument("--families", type=int, nargs="+", default=[31, 32, 33, 34])
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        found = prices(Path(scratch), given.persons, given.seeds, given.families, given.households)
    header = ["policy", "precision", "recall", "pairs to review per 100 records", *KINDS]
    text = markdown_table(header, [price.row(name) for name, price in found.items()])
    text += "\nThe last columns count couples of different people in one identity. `false_merge` rows pool nothing (`pooled_lack: 0`).\n"
    print(text)
    sets = f"--persons {given.persons} --households {given.households} "
    sets += f"--seeds {' '.join(map(str, given.seeds))} --families {' '.join(map(str, given.families))}"
    keep("caution", f"python benchmarks/caution.py {sets}", {n: vars(p) for n, p in found.items()}, text)


if __name__ == "__main__":
    main()
