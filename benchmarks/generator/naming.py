"""Drawing whole names: by community and sex, single, compound or rustic, with middle names and surnames."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from .lexicon import Lexicon

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Names = npt.NDArray[np.int32]  # shape (n, 5): prefix, given, second part of the given name, middle, surname; -1: none
PREFIX, GIVEN, SECOND, MIDDLE, SURNAME = range(5)
HINDU, MUSLIM, SIKH = range(3)


class NameDrawer:
    """Draws whole names, by community and sex."""

    def __init__(self, lex: Lexicon, rng: np.random.Generator) -> None:
        self.lex = lex
        self.rng = rng

    def names(self, community: Ints, female: Bools, surname: npt.NDArray[np.int32]) -> Names:
        """Names for people whose families use `surname` (-1: none)."""
        count = len(community)
        name = np.full((count, 5), -1, dtype=np.int32)
        for group, code in enumerate("hms"):
            for sex, is_female in (("m", False), ("f", True)):
                rows = np.flatnonzero((community == group) & (female == is_female))
                if len(rows):
                    name[rows] = self._group(code, sex, len(rows))
        keeps = self.rng.random(count) < 0.93
        name[:, SURNAME] = np.where(keeps, surname, -1)
        return name

    def _group(self, code: str, sex: str, count: int) -> Names:
        rng, groups = self.rng, self.lex.groups
        name = np.full((count, 5), -1, dtype=np.int32)
        name[:, GIVEN] = groups[code + sex].draw(count, rng)
        kind = rng.random(count)
        compound = kind < {"hm": 0.36, "hf": 0.2, "mm": 0.2}.get(code + sex, 0.0)
        if compound.any():
            name[compound, GIVEN] = groups[f"{code}{sex}.first"].draw(int(compound.sum()), rng)
            name[compound, SECOND] = groups[f"{code}{sex}.last"].draw(int(compound.sum()), rng)
        rustic = ~compound & (kind > 0.8) & (code == "h")
        if rustic.any():
            name[rustic, GIVEN] = groups[f"rustic.{sex}"].draw(int(rustic.sum()), rng)
            alike = np.array([token.deva[0][:2] for token in self.lex.tokens], dtype=object)
            name[alike[name[:, GIVEN]] == alike[name[:, SECOND]], SECOND] = -1
        middle = rng.random(count) < {"hm": 0.24, "hf": 0.48, "mm": 0.0, "mf": 0.3, "sm": 0.1, "sf": 0.2}[code + sex]
        name[middle, MIDDLE] = groups["middle.mf" if code == "m" else f"middle.{sex}"].draw(int(middle.sum()), rng)
        if code == "m" and sex == "m":
            prefix = rng.random(count) < 0.2
            name[prefix, PREFIX] = self.lex.prefix
        return name
