"""Any column of plain values (a party, a constituency, a beat), weighed by how rare the shared value is."""

from __future__ import annotations

from enum import IntEnum

import numpy as np

from linker.matching.columns import PersonColumns
from linker.matching.comparisons.base import Codes, Comparison, Rows, Side, levels_of


class CategoryEvidence(IntEnum):
    MISSING = 0
    DIFFERENT = 1
    SAME_COMMON = 2
    SAME_FREQUENT = 3
    SAME = 4
    SAME_RARE = 5


SAME_FROM = np.array([2.0, 5.0, 8.0], dtype=np.float32)
"""Bits of rarity from which SAME_FREQUENT, SAME and SAME_RARE begin."""


def category_comparison(name: str, field: str) -> Comparison:
    label = name.replace("_", " ")
    sentences = {
        "MISSING": (Side.MISSING, f"{label} is missing", f"{label} उपलब्ध नहीं"),
        "DIFFERENT": (Side.AGAINST, f"{label} differs", f"{label} अलग है"),
        "SAME_COMMON": (Side.NEUTRAL, f"{label} agrees, a very frequent value", f"{label} मिलता है, बहुत आम"),
        "SAME_FREQUENT": (Side.FOR, f"{label} agrees, a frequent value", f"{label} मिलता है, आम"),
        "SAME": (Side.FOR, f"{label} agrees", f"{label} मिलता है"),
        "SAME_RARE": (Side.FOR, f"{label} agrees, a rare value", f"{label} मिलता है, दुर्लभ"),
    }

    def measure(columns: PersonColumns, left: Rows, right: Rows) -> Codes:
        values = columns.text_column(field)
        grade = CategoryEvidence.SAME_COMMON + np.searchsorted(SAME_FROM, columns.rarity(field), side="right")
        a, b = values[left], values[right]
        codes = np.where(a == b, grade[a] if len(grade) else 0, CategoryEvidence.DIFFERENT)
        return np.where((a < 0) | (b < 0), 0, codes).astype(np.int8)

    return Comparison(name, levels_of(CategoryEvidence, sentences), measure)
