"""Are the probabilities right? Predicted probability against truth, in ten bins.

    python benchmarks/calibration.py --persons 15000 --seeds 505 606

Runs configs/four_states.yaml as shipped on generated extracts of seeds that nothing was trained or chosen on, and looks at all candidate
pairs above the floor of the configuration. Pairs that no key brought, and that were weighed only because links connect their records
(docs/decisions/0005), stand by themselves: the links chose them, and say more than the pair does, so that the pair's own probability
cannot be the share of them that is true. The expected calibration error (ECE) is the mean distance between predicted probability and share
of true pairs over ten bins of equal width, weighted by the pairs in each. Since most scored pairs are improbable, it is also given for the
pairs from 0.2 on, which policy reviews or links. `wrong links` compares what the report expects by the probabilities with the truth.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.generated import ROOT, inputs, persons_of, write
from benchmarks.results_file import keep, markdown_table
from linker.config.run import load_run
from linker.evaluate.scoring import record_kinds
from linker.pipeline import run
from linker.schema import Decision

BINS = np.linspace(0, 1, 11)
Flags = npt.NDArray[np.bool_]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--persons", type=int, default=15_000)
    parser.add_argument("--seeds", type=int, nargs="+", default=[505, 606])
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        pairs = pd.concat([scored(Path(scratch), given.persons, seed) for seed in given.seeds], ignore_index=True)
    command = f"python benchmarks/calibration.py --persons {given.persons} --seeds {' '.join(map(str, given.seeds))}"
    figures, text = report(pairs)
    print(text)
    keep("calibration", command, figures, text)


def scored(folder: Path, persons: int, seed: int) -> pd.DataFrame:
    """All scored pairs of a seed: probability, truth, decision, whether the scripts differ, and the kinds of evidence present."""
    data = write(folder, persons, seed)
    snapshot = run(load_run(ROOT / "configs" / "four_states.yaml", inputs(data)), folder / f"workspace{seed}").snapshot
    record, edge = snapshot.table("record"), snapshot.table("edge").to_pandas()
    person = persons_of(record, data / "truth.csv")
    script = record_kinds(snapshot.table("crosswalk"), record)["script"]
    row = pd.Index(record["record_id"].to_pylist())
    left, right = row.get_indexer(edge["record_id_l"]), row.get_indexer(edge["record_id_r"])
    edge = edge[edge["rule"] != "veto"].assign(
        true=(person[left] == person[right])[edge["rule"] != "veto"],
        scripts=np.where(script[left] == script[right], "same script", "cross script")[edge["rule"] != "veto"],
    )
    return edge[["probability", "true", "decision", "rule", "scripts", "levels", "keys"]]


def error(probability: npt.NDArray[np.float64], true: Flags) -> float:
    """Expected calibration error over ten bins of equal width."""
    at = np.clip(np.digitize(probability, BINS) - 1, 0, len(BINS) - 2)
    count = np.bincount(at, minlength=len(BINS) - 1)
    gap = np.abs(np.bincount(at, probability, minlength=len(count)) - np.bincount(at, true, minlength=len(count)))
    return float(gap.sum() / max(count.sum(), 1))


def report(pairs: pd.DataFrame) -> tuple[dict[str, Any], str]:
    closing = pairs[pairs["keys"].fillna("") == ""]
    links = pairs[pairs["decision"] == int(Decision.LINK)]
    pairs = pairs[pairs["keys"].fillna("") != ""]
    pairs = pairs.assign(kinds=[set(json.loads(levels)) for levels in pairs["levels"]])
    bins = [
        [f"{low:.1f}–{high:.1f}", len(part), f"{part['probability'].mean():.3f}", f"{part['true'].mean():.3f}"]
        for low, high in pairwise(BINS)
        if len(part := pairs[(pairs["probability"] >= low) & (pairs["probability"] < high + (high == 1))])
    ]
    groups = {"all": np.ones(len(pairs), dtype=bool)}
    groups |= {name: (pairs["scripts"] == name).to_numpy() for name in ("same script", "cross script")}
    kinds = sorted(set().union(*pairs["kinds"]))
    groups |= {f"with {kind}": np.array([kind in shown for shown in pairs["kinds"]]) for kind in kinds}
    rows, figures = [], {}
    for name, chosen in groups.items():
        part = pairs[chosen]
        sure = part[part["probability"] >= 0.2]
        values = [error(p["probability"].to_numpy(float), p["true"].to_numpy(bool)) for p in (part, sure)]
        figures[name] = {"pairs": len(part), "ece": values[0], "pairs_from_0.2": len(sure), "ece_from_0.2": values[1]}
        rows.append([name, len(part), f"{values[0]:.4f}", len(sure), f"{values[1]:.4f}"])
    predicted, share = float(closing["probability"].mean()), float(closing["true"].mean())
    figures["inside groups"] = {"pairs": len(closing), "mean predicted": predicted, "share true": share}
    expected, wrong = float((1 - links["probability"]).sum()), int((~links["true"].astype(bool)).sum())
    figures["wrong links"] = {"links": len(links), "expected": expected, "wrong": wrong}
    text = (
        markdown_table(["probability", "pairs", "mean predicted", "share true"], bins)
        + "\n"
        + markdown_table(["pairs", "number", "ECE", "from 0.2", "ECE from 0.2"], rows)
        + f"\nPairs inside groups that no key brought: {len(closing):,}, mean predicted {predicted:.3f}, share true {share:.3f}.\n"
        + f"\nWrong links: {expected:.1f} expected among {len(links):,} by their probabilities, {wrong} are wrong.\n"
    )
    return figures, text


if __name__ == "__main__":
    main()
