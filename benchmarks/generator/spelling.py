"""Spelling variants: every record spells a name afresh, in either script."""

from __future__ import annotations

from random import Random

from .romanise import romanise
from .tables import Token

_LATIN_SHIFTS = (
    ("ee", "i"), ("i", "ee"), ("oo", "u"), ("u", "oo"), ("sh", "s"), ("s", "sh"), ("v", "w"), ("w", "v"), ("v", "b"),
    ("z", "j"), ("j", "z"), ("bh", "b"), ("dh", "d"), ("kh", "k"), ("ph", "f"), ("f", "ph"), ("a", "aa"), ("aa", "a"),
    ("au", "o"), ("ai", "e"), ("q", "k"), ("y", "i"), ("ksh", "x"), ("x", "ksh"), ("chh", "ch"), ("e", "a"), ("a", "e"),
)  # fmt: skip
_DEVA_SHIFTS = (
    ("ि", "ी"), ("ी", "ि"), ("ु", "ू"), ("ू", "ु"), ("े", "ै"), ("ै", "े"), ("ो", "ौ"), ("श", "स"), ("स", "श"),
    ("ष", "श"), ("व", "ब"), ("ब", "व"), ("ण", "न"), ("न्", "ं"), ("ं", "न्"), ("न्द", "ंद"), ("ं", "ँ"), ("य", "ए"),
    ("ज़", "ज"), ("फ", "फ़"), ("ख", "ख़"), ("ज", "ज़"), ("्र", "र"), ("ड़", "ड"), ("ढ़", "ढ"), ("ा", ""), ("क्ष", "छ"),
)  # fmt: skip


def latin(token: Token, rng: Random) -> str:
    """One lower-case Latin spelling: an attested one, one by ear, or one with a shifted sound."""
    point = rng.random()
    if token.latin and point < 0.62:
        text = token.latin[0]
    elif token.latin and point < 0.78:
        text = rng.choice(token.latin)
    else:
        text = romanise(token.deva[0], rng)
    if rng.random() < 0.10:
        text = _shift(text, _LATIN_SHIFTS, rng)
    return text


def devanagari(token: Token, rng: Random) -> str:
    """One Devanagari spelling: the usual form, an attested variant, or one with a shifted sign."""
    text = token.deva[0] if len(token.deva) == 1 or rng.random() < 0.68 else rng.choice(token.deva)
    if rng.random() < 0.07:
        text = _shift(text, _DEVA_SHIFTS, rng)
    return text


def _shift(text: str, shifts: tuple[tuple[str, str], ...], rng: Random) -> str:
    for _ in range(6):
        old, new = rng.choice(shifts)
        place = text.find(old, 1)
        if place > 0:
            return text[:place] + new + text[place + len(old) :]
    return text


_KEYS = dict(zip("qwertyuiopasdfghjklzxcvbnm", "wqrtyuioplsadfghjkkxzvcbmn", strict=True))
_VOWEL_SIGNS = "ािीुूेैोौंँ़"
_DEPENDENT = _VOWEL_SIGNS + "् "
_LOOKALIKE = dict(zip("बवभमथयधघदपषसशतनण", "वबममयथघधटषपशसनतन", strict=True))


def typo(text: str, rng: Random) -> str:
    """One slip of the keyboard (letters swapped, lost, doubled, neighbour) or of reading (look-alike letters)."""
    if len(text) < 4:
        return text
    place = rng.randrange(1, len(text) - 1)
    sign = text[place]
    if sign == " ":
        return text
    slip = _deva_slip if "\u0900" <= sign <= "\u097f" else _latin_slip
    return text[:place] + slip(sign, text[place + 1], rng) + text[place + 2 :]


def _latin_slip(sign: str, after: str, rng: Random) -> str:
    """What is written instead of a letter and its successor."""
    kind = rng.random()
    if kind < 0.3 and after != " ":
        return after + sign
    if kind < 0.62:
        return after
    if kind < 0.8:
        return sign + sign + after
    other = _KEYS.get(sign.lower(), sign)
    return (other.upper() if sign.isupper() else other) + after


def _deva_slip(sign: str, after: str, rng: Random) -> str:
    """The same for Devanagari: vowel signs lost or changed, look-alikes, stray viramas."""
    kind = rng.random()
    bare = after not in _DEPENDENT
    written = sign
    if sign in _VOWEL_SIGNS:
        written = "" if kind < 0.6 else rng.choice(_VOWEL_SIGNS)
    elif sign == "्":
        written = sign + rng.choice("\u200c\u200d") if kind < 0.5 else ""
    elif kind < 0.35 and sign in _LOOKALIKE:
        written = _LOOKALIKE[sign]
    elif bare and kind < 0.6:
        written = sign + "्"
    elif bare and kind < 0.8:
        written = sign + rng.choice("ािीुूे")
    elif bare and kind < 0.9:
        written = ""
    return written + after
