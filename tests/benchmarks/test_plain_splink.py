"""The yardstick itself: it links, it heeds the veto, its threshold is the best one."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from benchmarks.peers.plain_splink import Scored, best_threshold
from benchmarks.peers.splink_tcpd import link
from linker.evaluate.metrics import measure

SYLLABLES = ("ra", "kesh", "su", "nil", "ma", "han", "dev", "pra", "ka", "vi", "jay", "an")


@pytest.fixture(scope="module")
def candidates() -> pd.DataFrame:
    """400 candidates, 200 people who stood twice; some of the second names have a letter doubled."""
    rng = np.random.default_rng(5)
    rows = []
    for person in range(200):
        name = " ".join("".join(rng.choice(SYLLABLES, 2)) for _ in range(2))
        place, year = f"C{person % 20}", str(1950 + person % 40)
        for stood in (2012, 2017):
            written = name.replace("a", "aa", 1) if stood == 2017 and person % 4 == 0 else name
            rows.append((person, f"UP{stood}", "UP", written, "", year, place, f"D{person % 5}", f"P{person % 7}"))
    columns = ["pid", "source", "state", "name", "relative", "birth_year", "constituency", "district", "party"]
    return pd.DataFrame(rows, columns=columns)


@pytest.fixture(scope="module")
def scored(candidates: pd.DataFrame) -> Scored:
    return link(candidates, veto=True)


def test_finds_most_people_again(candidates: pd.DataFrame, scored: Scored) -> None:
    person = candidates["pid"].to_numpy(dtype=np.int64)
    found = measure(scored.clusters(best_threshold(scored, person)), person)
    assert found.pairwise.f1 > 0.9


def test_two_of_one_contest_are_never_a_pair(candidates: pd.DataFrame, scored: Scored) -> None:
    contest = (candidates["source"] + candidates["constituency"]).to_numpy()
    assert not (contest[scored.left] == contest[scored.right]).any()


def test_best_threshold_by_hand() -> None:
    scored = Scored(4, np.array([0, 1, 2]), np.array([1, 2, 3]), np.array([10.0, 2.0, 8.0]))
    assert scored.clusters(9.0).tolist() == [0, 0, 1, 2]
    assert 2.0 < best_threshold(scored, np.array([0, 0, 1, 1])) <= 8.0
    assert best_threshold(scored, np.array([0, 0, 0, -1])) <= 2.0
