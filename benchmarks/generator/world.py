"""The people behind the records: names, families, homes, phones and identifiers, as arrays (one row per person)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .geography import STATES, geography
from .identifiers import aadhaar_numbers, phone_numbers
from .lexicon import Lexicon, lexicon

Ints = npt.NDArray[np.int64]
Names = npt.NDArray[np.int32]  # shape (n, 5): prefix, given, second part of the given name, middle, surname; -1: none
PREFIX, GIVEN, SECOND, MIDDLE, SURNAME = range(5)
HINDU, MUSLIM, SIKH = range(3)
STATE_SHARES = (0.205, 0.435, 0.215, 0.145)
FIRST_DAY = np.datetime64("2009-01-01").astype(int)
LAST_DAY = np.datetime64("2024-12-31").astype(int)


@dataclass
class People:
    """One row per person; days count from 1970-01-01, -1 means none."""

    household: Ints
    female: npt.NDArray[np.bool_]
    community: Ints
    name: Names
    joined: npt.NDArray[np.bool_]
    father: Names
    father_joined: npt.NDArray[np.bool_]
    mother: Names
    husband: Names
    late_father: npt.NDArray[np.bool_]
    birth: Ints
    jan_first: npt.NDArray[np.bool_]
    age_slip: npt.NDArray[np.float64]
    state: Ints
    district: Ints
    station: Ints
    village: Ints
    house: Ints
    lane: Ints
    height: Ints
    alias: Ints
    alias2: Ints
    mark: Ints
    mark2: Ints
    phone: Ints
    next_phone: Ints
    aadhaar: Ints
    pan: Ints
    epic: Ints
    licence: Ints
    nfn: Ints
    start: Ints

    def __len__(self) -> int:
        return len(self.birth)


class NameDrawer:
    """Draws whole names, by community and sex."""

    def __init__(self, lex: Lexicon, rng: np.random.Generator) -> None:
        self.lex = lex
        self.rng = rng

    def names(self, community: Ints, female: npt.NDArray[np.bool_], surname: npt.NDArray[np.int32]) -> Names:
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


def _some(values: Ints, share: float, rng: np.random.Generator) -> Ints:
    return np.where(rng.random(len(values)) < share, values, -1)


def build(count: int, seed: np.random.SeedSequence) -> People:
    """`count` people in households; deterministic in seed."""
    rng = np.random.default_rng(seed)
    lex, geo = lexicon(), geography()
    drawer = NameDrawer(lex, rng)
    sizes = rng.choice([1, 2, 3], p=[0.9, 0.08, 0.02], size=count)
    household = np.repeat(np.arange(count), sizes)[:count]
    homes = int(household[-1]) + 1
    first = np.ones(count, dtype=bool)
    first[1:] = household[1:] != household[:-1]
    lead = np.flatnonzero(first)[household]
    home_state = rng.choice(len(STATES), p=STATE_SHARES, size=homes)
    state = home_state[household]
    community = np.where(
        rng.random(homes) < np.array([0.2, 0.24, 0.12, 0.09])[home_state],
        MUSLIM,
        np.where(rng.random(homes) < np.array([0.03, 0.0, 0.02, 0.1])[home_state], SIKH, HINDU),
    )[household]
    district = np.zeros(homes, dtype=np.int64)
    surname = np.full(homes, -1, dtype=np.int32)
    home_community = community[first]
    village = np.zeros(homes, dtype=np.int64)
    for number, numbers in enumerate(geo.by_state):
        here = np.flatnonzero(home_state == number)
        weights = rng.dirichlet(np.full(len(numbers), 1.2))
        district[here] = rng.choice(numbers, p=weights, size=len(here))
        village[here] = rng.integers(0, len(geo.settlements[number].deva), len(here))
        for group, code in enumerate("hms"):
            of = here[home_community[here] == group]
            surname[of] = lex.surnames[code, STATES[number]].draw(len(of), rng)
    surname[rng.random(homes) < 0.33] = -1
    stations = np.array([len(d.stations) for d in geo.districts])
    station = (rng.random(homes) ** 1.5 * stations[district]).astype(np.int64)

    role = rng.random(count)
    female = np.where(first, rng.random(count) < 0.068, role < 0.3)
    wife = ~first & (role < 0.19)
    twin = ~first & (role > 0.9)
    name = drawer.names(community, female, surname[household])
    father_of_home = drawer.names(home_community, np.zeros(homes, dtype=bool), surname)
    father = father_of_home[household]
    own_father = wife | (female & (rng.random(count) < 0.3))
    father[own_father] = drawer.names(
        community[own_father], np.zeros(int(own_father.sum()), bool), surname[household][own_father]
    )
    husband = np.full((count, 5), -1, dtype=np.int32)
    married = female & ~wife & (rng.random(count) < 0.55)
    husband[married] = drawer.names(community[married], np.zeros(int(married.sum()), bool), surname[household][married])
    husband[wife] = name[lead[wife]]
    mother = drawer.names(community, np.ones(count, dtype=bool), surname[household])

    span = LAST_DAY - FIRST_DAY
    start = FIRST_DAY + (span * rng.random(count) ** 0.75).astype(np.int64)
    age = 16.2 + rng.gamma(2.0, 8.2, count)
    birth = start - (np.minimum(age, 72) * 365.25).astype(np.int64)
    apart = (rng.choice([-1, 1], count) * rng.integers(400, 2900, count)).astype(np.int64)
    birth = np.where(first, birth, np.where(twin, birth[lead], birth[lead] + apart))
    start = np.maximum(start, birth + int(14 * 365.25))
    _echo_names(name, first, lead, rng)
    _namesakes(name, father, first, female, birth, rng)
    shared_phone = ~first & (rng.random(count) < 0.45)
    phone = phone_numbers(count, rng)
    phone = np.where(shared_phone, phone[lead], _some(phone, 0.82, rng))
    next_phone = np.where(rng.random(count) < 0.75, phone_numbers(count, rng), phone)
    reissued = rng.random(count) < 0.02
    next_phone[reissued] = rng.permutation(phone)[reissued]
    alias_m = lex.groups["alias.m"].draw(count, rng)
    alias_f = lex.groups["alias.f"].draw(count, rng)
    alias = _some(np.where(female, alias_f, alias_m).astype(np.int64), 0.38, rng)
    second = np.where(female, alias_f[::-1], lex.groups["alias.m"].draw(count, rng)).astype(np.int64)
    second = np.where(rng.random(count) < 0.3, name[rng.permutation(count), GIVEN], second)
    return People(
        household=household,
        female=female,
        community=community,
        name=name,
        joined=rng.random(count) < 0.62,
        father=father,
        father_joined=(rng.random(homes) < 0.62)[household],
        mother=mother,
        husband=husband,
        late_father=(rng.random(homes) < 0.14)[household],
        birth=birth,
        jan_first=rng.random(count) < 0.34,
        age_slip=rng.normal(0, 1.1, count),
        state=state,
        district=district[household],
        station=station[household],
        village=village[household],
        house=rng.integers(1, 900, homes)[household],
        lane=rng.integers(1, 31, homes)[household],
        height=np.clip(rng.normal(np.where(female, 154, 166), 6, count), 135, 190).astype(np.int64),
        alias=alias,
        alias2=np.where(alias >= 0, _some(second, 0.25, rng), -1),
        mark=_some(rng.integers(0, 1 << 30, count), 0.6, rng),
        mark2=_some(rng.integers(0, 1 << 30, count), 0.45, rng),
        phone=phone,
        next_phone=next_phone,
        aadhaar=_some(aadhaar_numbers(count, rng), 0.8, rng),
        pan=_some(rng.integers(0, 1 << 40, count), 0.3, rng),
        epic=_some(rng.integers(0, 1 << 40, count), 0.5, rng),
        licence=_some(rng.integers(0, 1 << 40, count), 0.35, rng),
        nfn=_some(rng.integers(0, 10**8, count), 0.3, rng),
        start=start,
    )


def _echo_names(name: Names, first: npt.NDArray[np.bool_], lead: Ints, rng: np.random.Generator) -> None:
    """Brothers are often named alike (Ram Kumar, Ram Prasad): some share the first part of the given name."""
    echo = np.flatnonzero(~first & (name[lead, SECOND] >= 0) & (name[:, SECOND] >= 0) & (rng.random(len(first)) < 0.4))
    name[echo, GIVEN] = name[lead[echo], GIVEN]


def _namesakes(
    name: Names,
    father: Names,
    first: npt.NDArray[np.bool_],
    female: npt.NDArray[np.bool_],
    birth: Ints,
    rng: np.random.Generator,
) -> None:
    """Exact namesakes with the same father's name and a like age, in another family (any district)."""
    men = np.flatnonzero(first & ~female)
    chosen = rng.permutation(men)[: max(1, len(men) // 60)]
    model = rng.permutation(men)[: len(chosen)]
    name[chosen] = name[model]
    father[chosen] = father[model]
    close = rng.random(len(chosen)) < 0.5
    birth[chosen[close]] = birth[model[close]] + rng.integers(-900, 900, int(close.sum()))
