"""Where a prison is: 'Distt Jail Agra', 'तिहाड़ जेल नं0 4' → its district; Delhi's prisons are one place.

A prison is written in many ways, and the same house in two spellings must not become two places, so only known names count: those of
districts, and those of prisons that bear another name (`configs/reference/prisons.tsv`).
"""

from __future__ import annotations

import re
from functools import lru_cache

from linker.names.unicode import fold
from linker.normalise.gazetteer import gazetteer
from linker.normalise.reference import forms, rows

LONGEST = 200
_MOST_WORDS = 3  # of a district, 'gautam buddha nagar'
_WORD = re.compile(r"(?:[a-z]|[\u0900-\u0963\u0970-\u097f])+")
_DELHI = "delhi"


@lru_cache(maxsize=1)
def _known() -> tuple[dict[str, str], frozenset[str], frozenset[str]]:
    """Prisons by name, the words for a prison, and the words of its name that are no place."""
    named = {fold(form): row["place"] for row in rows("prisons.tsv") for form in forms(row["forms"])}
    words: dict[str, set[str]] = {"prison": set(), "general": set()}
    for row in rows("standing_words.tsv"):
        if row["role"] in words:
            words[row["role"]] |= {fold(form) for form in forms(row["forms"])}
    return named, frozenset(words["prison"]), frozenset(words["general"])


def prison_place(text: str) -> str | None:
    """The place of a prison whose name is the whole `text`; None where it is not known or several are named."""
    found = _places(_WORD.findall(fold(text[:LONGEST])))
    return found.pop() if len(found) == 1 else None


def prison_in(text: str) -> str | None:
    """The place of the prison that a sentence names: what stands beside a word for one."""
    words = _WORD.findall(fold(text[:LONGEST]))
    _, prisons, general = _known()
    beside: set[str] = set()
    for at, word in enumerate(words):
        if word in prisons:
            before, after = words[max(at - _MOST_WORDS, 0) : at], [w for w in words[at + 1 :] if w not in general]
            beside |= _places(before) or _places(after[:_MOST_WORDS])
    return beside.pop() if len(beside) == 1 else None


def _places(words: list[str]) -> set[str]:
    named, prisons, general = _known()
    kept = [w for w in words if w not in prisons and w not in general]
    found: set[str] = set()
    at = 0
    while at < len(kept):
        for length in range(min(_MOST_WORDS, len(kept) - at), 0, -1):
            place = _place(" ".join(kept[at : at + length]), named)
            if place is not None:
                found.add(place)
                at += length - 1
                break
        at += 1
    return found


def _place(name: str, named: dict[str, str]) -> str | None:
    if name in named:
        return named[name]
    if name in {"delhi", "दिल्ली"}:
        return _DELHI
    state = next((s for s in set(gazetteer().states.values()) if gazetteer().is_district_of(name, s)), None)
    if state is None or gazetteer().has_namesakes(name):
        return None
    district = gazetteer().district(name, state)
    return None if district is None else _DELHI if district.state == _DELHI else district.name
