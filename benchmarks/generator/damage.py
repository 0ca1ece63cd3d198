"""Damaged rows, as real exports have them: repeated rows, one id with two contents, rows without a name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

UNKNOWN = ("", "अज्ञात", "NA", "-")


@dataclass
class Damage:
    """How much to damage, and what was done: `cut` holds the (output) rows whose line loses or gains a cell."""

    share: float
    rng: np.random.Generator
    cut: list[int] = field(default_factory=list)
    ragged: bool = False  # only text files can have rows of a wrong length


def damaged(
    columns: Sequence[list[Any]], ids: tuple[int, ...], names: tuple[int, ...], damage: Damage
) -> list[list[Any]]:
    """Columns with extra damaged rows put in; real rows keep their order and content.

    `ids` and `names` are the columns of the native id and of the person's name. The extra rows are an equal mix of
    exact repetitions of a real row, pairs of rows that share one new id but not their content, rows whose name is
    missing or unknown, and (in text files) rows that lack a cell. None of them belongs to the truth.
    """
    count = len(columns[0])
    extra = round(count * damage.share)
    if not extra or count < 4:
        return list(columns)
    rng = damage.rng
    after = np.sort(rng.integers(1, count, extra))
    kinds = rng.integers(0, 4 if damage.ragged else 3, extra)
    order: list[int] = []
    edits: list[tuple[int, int, int]] = []  # output row, kind, number of the fresh id
    previous = 0
    for number, (place, kind) in enumerate(zip(after.tolist(), kinds.tolist(), strict=True)):
        order.extend(range(previous, place))
        previous = place
        if kind == 0:
            order.append(place - 1)
            continue
        for model in rng.integers(0, count, 2 if kind == 1 else 1).tolist():
            edits.append((len(order), kind, number))
            order.append(model)
    order.extend(range(previous, count))
    result = [[column[row] for row in order] for column in columns]
    for row, kind, number in edits:
        for column in ids:
            result[column][row] = _fresh(result[column][row], number)
        if kind == 2:
            for column in names:
                if result[column][row]:
                    result[column][row] = UNKNOWN[number % len(UNKNOWN)]
        elif kind == 3:
            damage.cut.append(row)
    return result


def _fresh(native: str, number: int) -> str:
    """An id of the usual shape that no real row has."""
    return native[:-8] + str(99_000_000 + number)
