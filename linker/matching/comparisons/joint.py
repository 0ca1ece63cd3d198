"""Two kinds of evidence together: what they are worth beside each other, where they are not independent.

Adding up weights takes the kinds of evidence as independent once it is known whether two records are one person. They are not: brothers
share father and village at once, a namesake with a namesake father agrees in both names, and the rarer the name, the surer it already
was. A joint comparison has one level for every combination of grades of its two parts. Its weight is what must be taken away from the
two so that they count together what they are worth together; it is learned on labels, never above 0, and 0 without labels.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from linker.matching.columns import PersonColumns
from linker.matching.comparisons.base import Codes, Comparison, Cost, Level, Rows, Side


def joint_comparison(name: str, parts: Sequence[Comparison]) -> Comparison:
    """A comparison of the grades of two others; MISSING where one of them is, or has no grade."""
    first, second = parts
    grades = [list(dict.fromkeys(level.grade for level in part.levels if level.grade)) for part in parts]
    levels = [Level(0, "MISSING", Side.MISSING, *_sentences(parts, "is missing", "उपलब्ध नहीं"))]
    for a in grades[0]:
        for b in grades[1]:
            words = _sentences(parts, f"together: {_plain(a)}, {_plain(b)}", "एक साथ")
            levels.append(Level(len(levels), f"{a}__{b}", Side.NEUTRAL, *words))
    code = {level.name: level.code for level in levels}
    joined = np.array(
        [[code.get(f"{a.grade}__{b.grade}", 0) for b in second.levels] for a in first.levels], dtype=np.int8
    )

    def measure(columns: PersonColumns, left: Rows, right: Rows) -> Codes:
        return combined(joined, *(part.measure(columns, left, right) for part in parts))

    return Comparison(name, tuple(levels), measure, Cost.JOINT, parts=(first.name, second.name), joined=joined)


def combined(joined: NDArray[np.int8], first: Codes, second: Codes) -> Codes:
    """Codes of a joint comparison from those of its parts."""
    codes: Codes = joined[first, second]
    return codes


def _plain(grade: str) -> str:
    return grade.lower().replace("_", " ")


def _sentences(parts: Sequence[Comparison], english: str, hindi: str) -> tuple[str, str]:
    names = [part.name.replace("_", " ") for part in parts]
    return f"{names[0]} and {names[1]} {english}", f"{names[0]} + {names[1]}: {hindi}"
