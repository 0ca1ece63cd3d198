"""Train what judges two groups of records: boosted trees over the figures of `linker/matching/figures.py`.

    python training/groups.py --config configs/four_states.yaml --out configs/models/groups.json \\
        --set "delhi=D/delhi.csv uttar_pradesh=D/uttar_pradesh.csv rajasthan=D/rajasthan.xlsx haryana=D/haryana.parquet" D/truth.csv

Each --set names the inputs of one data set and its truth table, as for training/match.py, whose model must have been trained before. The
sets should hold ordinary records as well as households in which brothers, cousins and namesakes stand side by side
(benchmarks/generate.py and benchmarks/households.py). Prints what a threshold would join, judged by trees that have not seen the set.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from match import persons_of
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier

from linker.batch.admission import admit
from linker.config.run import LoadedRun, load_run
from linker.errors import ModelError
from linker.matching.columns import build_columns
from linker.matching.edges import match
from linker.matching.figures import FIGURES, RISING, Evidence, linked_groups
from linker.matching.forest import Forest, Tree
from linker.matching.model import TRAIN_ONE, MatchModel
from linker.matching.policy import CONTESTED, RULES, Rule
from linker.matching.pooling import Pairs, Pooling
from linker.matching.vectors import unpack
from linker.names.table import NameTable
from linker.progress import Silent, Stopwatch
from linker.schema import Decision

DEPTH, RATE, TREES, LEAF = 3, 0.05, 250, 20
FOLDS = 4


@dataclass(frozen=True)
class Groups:
    """Figures of the pairs of groups of one data set, whether they are one person, and how many pairs of records a join would make."""

    figures: NDArray[np.float64]
    same: NDArray[np.bool_]
    pairs: NDArray[np.int64]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--config", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--set", nargs=2, action="append", required=True, metavar=("INPUTS", "TRUTH"), dest="sets")
    given = parser.parse_args()
    sets = []
    for inputs, truth in given.sets:
        loaded = load_run(given.config, dict(i.split("=", 1) for i in inputs.split()))
        sets.append(groups_of(loaded, Path(truth)))
        print(f"{len(sets[-1].same):,} pairs of groups, {sets[-1].same.sum():,} of them one person", flush=True)
    forest = forest_of(trained(sets))
    given.out.write_text(forest.to_json(), encoding="utf-8")
    print(f"{len(forest.trees)} trees, start {forest.start:+.2f} bits")
    curve(sets)


def groups_of(loaded: LoadedRun, truth: Path) -> Groups:
    """Groups as links by themselves make them, in one data set. A group is the person that most of its records are."""
    file = loaded.model_file()
    if file is None:
        raise ModelError("groups are judged by a trained model", where=str(loaded.path), do=TRAIN_ONE)
    model = MatchModel.load(file)
    admitted = admit(loaded, Stopwatch(Silent()))
    columns = build_columns(admitted.person, lambda names, counts: NameTable.build(names, counts=counts))
    matched = match(columns, loaded.matching, loaded.policy, model, Silent().step)
    edges, comparisons = matched.edges, matched.comparisons
    pairs = Pairs(edges.left, edges.right, edges.weight, edges.decision, edges.rule)
    pooling = Pooling(
        Forest(FIGURES, 0.0, ()),
        loaded.policy,
        Evidence.of(matched.model, loaded.policy, comparisons, loaded.matching.floor),
    )
    person = persons_of(admitted.record, truth)
    links = edges.decision == Decision.LINK
    vectors = lambda rows: unpack(edges.vector[rows], comparisons)  # noqa: E731
    found = []
    for across, made_by in (
        (pooling.across_firm(columns.n, pairs), links & (edges.weight >= loaded.policy.rules.firm)),
        (pooling.across(columns.n, pairs), links),
    ):
        main_person = majority(linked_groups(columns.n, edges.left[made_by], edges.right[made_by]), person)
        same = main_person[across.groups[:, 0]] == main_person[across.groups[:, 1]]
        clean = ~across.any(np.isin(edges.rule, [RULES.index(r) for r in (*CONTESTED, Rule.VETO)]))
        found.append(
            Groups(pooling.figures(across, pairs, vectors)[clean], same[clean], across.size.prod(axis=1)[clean])
        )
    return Groups(*(np.concatenate([getattr(g, name) for g in found]) for name in Groups.__dataclass_fields__))


def majority(label: NDArray[np.int32], person: NDArray[np.int64]) -> NDArray[np.int64]:
    """The person that most records of each group are; of as many the first number."""
    pairs, count = np.unique(np.stack([label, person]), axis=1, return_counts=True)
    order = np.lexsort((pairs[1], -count, pairs[0]))
    group, first = np.unique(pairs[0][order], return_index=True)
    found = np.full(int(label.max()) + 1, -1)
    found[group] = pairs[1][order][first]
    return found


def trained(sets: list[Groups]) -> HistGradientBoostingClassifier:
    """Trees that never think a pair of groups less probable because more speaks for it."""
    trees = HistGradientBoostingClassifier(
        max_depth=DEPTH, learning_rate=RATE, max_iter=TREES, min_samples_leaf=LEAF, early_stopping=False,
        monotonic_cst=list(RISING), random_state=0,
    )  # fmt: skip
    return trees.fit(np.concatenate([s.figures for s in sets]), np.concatenate([s.same for s in sets]))


def forest_of(trees: HistGradientBoostingClassifier) -> Forest:
    """The same trees in bits, each node with the mean of what is below it."""
    scale = 1 / np.log(2)
    found = []
    for (predictor,) in trees._predictors:
        nodes = predictor.nodes
        leaf = nodes["is_leaf"].astype(bool)
        low, high, count = nodes["left"].astype(np.int32), nodes["right"].astype(np.int32), nodes["count"].astype(float)
        bits = np.where(leaf, nodes["value"], 0.0)
        for node in np.flatnonzero(~leaf)[::-1]:
            bits[node] = np.average(bits[[low[node], high[node]]], weights=count[[low[node], high[node]]])
        figure = np.where(leaf, -1, nodes["feature_idx"]).astype(np.int16)
        found.append(Tree(figure, np.where(leaf, 0.0, nodes["num_threshold"]), low, high, bits * scale))
    start = float(np.ravel(trees._baseline_prediction)[0]) * scale + sum(float(t.bits[0]) for t in found)
    return Forest(FIGURES, start, tuple(found))


def curve(sets: list[Groups]) -> None:
    """What a threshold would join, judged by trees trained on the other sets."""
    fold = [k % FOLDS for k in range(len(sets))]
    judged = []
    for k in sorted(set(fold)):
        rest = [s for s, f in zip(sets, fold, strict=True) if f != k]
        if rest:
            forest = forest_of(trained(rest))
            judged += [(s, forest.bits(s.figures)) for s, f in zip(sets, fold, strict=True) if f == k]
    for probability in (0.8, 0.9, 0.95, 0.98):
        above = [(s, bits >= np.log2(probability / (1 - probability))) for s, bits in judged]
        right = sum(int(s.pairs[a & s.same].sum()) for s, a in above)
        wrong = sum(int(s.pairs[a & ~s.same].sum()) for s, a in above)
        print(f"probability >= {probability}: {right:,} true pairs of records, {wrong:,} false")


if __name__ == "__main__":
    main()
