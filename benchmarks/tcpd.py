"""Real people: election candidates with a person id across elections, linked by configuration alone, beside plain Splink.

    python benchmarks/tcpd.py --data DIR

DIR holds dev_a and dev_b (NAME.input.csv.gz, NAME.truth.tsv.gz, NAME.mask.tsv.gz), made from the candidates of the Trivedi Centre for
Political Data. Precision, recall and F1 are pairwise within a state, label noise masked (linker/evaluate/masked.py); 'variant' is the
recall on pairs whose names are spelled differently. Our figures are those of the published crosswalk; the peers' threshold is the best
for the very set that is scored, which favours them.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.peers import splink_tcpd
from benchmarks.peers.plain_splink import best_threshold
from benchmarks.results_file import keep, markdown_table
from linker.config.run import load_run
from linker.evaluate.masked import MaskedScore, MaskedTruth, read_masked, score_clusters
from linker.pipeline import run

CONFIG = Path(__file__).resolve().parents[1] / "configs" / "tcpd.yaml"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--sets", nargs="+", default=["dev_a", "dev_b"])
    parser.add_argument("--no-peers", action="store_true")
    given = parser.parse_args()
    rows: list[list[Any]] = []
    figures: dict[str, Any] = {}
    for name in given.sets:
        truth = read_masked(given.data, name)
        scored = {"linker": ours(given.data / f"{name}.input.csv.gz", truth)}
        if not given.no_peers:
            scored |= peers(given.data / f"{name}.input.csv.gz", truth)
        for system, (score, seconds) in scored.items():
            s = score.score
            figures[f"{name} {system}"] = [s.precision, s.recall, s.f1, score.variant_recall, seconds]
            rows.append(
                [
                    name,
                    system,
                    *(f"{x:.3f}" for x in (s.precision, s.recall, s.f1, score.variant_recall)),
                    f"{seconds:.1f}",
                ]
            )
            print(rows[-1], flush=True)
    text = markdown_table(["set", "system", "precision", "recall", "F1", "variant recall", "seconds"], rows)
    print(text)
    if not given.no_peers:
        keep("tcpd", "python benchmarks/tcpd.py --data DIR", figures, text)


def ours(file: Path, truth: MaskedTruth) -> tuple[MaskedScore, float]:
    """The published crosswalk of a run of configs/tcpd.yaml."""
    started = time.perf_counter()
    with tempfile.TemporaryDirectory() as workspace:
        result = run(load_run(CONFIG, {"tcpd": str(file)}), Path(workspace))
        crosswalk = result.snapshot.table("crosswalk").to_pandas().set_index("native_id")["identity_id"]
    seconds = time.perf_counter() - started
    cluster = crosswalk.reindex(truth.record_id)
    alone = pd.Series([f"alone {i}" for i in range(len(cluster))], index=cluster.index)
    return score_clusters(truth, cluster.where(cluster.notna(), alone).to_numpy()), seconds


def peers(file: Path, truth: MaskedTruth) -> dict[str, tuple[MaskedScore, float]]:
    """Plain Splink without and with the same-contest veto, each at its best threshold."""
    found = {}
    rows = pd.read_csv(file, dtype=str, keep_default_na=False)
    for system, veto in (("plain Splink", False), ("plain Splink, contest veto", True)):
        started = time.perf_counter()
        scored = splink_tcpd.link(rows, veto=veto)
        clusters = scored.clusters(best_threshold(scored, np.asarray(truth.person)))
        found[system] = (score_clusters(truth, clusters), time.perf_counter() - started)
    return found


if __name__ == "__main__":
    main()
