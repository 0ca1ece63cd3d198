"""Who was recorded where and when: one row per record, by state and date."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .geography import STATES, geography
from .world import LAST_DAY, People

Ints = npt.NDArray[np.int64]
NO_DAY = -1_000_000  # stands for a date that is not stated


@dataclass
class Records:
    """Records of one source in the order of their native ids; days count from 1970-01-01."""

    state: int
    person: Ints
    fir_day: Ints
    arrest_day: Ints
    arrest_known: npt.NDArray[np.bool_]
    serial: Ints
    district: Ints
    station: Ints
    away: npt.NDArray[np.bool_]  # the person's home is in another state
    moved: npt.NDArray[np.bool_]  # the record shows an address after a move
    order: Ints  # position of the record among the person's records
    brother: npt.NDArray[np.bool_]  # accused together with the brother in the row before

    def __len__(self) -> int:
        return len(self.person)


def years(days: Ints) -> Ints:
    """Calendar years of days since 1970-01-01."""
    return days.astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64) + 1970


def counts(people: int, density: float, rng: np.random.Generator) -> Ints:
    """Records of each person, `density` on average: most have one, few have many (negative binomial)."""
    more = max(density - 1.0, 1e-6)
    extra = rng.negative_binomial(0.5, 0.5 / (0.5 + more), people)
    return 1 + np.minimum(extra, 14)


def happen(people: People, number: Ints, rng: np.random.Generator) -> list[Records]:
    """The records of all four sources; `number` gives the records of each person."""
    person = np.repeat(np.arange(len(people)), number)
    order = np.arange(len(person)) - np.repeat(np.cumsum(number) - number, number)
    window = np.maximum(LAST_DAY - people.start, 30)
    active = np.minimum(rng.exponential(5000, len(people)) + 800, window)
    day = people.start[person] + (active[person] * rng.random(len(person)) * (order > 0)).astype(np.int64)
    arrest = np.minimum(day, LAST_DAY)
    fir = arrest - 1 - rng.exponential(19.0, len(person)).astype(np.int64)
    away_state = _other_state(people, rng)
    roams = (rng.random(len(people)) < 0.4)[person]
    away = rng.random(len(person)) < np.where(order == 0, 0.05, np.where(roams, 0.66, 0.03))
    state = np.where(away, away_state[person], people.state[person])
    draft = _Draft(person, order, fir, arrest, away, np.arange(len(person), dtype=float), state)
    draft = _with_brothers(people, draft, np.cumsum(number) - number, rng)
    return [_of_state(people, code, draft, rng) for code in range(len(STATES))]


@dataclass
class _Draft:
    person: Ints
    order: Ints
    fir: Ints
    arrest: Ints
    away: npt.NDArray[np.bool_]
    rank: npt.NDArray[np.float64]  # order of records of one day; a half stands for 'right after'
    state: Ints


def _with_brothers(people: People, draft: _Draft, first_record: Ints, rng: np.random.Generator) -> _Draft:
    """Uttar Pradesh only, where one row may name several: brothers who were accused together with an elder one."""
    follows = np.flatnonzero(people.household[1:] == people.household[:-1]) + 1
    lead = np.searchsorted(people.household, people.household[follows])
    same_father = (people.father[follows] == people.father[lead]).all(axis=1)
    same_father &= (people.village[follows] == people.village[lead]) & (
        people.district[follows] == people.district[lead]
    )
    men = ~people.female[follows] & ~people.female[lead]
    with_lead = first_record[lead]
    take = same_father & men & (draft.state[with_lead] == STATES.index("UP")) & ~draft.away[with_lead]
    take &= rng.random(len(follows)) < 0.14
    rows, extra = with_lead[take], follows[take]
    rows, once = np.unique(rows, return_index=True)
    return _Draft(
        np.append(draft.person, extra[once]),
        np.append(draft.order, np.ones(len(rows), dtype=np.int64)),
        np.append(draft.fir, draft.fir[rows]),
        np.append(draft.arrest, draft.arrest[rows]),
        np.append(draft.away, np.zeros(len(rows), dtype=bool)),
        np.append(draft.rank, rows + 0.5),
        np.append(draft.state, draft.state[rows]),
    )


def _other_state(people: People, rng: np.random.Generator) -> Ints:
    near = [district.near for district in geography().districts]
    width = max(map(len, near))
    table = np.array([[*row, *(row[i % len(row)] for i in range(width - len(row)))] for row in near])
    pick = (rng.random(len(people)) ** 1.6 * width).astype(np.int64)
    other = np.where(
        rng.random(len(people)) < 0.55, table[people.district, pick], rng.integers(0, len(STATES), len(people))
    )
    return np.where(other == people.state, (other + 1) % len(STATES), other)


def _of_state(people: People, code: int, draft: _Draft, rng: np.random.Generator) -> Records:
    rows = np.flatnonzero(draft.state == code)
    rows = rows[np.lexsort((draft.rank[rows], draft.fir[rows]))]
    person, away = draft.person[rows], draft.away[rows]
    count = len(rows)
    geo = geography()
    local = geo.by_state[code]
    popular = rng.dirichlet(np.full(len(local), 1.2))
    elsewhere = away | (rng.random(count) < 0.22)
    # a person who is caught away from home is mostly caught in the same place again
    habit = rng.choice(local, p=popular, size=len(people))[person]
    drift = np.where(rng.random(count) < 0.75, habit, rng.choice(local, p=popular, size=count))
    district = np.where(elsewhere, drift, people.district[person])
    stations = np.array([len(d.stations) for d in geo.districts])
    drawn = (rng.random(count) ** 1.4 * stations[district]).astype(np.int64)
    station = np.where(elsewhere | (rng.random(count) < 0.22), drawn, people.station[person] % stations[district])
    records = Records(
        state=code,
        person=person,
        fir_day=draft.fir[rows],
        arrest_day=draft.arrest[rows],
        arrest_known=rng.random(count) < 0.797,
        serial=rng.integers(1, 900, count),
        district=district,
        station=station,
        away=away,
        moved=(rng.random(len(people)) < 0.3)[person] & (rng.random(count) < 0.55),
        order=draft.order[rows],
        brother=draft.rank[rows] % 1 > 0,
    )
    _co_accused(records, rng)
    return records


def _co_accused(records: Records, rng: np.random.Generator) -> None:
    """Neighbouring rows now and then belong to one FIR: same number, dates and station."""
    follow = np.flatnonzero((rng.random(len(records)) < 0.045) | records.brother)
    follow = follow[follow > 0]
    for column in (records.serial, records.fir_day, records.arrest_day, records.district, records.station):
        column[follow] = column[follow - 1]
