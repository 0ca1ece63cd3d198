"""Work that lets others go first: a run, or the making of an index, on a machine that answers searches meanwhile."""

from __future__ import annotations

import os
from typing import Annotated

import typer

NICENESS = 10
"""By how much the priority is lowered: against a busy service some 10% of the processors are left, of what it leaves idle all."""

Background = Annotated[
    bool,
    typer.Option(
        "--background",
        help="Work at a low priority, so that searches which this machine answers meanwhile stay quick (not on Windows).",
    ),
]


def step_back() -> None:
    """Lower the priority of this program and of what it starts from here on."""
    if hasattr(os, "nice"):
        os.nice(NICENESS)
