"""The people behind the records: names, families, homes, phones and identifiers, as arrays (one row per person)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .geography import STATES, geography
from .identifiers import aadhaar_numbers, phone_numbers
from .lexicon import FloatArray, Lexicon, lexicon
from .naming import GIVEN, HINDU, MUSLIM, SECOND, SIKH, Bools, Ints, NameDrawer, Names

STATE_SHARES = (0.205, 0.435, 0.215, 0.145)
FIRST_DAY = np.datetime64("2009-01-01").astype(int)
LAST_DAY = np.datetime64("2024-12-31").astype(int)
_YEAR = 365.25
HOLDING = 5.0
"""Years that a number is kept, on average. In the sample of extracts .56 of the pairs of records that other identifiers tie together state
one number within three years of each other, .33 after four and .12 to .21 after five to seven."""
IDLE_DAYS = 90
"""A number that is given up is not given out again for so long: rule of India's telecom department, as the regulator told the Supreme Court
in October 2023 (deccanherald.com/india/phone-number-gets-deactivated-after-90-days-…-2755343)."""
GIVEN_AGAIN = 0.02
"""Share of people whose new number was given up by another of the people here. Operators give out more than ten million old numbers a month
(indiatvnews.com, explainers, 26 April 2024), which is a tenth of all 1.2 billion in a year and about two of five new numbers; that an
earlier holder is in the same databases is rare and rises with their size."""


@dataclass
class People:
    """One row per person; days count from 1970-01-01, -1 means none."""

    household: Ints
    female: Bools
    community: Ints
    name: Names
    joined: Bools
    father: Names
    father_joined: Bools
    mother: Names
    husband: Names
    late_father: Bools
    birth: Ints
    jan_first: Bools
    age_slip: FloatArray
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
    phone_until: Ints
    next_phone: Ints
    aadhaar: Ints
    pan: Ints
    epic: Ints
    licence: Ints
    nfn: Ints
    start: Ints

    def __len__(self) -> int:
        return len(self.birth)


def _some(values: Ints, share: float, rng: np.random.Generator) -> Ints:
    """The values, each kept with chance share, else -1."""
    return np.where(rng.random(len(values)) < share, values, -1)


@dataclass
class _Homes:
    """One row per household."""

    state: Ints
    district: Ints
    station: Ints
    village: Ints
    community: Ints
    surname: Names
    father: Names


@dataclass
class _Roles:
    """Who people are in their household; `lead` is the row of its first person."""

    household: Ints
    first: Bools
    lead: Ints
    female: Bools
    wife: Bools
    twin: Bools


def build(count: int, seed: np.random.SeedSequence, apart: bool = False) -> People:
    """`count` people in households (apart: everybody in one of their own); deterministic in seed."""
    rng = np.random.default_rng(seed)
    lex = lexicon()
    drawer = NameDrawer(lex, rng)
    roles = _roles(count, apart, rng)
    household, first, lead = roles.household, roles.first, roles.lead
    homes = _homes(int(household[-1]) + 1 if count else 0, drawer, rng)
    community = homes.community[household]
    name, father, husband = _names(roles, homes, drawer)
    mother = drawer.names(community, np.ones(count, dtype=bool), homes.surname[household])
    birth, start = _lives(roles, rng)
    _echo_names(name, roles, rng)
    _namesakes(name, father, roles, homes, birth, rng)
    start = np.maximum(start, birth + int(14 * _YEAR))
    phone = phone_numbers(count, rng)
    phone = np.where(~first & (rng.random(count) < 0.45), phone[lead], _some(phone, 0.82, rng))
    phone_until = start + (rng.spawn(1)[0].exponential(HOLDING, count) * _YEAR).astype(np.int64)
    alias = _some(_aliases(roles.female, lex, rng), 0.38, rng)
    other_alias = np.where(
        rng.random(count) < 0.3, name[rng.permutation(count), GIVEN], _aliases(roles.female, lex, rng)
    )
    in_home = len(homes.state)
    return People(
        household=household,
        female=roles.female,
        community=community,
        name=name,
        joined=rng.random(count) < 0.62,
        father=father,
        father_joined=(rng.random(in_home) < 0.62)[household],
        mother=mother,
        husband=husband,
        late_father=(rng.random(in_home) < 0.115)[household],
        birth=birth,
        jan_first=rng.random(count) < 0.34,
        age_slip=rng.normal(0, 1.25, count),
        state=homes.state[household],
        district=homes.district[household],
        station=homes.station[household],
        village=homes.village[household],
        house=rng.integers(1, 900, in_home)[household],
        lane=rng.integers(1, 31, in_home)[household],
        height=np.clip(rng.normal(np.where(roles.female, 154, 166), 6, count), 135, 190).astype(np.int64),
        alias=alias,
        alias2=np.where(alias >= 0, _some(other_alias, 0.25, rng), -1),
        mark=_some(rng.integers(0, 1 << 30, count), 0.6, rng),
        mark2=_some(rng.integers(0, 1 << 30, count), 0.45, rng),
        phone=phone,
        phone_until=phone_until,
        next_phone=_next_phones(phone, phone_until, rng),
        aadhaar=_some(aadhaar_numbers(count, rng), 0.8, rng),
        pan=_some(rng.integers(0, 1 << 40, count), 0.3, rng),
        epic=_some(rng.integers(0, 1 << 40, count), 0.5, rng),
        licence=_some(rng.integers(0, 1 << 40, count), 0.35, rng),
        nfn=_some(rng.integers(0, 10**8, count), 0.3, rng),
        start=start,
    )


def _roles(count: int, apart: bool, rng: np.random.Generator) -> _Roles:
    """Nine of ten households hold one person; the others brothers, twins, wives and sisters."""
    sizes = np.ones(count, int) if apart else rng.choice([1, 2, 3], p=[0.9, 0.08, 0.02], size=count)
    household = np.repeat(np.arange(count), sizes)[:count]
    first = np.ones(count, dtype=bool)
    first[1:] = household[1:] != household[:-1]
    role = rng.random(count)
    female = np.where(first, rng.random(count) < 0.062, role < 0.3)
    return _Roles(
        household, first, np.flatnonzero(first)[household], female, ~first & (role < 0.19), ~first & (role > 0.9)
    )


def _homes(count: int, drawer: NameDrawer, rng: np.random.Generator) -> _Homes:
    """Homes: some districts have many, some villages end in Khurd or Kalan, many families use no surname."""
    geo = geography()
    state = rng.choice(len(STATES), p=STATE_SHARES, size=count)
    muslim = rng.random(count) < np.array([0.2, 0.24, 0.12, 0.09])[state]
    sikh = rng.random(count) < np.array([0.03, 0.0, 0.02, 0.1])[state]
    community = np.where(muslim, MUSLIM, np.where(sikh, SIKH, HINDU))
    district = np.zeros(count, dtype=np.int64)
    village = np.zeros(count, dtype=np.int64)
    surname = np.full(count, -1, dtype=np.int32)
    for number, numbers in enumerate(geo.by_state):
        here = np.flatnonzero(state == number)
        district[here] = rng.choice(numbers, p=rng.dirichlet(np.full(len(numbers), 1.2)), size=len(here))
        places = geo.settlements[number]
        plain = rng.integers(0, places.plain, len(here))
        village[here] = np.where(rng.random(len(here)) < 0.8, plain, rng.integers(0, len(places.deva), len(here)))
        for group, code in enumerate("hms"):
            family = here[community[here] == group]
            surname[family] = drawer.lex.surnames[code, STATES[number]].draw(len(family), rng)
    surname[rng.random(count) < np.array([0.21, 0.33, 0.31, 0.25])[state]] = -1
    stations = np.array([len(d.stations) for d in geo.districts])
    station = (rng.random(count) ** 1.5 * stations[district]).astype(np.int64)
    father = drawer.names(community, np.zeros(count, dtype=bool), surname)
    return _Homes(state, district, station, village, community, surname, father)


def _names(roles: _Roles, homes: _Homes, drawer: NameDrawer) -> tuple[Names, Names, Names]:
    """Names, fathers and husbands: wives of the household and some sisters-in-law have fathers elsewhere."""
    household, count = roles.household, len(roles.household)
    community, surname = homes.community[household], homes.surname[household]

    def men(rows: Bools) -> Names:
        return drawer.names(community[rows], np.zeros(int(rows.sum()), dtype=bool), surname[rows])

    name = drawer.names(community, roles.female, surname)
    father = homes.father[household]
    elsewhere = roles.wife | (roles.female & (drawer.rng.random(count) < 0.3))
    father[elsewhere] = men(elsewhere)
    husband = np.full((count, 5), -1, dtype=np.int32)
    married = roles.female & ~roles.wife & (drawer.rng.random(count) < 0.55)
    husband[married] = men(married)
    husband[roles.wife] = name[roles.lead[roles.wife]]
    return name, father, husband


def _lives(roles: _Roles, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Day of birth and day of the first record; more records in later years, most people young."""
    count = len(roles.first)
    start = FIRST_DAY + ((LAST_DAY - FIRST_DAY) * rng.random(count) ** 0.75).astype(np.int64)
    age = np.minimum(16.2 + rng.gamma(2.0, 8.2, count), 72)
    birth = start - (age * _YEAR).astype(np.int64)
    gap = (rng.choice([-1, 1], count) * rng.integers(400, 2900, count)).astype(np.int64)
    birth = np.where(roles.first, birth, birth[roles.lead] + np.where(roles.twin, 0, gap))
    return birth, np.maximum(start, birth + int(14 * _YEAR))


def _aliases(female: Bools, lex: Lexicon, rng: np.random.Generator) -> Ints:
    count = len(female)
    words = np.where(female, lex.groups["alias.f"].draw(count, rng), lex.groups["alias.m"].draw(count, rng))
    return words.astype(np.int64)


def _next_phones(phone: Ints, until: Ints, rng: np.random.Generator) -> Ints:
    """The number after a change of phone; some are old numbers of others, issued again after a while."""
    count = len(phone)
    rng.random(count)  # keeps the values of all that is drawn later
    number = phone_numbers(count, rng)
    again = np.flatnonzero(rng.random(count) < GIVEN_AGAIN)
    rng.permutation(count)
    by_day = np.argsort(until, kind="stable")
    free = np.searchsorted(until[by_day], until[again] - IDLE_DAYS, side="right")  # how many numbers are free by then
    giver = by_day[(rng.spawn(1)[0].random(len(again)) * free).astype(np.int64)]
    return _replaced(number, again[free > 0], phone[giver[free > 0]])


def _replaced(number: Ints, rows: Ints, old: Ints) -> Ints:
    known = old >= 0
    number[rows[known]] = old[known]
    return number


def _echo_names(name: Names, roles: _Roles, rng: np.random.Generator) -> None:
    """Brothers are often named alike (Ram Kumar, Ram Prasad): some share the first part of the given name."""
    compound = (name[roles.lead, SECOND] >= 0) & (name[:, SECOND] >= 0)
    echo = np.flatnonzero(~roles.first & compound & (rng.random(len(name)) < 0.4))
    name[echo, GIVEN] = name[roles.lead[echo], GIVEN]


def _namesakes(name: Names, father: Names, roles: _Roles, homes: _Homes, birth: Ints, rng: np.random.Generator) -> None:
    """Exact namesakes with the same father's name in another family: most live in another village of the district and are some years older
    or younger, the others anywhere and of like age."""
    men = rng.permutation(np.flatnonzero(roles.first & ~roles.female))
    near, far = men[: len(men) // 45], men[len(men) // 45 : len(men) // 45 + len(men) // 110]
    model = rng.permutation(men)[: len(near) + len(far)]
    for rows, models in ((near, model[: len(near)]), (far, model[len(near) :])):
        name[rows] = name[models]
        father[rows] = father[models]
    here, there = roles.household[near], roles.household[model[: len(near)]]
    homes.state[here], homes.district[here] = homes.state[there], homes.district[there]
    homes.station[here] = homes.station[there] + 1
    geo = geography()  # villages and stations that exist there
    homes.station[here] %= np.array([len(d.stations) for d in geo.districts])[homes.district[here]]
    homes.village[here] %= np.array([len(places.deva) for places in geo.settlements])[homes.state[here]]
    years = rng.choice([-1, 1], len(near)) * rng.uniform(2, 14, len(near))
    birth[near] = birth[model[: len(near)]] + (years * _YEAR).astype(np.int64)
    birth[far] = birth[model[len(near) :]] + rng.integers(-1300, 1300, len(far))
