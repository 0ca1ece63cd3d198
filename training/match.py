"""Train a match model on labelled data: level counts by truth, then weights that allow for dependent evidence.

    python training/match.py --config configs/four_states.yaml --out configs/models/offenders.json \\
        --set "delhi=D/delhi.csv uttar_pradesh=D/uttar_pradesh.csv rajasthan=D/rajasthan.xlsx haryana=D/haryana.parquet" D/truth.csv

Each --set names the inputs of one data set and its truth table (source, native_id, part, person_id; or record_id, pid). Several sets are
counted together. Prints the weights and what a threshold would give on the training pairs; the figures that count are those of
benchmarks/quality.py, on data with another seed.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from linker.batch.admission import admit
from linker.config.run import LoadedRun, load_run
from linker.evaluate.truth import read_truth
from linker.matching.candidates import find_candidates
from linker.matching.columns import build_columns
from linker.matching.comparisons import Comparison, comparisons_of
from linker.matching.keys import Features
from linker.matching.model import MatchModel
from linker.matching.supervised import Labelled, collect, count_model, refine, true_pairs
from linker.matching.training import prior_of
from linker.names.table import NameTable
from linker.progress import Silent, Stopwatch


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--config", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--set", nargs=2, action="append", required=True, metavar=("INPUTS", "TRUTH"), dest="sets")
    doubt = "per --set, pairs whose label is in doubt (record_id_1, record_id_2)"
    parser.add_argument("--mask", type=Path, action="append", default=[], help=doubt)
    parser.add_argument(
        "--spread", type=float, default=1.5, help="bits that a weight may easily move from its count (0: not at all)"
    )
    given = parser.parse_args()
    sets, comparisons = [], ()
    for number, (inputs, truth) in enumerate(given.sets):
        loaded = load_run(given.config, dict(i.split("=", 1) for i in inputs.split()))
        comparisons = comparisons_of(loaded.matching.comparisons)
        mask = given.mask[number] if number < len(given.mask) else None
        sets.append(label(loaded, Path(truth), comparisons, mask))
    counted = count_model(comparisons, sets)
    model = refine(counted, comparisons, sets, given.spread) if given.spread else counted
    given.out.parent.mkdir(parents=True, exist_ok=True)
    given.out.write_text(model.to_json(comparisons), encoding="utf-8")
    show(counted, model, comparisons)
    for number, labelled in enumerate(sets, start=1):
        curve(number, labelled, model, comparisons)


def label(loaded: LoadedRun, truth: Path, comparisons: tuple[Comparison, ...], mask: Path | None) -> Labelled:
    """One data set, read and compared like a run, with its true persons."""
    admitted = admit(loaded, Stopwatch(Silent()))
    columns = build_columns(admitted.person, lambda names, counts: NameTable.build(names, counts=counts))
    person = persons_of(admitted.record, truth)
    candidates = find_candidates(Features(columns), loaded.matching.keys)
    print(f"{columns.n:,} records, {len(candidates):,} candidate pairs, {(person < 0).sum():,} records without truth")
    left, right = true_pairs(person)
    found = np.isin(left.astype(np.int64) << 32 | right, candidates.left.astype(np.int64) << 32 | candidates.right)
    print(
        f"keys find {found.mean():.4f} of {len(left):,} true pairs, {2 * len(candidates) / columns.n:.1f} candidates per record"
    )
    prior = prior_of(columns.n, loaded.matching.model.records_per_person)
    return collect(columns, comparisons, candidates, person, prior, doubtful_pairs(admitted.record, mask))


def doubtful_pairs(record: pa.Table, mask: Path | None) -> NDArray[np.int64] | None:
    """Pairs (left << 32 | right) that the mask names by native ids."""
    if mask is None:
        return None
    rows = pd.Index(record["native_id"].to_pylist())
    named = pd.read_csv(mask, sep="\t", dtype=str)
    a, b = (rows.get_indexer(named[c]).astype(np.int64) for c in ("record_id_1", "record_id_2"))
    known = (a >= 0) & (b >= 0)
    pairs: NDArray[np.int64] = np.minimum(a, b)[known] << 32 | np.maximum(a, b)[known]
    return pairs


def persons_of(record: pa.Table, path: Path) -> NDArray[np.int64]:
    """The true person of every record as a number, -1 where the truth does not hold it."""
    truth = read_truth(path)
    on = truth.keys.column_names
    keys = pa.table(
        {
            name: record["native_id" if name == "record_id" else name].cast(truth.keys.schema.field(name).type)
            for name in on
        }
    )
    left = keys.append_column("row", pa.array(np.arange(len(keys))))
    right = truth.keys.append_column("person", truth.person)
    if on == ["record_id"] and not pc.any(pc.is_in(left["record_id"], right["record_id"])).as_py():
        left = left.set_column(0, "record_id", record["record_id"])
    joined = left.join(right, keys=on, join_type="left outer").sort_by("row")
    codes = joined["person"].combine_chunks().dictionary_encode()
    numbers: NDArray[np.int64] = pc.fill_null(codes.indices, -1).to_numpy(zero_copy_only=False).astype(np.int64)
    return numbers


def show(counted: MatchModel, model: MatchModel, comparisons: tuple[Comparison, ...]) -> None:
    """Every level with m, u and its weight, counted and refined."""
    for comparison in comparisons:
        print(comparison.name)
        for level in comparison.levels:
            if level.code:
                before, after = counted.levels[comparison.name][level.name], model.levels[comparison.name][level.name]
                print(
                    f"  {level.name:<26} m {before.m:8.5f}  u {before.u:10.3g}  {before.weight:+6.1f} → {after.weight:+6.1f} bits"
                )


def curve(number: int, labelled: Labelled, model: MatchModel, comparisons: tuple[Comparison, ...]) -> None:
    """Precision and recall of candidate pairs by weight alone."""
    tables = model.weights(comparisons)
    weight = labelled.prior_bits + sum(t[labelled.vectors[:, k]] for k, t in enumerate(tables))
    total = labelled.same_levels.counts[0].sum()
    for threshold in (0, 3, 6, 9, 12):
        above = weight >= threshold
        true, false = labelled.same[above].sum(), labelled.different[above].sum()
        print(
            f"set {number}: weight >= {threshold:>2} bits: precision {true / max(true + false, 1):.4f}  recall {true / max(total, 1):.4f}"
        )


if __name__ == "__main__":
    main()
