"""`linker evaluate`: a snapshot against a truth table."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from linker.cli.options import Workspace
from linker.errors import InputError
from linker.evaluate.labelfree import coincidence
from linker.evaluate.scoring import Tables
from linker.evaluate.scoring import evaluate as score
from linker.evaluate.terminal import print_evaluation
from linker.evaluate.truth import read_truth
from linker.registry.snapshot import open_current


def evaluate(
    workspace: Workspace,
    truth: Annotated[Path, typer.Option(help="CSV, TSV or Parquet: source, native_id, part, person_id.")],
    json_out: Annotated[Path | None, typer.Option("--json", help="Write every figure to this file as well.")] = None,
    points: Annotated[int, typer.Option(help="Thresholds on the curves; 0 leaves them out.", min=0)] = 50,
) -> None:
    """Print precision, recall and F1 of the published links against a truth table.

    Example: linker evaluate --workspace work --truth truth.csv --json figures.json
    """
    known = read_truth(truth)
    snapshot = open_current(workspace)
    tables = Tables(
        crosswalk=snapshot.table("crosswalk"),
        record=snapshot.table("record", ["record_id", "name", "state"]),
        edge=snapshot.table("edge", ["record_id_l", "record_id_r", "weight", "probability", "decision"]),
    )
    evaluation = score(tables, known, points)
    chance = coincidence(tables.edge, snapshot.table("identity"))
    print_evaluation(evaluation, chance, Console())
    if json_out is not None:
        figures = {**evaluation.to_dict(), "without_labels": chance.to_dict()}
        try:
            json_out.write_text(json.dumps(figures, ensure_ascii=False, indent=1), encoding="utf-8")
        except OSError as error:
            raise InputError(
                f"cannot be written: {error.strerror}", where=str(json_out), do="choose another place"
            ) from None
