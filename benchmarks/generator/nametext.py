"""Names as they stand in records: parts dropped, joined, abbreviated, swapped, misspelt."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

import numpy as np
import numpy.typing as npt

from . import spelling
from .lexicon import Lexicon
from .naming import GIVEN, MIDDLE, PREFIX, SECOND, SURNAME, Names

Texts = npt.NDArray[np.object_]
Bools = npt.NDArray[np.bool_]
POOL = 32  # independent spellings that are kept per word; a record draws one of them


@dataclass(frozen=True)
class Habits:
    """Chances per record of what clerks do to a name."""

    drop_surname: float = 0.17
    drop_middle: float = 0.3
    drop_prefix: float = 0.3
    add_middle: float = 0.06
    rejoin: float = 0.17
    fuse: float = 0.11
    initial: float = 0.012
    swap: float = 0.012
    typo: float = 0.05
    keep: float = 0.75  # the spelling that the person's other records use


@dataclass(frozen=True)
class Said:
    """Names to be written; `usual` is a number that fixes the spelling that most records of the person use."""

    name: Names
    joined: Bools
    usual: npt.NDArray[np.int64]
    hindu: Bools  # may be given a Kumar or Singh that is not part of the name


RELATIVE = Habits(drop_surname=0.4, drop_middle=0.2, initial=0.0, swap=0.004, typo=0.05, add_middle=0.06)


class Speller:
    """Spellings of every word of the lexicon in one script."""

    def __init__(self, lex: Lexicon, latin: bool, rng: Random) -> None:
        self.latin = latin
        self.rng = rng
        self.tokens = lex.tokens
        self.fillers = lex.groups["middle.m"]
        self.pool = np.full((len(lex.tokens) + 1, POOL), "", dtype=object)  # the last row stands for 'no word'
        self.drawn = np.zeros(len(lex.tokens) + 1, dtype=bool)

    def _draw(self, tokens: npt.NDArray[np.int32]) -> None:
        """Fill the pools of words that occur for the first time."""
        draw = spelling.latin if self.latin else spelling.devanagari
        new = np.unique(tokens)
        new = new[(new >= 0) & ~self.drawn[new]]
        for number in new.tolist():
            self.pool[number] = [draw(self.tokens[number], self.rng) for _ in range(POOL)]
        self.drawn[new] = True

    def words(
        self, tokens: npt.NDArray[np.int32], usual: npt.NDArray[np.int64], fresh: Bools, rng: np.random.Generator
    ) -> Texts:
        """A spelling of each token ('' for -1): the person's usual one, or a fresh one."""
        self._draw(tokens)
        pick = np.where(fresh, rng.integers(0, POOL, len(tokens)), usual % POOL)
        texts: Texts = self.pool[tokens, pick]
        return texts

    def names(self, said: Said, habits: Habits, rng: np.random.Generator) -> Texts:
        """Full names, one per row of `said`."""
        joined, usual = said.joined, said.usual
        count = len(joined)
        name = self._parts(said, habits, rng)
        parts = [self.words(name[:, slot], usual + 7 * slot, rng.random(count) > habits.keep, rng) for slot in range(5)]
        tight = joined ^ (rng.random(count) < habits.rejoin)
        glue = np.where((name[:, SECOND] >= 0) & ~tight, " ", "").astype(object)
        given: Texts = parts[GIVEN] + glue + parts[SECOND]
        initial = rng.random(count) < habits.initial
        if initial.any():
            given[initial] = [text[:1] if self.latin else text for text in given[initial]]
        fuse = rng.random(count) < habits.fuse
        space = np.where(fuse, "", " ").astype(object)
        after_prefix = np.where(name[:, PREFIX] >= 0, space, "").astype(object)
        before_middle = np.where(name[:, MIDDLE] >= 0, space, "").astype(object)
        before_surname = np.where(name[:, SURNAME] >= 0, space, "").astype(object)
        text: Texts = (
            parts[PREFIX] + after_prefix + given + before_middle + parts[MIDDLE] + before_surname + parts[SURNAME]
        )
        swap = (rng.random(count) < habits.swap) & (name[:, SURNAME] >= 0)
        text[swap] = parts[SURNAME][swap] + " " + given[swap]
        for row in np.flatnonzero(rng.random(count) < habits.typo):
            text[row] = spelling.typo(text[row], self.rng)
        return text

    def _parts(self, said: Said, habits: Habits, rng: np.random.Generator) -> Names:
        name = said.name.copy()
        count = len(name)
        for slot, share in ((SURNAME, habits.drop_surname), (MIDDLE, habits.drop_middle), (PREFIX, habits.drop_prefix)):
            name[rng.random(count) < share, slot] = -1
        add = np.flatnonzero((rng.random(count) < habits.add_middle) & (name[:, MIDDLE] < 0) & said.hindu)
        name[add, MIDDLE] = self.fillers.draw(len(add), rng)
        return name
