"""Devanagari to Latin the way clerks write it: by ear, differently each time."""

from __future__ import annotations

from random import Random

CONSONANTS: dict[str, tuple[tuple[str, float], ...]] = {
    "क": (("k", 0.98), ("c", 0.02)),
    "ख": (("kh", 0.96), ("k", 0.04)),
    "ग": (("g", 1.0),),
    "घ": (("gh", 0.93), ("g", 0.07)),
    "ङ": (("n", 1.0),),
    "च": (("ch", 0.98), ("c", 0.02)),
    "छ": (("chh", 0.55), ("ch", 0.45)),
    "ज": (("j", 0.97), ("z", 0.03)),
    "झ": (("jh", 0.95), ("j", 0.05)),
    "ञ": (("n", 1.0),),
    "ट": (("t", 1.0),),
    "ठ": (("th", 0.92), ("t", 0.08)),
    "ड": (("d", 1.0),),
    "ढ": (("dh", 0.95), ("d", 0.05)),
    "ण": (("n", 1.0),),
    "त": (("t", 1.0),),
    "थ": (("th", 0.95), ("t", 0.05)),
    "द": (("d", 1.0),),
    "ध": (("dh", 0.94), ("d", 0.06)),
    "न": (("n", 1.0),),
    "प": (("p", 1.0),),
    "फ": (("ph", 0.35), ("f", 0.65)),
    "ब": (("b", 0.96), ("v", 0.04)),
    "भ": (("bh", 0.96), ("b", 0.04)),
    "म": (("m", 1.0),),
    "य": (("y", 0.95), ("i", 0.05)),
    "र": (("r", 1.0),),
    "ल": (("l", 1.0),),
    "व": (("v", 0.58), ("w", 0.34), ("b", 0.08)),
    "श": (("sh", 0.84), ("s", 0.16)),
    "ष": (("sh", 0.84), ("s", 0.16)),
    "स": (("s", 0.97), ("sh", 0.03)),
    "ह": (("h", 1.0),),
    "ळ": (("l", 1.0),),
    "क़": (("q", 0.6), ("k", 0.4)),
    "ख़": (("kh", 1.0),),
    "ग़": (("gh", 0.5), ("g", 0.5)),
    "ज़": (("z", 0.7), ("j", 0.3)),
    "ड़": (("r", 0.75), ("d", 0.25)),
    "ढ़": (("rh", 0.7), ("dh", 0.15), ("r", 0.15)),
    "फ़": (("f", 0.8), ("ph", 0.2)),
}
VOWELS: dict[str, tuple[tuple[str, float], ...]] = {
    "अ": (("a", 1.0),),
    "आ": (("a", 0.86), ("aa", 0.14)),
    "इ": (("i", 0.97), ("e", 0.03)),
    "ई": (("i", 0.6), ("ee", 0.4)),
    "उ": (("u", 0.97), ("oo", 0.03)),
    "ऊ": (("u", 0.6), ("oo", 0.4)),
    "ऋ": (("ri", 0.85), ("r", 0.05), ("ru", 0.1)),
    "ए": (("e", 0.96), ("ai", 0.04)),
    "ऐ": (("ai", 0.78), ("e", 0.12), ("ay", 0.1)),
    "ओ": (("o", 0.97), ("oo", 0.03)),
    "औ": (("au", 0.65), ("o", 0.15), ("ou", 0.2)),
    "ऑ": (("o", 1.0),),
}
FINAL: dict[str, tuple[tuple[str, float], ...]] = {
    "ई": (("i", 0.93), ("ee", 0.05), ("y", 0.02)),
    "आ": (("a", 0.97), ("aa", 0.03)),
    "ऊ": (("u", 0.85), ("oo", 0.15)),
}
SIGNS = dict(zip("ािीुूृेैोौॉ", "आइईउऊऋएऐओऔऑ", strict=True))
SPECIAL = {"ज्ञ": (("gy", 0.85), ("jn", 0.07), ("gn", 0.08)), "क्ष": (("ksh", 0.7), ("x", 0.2), ("ch", 0.1))}
_SCHWA = "ə"
_VIRAMA, _NUKTA = "्", "़"


def _pick(choices: tuple[tuple[str, float], ...], rng: Random | None) -> str:
    if rng is None or len(choices) == 1:
        return max(choices, key=lambda choice: choice[1])[0]
    point = rng.random()
    for text, share in choices:
        point -= share
        if point < 0:
            return text
    return choices[0][0]


def _units(word: str) -> list[tuple[str, str]]:
    """(kind, sign) pairs: C consonant, S special conjunct, V vowel, N nasal; an inherent vowel is V with a schwa."""
    units: list[tuple[str, str]] = []
    index = 0
    while index < len(word):
        special = word[index : index + 3]
        if special in SPECIAL:
            units.append(("S", special))
            index += 3
        elif word[index] in CONSONANTS:
            sign = word[index]
            index += 1
            if index < len(word) and word[index] == _NUKTA:
                sign += _NUKTA if sign + _NUKTA in CONSONANTS else ""
                index += 1
            units.append(("C", sign))
        elif word[index] in VOWELS:
            units.append(("V", word[index]))
            index += 1
            continue
        else:
            if word[index] in "ंँ":
                units.append(("N", word[index]))
            elif word[index] == " ":
                units.append(("B", " "))
            index += 1
            continue
        follow = word[index] if index < len(word) else ""
        if follow == _VIRAMA:
            index += 1
        elif follow in SIGNS:
            units.append(("V", SIGNS[follow]))
            index += 1
        else:
            units.append(("V", _SCHWA))
    return units


def _schwas(units: list[tuple[str, str]], rng: Random | None) -> list[tuple[str, str]]:
    """Drop the schwas that are not spoken: at the end, and between V C _ C V (now and then a clerk keeps one)."""
    kept = list(units)
    for index in range(len(kept) - 1, 0, -1):
        if kept[index] != ("V", _SCHWA):
            continue
        last = index == len(kept) - 1 or kept[index + 1][0] == "B"
        if last:
            cluster = index >= 2 and kept[index - 2][0] in "CS"
            if index >= 2 and (not cluster or kept[index - 2][0] == "N") and not (rng and rng.random() < 0.025):
                del kept[index]
            continue
        before = index >= 2 and kept[index - 1][0] in "CS" and kept[index - 2][0] == "V"
        after = index + 2 < len(kept) and kept[index + 1][0] in "CS" and kept[index + 2][0] == "V"
        if before and after and not (rng and rng.random() < 0.12):
            del kept[index]
    return kept


def romanise(word: str, rng: Random | None = None) -> str:
    """One Latin spelling of a Devanagari word, lower case; without a generator the most usual one."""
    units = _schwas(_units(word), rng)
    out: list[str] = []
    for index, (kind, sign) in enumerate(units):
        if kind == "V" and sign == _SCHWA:
            out.append("a")
        elif kind == "V":
            final = index == len(units) - 1
            out.append(_pick(FINAL[sign] if final and sign in FINAL else VOWELS[sign], rng))
        elif kind == "S":
            out.append(_pick(SPECIAL[sign], rng))
        elif kind == "N":
            labial = index + 1 < len(units) and units[index + 1][1][:1] in ("प", "फ", "ब", "भ")
            out.append("m" if labial else _pick((("n", 0.93), ("", 0.07)), rng))
        elif kind == "B":
            out.append(" ")
        else:
            out.append(_pick(CONSONANTS[sign], rng))
    text = "".join(out)
    if rng is not None:
        text = _habits(text, rng)
    return text


_ENDRA = (("endra", 0.48), ("ender", 0.26), ("endar", 0.1), ("inder", 0.1), ("indra", 0.06))


def _habits(text: str, rng: Random) -> str:
    """Spelling habits that are not single sounds: -endra/-ender, doubled letters, chand/chander."""
    if text.endswith("endra"):
        text = text[:-5] + _pick(_ENDRA, rng)
    elif text.endswith("ndra"):
        text = text[:-4] + _pick((("ndra", 0.55), ("nder", 0.35), ("ndar", 0.1)), rng)
    point = rng.random()
    if point < 0.012 and len(text) > 3:
        place = rng.randrange(1, len(text) - 1)
        if text[place] in "tdlmnpksg" and text[place + 1 : place + 2] != "h":
            text = text[:place] + text[place] + text[place:]
    elif point < 0.022:
        text = text.replace("tt", "t").replace("ll", "l").replace("kk", "k").replace("mm", "m").replace("pp", "p")
    return text
