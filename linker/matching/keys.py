"""Features that two records may share, as integers per record; a key is one feature or several mixed into one hash.

The same functions serve the batch (all persons) and the search (one query), so that both find the same candidates.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numba as nb
import numpy as np

from linker.errors import ConfigError
from linker.matching.columns import NAME_FIELDS, UNKNOWN_DAY, PersonColumns
from linker.matching.csr import Csr
from linker.matching.namekeys import bearers, keys_of_bearers
from linker.schema import EXTRA_PREFIX, IdType

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray


DAYS_PER_YEAR = 365.2425
BIRTH_BAND_YEARS = 6

PART_OF = {"name": "name_token"}
"""Features of which every value is one of another feature, too, for the same records."""


class Features:
    """Feature name → values per record, computed when first asked for and kept."""

    def __init__(self, columns: PersonColumns) -> None:
        self._columns = columns
        self._made: dict[str, Csr] = {}

    def get(self, name: str) -> Csr:
        """Values of the feature for every record.

        Raises:
            ConfigError: no such feature; the message lists those that exist.
        """
        if name not in self._made:
            self._made[name] = self._make(name)
        return self._made[name]

    def _make(self, name: str) -> Csr:
        columns = self._columns
        if name in _MAKERS:
            return _MAKERS[name](self)
        if name.startswith("id:") and name[3:] in columns.ids:
            return Csr.of_column(columns.ids[name[3:]].astype(np.int64))
        if name.startswith("last4:") and name[6:] in columns.last4:
            return Csr.of_column(columns.last4[name[6:]].astype(np.int64))
        if name in columns.place:
            return Csr.of_column(columns.place[name].astype(np.int64))
        if name in columns.extra:
            return Csr.of_column(columns.extra[name].astype(np.int64))
        if name.startswith(EXTRA_PREFIX):
            return Csr.of_column(np.full(columns.n, -1, dtype=np.int64))
        known = [
            *_MAKERS,
            *columns.place,
            *(f"id:{t}" for t in IdType),
            *(f"last4:{t}" for t in IdType),
            *columns.extra,
        ]
        raise ConfigError(f"unknown feature '{name}' in a key", do=f"use one of: {', '.join(known)}")

    @property
    def columns(self) -> PersonColumns:
        return self._columns


def _through_names(features: Features, what: str, fields: tuple[str, ...], *, aliases: bool) -> Csr:
    """Keys of the rarer words of the names that stand in `fields` of each record."""
    columns = features.columns
    if what in columns.starts:
        return columns.starts[what]
    who = bearers([columns.name[f] for f in fields], columns.aliases if aliases else None, columns.n)
    return keys_of_bearers(columns.names, who, informative=True, only=columns.only_names)


def _birth_bands(features: Features) -> Csr:
    """Bands of six years on two grids shifted by half: births up to three years apart share at least one."""
    columns = features.columns
    return Csr(*_bands(columns.birth_from, columns.birth_to))


@nb.njit("Tuple((int64[::1], int64[::1]))(int32[::1], int32[::1])", cache=True, nogil=True)
def _bands(first: NDArray[np.int32], last: NDArray[np.int32]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    offsets, bands = np.empty(len(first) + 1, dtype=np.int64), np.empty(2 * len(first), dtype=np.int64)
    count = offsets[0] = 0
    for k in range(len(first)):
        if first[k] != UNKNOWN_DAY:
            middle = (np.float64(first[k]) + last[k]) / 2
            year = np.int64(np.floor(middle / DAYS_PER_YEAR + 1970))
            bands[count] = year // BIRTH_BAND_YEARS
            bands[count + 1] = (year + BIRTH_BAND_YEARS // 2) // BIRTH_BAND_YEARS + 100_000
            count += 2
        offsets[k + 1] = count
    return offsets, bands[:count].copy()


def _birth_day(features: Features) -> Csr:
    columns = features.columns
    exact = (columns.birth_from != UNKNOWN_DAY) & (columns.birth_from == columns.birth_to)
    return Csr.of_column(np.where(exact, columns.birth_from.astype(np.int64) + 100_000, -1))


def _all_ids(features: Features) -> Csr:
    """Any identifier, its type mixed in so that equal numbers of different types do not meet."""
    columns = features.columns
    parts = []
    unsaid = {id(codes) for codes in {id(c): c for c in columns.ids.values()}.values() if codes.max(initial=-1) < 0}
    for number, (_, codes) in enumerate(sorted(columns.ids.items())):
        if id(codes) not in unsaid:
            parts.append(Csr.of_column(np.where(codes >= 0, codes.astype(np.int64) * 64 + number, -1)))
    return Csr.join(parts) if parts else Csr.empty(columns.n)


_MAKERS: dict[str, Callable[[Features], Csr]] = {
    "name": lambda f: _through_names(f, "name", ("name",), aliases=True),
    "name_token": lambda f: f.columns.name_keys,
    "relative": lambda f: _through_names(f, "relative", NAME_FIELDS[1:], aliases=False),
    "birth": _birth_bands,
    "birth_day": _birth_day,
    "id": _all_ids,
    "phone": lambda f: Csr.join([f.columns.phones, f.columns.relative_phones]),
    "mark": lambda f: f.columns.marks,
    "sex": lambda f: Csr.of_column(np.where(f.columns.sex > 0, f.columns.sex, -1).astype(np.int64)),
}


@nb.njit("uint64(uint64, uint64, uint64)", cache=True, nogil=True)
def mixed(key: np.uint64, value: np.uint64, salt: np.uint64) -> np.uint64:
    """A key and the value of a further feature in one key (the finaliser of the splitmix64 generator)."""
    x = (key ^ salt) * np.uint64(0x9E3779B97F4A7C15) + value
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))


@nb.njit("Tuple((uint64[:], int64[:]))(uint64[:], int64[:], int64[:], int64[:], uint64)", cache=True, nogil=True)
def combine(
    keys: NDArray[np.uint64],
    rows: NDArray[np.int64],
    offsets: NDArray[np.int64],
    values: NDArray[np.int64],
    salt: np.uint64,
) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """Every (key, row) split by each value that the row has in a further feature; rows without a value drop out."""
    total = 0
    for i in range(len(rows)):
        total += offsets[rows[i] + 1] - offsets[rows[i]]
    out_keys = np.empty(total, dtype=np.uint64)
    out_rows = np.empty(total, dtype=np.int64)
    at = 0
    for i in range(len(rows)):
        for k in range(offsets[rows[i]], offsets[rows[i] + 1]):
            out_keys[at] = mixed(keys[i], np.uint64(values[k]), salt)
            out_rows[at] = rows[i]
            at += 1
    return out_keys, out_rows
