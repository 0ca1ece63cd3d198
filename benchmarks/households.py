"""Adversarial families in the four layouts: no engine should merge two of these people by itself.

python benchmarks/households.py --households 1000 --seed 1 --out DIR

Writes the extracts and truth.csv as generate.py does, and households.csv (person_id, household, kind).
"""

from __future__ import annotations

import argparse
import sys
from enum import StrEnum
from pathlib import Path

import numpy as np
import numpy.typing as npt

if __package__ in (None, ""):
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.generator import events, identifiers, world
from benchmarks.generator.build import World, publish
from benchmarks.generator.geography import geography
from benchmarks.generator.lexicon import lexicon
from benchmarks.generator.naming import GIVEN, SECOND, SURNAME, NameDrawer
from benchmarks.generator.world import People

Ints = npt.NDArray[np.int64]
DENSITY = 2.2  # records per person: enough that the engine has something to link


class Kind(StrEnum):
    """What makes the people of a household easy to confuse."""

    BROTHERS = "brothers"  # one father, home and phone; names alike, a few years apart
    TWINS = "twins"  # brothers born on one day
    NAMESAKES = "namesakes"  # same name, same father's name, like age; another district or state
    SPOUSES = "spouses"  # one home, one phone, her husband is he
    BORROWED = "borrowed"  # a stranger who states the other's number
    COUSINS = "cousins"  # same name and home, fathers are brothers
    FATHER_SON = "father and son"  # one home and phone; the son is also named after the street name of the father


SIZES = {kind: 3 if kind is Kind.BROTHERS else 2 for kind in Kind}
_HOME = ("district", "station", "village", "house", "lane", "state")
_PHONES = ("phone", "phone_until", "next_phone")
_NUMBERS = ("aadhaar", "epic", "licence", "pan", "phone")


def build(households: int, seed: int) -> tuple[People, list[Kind], Ints]:
    """The people, the kind of each household, and the household of each person."""
    rng = np.random.default_rng([seed, 77])
    cycle = list(Kind)
    kinds = [cycle[number % len(cycle)] for number in range(households)]
    household = np.repeat(np.arange(households), [SIZES[kind] for kind in kinds])
    people = world.build(len(household), np.random.SeedSequence([seed, 78]), apart=True)
    people.household = household
    kind_of = np.array([cycle.index(kind) for kind in kinds])[household]
    first = np.append(True, household[1:] != household[:-1])
    lead = np.flatnonzero(first)[household]
    for kind in Kind:
        rows = np.flatnonzero(~first & (kind_of == cycle.index(kind)))
        _RELATE[kind](people, rows, lead[rows], rng)
    people.start = np.maximum(people.start, people.birth + int(16 * 365.25))
    return people, kinds, household


def _share(people: People, rows: Ints, lead: Ints, fields: tuple[str, ...]) -> None:
    for field in fields:
        values = getattr(people, field)
        values[rows] = values[lead]


def _turn(people: People, rows: Ints, female: bool, rng: np.random.Generator) -> None:
    """Make people men or women: who is not yet gets another name."""
    rows = rows[people.female[rows] != female]
    people.female[rows] = female
    people.husband[rows] = -1
    drawer = NameDrawer(lexicon(), rng)
    people.name[rows] = drawer.names(people.community[rows], people.female[rows], people.name[rows, SURNAME])
    known = rows[people.alias[rows] >= 0]
    people.alias[known] = lexicon().groups["alias.f" if female else "alias.m"].draw(len(known), rng)


def _brothers(people: People, rows: Ints, lead: Ints, rng: np.random.Generator) -> None:
    """Sons of one father; half of them share the first part of a compound name."""
    _turn(people, lead, False, rng)
    _share(
        people,
        rows,
        lead,
        (*_HOME, "community", "father", "father_joined", "mother", "late_father", *_PHONES),
    )
    drawer = NameDrawer(lexicon(), rng)
    men = np.zeros(len(rows), dtype=bool)
    people.female[rows] = False
    people.husband[rows] = -1
    surname = people.name[lead, SURNAME]
    people.name[rows] = drawer.names(people.community[rows], men, surname)
    elder = people.name[lead]
    alike = (rng.random(len(rows)) < 0.5) & (elder[:, SECOND] >= 0) & (people.name[rows, SECOND] >= 0)
    people.name[rows[alike], GIVEN] = elder[alike, GIVEN]
    for _ in range(50):  # no two brothers have one name
        given = people.name[rows][:, [GIVEN, SECOND]]
        same = (given == elder[:, [GIVEN, SECOND]]).all(axis=1)
        same[1:] |= (lead[1:] == lead[:-1]) & (given[1:] == given[:-1]).all(axis=1)
        if not same.any():
            break
        fresh = drawer.names(people.community[rows[same]], men[same], surname[same])
        people.name[rows[same]] = fresh
    people.birth[rows] = people.birth[lead] + rng.integers(330, 1500, len(rows)) * (1 + _place(rows, lead))


def _parents(people: People, rows: Ints, surname: npt.NDArray[np.int32], rng: np.random.Generator) -> None:
    """New parents, of the community of their child."""
    drawer = NameDrawer(lexicon(), rng)
    women = np.ones(len(rows), dtype=bool)
    people.father[rows] = drawer.names(people.community[rows], ~women, surname)
    people.mother[rows] = drawer.names(people.community[rows], women, surname)


def _place(rows: Ints, lead: Ints) -> Ints:
    """0 for the second of a household, 1 for the third."""
    return rows - lead - 1


def _twins(people: People, rows: Ints, lead: Ints, rng: np.random.Generator) -> None:
    _brothers(people, rows, lead, rng)
    _share(people, rows, lead, ("birth", "jan_first"))


def _namesakes(people: People, rows: Ints, lead: Ints, rng: np.random.Generator) -> None:
    _share(people, rows, lead, ("female", "community", "name", "joined", "husband"))
    _parents(people, rows, people.father[lead, SURNAME], rng)
    _share(people, rows, lead, ("father", "father_joined"))
    people.birth[rows] = people.birth[lead] + rng.integers(-700, 700, len(rows))
    same = people.district[rows] == people.district[lead]
    others = rng.integers(0, len(geography().districts), int(same.sum()))
    people.district[rows[same]] = others
    state = np.array([district.state for district in geography().districts])
    people.state[rows] = state[people.district[rows]]
    _fit(people, rows)


def _spouses(people: People, rows: Ints, lead: Ints, rng: np.random.Generator) -> None:
    _turn(people, lead, False, rng)
    _share(people, rows, lead, (*_HOME, "community", *_PHONES))
    people.name[rows, SURNAME] = people.name[lead, SURNAME]
    people.female[rows] = False
    _turn(people, rows, True, rng)
    _parents(people, rows, people.name[rows, SURNAME], rng)
    people.husband[rows] = people.name[lead]
    people.birth[rows] = people.birth[lead] + rng.integers(200, 2000, len(rows))


def _borrowed(people: People, rows: Ints, lead: Ints, rng: np.random.Generator) -> None:
    """One or two numbers of the lead, stated by a stranger."""
    which = rng.integers(0, len(_NUMBERS), (len(rows), 2))
    for number, field in enumerate(_NUMBERS):
        take = (which == number).any(axis=1)
        values = getattr(people, field)
        fresh = getattr(_OWN, field)(len(rows), rng)
        values[lead] = np.where(take & (values[lead] < 0), fresh, values[lead])
        values[rows[take]] = values[lead[take]]
        if field == "phone":
            people.next_phone[rows[take]] = people.next_phone[lead[take]] = values[lead[take]]


def _cousins(people: People, rows: Ints, lead: Ints, rng: np.random.Generator) -> None:
    _turn(people, lead, False, rng)
    _turn(people, rows, False, rng)
    _share(people, rows, lead, (*_HOME, "community", "name", "joined"))
    people.father[rows] = people.father[lead]
    while (same := (people.father[rows] == people.father[lead]).all(axis=1)).any():
        _parents(people, rows[same], people.father[lead[same], SURNAME], rng)
    people.birth[rows] = people.birth[lead] + rng.integers(-900, 900, len(rows))


def _father_son(people: People, rows: Ints, lead: Ints, rng: np.random.Generator) -> None:
    _turn(people, lead, False, rng)
    _turn(people, rows, False, rng)
    _share(people, rows, lead, (*_HOME, "community", *_PHONES))
    _parents(people, rows, people.name[lead, SURNAME], rng)
    people.father[rows] = people.name[lead]
    people.father_joined[rows] = people.joined[lead]
    people.name[rows, SURNAME] = people.name[lead, SURNAME]
    named = people.alias[lead] >= 0
    people.name[rows[named], GIVEN] = people.alias[lead[named]]
    people.name[rows[named], SECOND] = -1
    people.birth[rows] = people.birth[lead] + rng.integers(6600, 9500, len(rows))


def _fit(people: People, rows: Ints) -> None:
    """Villages and stations that exist where the people now live."""
    geo = geography()
    villages = np.array([len(places.deva) for places in geo.settlements])
    stations = np.array([len(district.stations) for district in geo.districts])
    people.village[rows] %= villages[people.state[rows]]
    people.station[rows] %= stations[people.district[rows]]


class _OWN:
    """Fresh numbers of each kind."""

    aadhaar = staticmethod(identifiers.aadhaar_numbers)
    phone = staticmethod(identifiers.phone_numbers)

    @staticmethod
    def epic(count: int, rng: np.random.Generator) -> Ints:
        return rng.integers(0, 1 << 40, count)

    pan = licence = epic


_RELATE = {
    Kind.BROTHERS: _brothers,
    Kind.TWINS: _twins,
    Kind.NAMESAKES: _namesakes,
    Kind.SPOUSES: _spouses,
    Kind.BORROWED: _borrowed,
    Kind.COUSINS: _cousins,
    Kind.FATHER_SON: _father_son,
}


def write(households: int, seed: int, out: Path) -> dict[str, int]:
    """Write the files; records per source."""
    people, kinds, household = build(households, seed)
    rng = np.random.default_rng([seed, 79])
    number = events.counts(len(people), DENSITY, rng)
    written = publish(World(people, events.happen(people, number, rng), out, seed, malformed=0.0))
    lines = [f"P{person},{home},{kinds[home]}\n" for person, home in enumerate(household.tolist())]
    (out / "households.csv").write_text("person_id,household,kind\n" + "".join(lines), encoding="utf-8")
    return written


def main() -> int:
    """Parse the command line, write the files, print what was written."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--households", type=int, required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    for name, rows in write(args.households, args.seed, args.out).items():
        print(f"{name:14} {rows:>9,} records")
    return 0


if __name__ == "__main__":
    sys.exit(main())
