"""Districts of the four states and the names of all states, in every spelling the reference tables know → one canonical
name.

A name is looked up by its folded form, then by its place key, then by the closest known form of the same script. A name
that several states have (Pratapgarh) is decided by the state that stands with it.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property, lru_cache

from rapidfuzz import fuzz, process

from linker.names.unicode import fold
from linker.normalise.places import place_key, plain_place
from linker.normalise.reference import forms, rows

CLOSEST = 88
"""Least similarity (rapidfuzz ratio, 0 … 100) of a name to a known form when neither form nor key is known."""

LONGEST = 120
"""Characters of a cell that are looked at."""

ONLY_AT_HOME = "?"
"""Before a form in districts.tsv that is common elsewhere: it counts only where the state is known to be the
district's."""

_SHORTEST_KEY = 3
_SHORTEST_GUESS = 5

_BRACKET = re.compile(r"\(([^()]{1,40})\)")


@dataclass(frozen=True, slots=True)
class District:
    """A district's canonical name, lower case, unique across states, and its state."""

    name: str
    state: str


class Gazetteer:
    """All known districts and states."""

    def __init__(self) -> None:
        self._by_form: dict[str, list[District]] = defaultdict(list)
        self._by_key: dict[str, list[District]] = defaultdict(list)
        self._at_home: dict[tuple[str, str], District] = {}
        for row in rows("districts.tsv"):
            district = District(row["district"], row["state"])
            for form in [row["district"], *forms(row["forms"])]:
                if form.startswith(ONLY_AT_HOME):
                    for entry in (_form(form[1:]), fold(form[1:]), plain_place(form[1:])):
                        self._at_home[district.state, entry] = district
                else:
                    self._add(form, district)

    def _add(self, form: str, district: District) -> None:
        entries = [(self._by_form, _form(form)), (self._by_form, fold(form)), (self._by_key, place_key(form) or "")]
        for table, entry in entries:
            if entry and district not in table[entry]:
                table[entry].append(district)

    @cached_property
    def states(self) -> dict[str, str]:
        """Every known form of a state's name → the state."""
        table = rows("states.tsv")
        return {
            _form(form): row["state"] for row in table for form in [row["state"], row["hindi"], *forms(row["forms"])]
        }

    @cached_property
    def hindi(self) -> dict[str, str]:
        """State → its name in Hindi."""
        return {row["state"]: row["hindi"] for row in rows("states.tsv")}

    def state(self, text: str) -> str | None:
        """Canonical state of a cell; None where it is not known."""
        return self.states.get(_form(text))

    @cached_property
    def _last_words(self) -> frozenset[str]:
        return frozenset(form.split()[-1] for form in self.states)

    def may_end_state(self, word: str) -> bool:
        """Whether a word is the last of some state's name."""
        parts = _form(word).split()
        return bool(parts) and parts[-1] in self._last_words

    @lru_cache(maxsize=50_000)  # noqa: B019  there is one gazetteer, and it lives as long as the program
    def district(self, text: str, state: str | None = None) -> District | None:
        """The district that a cell names. `state`, or a state in brackets after the name, decides between namesakes."""
        bracket = _BRACKET.search(text[:LONGEST])
        state = (self.state(bracket[1]) if bracket else None) or state
        bare = _BRACKET.sub(" ", text[:LONGEST])
        spelt = (fold(text[:LONGEST]).strip(), _form(bare), plain_place(bare))
        for spelling in spelt:
            if state and (state, spelling) in self._at_home:
                return self._at_home[state, spelling]
        candidates = next((found for spelling in spelt if (found := self._by_form.get(spelling))), None)
        if candidates:
            return _choose(candidates, state)
        key = place_key(bare)
        if key is None or len(key) < _SHORTEST_KEY:
            return None
        return _choose(self._by_key.get(key, []), state) or self._closest(spelt[2], state)

    def is_district_of(self, text: str, state: str) -> bool:
        """Whether a text is exactly a known name of one of the state's districts, wherever it stands."""
        return any(district.state == state for district in self._by_form.get(_form(text), []))

    def has_namesakes(self, text: str) -> bool:
        """Whether several states have a district of this name, so that it says nothing without a state."""
        return len(self._by_form.get(_form(_BRACKET.sub(" ", text[:LONGEST])), [])) > 1

    def _closest(self, name: str, state: str | None) -> District | None:
        if len(name) < _SHORTEST_GUESS:
            return None
        best = process.extractOne(name, self._by_form.keys(), scorer=fuzz.ratio, score_cutoff=CLOSEST)
        return _choose(self._by_form[best[0]], state) if best else None


def _choose(candidates: list[District], state: str | None) -> District | None:
    """The candidate of `state`; the only one, or None among several, where the state is unknown."""
    if state is not None:
        of_state = [d for d in candidates if d.state == state]
        return of_state[0] if len(of_state) == 1 else candidates[0] if len(candidates) == 1 else None
    return candidates[0] if len(candidates) == 1 else None


@lru_cache(maxsize=50_000)
def _form(text: str) -> str:
    return re.sub(r"[\s.\-_,/॰0]+", " ", fold(text[:LONGEST])).strip()


@lru_cache(maxsize=1)
def gazetteer() -> Gazetteer:
    """The shipped gazetteer, read once."""
    return Gazetteer()


def state_in_hindi(text: str) -> str:
    """The Hindi name of a state, or the text itself where none is known by it."""
    return gazetteer().hindi.get(gazetteer().state(text) or "", text)


def state_key(text: str) -> str:
    """The canonical name of a state, or the text itself where none is known by it."""
    return gazetteer().state(text) or text
