"""The reference lists behind name comparison: titles, abbreviations, spelling families, pet names and how common names are.

They are data in `configs/reference`; here they are folded, indexed and offered by word.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Literal

import numpy as np
import pyarrow as pa
import yaml
from numpy.typing import NDArray
from pyarrow import csv

from linker.config.loading import CONFIGS, Settings, load
from linker.errors import ConfigError
from linker.names.sounds import Code, keys, keys_of_codes
from linker.names.unicode import fold

REFERENCE = CONFIGS / "reference"
WEAK_COST = 3.0
"""Bits taken off for a family member marked '?': it may be this name and often is another."""


class _Title(Settings):
    meaning: str
    forms: tuple[str, ...] = ()
    only_marked: tuple[str, ...] = ()
    gender: Literal["", "male", "female"] = ""
    may_be_name: bool = False


class _Glued(Settings):
    always: tuple[str, ...]
    behind_a_name: tuple[str, ...]


class _Titles(Settings):
    honorifics: list[_Title]
    prefixes: list[_Title]
    afterwards: list[_Title]
    alias_marks: list[str]
    women: list[str]
    men: list[str]
    no_given_name: list[str]
    letters: dict[str, str]
    glued: _Glued


class _PetName(Settings):
    pet: list[str]
    given: list[str]


class _PetNames(Settings):
    cost: float
    names: list[_PetName]


@dataclass
class Abbreviation:
    """What a short form stands for at the start of a name, later in it, and later in a woman's name; '' keeps the form."""

    first: str = ""
    later: str = ""
    later_of_women: str = ""
    first_is_female: bool = False


@dataclass(frozen=True)
class Counts:
    """How many of `total` names bear a sound (sorted `key`), in public lists, and the share of women among them (-1 unknown)."""

    key: NDArray[np.int64]
    n: NDArray[np.float64]
    women: NDArray[np.float32]
    total: float

    def find(self, key: NDArray[np.int64]) -> tuple[NDArray[np.float64], NDArray[np.float32]]:
        """Names bearing each key (0 if unknown) and the share of women among them (-1 if unknown)."""
        at = np.minimum(np.searchsorted(self.key, key), len(self.key) - 1)
        known = self.key[at] == key
        return np.where(known, self.n[at], 0.0), np.where(known, self.women[at], np.float32(-1))


@dataclass(frozen=True)
class Lexicon:
    """All lists, with every form folded and without its mark of abbreviation."""

    honorifics: dict[str, int]
    """Form to gender (0 unknown, 1 male, 2 female)."""
    marked_honorifics: frozenset[str]
    half_names: frozenset[str]
    """Honorifics that, before a word that is no given name by itself, make one with it: Shri Ram."""
    prefixes: frozenset[str]
    afterwards: frozenset[str]
    alias_marks: frozenset[str]
    women: frozenset[str]
    men: frozenset[str]
    no_given_name: frozenset[str]
    letters: dict[str, str]
    """Devanagari name of a Latin letter to the letter."""
    glued: dict[str, bool]
    """Words that are typed without a blank behind a name, and whether only behind a name that is known."""
    abbreviations: dict[str, Abbreviation]
    families: dict[str, list[tuple[int, float]]]
    """Spelling to (family, cost in bits)."""
    endings: dict[str, tuple[int, float]]
    """Ending of a Latin word to (family of endings, cost in bits)."""
    counts: Counts

    @cached_property
    def glued_lengths(self) -> list[int]:
        """How long the words of `glued` are, the longest first."""
        return sorted({len(form) for form in self.glued}, reverse=True)


def _plain(form: str) -> str:
    return fold(form).rstrip(".॰")


@lru_cache(maxsize=1)
def lexicon() -> Lexicon:
    """The shipped lists.

    Raises:
        ConfigError: a list is missing or malformed.
    """
    titles = load(REFERENCE / "name_titles.yaml", _Titles)
    genders = {"": 0, "male": 1, "female": 2}
    return Lexicon(
        honorifics={_plain(f): genders[t.gender] for t in titles.honorifics for f in t.forms},
        marked_honorifics=frozenset(_plain(f) for t in titles.honorifics for f in t.only_marked),
        half_names=frozenset(_plain(f) for t in titles.honorifics if t.may_be_name for f in t.forms),
        prefixes=frozenset(_plain(f) for t in titles.prefixes for f in t.forms),
        afterwards=frozenset(_plain(f) for t in titles.afterwards for f in t.forms),
        alias_marks=frozenset(_plain(f) for f in titles.alias_marks),
        women=frozenset(map(_plain, titles.women)),
        men=frozenset(map(_plain, titles.men)),
        no_given_name=frozenset(map(_plain, titles.no_given_name)),
        letters={_plain(k): v for k, v in titles.letters.items()},
        glued={_plain(f): False for f in titles.glued.always} | {_plain(f): True for f in titles.glued.behind_a_name},
        abbreviations=_abbreviations(REFERENCE / "name_abbreviations.yaml"),
        families=_families(REFERENCE / "name_families.tsv", load(REFERENCE / "nicknames.yaml", _PetNames)),
        endings=_endings(REFERENCE / "name_endings.tsv"),
        counts=_counts(CONFIGS / "models" / "name_counts.tsv"),
    )


def _abbreviations(path: Path) -> dict[str, Abbreviation]:
    found: dict[str, Abbreviation] = {}
    for entry in yaml.safe_load(path.read_text(encoding="utf-8")):
        unknown = set(entry) - {"word", "anywhere", "first", "later", "later_of_women", "gender"}
        if unknown or "word" not in entry:
            raise ConfigError(
                f"abbreviation entry not understood: {entry}", where=str(path), do="see the head of the file"
            )
        word = fold(entry["word"])
        for place in ("anywhere", "first", "later", "later_of_women"):
            for form in entry.get(place, []):
                a = found.setdefault(_plain(form), Abbreviation())
                if place in ("anywhere", "first"):
                    a.first, a.first_is_female = word, entry.get("gender") == "female"
                if place in ("anywhere", "later"):
                    a.later = word
                if place in ("anywhere", "later_of_women"):
                    a.later_of_women = word
    return found


def _groups(path: Path) -> list[tuple[float, list[str]]]:
    """Every family of a list: its cost in bits and its spellings."""
    lines = [x for x in path.read_text(encoding="utf-8").splitlines() if x and not x.startswith("#")][1:]
    return [(float(cost), spellings.split()) for cost, _, spellings in (line.partition("\t") for line in lines)]


def _endings(path: Path) -> dict[str, tuple[int, float]]:
    return {fold(e): (number, cost / 2) for number, (cost, endings) in enumerate(_groups(path)) for e in endings}


def _families(path: Path, pets: _PetNames) -> dict[str, list[tuple[int, float]]]:
    members: dict[str, list[tuple[int, float]]] = {}
    groups = _groups(path)
    for number, (cost, spellings) in enumerate(groups):
        for spelling in spellings:
            weak = WEAK_COST if spelling.endswith("?") else 0.0
            members.setdefault(fold(spelling.rstrip("?")), []).append((number, cost / 2 + weak))
    number = len(groups)
    for entry in pets.names:  # a pet name stands for each given name by itself: two given names are not one through it
        for given in entry.given:
            for pet in entry.pet:
                members.setdefault(fold(pet), []).append((number, pets.cost / 2))
            members.setdefault(fold(given), []).append((number, pets.cost / 2))
            number += 1
    return members


def _counts(path: Path) -> Counts:
    if not path.exists():
        return Counts(np.zeros(1, np.int64), np.zeros(1), np.full(1, -1, np.float32), 1.0)
    table = csv.read_csv(
        path,
        read_options=csv.ReadOptions(skip_rows=_comment_lines(path)),
        parse_options=csv.ParseOptions(delimiter="\t"),
    )
    key = keys_of_codes(table["sound"].combine_chunks(), Code.SOUND)
    order = np.argsort(key, kind="stable")
    n, women = table["names"].to_numpy().astype(np.float64), table["women"].to_numpy().astype(np.float32)
    return Counts(key[order], n[order], women[order], float(_total(path)))


def _comment_lines(path: Path) -> int:
    with path.open(encoding="utf-8") as file:
        return next(i for i, line in enumerate(file) if not line.startswith("#"))


def _total(path: Path) -> int:
    with path.open(encoding="utf-8") as file:
        return int(next(line.rpartition(":")[2] for line in file if line.startswith("# names:")))


def sound_keys(latin: pa.Array) -> NDArray[np.int64]:
    """The key by which frequencies are pooled."""
    return keys(latin, Code.SOUND)


def bits(share: float) -> float:
    """-log2 of a share."""
    return -math.log2(share)
