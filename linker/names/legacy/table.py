"""The glyphs of Kruti Dev 010, as configs/reference/kruti_dev.yaml lists them."""

from __future__ import annotations

from enum import IntEnum
from functools import lru_cache
from typing import NamedTuple

from linker.config.loading import CONFIGS, Settings, load

HALANT = "्"
NUKTA = "\u093c"
SHORT_I = "ि"
STROKE = "k"
"""The glyph of ा, which is also the last stroke of a half letter."""


class Part(IntEnum):
    """The part that a glyph plays in a syllable."""

    FULL = 0  # consonant or conjunct with inherent a
    HALF = 1  # the same without its last stroke
    SYLLABLE = 2  # consonant with its vowel sign in one glyph
    SUBJOINED = 3  # a further consonant below the last
    VOWEL = 4  # vowel letter
    MATRA = 5  # vowel sign
    SIGN = 6  # nasal sign
    OTHER = 7  # digit, stop, bracket
    SHORT_I = 8  # 'f': ि, written before the consonants it follows in sound
    REPH = 9  # 'Z': र्, written after the syllable it begins in sound
    NUKTA = 10  # '+'
    HALANT = 11  # '~'


class Glyph(NamedTuple):
    part: Part
    text: str  # Devanagari that the glyph shows


class _Table(Settings):
    full: dict[str, str]
    half: dict[str, str]
    syllable: dict[str, str]
    subjoined: dict[str, str]
    vowel: dict[str, str]
    matra: dict[str, str]
    sign: dict[str, str]
    compound: dict[str, str]
    other: dict[str, str]


@lru_cache(maxsize=1)
def _table() -> _Table:
    return load(CONFIGS / "reference" / "kruti_dev.yaml", _Table)


@lru_cache(maxsize=1)
def compounds() -> dict[int, str]:
    """For `str.translate`: glyphs that stand for several, and C1 control bytes that were meant as Windows-1252."""
    c1 = {code: bytes([code]).decode("cp1252", "ignore") for code in range(0x80, 0xA0)}
    return {**{code: c for code, c in c1.items() if c}, **{ord(c): spelled for c, spelled in _table().compound.items()}}


@lru_cache(maxsize=1)
def glyphs() -> dict[str, Glyph]:
    """Character in the file → glyph."""
    table = _table()
    found = {
        "f": Glyph(Part.SHORT_I, SHORT_I),
        "Z": Glyph(Part.REPH, "र" + HALANT),
        "+": Glyph(Part.NUKTA, NUKTA),
        "~": Glyph(Part.HALANT, HALANT),
    }
    for part in (Part.FULL, Part.HALF, Part.SYLLABLE, Part.SUBJOINED, Part.VOWEL, Part.MATRA, Part.SIGN, Part.OTHER):
        group: dict[str, str] = getattr(table, part.name.lower())
        found.update({character: Glyph(part, shown) for character, shown in group.items()})
    return found


@lru_cache(maxsize=1)
def written() -> dict[Part, dict[str, str]]:
    """Part → what is shown → the character that the encoder writes for it: the first one listed."""
    found: dict[Part, dict[str, str]] = {part: {} for part in Part}
    for character, glyph in glyphs().items():
        found[glyph.part].setdefault(glyph.text, character)
    return found
