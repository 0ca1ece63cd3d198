"""States, districts, stations and settlements; every place in both scripts."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import product

import numpy as np

from .romanise import romanise
from .tables import forms, rows

STATES = ("DL", "UP", "RJ", "HR")
GENERIC = (
    ("कोतवाली", "Kotwali"), ("सदर", "Sadar"), ("सिविल लाइन", "Civil Lines"), ("शहर", "City"), ("देहात", "Dehat"),
    ("मंडी", "Mandi"), ("गांधी नगर", "Gandhi Nagar"), ("आदर्श नगर", "Adarsh Nagar"), ("महिला थाना", "Mahila Thana"),
    ("रेलवे रोड", "Railway Road"), ("कैंट", "Cantt"), ("नई मंडी", "Nai Mandi"), ("बस स्टैण्ड", "Bus Stand"),
    ("औद्योगिक क्षेत्र", "Industrial Area"), ("शिवाजी नगर", "Shivaji Nagar"), ("किशनपुरा", "Kishanpura"),
)  # fmt: skip


@dataclass(frozen=True)
class District:
    """A district with its stations as (Devanagari, Latin) pairs; deva holds its spellings."""

    state: int
    deva: tuple[str, ...]
    latin: str
    rto: int
    pin: str
    near: tuple[int, ...]
    stations: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Settlements:
    """Names of villages (colonies in Delhi) of a state, by number, in both scripts; the first `plain` have no tail."""

    deva: tuple[str, ...]
    latin: tuple[str, ...]
    plain: int


@dataclass(frozen=True)
class Geography:
    """All districts (numbered), the numbers of each state's districts, and each state's settlement names."""

    districts: tuple[District, ...]
    by_state: tuple[np.ndarray, ...]
    settlements: tuple[Settlements, ...]


def title(text: str) -> str:
    """First letters of words in capitals."""
    return " ".join(word[:1].upper() + word[1:] for word in text.split(" "))


@cache
def geography() -> Geography:
    """The places, built once per process."""
    districts: list[District] = []
    for row in rows("districts"):
        state = STATES.index(row["state"])
        if state == 0:
            stations = tuple((name, name) for name in forms(row["stations"]))
        else:
            own = tuple(
                (name, title(romanise(name))) for name in (*forms(row["stations"]), row["devanagari"].split("|")[0])
            )
            stations = own + GENERIC
        near = tuple(STATES.index(code) for code in row["near"].split())
        districts.append(
            District(state, forms(row["devanagari"]), row["latin"], int(row["rto"]), row["pin"], near, stations)
        )
    by_state = tuple(
        np.array([i for i, district in enumerate(districts) if district.state == state], dtype=np.int32)
        for state in range(len(STATES))
    )
    return Geography(tuple(districts), by_state, tuple(_settlements(state) for state in range(len(STATES))))


def _settlements(state: int) -> Settlements:
    parts = rows("villages")
    firsts = [row for row in parts if row["kind"] == "first"]
    ends = [row for row in parts if row["kind"] == STATES[state]]
    tails = [row for row in parts if row["kind"] == "tail"]
    gap = " " if state == 0 else ""
    pairs = [
        (first["devanagari"] + gap + end["devanagari"], first["latin"] + gap + end["latin"].lower())
        for first, end in product(firsts, ends)
    ]
    plain = len(pairs)
    if state:
        pairs += [
            (f"{deva} {tail['devanagari']}", f"{latin} {tail['latin']}")
            for (deva, latin), tail in product(pairs[:plain], tails)
        ]
    return Settlements(tuple(deva for deva, _ in pairs), tuple(title(latin) for _, latin in pairs), plain)
