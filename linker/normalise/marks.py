"""Identification marks in both scripts → concept codes, and heights → centimetres.

A code is the kind of mark, then for a tattoo its motif, then the part of the body with its side:
'tattoo:om:right_hand', 'mole:right_cheek', 'scar:forehead', 'limp:right_leg', 'tooth:broken'. Words are looked up in
configs/reference/marks.tsv.
"""

from __future__ import annotations

import re
from functools import lru_cache

from linker.names.unicode import fold
from linker.normalise.reference import forms, rows

LONGEST = 300
"""Characters of a cell that are looked at."""

_SPLIT = re.compile(r"[,;/|\n।+&]|\band\b|(?:^|\s)(?:व|और|तथा|एवं)(?=\s)")
_TOKEN = re.compile(r"[a-z]+|[\u0900-\u0903\u0904-\u0939\u093c-\u0950\u0958-\u0963\u0970-\u097f]+")
_LONGEST_PHRASE = 4


@lru_cache(maxsize=1)
def _lexicon() -> dict[str, tuple[str, str]]:
    """Folded phrase → (role, concept)."""
    table = rows("marks.tsv")
    return {
        " ".join(_TOKEN.findall(fold(form))): (row["role"], row["concept"])
        for row in table
        for form in forms(row["forms"])
    }


@lru_cache(maxsize=50_000)
def parse_marks(text: str) -> tuple[str, ...]:
    """The marks that a cell describes, sorted, each once."""
    codes = {code for piece in _SPLIT.split(fold(text[:LONGEST])) if (code := _code(piece))}
    return tuple(sorted(codes))


def _concepts(piece: str) -> dict[str, list[str]]:
    """Role → concepts in the piece, in order; at each word the longest known phrase wins."""
    lexicon, tokens = _lexicon(), _TOKEN.findall(piece)
    found: dict[str, list[str]] = {}
    i = 0
    while i < len(tokens):
        for size in range(min(_LONGEST_PHRASE, len(tokens) - i), 0, -1):
            entry = lexicon.get(" ".join(tokens[i : i + size]))
            if entry:
                found.setdefault(entry[0], []).append(entry[1])
                i += size - 1
                break
        i += 1
    return found


def _code(piece: str) -> str | None:
    found = _concepts(piece)
    kinds = found.get("kind", [])
    parts = found.get("part", [])
    motifs = found.get("motif", [])
    if "tooth" in parts:
        states = found.get("state", [])
        return f"tooth:{states[0]}" if states else "tooth:broken" if kinds else None
    kind = _strongest(kinds)
    if kind is None:
        if not motifs:
            return None
        kind = "tattoo"
    part = _part(parts, found.get("side", []))
    if kind in _WHOLE:
        return kind
    code = kind
    if kind == "tattoo" and motifs:
        code += ":" + motifs[0]
    return f"{code}:{part}" if part else code


_WHOLE = {"pockmarks", "stammer", "mute", "deaf", "bald", "hunchback"}
"""Kinds whose place says nothing more."""

_RANK = (
    "pockmarks",
    "tattoo",
    "amputated",
    "limp",
    "eye",
    "pierced",
    "burn",
    "operation",
    "mole",
    "birthmark",
    "wart",
    "scar",
)
"""When a piece names two kinds, the more telling comes first ('जले का निशान' is a burn, not a scar)."""


def _strongest(kinds: list[str]) -> str | None:
    ranked = sorted(kinds, key=lambda kind: next((i for i, r in enumerate(_RANK) if kind.startswith(r)), -1))
    return ranked[0] if ranked else None


def _part(parts: list[str], sides: list[str]) -> str | None:
    """The most exact part, with its side; 'finger of the left hand' is a finger."""
    if not parts:
        return None
    exact = [p for p in parts if p not in {"hand", "leg", "face", "head", "eye"}] or parts
    return f"{sides[0]}_{exact[0]}" if sides else exact[0]


_FEET = re.compile(
    r"(\d)\s*(?:feet|foot|ft|f|'|′|’|फुट|फीट|फिट|फ़ुट)\.?\s*(\d{1,2}(?:\.\d)?)?\s*(?:inches|inch|in|\"|″|”|''|इंच|इन्च)?"
)
_FEET_DASH = re.compile(r"([4-6])\s?[-/]\s?(\d{1,2})\Z")
_INCHES = re.compile(r"(\d{2})\s*(?:inches|inch|in|इंच|\")")
_NUMBER = re.compile(r"\d{1,3}(?:\.\d{1,2})?")
_CENTIMETRES = range(60, 251)


def parse_height(text: str) -> tuple[int, int] | None:
    """Lowest and highest height in centimetres that a cell gives.

    '165', '165-170', '5 फुट 6 इंच', 5'6", '5.6' and '5-6' (feet and inches), '66 inches', '1.65 m'.
    """
    folded = fold(text[:60]).strip()
    feet = _FEET.findall(folded) or _FEET_DASH.findall(folded)
    if feet:
        values = [round((int(f) * 12 + float(i or 0)) * 2.54) for f, i in feet]
    elif inches := _INCHES.findall(folded):
        values = [round(int(i) * 2.54) for i in inches]
    else:
        values = [v for v in map(_centimetres, _NUMBER.findall(folded)) if v is not None]
    values = [v for v in values if v in _CENTIMETRES]
    return (min(values), max(values)) if values else None


def _centimetres(number: str) -> int | None:
    value = float(number)
    if value in _CENTIMETRES or 60 <= value <= 250:
        return round(value)
    if 4 <= value < 7:  # feet and inches with a point between them
        whole, _, inches = number.partition(".")
        return round((int(whole) * 12 + min(int(inches or 0), 11)) * 2.54)
    if 1 <= value <= 2.5 and "." in number:
        return round(value * 100)
    return None
