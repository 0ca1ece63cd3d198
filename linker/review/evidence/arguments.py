"""What speaks for one person and what against, in sentences of the comparisons themselves."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from linker.config.matching import Matching
from linker.matching.comparisons import comparisons_of
from linker.matching.comparisons.base import Comparison, Side
from linker.matching.sharing_out import parts_of, shared_out

STRONG, CLEAR = 8.0, 4.0
FAINT = 0.5
"""Below so many bits a level says next to nothing."""


@dataclass(frozen=True)
class Argument:
    """One kind of evidence: its name in the configuration, the sentence, and its strength from 1 to 3 (0: says little). `side` is 'for',
    'against' or 'neutral'; what is neutral and has a strength counts for one person. `bits` is what it adds to the weight of the pair,
    which nobody who judges may see."""

    comparison: str
    side: str
    english: str
    hindi: str
    strength: int
    bits: float


def sentences(matching: Matching) -> dict[str, Comparison]:
    """The comparisons of a configuration by name."""
    return {c.name: c for c in comparisons_of(matching.comparisons)}


def arguments(edge: Mapping[str, Any] | None, comparisons: Mapping[str, Comparison]) -> list[Argument]:
    """The evidence of a scored pair, the strongest first."""
    if edge is None:
        return []
    levels = json.loads(edge["levels"] or "{}")
    net_bits = shared_out({name: bits for name, (_, bits) in levels.items()}, parts_of(comparisons.values()))
    found = []
    for name, net in net_bits.items():
        level_name, bits = levels[name]
        comparison = comparisons.get(name)
        level = next((v for v in comparison.levels if v.name == level_name), None) if comparison else None
        english, hindi = (level.english, level.hindi) if level else (level_name.replace("_", " ").lower(),) * 2
        side = _side_shown(level.side if level else None, bits)
        worth = abs(net) if net * bits > 0 else 0.0
        strength = 3 if worth >= STRONG else 2 if worth >= CLEAR else 1 if worth > FAINT else 0
        found.append((worth, Argument(name, side, english, hindi, strength, net)))
    return [a for _, a in sorted(found, key=lambda x: -x[0])]


def _side_shown(side: Side | None, bits: float) -> str:
    """Under which heading a reader finds a level. What only partly agrees raises the weight of a pair, but an officer who reads 'for' must
    find there what agrees; what lowers the weight is never hidden from him."""
    if bits < -FAINT:
        return "against"
    if bits > FAINT:
        return "for" if side in {Side.FOR, None} else "neutral"
    return "against" if side is Side.AGAINST else "neutral"
