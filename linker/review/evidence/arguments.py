"""What speaks for one person and what against, in sentences of the comparisons themselves."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from linker.config.matching import Matching
from linker.matching.comparisons import comparisons_of
from linker.matching.comparisons.base import Comparison, Side

STRONG, CLEAR = 8.0, 4.0
FAINT = 0.5
"""Below so many bits a level says next to nothing."""


@dataclass(frozen=True)
class Argument:
    """One kind of evidence: its name in the configuration, the sentence, and its strength from 1 to 3 (0: says little)."""

    comparison: str
    side: str
    english: str
    hindi: str
    strength: int


def sentences(matching: Matching) -> dict[str, Comparison]:
    """The comparisons of a configuration by name."""
    return {c.name: c for c in comparisons_of(matching.comparisons)}


def arguments(edge: Mapping[str, Any] | None, comparisons: Mapping[str, Comparison]) -> list[Argument]:
    """The evidence of a scored pair, the strongest first."""
    if edge is None:
        return []
    found = []
    for name, (level_name, bits) in json.loads(edge["levels"] or "{}").items():
        comparison = comparisons.get(name)
        level = next((v for v in comparison.levels if v.name == level_name), None) if comparison else None
        english, hindi = (level.english, level.hindi) if level else (level_name.replace("_", " ").lower(),) * 2
        side = "for" if bits > FAINT else "against" if bits < -FAINT else "neutral"
        if level is not None and level.side is Side.AGAINST and side == "neutral":
            side = "against"
        strength = 3 if abs(bits) >= STRONG else 2 if abs(bits) >= CLEAR else 1 if abs(bits) > FAINT else 0
        found.append((abs(bits), Argument(name, side, english, hindi, strength)))
    return [a for _, a in sorted(found, key=lambda x: -x[0])]
