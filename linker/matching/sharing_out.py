"""The bits of a pair's evidence, told kind by kind, where kinds are not independent of each other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from linker.matching.comparisons.base import Comparison


def parts_of(comparisons: Iterable[Comparison]) -> dict[str, tuple[str, ...]]:
    """The joint comparisons by name, with the two that each joins."""
    return {c.name: tuple(c.parts) for c in comparisons if c.parts}


def shared_out(bits: Mapping[str, float], parts: Mapping[str, tuple[str, ...]]) -> dict[str, float]:
    """What each kind of evidence brings to the weight of a pair, by the name of its comparison.

    `bits` are those of the levels that were found, `parts` the two comparisons that each joint one joins. What a joint comparison takes,
    because its parts are not independent, is taken from them by halves: it changes how much they count, never what they say. The sum stays.
    """
    net = {name: float(value) for name, value in bits.items() if not parts.get(name)}
    for name, value in bits.items():
        if joined := parts.get(name):
            found = [part for part in joined if part in net] or [name]
            for part in found:
                net[part] = net.get(part, 0.0) + float(value) / len(found)
    return net
