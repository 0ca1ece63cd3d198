"""Words to the tokens of a name: titles go, abbreviations are written out by where they stand, initials become single letters.

In this order, per name: leading honorifics are taken away (and say a gender), trailing courtesies are taken away, short forms are written
out, and the words that may precede a given name (Mohd, Sheikh, Thakur) are flagged, unless no given name follows them.
"""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass
from enum import IntFlag

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from linker.names.lexicon import Lexicon, sound_keys
from linker.names.unicode import ABBREVIATION, Script, script
from linker.names.words import Words

UNKNOWN, MALE, FEMALE = 0, 1, 2


class Role(IntFlag):
    """What a token is in its name."""

    PLAIN = 0
    HEAD = 1
    """The given name: the first token that is no prefix."""
    PREFIX = 2
    """A word that may precede a given name and is often left out."""
    OPTIONAL = 4
    """In brackets or behind an alias mark."""
    INITIAL = 8
    """A single letter."""
    FILLER = 16
    """A word that many names carry beside the given name and that comes and goes: Kumar, Singh, Lal, Ram."""
    LAST = 32
    """A known surname that is none of these."""


@dataclass(frozen=True)
class NameTokens:
    """Names as rows of tokens: row i holds `ids[offsets[i]:offsets[i + 1]]`, numbers into `tokens`.

    `role` is per token of a name, `gender` per name.
    """

    offsets: NDArray[np.int32]
    ids: NDArray[np.int32]
    role: NDArray[np.uint8]
    gender: NDArray[np.int8]
    tokens: list[str]

    def __len__(self) -> int:
        return len(self.offsets) - 1


_HEAD, _PREFIX, _OPTIONAL, _INITIAL, _FILLER, _LAST = (
    int(r) for r in (Role.HEAD, Role.PREFIX, Role.OPTIONAL, Role.INITIAL, Role.FILLER, Role.LAST)
)
"""Roles as plain numbers, which are put together twenty times as fast."""


def canonical(words: Words, lexicon: Lexicon, known: Container[str] = frozenset()) -> NameTokens:
    """The tokens of every name. `known` are words that stand as names elsewhere, besides those of the names themselves."""
    reader = _Reader(words.forms, lexicon, known)
    lengths = np.diff(words.offsets)
    rows = np.repeat(np.arange(len(words)), lengths)
    ids, role, gender = reader.plain[words.ids], np.zeros(len(words.ids), np.uint8), np.zeros(len(words), np.int8)
    special = np.zeros(len(words), np.bool_)
    special[rows[reader.special[words.ids] | words.optional]] = True
    first = words.offsets[:-1][lengths > 0]
    role[first] = int(Role.HEAD)
    role |= reader.sort[words.ids]
    said = reader.gender[words.ids]
    later = (said > 0) & (np.arange(len(words.ids)) != words.offsets[rows]) if len(rows) else np.zeros(0, np.bool_)
    gender[rows[later]] = said[later]
    if not special.any():
        return NameTokens(words.offsets, ids, role, gender, reader.tokens())
    return _with_special(words, reader, special, (ids, role, gender))


def _with_special(
    words: Words,
    reader: _Reader,
    special: NDArray[np.bool_],
    plain: tuple[NDArray[np.int32], NDArray[np.uint8], NDArray[np.int8]],
) -> NameTokens:
    """The rows that hold a title, an abbreviation, an initial or a bracket are read one by one; equal rows once."""
    ids, role, gender = plain
    lengths = np.diff(words.offsets).astype(np.int64)
    read: list[list[tuple[int, int]]] = []
    at = np.flatnonzero(special)
    for row in at.tolist():
        span = slice(words.offsets[row], words.offsets[row + 1])
        tokens, gender[row] = reader.read(words.ids[span].tolist(), words.optional[span].tolist())
        read.append(tokens)
    lengths[at] = [len(t) for t in read]
    offsets = np.concatenate([[0], np.cumsum(lengths)])
    out_ids, out_role = np.empty(offsets[-1], np.int32), np.empty(offsets[-1], np.uint8)
    rows = np.repeat(np.arange(len(words)), np.diff(words.offsets))
    kept = ~special[rows]
    target = offsets[rows] + np.arange(len(rows)) - words.offsets[rows]
    out_ids[target[kept]], out_role[target[kept]] = ids[kept], role[kept]
    flat = [pair for tokens in read for pair in tokens]
    positions = np.repeat(offsets[at], lengths[at]) + counting(lengths[at])
    out_ids[positions] = [p[0] for p in flat]
    out_role[positions] = [p[1] for p in flat]
    return NameTokens(offsets.astype(np.int32), out_ids, out_role, gender, reader.tokens())


def counting(lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    """0, 1, … within every length."""
    ends = np.cumsum(lengths)
    return np.arange(int(ends[-1]) if len(ends) else 0) - np.repeat(ends - lengths, lengths)


def sort_of(token: str, lexicon: Lexicon) -> int:
    """FILLER, LAST or PLAIN as a number, wherever the token stands."""
    if token in lexicon.no_given_name:
        return _FILLER
    return _LAST if token in lexicon.glued else 0


class _Reader:
    """Knows of every distinct word what it is, and reads the names that hold special ones."""

    def __init__(self, forms: Sequence[str], lexicon: Lexicon, known: Container[str]) -> None:
        self._lexicon, self._known = lexicon, known
        self._forms = [f.rstrip("." + ABBREVIATION) for f in forms]
        self._marked = [a != b for a, b in zip(forms, self._forms, strict=True)]
        self._numbers: dict[str, int] = {}
        self._letters = self._initials()
        self._parts = self._glued()
        self.plain = np.array([self._number(f) for f in self._forms], np.int32)
        self.special = np.array([self._is_special(k) for k in range(len(self._forms))], np.bool_)
        self.gender = np.array(
            [FEMALE if f in lexicon.women else MALE if f in lexicon.men else UNKNOWN for f in self._forms], np.int8
        )

        self.sort = np.array([sort_of(f, lexicon) for f in self._forms], np.uint8)

    def tokens(self) -> list[str]:
        return list(self._numbers)

    def _number(self, token: str) -> int:
        return self._numbers.setdefault(token, len(self._numbers))

    def _is_special(self, k: int) -> bool:
        form, lex = self._forms[k], self._lexicon
        return (
            form in lex.honorifics
            or (self._marked[k] and form in lex.marked_honorifics)
            or form in lex.prefixes
            or form in lex.afterwards
            or form in lex.abbreviations
            or form in lex.letters
            or k in self._letters
            or k in self._parts
        )

    def _glued(self) -> dict[int, list[str]]:
        """Words that are two or more words typed without a blank, with their parts."""
        own = set(self._forms)
        lengths = self._lexicon.glued_lengths
        found = {}
        for k, form in enumerate(self._forms):
            if len(form) < _SHORTEST_GLUED or form in self._lexicon.glued:
                continue
            parts = self._taken_apart(form, own, lengths)
            if len(parts) > 1:
                found[k] = parts
        return found

    def _taken_apart(self, form: str, own: set[str], lengths: list[int]) -> list[str]:
        """Known second parts taken off the end, one after the other."""
        parts: list[str] = []
        while True:
            for length in lengths:
                needs_name = self._lexicon.glued.get(form[-length:])
                rest = form[:-length]
                if needs_name is None or len(rest) < _SHORTEST_NAME or rest.endswith("्"):
                    continue
                if not needs_name or rest in own or rest in self._known or parts or self._ends_in_word(rest, lengths):
                    parts.insert(0, form[-length:])
                    form = rest
                    break
            else:
                return [form, *parts]

    def _ends_in_word(self, form: str, lengths: list[int]) -> bool:
        return any(self._lexicon.glued.get(form[-n:]) is False and len(form) >= n + _SHORTEST_NAME for n in lengths)

    def _initials(self) -> dict[int, str]:
        """Words that are initials wherever they stand: one letter, or two or three letters that are no known name and no syllable."""
        lex, found = self._lexicon, dict[int, str]()
        short = [
            k for k, f in enumerate(self._forms) if len(f) <= 3 and f not in lex.prefixes and f not in lex.honorifics
        ]
        if not short:
            return {}
        latin = [k for k in short if self._forms[k].isascii()]
        two = [self._forms[k] for k in latin if len(self._forms[k]) == 2]
        names = lex.counts.find(sound_keys(pa.array(two, pa.string())))[0].tolist() if two else []
        known = {form for form, n in zip(two, names, strict=True) if n >= _KNOWN_NAME}
        for k in latin:
            form = self._forms[k]
            if len(form) == 1:
                found[k] = form
            elif form not in lex.abbreviations:
                rare = len(form) == 2 and form[1] not in "aeiouy" and form not in known
                if rare or not any(v in form for v in "aeiouy"):
                    found[k] = form
        for k in short:
            form = self._forms[k]
            if script(form) == Script.DEVANAGARI and self._marked[k] and form in lex.letters:
                found[k] = lex.letters[form]
        return found

    def read(self, ids: list[int], optional: list[bool]) -> tuple[list[tuple[int, int]], int]:
        """The tokens of one name with their roles, and the gender its words suggest."""
        lex, gender, start = self._lexicon, UNKNOWN, 0
        pairs = list(zip(ids, optional, strict=True))
        while start < len(pairs) and self._is_honorific(pairs[start][0]):
            gender = lex.honorifics.get(self._forms[pairs[start][0]], UNKNOWN) or gender
            start += 1
        if start and self._is_half_name(pairs[start - 1][0], pairs[start:]):
            start -= 1
            pairs[start] = (pairs[start][0], True)
        pairs = pairs[start:]
        while len(pairs) > 1 and self._forms[pairs[-1][0]] in lex.afterwards:
            pairs.pop()
        gender = self._said(pairs) or gender
        tokens: list[tuple[str, int]] = []
        for at, (k, is_optional) in enumerate(pairs):
            role = _OPTIONAL if is_optional else 0
            place = "only" if len(pairs) == 1 else "first" if at == 0 else "later"
            if place == "first" and self._first_is_female(k):
                gender = FEMALE
                continue
            letters = self._initial_letters(k, place, tokens)
            if letters:
                tokens += [(letter, role | _INITIAL) for letter in letters]
            elif k in self._parts:
                tokens += [(part, role) for part in self._parts[k]]
            else:
                tokens.append((self._written_out(k, place, gender), role))
        return [(self._number(t), r) for t, r in self._with_head(tokens)], gender

    def _is_honorific(self, k: int) -> bool:
        return self._forms[k] in self._lexicon.honorifics or (
            self._marked[k] and self._forms[k] in self._lexicon.marked_honorifics
        )

    def _is_half_name(self, honorific: int, rest: list[tuple[int, bool]]) -> bool:
        lex = self._lexicon
        return (
            self._forms[honorific] in lex.half_names and len(rest) == 1 and self._forms[rest[0][0]] in lex.no_given_name
        )

    def _said(self, pairs: list[tuple[int, bool]]) -> int:
        said = [int(self.gender[k]) for k, optional in pairs[1:] if not optional and self.gender[k]]
        return said[-1] if said else UNKNOWN

    def _first_is_female(self, k: int) -> bool:
        a = self._lexicon.abbreviations.get(self._forms[k])
        return a is not None and a.first_is_female

    def _initial_letters(self, k: int, place: str, before: list[tuple[str, int]]) -> str:
        if k in self._letters:
            return self._letters[k]
        spoken = self._lexicon.letters.get(self._forms[k], "")
        after_initial = bool(before) and bool(before[-1][1] & _INITIAL)
        return spoken if place == "first" or after_initial else ""

    def _written_out(self, k: int, place: str, gender: int) -> str:
        form = self._forms[k]
        a = self._lexicon.abbreviations.get(form)
        if a is None or place == "only":
            return form
        if place == "first":
            return a.first or form
        return (a.later_of_women if gender == FEMALE else "") or a.later or form

    def _with_head(self, tokens: list[tuple[str, int]]) -> list[tuple[str, int]]:
        """The roles of head and prefix added."""
        head = 0
        while head < len(tokens) and tokens[head][0] in self._lexicon.prefixes:
            head += 1
        rest = [t for t, role in tokens[head:] if not role & _OPTIONAL]
        if all(t in self._lexicon.no_given_name for t in rest):
            head = max(head - 1, 0)
        return [
            (t, role | sort_of(t, self._lexicon) | (_PREFIX if i < head else _HEAD if i == head else 0))
            for i, (t, role) in enumerate(tokens)
        ]


_SHORTEST_GLUED, _SHORTEST_NAME = 6, 3
_KNOWN_NAME = 30.0
"""A two-letter word that at least so many of the public lists' names bear is a name (Om, Ali's 'Al'), not two initials."""
