"""A small share of the fuzz run of benchmarks/normalise.py: no parser from row to person raises on any cell."""

from __future__ import annotations

from benchmarks.normalise_fuzz import fuzz


def test_no_cell_raises() -> None:
    failures, slowest = fuzz(12_000, seed=20)
    assert not failures
    assert len(slowest) > 30
