"""Addresses as clerks write them, in both scripts, parts missing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .events import Records
from .geography import GENERIC, District, geography, title
from .world import People

Ints = npt.NDArray[np.int64]
DELHI = 0
_STATE_LATIN = (("Delhi",), ("UP", "Uttar Pradesh"), ("Rajasthan", "Raj"), ("Haryana", "Hry"))
_STATE_DEVA = (("दिल्ली",), ("उ0प्र0", "उत्तर प्रदेश"), ("राज0", "राजस्थान"), ("हरि0", "हरियाणा"))
STATE_SHORT = ("दिल्ली", "उ0प्र0", "राज0", "हरि0")
_VILLAGE = ("Village ", "Vill ", "Vill. ", "R/o ")
_STATION = ("PS ", "PS- ", "P.S. ")
_TEHSIL = ("Tehsil ", "Teh. ", "Tehsil ")
_DISTRICT = ("Dist ", "Distt ", "Distt. ", "District ")
_MARKS = ("0", "0", "0", "०", ".")
_OTHER_OFFICE = 0.04


@dataclass(frozen=True)
class Homes:
    """Where each record says its person lives."""

    state: Ints
    district: Ints
    station: Ints
    village: Ints
    house: Ints
    lane: Ints
    tells_tehsil: npt.NDArray[np.bool_]


def homes(people: People, records: Records, tehsils: float, rng: np.random.Generator) -> Homes:
    """The home of the person at the time, or for some who are caught in another state a place there; `tehsils`: how often it is said in
    which tehsil that is (the sample of extracts never says it)."""
    geo = geography()
    person = records.person
    count = len(person)
    district = people.district[person].copy()
    village = people.village[person].copy()
    station = people.station[person].copy()
    house, lane = people.house[person].copy(), people.lane[person].copy()
    settles = records.away & (rng.random(len(person)) < 0.4)
    district[settles] = records.district[settles]
    moved = records.moved & ~settles
    neighbour = np.array(
        [int(geo.by_state[d.state][(i * 7 + 3) % len(geo.by_state[d.state])]) for i, d in enumerate(geo.districts)]
    )
    far = moved & (person % 3 == 0)
    district[far] = neighbour[district[far]]
    state = np.array([d.state for d in geo.districts])[district]
    fresh = settles | moved
    sizes = np.array([s.plain for s in geo.settlements])
    village = np.where(fresh, (village * 31 + 17) % sizes[state], village)
    station = np.where(fresh, station * 5 + 1, station) % np.array([len(d.stations) for d in geo.districts])[district]
    house = np.where(fresh, house * 7 % 890 + 1, house)
    lane = np.where(fresh, lane * 11 % 30 + 1, lane)
    # the nearest station is often the one that registers the case
    same = (rng.random(count) < 0.12) & (district == records.district)
    station = np.where(same, records.station, station)
    tells_tehsil = (rng.spawn(1)[0].random(count) < tehsils) & (state != DELHI)
    return Homes(state, district, station, village, house, lane, tells_tehsil)


def latin(homes: Homes, source: int, full: float, rng: np.random.Generator) -> list[str]:
    """Latin addresses; `full` scales how many parts are given."""
    geo = geography()
    count = len(homes.state)
    dice = rng.random((count, 5))
    style = rng.integers(0, 1 << 20, count).tolist()
    out: list[str] = []
    tells_tehsil = homes.tells_tehsil.tolist()
    columns = (homes.state, homes.district, homes.station, homes.village, homes.house, homes.lane)
    for row, (state, district, station, village, house, lane) in enumerate(
        zip(*(c.tolist() for c in columns), strict=True)
    ):
        look = style[row]
        name, with_station, with_district, with_state, short = dice[row]
        place = geo.districts[district]
        parts: list[str] = []
        if name < full:
            text = geo.settlements[state].latin[village]
            if state == DELHI:
                parts.append(f"{house} {text}" if short < 0.25 else f"H.No. {house}, Gali No. {lane}, {text}")
            else:
                parts.append(("VPO " if source == 3 and look % 5 == 0 else _VILLAGE[look % 4]) + text)
        if tells_tehsil[row]:
            parts.append(_TEHSIL[look // 4 % 3] + title(_tehsil(place, station)[1].lower()))
        if with_station < 0.585:
            parts.append(_STATION[look // 4 % 3] + title(place.stations[station][1].lower()))
        if state == DELHI:
            if with_state < 0.72 or not parts:
                parts.append("Delhi")
        else:
            if with_district < 0.78 or not parts:
                parts.append(_DISTRICT[look // 12 % 4] + title(place.latin.lower()))
            if state != source and with_state < 0.8:
                names = _STATE_LATIN[state]
                parts.append(names[look // 48 % len(names)])
        out.append(", ".join(parts))
    return out


def _tehsil(district: District, station: int) -> tuple[str, str]:
    """The tehsil of a station in both scripts: a district has one for every four or five stations, named after a town with a station."""
    own = len(district.stations) - len(GENERIC)
    return district.stations[station % max(1, min(own, len(district.stations) // 5))]


Chance = float | npt.NDArray[np.float64]


def devanagari(homes: Homes, source: int, full: tuple[float, float, Chance], rng: np.random.Generator) -> list[str]:
    """Devanagari addresses; `full`: chances of village, station and district (one for all records, or one each)."""
    geo = geography()
    count = len(homes.state)
    dice = rng.random((count, 4))
    tells_district = (dice[:, 2] < full[2]).tolist()
    style = rng.integers(0, 1 << 24, count).tolist()
    out: list[str] = []
    tells_tehsil = homes.tells_tehsil.tolist()
    columns = (homes.state, homes.district, homes.station, homes.village, homes.house, homes.lane)
    for row, (state, district, station, village, house, lane) in enumerate(
        zip(*(c.tolist() for c in columns), strict=True)
    ):
        look = style[row]
        mark = _MARKS[look % 5]
        with_name, with_station, _, with_state = dice[row]
        place = geo.districts[district]
        parts: list[str] = []
        if with_name < full[0]:
            text = geo.settlements[state].deva[village]
            if state == DELHI:
                parts.append(f"म{mark}नं{mark} {house} गली नं{mark} {lane} {text}")
            else:
                word = ("ग्राम", "ग्राम", "ग्राम", "गांव", "गांव", "मोहल्ला", "मोहल्ला", "ग्रा" + mark)[look // 5 % 8]
                parts.append(f"{word} {text}")
        if tells_tehsil[row]:
            parts.append(("तहसील " if look // 40 % 3 else f"तह{mark} ") + _tehsil(place, station)[0])
        if with_station < full[1] and state != DELHI:
            parts.append(("थाना " if look // 40 % 3 else f"था{mark} ") + place.stations[station][0])
        if state == DELHI:
            if with_state < 0.8 or not parts:
                parts.append("दिल्ली")
        else:
            if tells_district[row] or not parts:
                word = ("जिला ", "जनपद ", f"जि{mark} ")[look // 120 % 3]
                parts.append(word + place.deva[look // 360 % len(place.deva) if look % 7 == 0 else 0])
            if state != source and with_state < 0.85:
                names = _STATE_DEVA[state]
                parts.append(names[look // 720 % len(names)])
        out.append(" ".join(parts))
    return out


def pins(homes: Homes, share: float, rng: np.random.Generator) -> list[str]:
    """PIN codes, '' when not stated. Every station has a post office of its own, as in the sample of extracts, where one station's
    records show one code; now and then the clerk writes that of another office of the district."""
    geo = geography()
    stations = np.array([len(d.stations) for d in geo.districts])[homes.district]
    other = (rng.random(len(homes.state)) * stations).astype(int)
    station = np.where(rng.random(len(homes.state)) < _OTHER_OFFICE, other, homes.station)
    stated = rng.random(len(homes.state)) < share
    return [
        f"{geo.districts[district].pin}{1 + 3 * number:03d}" if give else ""
        for district, number, give in zip(homes.district.tolist(), station.tolist(), stated.tolist(), strict=True)
    ]
