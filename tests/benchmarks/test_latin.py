"""Plain Latin as PyICU 2.17 writes it (`Any-Latin; Latin-ASCII; Lower`, apostrophes dropped)."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.peers.latin import plain_latin

CASES = [line.split("\t") for line in (Path(__file__).parent / "icu.tsv").read_text("utf-8").splitlines()[1:]]


@pytest.mark.parametrize(("text", "icu"), CASES)
def test_as_icu_writes_it(text: str, icu: str) -> None:
    assert plain_latin(text) == icu


@pytest.mark.parametrize(
    ("text", "plain"), [("  RAM   Kumar ", "ram kumar"), ("O.P. José", "o p jose"), ("", ""), ("मो0", "mo0")]
)
def test_latin_texts_are_only_tidied(text: str, plain: str) -> None:
    assert plain_latin(text) == plain
