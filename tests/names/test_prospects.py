"""What names can be worth at most is never less than what they are worth, and what is called sure is so."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from linker.names.levels import NameLevel
from linker.names.prospects import Odds
from linker.names.table import NameTable

HERE = Path(__file__).parent
CONFLICTS = (NameLevel.GENDER_CONFLICT, NameLevel.GIVEN_CONFLICT, NameLevel.DIFFERENT)
FURTHER = [
    "",
    "Smt",
    "R.K. Sharma",
    "M",
    "Mohd",
    "Ram Kumar",
    "Ramkumar",
    "Sonu @ Kalu",
    "सोनू (कालू)",
    "ਗੁਰਮੀਤ ਸਿੰਘ",
    "A B C D E F G H I J",
]


def all_names() -> list[str]:
    names = dict.fromkeys(FURTHER)
    for file in sorted(HERE.glob("[ds]*e_*.tsv")) + sorted(HERE.glob("different_*.tsv")):
        with file.open(encoding="utf-8") as lines:
            for row in csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE):
                names.update(dict.fromkeys(row[:2]))
    return list(names)


@pytest.fixture(scope="module")
def table() -> NameTable:
    return NameTable.build(all_names())


def every_pair(count: int) -> tuple[np.ndarray, np.ndarray]:
    left, right = np.triu_indices(count)
    return left.astype(np.int32), right.astype(np.int32)


def check(table: NameTable, pairs: tuple[np.ndarray, np.ndarray]) -> None:
    found, seen = table.agree(*pairs), table.prospects(*pairs)
    assert np.all(found.weight <= seen.most + 1e-3)
    assert np.all(np.isin(found.level[seen.odds != Odds.OPEN], CONFLICTS))
    assert np.all(found.level[seen.odds == Odds.NO_GENDER_CONFLICT] != NameLevel.GENDER_CONFLICT)


def test_every_pair_of_the_case_tables(table: NameTable) -> None:
    pairs = every_pair(len(table))
    assert len(table) > 500
    check(table, pairs)
    assert (table.prospects(*pairs).odds != Odds.OPEN).mean() > 0.5


def test_names_added_later(table: NameTable) -> None:
    longer = table.extend(["Sunil Kumar Verma", "सुनील वर्मा", "Zqx Wvf"])
    added = np.repeat(np.arange(len(table), len(longer), dtype=np.int32), len(longer))
    check(longer, (added, np.tile(np.arange(len(longer), dtype=np.int32), 3)))


def test_no_name_leaves_everything_open(table: NameTable) -> None:
    none = np.array([-1], np.int32)
    seen = table.prospects(none, np.array([3], np.int32))
    assert seen.odds[0] == Odds.OPEN
    assert np.isposinf(seen.most[0])
