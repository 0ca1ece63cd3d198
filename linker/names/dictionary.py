"""Per distinct token, once: script, canonical Latin spelling, sound keys, surprise, and what it may begin and end with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from linker.names.channel import DEVANAGARI, LATIN, OTHER, Channel, Encoded
from linker.names.compounds import families_of
from linker.names.facts import WAYS, Facts
from linker.names.free_words import FreeWords, bare
from linker.names.lexicon import Lexicon
from linker.names.slips import folded_of, letters_of
from linker.names.sound_rows import fill_sounds
from linker.names.sounds import Code, SoundCodes, finished, keys, letters_of_words, polynomials
from linker.names.token_rows import TOKEN, Ending, hot

SPELLINGS = 12
"""How many romanisations of a Devanagari token make keys."""
_LEAST_SHARE = 7.0
"""A romanisation this many bits less likely than the best one makes no key."""

_DEVANAGARI_ENDINGS = {
    **dict.fromkeys("ाआ", Ending.AA), **dict.fromkeys("िीइई", Ending.II), **dict.fromkeys("ुूउऊ", Ending.UU),
    **dict.fromkeys("ेैएऐ", Ending.EE), **dict.fromkeys("ोौओऔ", Ending.OO),
}  # fmt: skip


@dataclass(frozen=True)
class TokenDictionary:
    """Distinct tokens with their numbers (`rows`, of dtype `TOKEN`), keys of further romanisations, and families.

    `near_key[near_start[i]:near_start[i + 1]]` are the skeleton keys of token i's other romanisations; `families[i]` its (family, cost).
    """

    tokens: list[str]
    latin: list[str]
    rows: NDArray[np.void]
    near_start: NDArray[np.int64]
    near_key: NDArray[np.int64]
    encoded: Encoded
    families: dict[int, list[tuple[int, float]]]

    def __len__(self) -> int:
        return len(self.tokens)

    @cached_property
    def hot(self) -> NDArray[np.void]:
        """What the alignment reads of the tokens."""
        return hot(self.rows)

    @cached_property
    def facts(self) -> Facts:
        """What weighing reads of the tokens."""
        encoded = self.encoded
        read = (encoded.read.units, encoded.read.u_start, encoded.read.s_start, encoded.bits, encoded.identity)
        rows, chunks = (tuple(by_way[way] for way in WAYS) for by_way in (encoded.rows, encoded.numbers))
        return Facts((self.rows, letters_of(self.tokens), folded_of(self.latin), read, rows, chunks))


def build_dictionary(
    tokens: Sequence[str], channel: Channel, lexicon: Lexicon, free: FreeWords | None = None
) -> TokenDictionary:
    """Everything about `tokens` (distinct, folded) that does not depend on how common they are. With `free` there are keys, too, of what
    is left of words without the surnames and prefixes that are written on."""
    encoded = channel.encode(tokens)
    devanagari = np.flatnonzero(encoded.script == DEVANAGARI)
    decoded = _romanised(tokens, devanagari, encoded, channel)
    latin = list(tokens)
    for k in np.flatnonzero(encoded.script == OTHER).tolist():
        latin[k] = ""
    for k, spellings in zip(devanagari.tolist(), decoded, strict=True):
        latin[k] = spellings[0][0] if spellings else ""
    rows = np.zeros(len(tokens), TOKEN)
    rows["script"] = encoded.script
    rows["surprise"] = channel.log_prior(encoded)
    fill_sounds(rows, *letters_of_words(latin))
    other = rows["script"] == OTHER
    if other.any():
        _raw_keys(rows, other, tokens)
    rows["ending"] = [_ending(t, s) for t, s in zip(tokens, encoded.script.tolist(), strict=True)]
    families = families_of(tokens, latin, lexicon)
    for k, members in families.items():
        rows["families"][k] = _bits(number for number, _ in members)
    left = bare(latin, free) if free else {}
    near_start, near_key = _near_keys(len(tokens), devanagari, decoded, left)
    _starts(rows, latin, devanagari, decoded)
    return TokenDictionary(list(tokens), latin, rows, near_start, near_key, encoded, families)


def _romanised(
    tokens: Sequence[str], devanagari: NDArray[np.int64], encoded: Encoded, channel: Channel
) -> list[list[tuple[str, float]]]:
    """The spellings of those tokens that are in Devanagari."""
    if not len(devanagari):
        return []
    if len(devanagari) == len(tokens):
        return channel.romanise_encoded(encoded, SPELLINGS)
    return channel.romanise([tokens[k] for k in devanagari.tolist()], SPELLINGS)


def _bits(numbers: object) -> np.uint64:
    mask = 0
    for number in numbers:  # type: ignore[attr-defined]
        mask |= 1 << (number % 64)
    return np.uint64(mask)


def _raw_keys(rows: NDArray[np.void], other: NDArray[np.bool_], tokens: Sequence[str]) -> None:
    """Tokens of a third script have their letters for keys: they agree with themselves only."""
    at = np.flatnonzero(other)
    raw = [tokens[k].encode() for k in at.tolist()]
    data = np.frombuffer(b"".join(raw), np.uint8).copy()
    offsets = np.concatenate([[0], np.cumsum([len(r) for r in raw])]).astype(np.int64)
    value, power = polynomials(SoundCodes(data, offsets))
    for column in ("sound", "regional", "strict", "loose"):
        rows[column][at] = finished(value, Code.STRICT)
    for prefix in ("value inner power", "part part_inner part_power"):
        for column, numbers in zip(prefix.split(), (value, value, power), strict=True):
            rows[column][at] = numbers


def _near_keys(
    count: int, devanagari: NDArray[np.int64], decoded: list[list[tuple[str, float]]], bare_words: dict[int, str]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Distinct skeleton keys of the other romanisations and of what is left of a word, per token."""
    flat, owner = list(bare_words.values()), list(bare_words)
    for k, spellings in zip(devanagari.tolist(), decoded, strict=True):
        for spelling, log2p in spellings:
            if log2p < spellings[0][1] - _LEAST_SHARE:
                break
            flat.append(spelling)
            owner.append(k)
    if not flat:
        return np.zeros(count + 1, np.int64), np.empty(0, np.int64)
    key = keys(letters_of_words(flat), Code.STRICT)
    own = np.array(owner, np.int64)
    order = np.lexsort((key, own))
    own, key = own[order], key[order]
    fresh = np.ones(len(own), np.bool_)
    fresh[1:] = (own[1:] != own[:-1]) | (key[1:] != key[:-1])
    own, key = own[fresh], key[fresh]
    return np.searchsorted(own, np.arange(count + 1)), key


def _starts(
    rows: NDArray[np.void], latin: list[str], devanagari: NDArray[np.int64], decoded: list[list[tuple[str, float]]]
) -> None:
    """Which initials a token may be shortened to."""
    rows["starts"] = [_ALIKE.get(x[:1], 0) for x in latin]
    extra = np.zeros(len(rows), np.uint32)
    for k, spellings in zip(devanagari.tolist(), decoded, strict=True):
        for spelling, _ in spellings[:3]:
            extra[k] |= _ALIKE.get(spelling[:1], 0)
    rows["starts"] |= extra


def _alike() -> dict[str, int]:
    """Per letter the letters that are used for the same first sound (k/q/c, v/w/b …) as a bit set."""
    groups = [
        "a",
        "bv",
        "ck",
        "d",
        "ei",
        "fp",
        "g",
        "h",
        "jzy",
        "kqc",
        "l",
        "m",
        "n",
        "ou",
        "r",
        "s",
        "t",
        "vwb",
        "x",
        "ie",
    ]
    found: dict[str, int] = {}
    for letter in "abcdefghijklmnopqrstuvwxyz":
        mask = 1 << (ord(letter) - 97)
        for group in groups:
            if letter in group[:1]:
                for other in group:
                    mask |= 1 << (ord(other) - 97)
        found[letter] = mask
    return found


_ALIKE = _alike()


def _ending(token: str, script: int) -> int:  # noqa: PLR0911  a table of cases
    if script == DEVANAGARI:
        ending = _DEVANAGARI_ENDINGS.get(token[-1:], Ending.CONSONANT)
        return Ending.NEUTRAL if ending == Ending.AA and token[-3:-2] == "्" else ending
    if script != LATIN or len(token) < 2:
        return Ending.CONSONANT
    last, before = token[-1], token[-2]
    if last == "a":
        return _ending_in_a(token)
    if last == "e":
        return Ending.II if before == "e" else Ending.LATIN_E
    if last == "y":
        return Ending.EE if before in "ae" else Ending.II
    if last == "i":
        return Ending.EE if before == "a" else Ending.II
    if last == "u":
        return Ending.OO if before == "a" else Ending.UU
    if last == "o":
        return Ending.UU if before == "o" else Ending.OO
    return Ending.CONSONANT


def _ending_in_a(token: str) -> int:
    stem = token.rstrip("a").replace("h", "")
    if len(stem) >= 2 and stem[-1] not in "aeiouy" and stem[-2] not in "aeiou" and stem[-1] != stem[-2]:
        return Ending.NEUTRAL
    if token.endswith("aa"):
        return Ending.AA
    long_i = stem[-2:-1] == "i" or stem[-3:-1] == "ee"
    return Ending.WOMAN_A if long_i and stem[-1] not in "aeiouy" else Ending.LATIN_A
