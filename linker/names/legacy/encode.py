"""Unicode to Kruti Dev 010: the glyphs of a syllable in the order in which they are seen."""

from __future__ import annotations

import re
import unicodedata

from linker.names.legacy.table import HALANT, NUKTA, SHORT_I, STROKE, Part, written

_LETTER = f"[क-ह]{NUKTA}?"
_PIECE = re.compile(
    f"(?P<reph>र्(?=[क-ह]))?(?P<base>(?:{_LETTER}्)*{_LETTER})(?P<halant>्?)(?P<matras>[ा-ौ]*)(?P<signs>[ऀ-ःऽ]*)"
    "|(?P<vowel>[ऄ-औ])(?P<vowel_signs>[ऀ-ःऽ]*)"
    "|(?P<other>.)",
    re.DOTALL,
)
_VOWELS = {"आ": "vk", "ई": "bZ", "ऐ": ",s", "ओ": "vks", "औ": "vkS", "ऑ": "v‚", "ॲ": "vW", "ऍ": ",W"}
_MATRAS = {"ो": "ks", "ौ": "kS", SHORT_I: ""}
_VISARGA = "%"  # the font has one glyph for visarga and colon
_ROUND = frozenset("टठडढछ")
"""Letters without a stroke, which take र and य below as other glyphs (ª, î) than the rest (z)."""


def encode(text: str) -> str:
    """Legacy text that shows `text` in the font. What the font cannot show stays as it is."""
    apart = unicodedata.normalize("NFC", text)
    for composed, letter in (("\u0929", "न"), ("\u0931", "र"), ("\u0934", "ळ")):
        apart = apart.replace(composed, letter + NUKTA)
    return "".join([_written(match) for match in _PIECE.finditer(apart)])


def _written(match: re.Match[str]) -> str:
    table = written()
    if match["other"] is not None:
        return _other(match["other"])
    if match["vowel"] is not None:
        vowel = match["vowel"]
        return (_VOWELS.get(vowel) or table[Part.VOWEL].get(vowel, vowel)) + _signs(match["vowel_signs"])
    base, matras = match["base"], match["matras"]
    whole = "" if match["halant"] else table[Part.SYLLABLE].get(base + matras, "")
    if not whole:
        whole = _consonants(base, halant=bool(match["halant"]))
        whole += "".join([_MATRAS[m] if m in _MATRAS else table[Part.MATRA].get(m, m) for m in matras])
    short_i = "f" if SHORT_I in matras else ""
    return short_i + whole + ("Z" if match["reph"] else "") + _signs(match["signs"])


def _other(character: str) -> str:
    table = written()
    for part in (Part.OTHER, Part.MATRA, Part.SIGN, Part.HALANT, Part.NUKTA):
        if character in table[part]:
            return table[part][character]
    return _VISARGA if character == "ः" else character


def _signs(signs: str) -> str:
    table = written()[Part.SIGN]
    return "".join([_VISARGA if s == "ः" else table.get(s, s) for s in signs])


def _consonants(cluster: str, *, halant: bool) -> str:
    """The glyphs of consonants joined by halant, longest conjunct first; `halant` shows one after the last of them too."""
    letters = cluster.split(HALANT)
    found, position = "", 0
    while position < len(letters):
        for size in range(min(3, len(letters) - position), 0, -1):
            after = position + size
            whole = after == len(letters) and not halant
            glyph = _glyph(letters[position:after], whole=whole)
            if glyph:
                found += glyph
                position = after
                break
    return found


def _glyph(letters: list[str], *, whole: bool) -> str:
    """One conjunct with its inherent a (`whole`), or without; empty where the font has no glyph for it."""
    table = written()
    nukta = "+" if letters[-1].endswith(NUKTA) else ""
    conjunct = HALANT.join(letters).removesuffix(NUKTA)
    full, half = table[Part.FULL].get(conjunct, ""), table[Part.HALF].get(conjunct, "")
    if full or half:
        if whole:
            return full + nukta if full else half + nukta + STROKE
        if half:
            return half + nukta
        first_has_half = letters[0] in table[Part.HALF]
        return full + nukta + "~" if len(letters) == 1 or not first_has_half else ""
    if len(letters) == 2 and letters[1] in {"र", "य"}:
        return _with_subjoined(letters, whole=whole)
    return letters[0] if len(letters) == 1 else ""


def _with_subjoined(letters: list[str], *, whole: bool) -> str:
    upper, lower = letters
    if lower == "य" and upper not in _ROUND:
        return ""
    below = ("î" if lower == "य" else "ª") if upper in _ROUND else "z"
    return _glyph([upper], whole=True) + below + ("" if whole else "~")
