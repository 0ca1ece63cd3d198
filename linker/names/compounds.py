"""Families of spellings that words belong to: whole words by the shipped list, and words of two parts by how the second is written.

Phulchand, Phoolchandra and फूलचन्द्र are one name as Chand and Chandra are. No list can hold every name that ends so; a family of endings
together with the sound of what stands before is one.
"""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa

from linker.names.lexicon import Lexicon, sound_keys

SHORTEST_STEM = 2
"""Letters that must stand before an ending (Omchand)."""
Families = dict[int, list[tuple[int, float]]]


def families_of(tokens: Sequence[str], latin: Sequence[str], lexicon: Lexicon) -> Families:
    """(family, cost in bits) of the words that have any, by their place. `latin`: the words in Latin letters."""
    found: Families = {k: list(lexicon.families[t]) for k, t in enumerate(tokens) if t in lexicon.families}
    every = tuple(lexicon.endings)
    ending = {k: _ending(word, lexicon) for k, word in enumerate(latin) if word.endswith(every)} if every else {}
    cut = [(k, end) for k, end in ending.items() if end]
    if not cut:
        return found
    stems = sound_keys(pa.array([latin[k][: -len(end)] for k, end in cut], pa.string()))
    for (k, end), stem in zip(cut, stems.tolist(), strict=True):
        number, cost = lexicon.endings[end]
        found.setdefault(k, []).append((stem + number, cost))  # sounds are 63-bit hashes: no two families meet
    return found


def _ending(word: str, lexicon: Lexicon) -> str:
    """The longest ending that leaves a stem, '' if none does."""
    return max(
        (e for e in lexicon.endings if word.endswith(e) and len(word) - len(e) >= SHORTEST_STEM), key=len, default=""
    )
