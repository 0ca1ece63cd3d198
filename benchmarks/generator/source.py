"""What the four layouts share: the pieces of one source, and native ids."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

import numpy as np
import numpy.typing as npt

from .address import Homes, homes
from .events import NO_DAY, Records, years
from .evidence import Evidence, Rates, among
from .lexicon import lexicon
from .nametext import RELATIVE, Habits, Said, Speller, Texts
from .naming import HINDU
from .world import People

Ints = npt.NDArray[np.int64]
OWN = Habits()
_CHUNK = 20_000


@dataclass
class Source:
    """One source's records with everything a layout needs to write them."""

    people: People
    records: Records
    evidence: Evidence
    homes: Homes
    rng: np.random.Generator
    text_rng: Random

    @classmethod
    def of(cls, people: People, records: Records, rates: Rates, seed: np.random.SeedSequence) -> Source:
        """Draw a source's stated values; deterministic in seed."""
        rng = np.random.default_rng(seed)
        evidence = Evidence(people, records, rates, rng)
        return cls(
            people,
            records,
            evidence,
            homes(people, records, rates.tehsil, rng),
            rng,
            Random(int(rng.integers(1 << 62))),
        )

    def __len__(self) -> int:
        return len(self.records)

    def speller(self, latin: bool) -> Speller:
        """Fresh spellings for this source."""
        return Speller(lexicon(), latin, self.text_rng)

    def chance(self, share: float) -> npt.NDArray[np.bool_]:
        """True for about `share` of the records."""
        hit: npt.NDArray[np.bool_] = self.rng.random(len(self)) < share
        return hit

    def own_names(self, speller: Speller) -> Texts:
        """The names of the people recorded."""
        person = self.records.person
        hindu = self.people.community[person] == HINDU
        text = speller.names(
            Said(self.people.name[person], self.people.joined[person], person * 13, hindu), OWN, self.rng
        )
        known = np.flatnonzero((self.people.alias[person] >= 0) & self.chance(0.035))
        alias = self.people.alias[person[known]].astype(np.int32)
        # some are only known by their street name
        text[known] = speller.words(alias, person[known], self.chance(0.5)[known], self.rng)
        return text

    def relatives(self, speller: Speller) -> tuple[Texts, Ints]:
        """A relative's name per record and which: 0 father, 1 husband, 2 mother, -1 none."""
        people, person = self.people, self.records.person
        kind = np.zeros(len(self), dtype=np.int64)
        husband = people.husband[person, 1] >= 0
        kind[husband & self.chance(0.72)] = 1
        kind[(kind == 0) & self.chance(0.008)] = 2
        kind[self.chance(0.02)] = -1
        name = np.where((kind == 1)[:, None], people.husband[person], people.father[person])
        name = np.where((kind == 2)[:, None], people.mother[person], name)
        usual = people.household[person] * 17 + 5 * (kind == 1)
        hindu = (people.community[person] == HINDU) & (kind != 2)
        text = speller.names(Said(name, people.father_joined[person], usual, hindu), RELATIVE, self.rng)
        text[kind < 0] = ""
        return text, kind

    def aliases(self, speller: Speller, share: float, both_share: float = 0.5) -> list[list[str]]:
        """No, one or two aliases per record."""
        people, person = self.people, self.records.person
        known = people.alias[person] >= 0
        give = known & self.chance(among(known, share))
        both = give & (people.alias2[person] >= 0) & self.chance(both_share)
        fresh = self.chance(0.6)
        first = speller.words(people.alias[person].astype(np.int32), person, fresh, self.rng)
        second = speller.words(people.alias2[person].astype(np.int32), person, fresh, self.rng)
        swap = self.chance(0.3)
        out: list[list[str]] = []
        for g, b, s, one, two in zip(give.tolist(), both.tolist(), swap.tolist(), first, second, strict=True):
            out.append([] if not g else ([two, one] if s else [one, two]) if b else [one])
        return out

    def broken(self, text: str) -> str:
        """The text with an invisible joiner after a virama, as some keyboards leave it."""
        places = [i for i, sign in enumerate(text) if sign == "्"]
        if not places:
            return text
        place = self.text_rng.choice(places) + 1
        return text[:place] + self.text_rng.choice("\u200c\u200d") + text[place:]

    def late(self) -> npt.NDArray[np.bool_]:
        """Records that say that the father has died."""
        late: npt.NDArray[np.bool_] = self.people.late_father[self.records.person] & self.chance(0.72)
        return late

    def ids(self, start: int) -> Ints:
        """Rising numbers with gaps of 1 to 8."""
        steps: Ints = self.rng.integers(1, 9, len(self))
        return start + np.cumsum(steps)

    def fir_years(self) -> Ints:
        """The year in the FIR number: that of the arrest."""
        return years(self.records.arrest_day)


def day_parts(days: Ints) -> tuple[list[int], list[int], list[int]]:
    """Year, month and day of days since 1970-01-01 (any value for NO_DAY)."""
    dates = days.astype("datetime64[D]")
    year = dates.astype("datetime64[Y]").astype(np.int64) + 1970
    month = dates.astype("datetime64[M]").astype(np.int64) % 12 + 1
    day = (dates - dates.astype("datetime64[M]")).astype(np.int64) + 1
    return year.tolist(), month.tolist(), day.tolist()


def dates_as(days: Ints, shape: str) -> list[str]:
    """Dates by a format such as '%02d/%02d/%04d' (day, month, year); '' for NO_DAY."""
    year, month, day = day_parts(days)
    return [
        "" if n == NO_DAY else shape % (d, m, y) for n, d, m, y in zip(days.tolist(), day, month, year, strict=True)
    ]


def write_csv(path: Path, header: list[str], columns: list[list[str]], bom: bool, cut: Sequence[int] = ()) -> None:
    """CSV with every cell quoted and a bare header, as the databases export it; rows in `cut` lose a cell."""
    short = set(cut)
    columns = [_doubled(column) for column in columns]
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(("\ufeff" if bom else "") + ",".join(header) + "\n")
        for start in range(0, len(columns[0]), _CHUNK):
            rows = zip(*(column[start : start + _CHUNK] for column in columns), strict=True)
            lines = [
                '"' + '","'.join(row[:-1] if number in short else row) + '"\n' for number, row in enumerate(rows, start)
            ]
            file.write("".join(lines))


def _doubled(column: list[str]) -> list[str]:
    return [cell.replace('"', '""') if '"' in cell else cell for cell in column]
