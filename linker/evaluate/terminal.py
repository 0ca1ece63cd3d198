"""An evaluation as tables on the terminal."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table

from linker.evaluate.labelfree import Coincidence
from linker.evaluate.metrics import Score
from linker.evaluate.scoring import Evaluation

SPLITS = {
    "same_script": "same script",
    "cross_script": "cross script",
    "same_state": "same state",
    "cross_state": "cross state",
}

CURVE_ROWS = 12
"""Thresholds shown on the terminal; the JSON holds all."""


def print_evaluation(evaluation: Evaluation, chance: Coincidence, console: Console) -> None:
    """Everything of an evaluation, the most important first."""
    _coverage(evaluation, console)
    console.print(_scores(evaluation))
    metrics = evaluation.metrics
    console.print(
        f"From clusters to persons: {metrics.splits:,} splits and {metrics.merges:,} merges. "
        f"Of the clusters with two or more records {metrics.impure:.2%} mix persons."
    )
    if evaluation.worst:
        console.print(_worst(evaluation))
    if evaluation.curve:
        console.print(_curve(evaluation))
    console.print(
        f"Without labels: of {chance.links:,} links {chance.expected_false:,.1f} are expected to be wrong by their own "
        f"probabilities; {chance.namesake_pairs:,} pairs of different identities share their name, "
        f"{chance.namesake_same_birth_pairs:,} of them could be of the same age."
    )


def _coverage(evaluation: Evaluation, console: Console) -> None:
    coverage = evaluation.coverage
    console.print(
        f"{coverage.both:,} records stand in the truth and in the crosswalk; {coverage.only_truth:,} only in the truth "
        f"(kept out by policy, quarantined, or not read), {coverage.only_crosswalk:,} only in the crosswalk."
    )


def _scores(evaluation: Evaluation) -> Table:
    table = Table(title="Published links against the truth", title_justify="left")
    for name in ("", "precision", "recall", "F1", "found", "predicted", "true"):
        table.add_column(name, justify="left" if not name else "right")
    metrics = evaluation.metrics
    table.add_row("pairs", *_cells(metrics.pairwise))
    for name, score in metrics.by_split.items():
        table.add_row(f"  {SPLITS.get(name, name)}", *_cells(score))
    table.add_row("pairs, of all truth records", "", f"{evaluation.recall_all_truth:.4f}", "", "", "", "")
    table.add_row("records (B-cubed)", *_cells(metrics.bcubed))
    table.add_row("whole clusters", *_cells(metrics.cluster))
    return table


def _cells(score: Score) -> list[str]:
    shares = [f"{score.precision:.4f}", f"{score.recall:.4f}", f"{score.f1:.4f}"]
    counts = (
        [f"{n:,}" for n in (score.hit, score.predicted, score.actual)] if score.predicted or score.actual else [""] * 3
    )
    return shares + counts


def _worst(evaluation: Evaluation) -> Table:
    table = Table(title="Identities that mix most persons", title_justify="left")
    for name in ("identity", "records", "persons", "names"):
        table.add_column(name)
    for worst in evaluation.worst[:5]:
        table.add_row(worst["identity_id"], str(worst["records"]), str(worst["persons"]), "; ".join(worst["names"]))
    return table


def _curve(evaluation: Evaluation) -> Table:
    table = Table(title="By threshold of match weight, policy aside", title_justify="left")
    for name in ("bits", "pairs P", "pairs R", "closure P", "closure R", "closure F1", "cross-script R"):
        table.add_column(name, justify="right")
    usable = [p for p in evaluation.curve if p.closure.precision > 0.5 and p.closure.recall > 0.01]
    for point in usable[:: max(1, len(usable) // CURVE_ROWS)]:
        cross = point.closure_by_split.get("cross_script")
        table.add_row(
            f"{point.threshold:g}",
            f"{point.pair.precision:.4f}",
            f"{point.pair.recall:.4f}",
            f"{point.closure.precision:.4f}",
            f"{point.closure.recall:.4f}",
            f"{point.closure.f1:.4f}",
            f"{cross.recall:.4f}" if cross else "",
        )
    return table
