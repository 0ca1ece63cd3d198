"""Do the candidate keys find the true pairs? Per combination of scripts, on generated extracts.

    python benchmarks/keys.py --persons 15000 --seeds 505 606

Counted are true pairs that share any evidence: at least one comparison speaks for one person (a like age, a like height, or the place of
registration alone do not count). `lost` are those that no key finds, and `lost links` those among them whose weight would have been enough
for a link.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

import numpy as np
import numpy.typing as npt

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.generated import Extracts, read, write
from benchmarks.results_file import keep, markdown_table
from linker.matching.candidates import find_candidates
from linker.matching.comparisons import Comparison, Side, comparisons_of
from linker.matching.keys import Features
from linker.matching.model import MatchModel
from linker.matching.supervised import true_pairs
from linker.matching.training import prior_of
from linker.matching.vectors import measure
from linker.names.unicode import Script, script

NO_EVIDENCE = {"birth", "sex", "height", "registered_at", "home_and_case"}
Flags = npt.NDArray[np.bool_]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--persons", type=int, default=15_000)
    parser.add_argument("--seeds", type=int, nargs="+", default=[505, 606])
    given = parser.parse_args()
    rows, figures = [], {}
    with tempfile.TemporaryDirectory() as scratch:
        for seed in given.seeds:
            found = figures[str(seed)] = of_set(read(write(Path(scratch), given.persons, seed)))
            rows += [[seed, group, *values.values()] for group, values in found.items()]
    header = ["seed", "scripts", "true pairs", "with evidence", "lost", "lost links", "recall", "candidates per record"]
    text = markdown_table(header, rows)
    print(text)
    keep(
        "keys",
        f"python benchmarks/keys.py --persons {given.persons} --seeds {' '.join(map(str, given.seeds))}",
        figures,
        text,
    )


def of_set(data: Extracts) -> dict[str, dict[str, float]]:
    """The figures of one set by combination of scripts."""
    loaded, columns = data.loaded, data.columns
    comparisons = comparisons_of(loaded.matching.comparisons)
    candidates = find_candidates(Features(columns), loaded.matching.keys)
    left, right = true_pairs(data.person)
    vectors = measure(columns, comparisons, left, right)
    file = loaded.model_file()
    if file is None:
        raise SystemExit("the configuration names no trained model")
    prior = prior_of(columns.n, loaded.matching.model.records_per_person)
    bits = np.full(len(left), np.log2(prior / (1 - prior)))
    model = MatchModel.load(file)
    for table, codes in zip(model.weights(comparisons), vectors, strict=True):
        bits += table[codes]
    met = np.isin(left.astype(np.int64) << 32 | right, candidates.left.astype(np.int64) << 32 | candidates.right)
    evidence = has_evidence(comparisons, vectors)
    links = 1 / (1 + np.exp2(-bits)) >= loaded.policy.link_threshold
    names = columns.names.texts.to_pylist()
    devanagari = np.array([script(n or "") == Script.DEVANAGARI for n in names])[columns.name["name"]]
    both, one = devanagari[left] & devanagari[right], devanagari[left] != devanagari[right]
    per_record = round(2 * len(candidates) / columns.n, 1)
    groups = {"all": np.ones(len(left), np.bool_), "Devanagari": both, "Latin": ~both & ~one, "both": one}
    return {
        name: {
            "true pairs": int(group.sum()),
            "with evidence": int((group & evidence).sum()),
            "lost": int((group & evidence & ~met).sum()),
            "lost links": int((group & links & ~met).sum()),
            "recall": round(float(met[group & evidence].mean()), 4),
            "candidates per record": per_record,
        }
        for name, group in groups.items()
    }


def has_evidence(comparisons: tuple[Comparison, ...], vectors: npt.NDArray[np.int8]) -> Flags:
    """Pairs in which some comparison that counts speaks for one person."""
    out = np.zeros(vectors.shape[1], np.bool_)
    for comparison, codes in zip(comparisons, vectors, strict=True):
        if comparison.name not in NO_EVIDENCE:
            out |= np.array([level.side == Side.FOR for level in comparison.levels])[codes]
    return out


if __name__ == "__main__":
    main()
