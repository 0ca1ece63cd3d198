"""Surnames that the names at hand show by where they stand, so that they are recognised where they are typed without a blank.

A surname stands last: hardly ever first, alone or in the middle. The second parts of given names (Kishan, Swarup, Lal) also stand before a
surname, so they are not taken for one: Ramkishan and Ramswarup stay whole.
"""

from __future__ import annotations

import numpy as np

from linker.names.lexicon import Lexicon
from linker.names.words import Words

LAST_SHARE = 0.85
FEWEST = 8
CERTAIN = 40
"""Distinct names that end in a word so often, and it is taken off whatever stands before it."""
SHORTEST_LATIN, SHORTEST_OTHER = 4, 3


def surnames_at_hand(words: Words, lexicon: Lexicon) -> dict[str, bool]:
    """Form → whether it is taken off only behind a known name. Forms that the shipped list names already are left out."""
    lengths = np.diff(words.offsets)
    several = lengths > 1
    last = words.ids[words.offsets[1:][several] - 1]
    ends = np.bincount(last, minlength=len(words.forms))
    everywhere = np.bincount(words.ids, minlength=len(words.forms))
    likely = np.flatnonzero((ends >= FEWEST) & (ends >= LAST_SHARE * everywhere))
    found = {}
    for k in likely.tolist():
        form = words.forms[k]
        shortest = SHORTEST_LATIN if form.isascii() else SHORTEST_OTHER
        plain = form.rstrip(".॰")
        if plain == form and len(form) >= shortest and form not in lexicon.glued and form not in lexicon.afterwards:
            found[form] = bool(ends[k] < CERTAIN)
    return found
