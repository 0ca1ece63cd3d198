"""Kruti Dev 010 and DevLys to Unicode, syllable by syllable.

A font glyph shows a piece of a syllable at the place where it is seen; Unicode wants the pieces in the order in which they
sound. So glyphs are collected until a syllable is whole: its consonants (halves, then a whole one), what hangs below it,
its vowel signs, its nasal sign. ि, seen first, and reph, seen last, find their places when the syllable is written out.
"""

from __future__ import annotations

from linker.names.legacy.table import HALANT, NUKTA, SHORT_I, STROKE, Glyph, Part, compounds, glyphs

_VISARGA = Glyph(Part.SIGN, "ः")
# Signs typed one after the other that make one: stroke and ए-sign are ो, अ and stroke are आ.
_JOINED_SIGNS = {"ाे": "ो", "ाै": "ौ", "ाॅ": "ॉ", "ेै": "ै", "ैे": "ै"}
_JOINED_VOWELS = {
    "अा": "आ", "अो": "ओ", "अौ": "औ", "अॉ": "ऑ", "अॅ": "ॲ", "आे": "ओ", "आै": "औ", "आॅ": "ऑ", "एे": "ऐ", "एॅ": "ऍ",
}  # fmt: skip


def decode(text: str) -> str:
    """The text that legacy `text` shows in its font. Characters that the font does not have stay as they are."""
    syllable, found = _Syllable(), []
    table = glyphs()
    text = text.translate(compounds())
    position, end = 0, len(text)
    while position < end:
        character = text[position]
        position += 1
        glyph = table.get(character)
        if character == "%" and syllable.base:
            glyph = _VISARGA
        if glyph is None or glyph.part is Part.OTHER:
            found.append(syllable.close())
            found.append(glyph.text if glyph else character)
            continue
        if glyph.part is Part.HALF:
            glyph, position = _completed(glyph, text, position)
        if syllable.ends_before(glyph):
            found.append(syllable.close())
        syllable.take(glyph)
    found.append(syllable.close())
    return "".join(found)


def _completed(half: Glyph, text: str, position: int) -> tuple[Glyph, int]:
    """A half with its stroke is a whole; nukta and a subjoined र may stand between the two."""
    inside = ""
    ahead = position
    while ahead < len(text) and text[ahead] in "+z":
        inside += NUKTA if text[ahead] == "+" else HALANT + "र"
        ahead += 1
    if ahead < len(text) and text[ahead] == STROKE:
        return Glyph(Part.FULL, half.text + inside), ahead + 1
    return Glyph(Part.HALF, half.text), position


class _Syllable:
    """The glyphs seen since the last whole syllable."""

    def __init__(self) -> None:
        self._clear()

    def _clear(self) -> None:
        self.base = ""  # consonants, or a vowel letter
        self.open = False  # the last consonant is a half and waits for the next
        self.matras = ""
        self.signs = ""
        self.short_i = False
        self.reph = False
        self.vowel = False

    def ends_before(self, glyph: Glyph) -> bool:
        """Whether `glyph` begins another syllable."""
        part = glyph.part
        if part in (Part.FULL, Part.HALF, Part.SYLLABLE):
            return bool(self.base or self.matras or self.signs) and not self.open
        if part is Part.SHORT_I:
            return bool(self.base) and not self.open
        return part is Part.VOWEL

    def take(self, glyph: Glyph) -> None:
        part, text = glyph
        if part in (Part.FULL, Part.HALF, Part.SYLLABLE, Part.SUBJOINED):
            self._add_consonants(part, text)
        elif part is Part.VOWEL:
            self.base, self.vowel = text, True
        elif part is Part.SHORT_I:
            self.short_i = True
        elif part is Part.REPH and self.base == "इ":  # the hook is the same glyph
            self.base = "ई"
        elif part is Part.REPH:
            self.reph = True
        elif part is Part.NUKTA:
            self.base = self.base[:-1] + NUKTA + HALANT if self.open else self.base + NUKTA
        elif part is Part.HALANT and not self.open:
            self.base, self.open = self.base + HALANT, True
        elif part is Part.MATRA:
            self._add_matra(text)
        elif part is Part.SIGN:
            self.signs += text

    def _add_consonants(self, part: Part, text: str) -> None:
        if part is Part.SYLLABLE:
            text, self.matras = text[:-1], self.matras + text[-1]
        if part is Part.SUBJOINED and not self.open:
            text = HALANT + text
        self.open = part is Part.HALF
        self.base += text + HALANT if self.open else text

    def _add_matra(self, text: str) -> None:
        if self.vowel and not self.matras:
            joined = _JOINED_VOWELS.get(self.base + text)
            if joined:
                self.base = joined
                return
        joined = _JOINED_SIGNS.get(self.matras[-1:] + text)
        if joined:
            self.matras = self.matras[:-1] + joined
        elif not self.matras.endswith(text):
            self.matras += text

    def close(self) -> str:
        """The syllable in the order of sound; afterwards a new one begins."""
        reph = "र" + HALANT if self.reph else ""
        base = self.base
        if reph and self.vowel:
            base, reph = base + reph, ""
        short_i = SHORT_I if self.short_i else ""
        written = reph + base + short_i + self.matras + self.signs
        self._clear()
        return written
