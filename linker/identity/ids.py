"""Identity ids: short, readable, checksummed, derived from the founding record.

`P-7K3QM2-WXN4CV` is eleven Crockford base-32 characters of SHA-256 over the founding record's id, and a Luhn check character (base 32) that
finds every single wrong character and nearly every swap of neighbours. Should an id be taken already, the record's next `generation`
is used.
"""

from __future__ import annotations

import hashlib

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
PREFIX = "P-"
DIGITS = 11
"""Payload characters: 55 bits, so ten million identities meet by chance with probability 0.0014, and then still get different ids."""

_HASH = "SELECT CAST('0x' || substr(sha256(record || '#' || CAST(generation AS VARCHAR)), 1, 14) AS UBIGINT) AS h FROM founders"


FEW = 1000
"""Up to this many are hashed here; beyond, DuckDB is faster in spite of its start."""


def identity_ids(record_ids: pa.Array, generation: int = 0) -> pa.Array:
    """The identity id that each record founds."""
    hashed = (
        _hashed_here(record_ids, generation) if len(record_ids) <= FEW else _hashed_by_duckdb(record_ids, generation)
    )
    return _spelt(hashed >> np.uint64(1))


def _hashed_here(record_ids: pa.Array, generation: int) -> npt.NDArray[np.uint64]:
    """The first 56 bits of SHA-256 over 'record#generation'."""
    digests = (hashlib.sha256(f"{record}#{generation}".encode()).digest() for record in record_ids.to_pylist())
    return np.array([int.from_bytes(digest[:7], "big") for digest in digests], np.uint64)


def _hashed_by_duckdb(record_ids: pa.Array, generation: int) -> npt.NDArray[np.uint64]:
    """The same for many."""
    founders = pa.table({"record": record_ids, "generation": np.full(len(record_ids), generation, np.int32)})
    with duckdb.connect() as connection:
        connection.register("founders", founders)
        hashed: npt.NDArray[np.uint64] = connection.sql(_HASH).to_arrow_table()["h"].to_numpy()
    return hashed


def _spelt(payload: npt.NDArray[np.uint64]) -> pa.Array:
    """55-bit numbers as ids."""
    shifts = np.arange(5 * (DIGITS - 1), -1, -5, dtype=np.uint64)
    digits = ((payload[:, None] >> shifts) & np.uint64(31)).astype(np.uint8)
    digits = np.concatenate([digits, _check(digits)[:, None]], axis=1)
    letters = np.frombuffer(ALPHABET.encode(), np.uint8)[digits]
    width = len(PREFIX) + DIGITS + 2
    spelt = np.empty((len(payload), width), np.uint8)
    spelt[:, : len(PREFIX)] = np.frombuffer(PREFIX.encode(), np.uint8)
    spelt[:, len(PREFIX) : 8] = letters[:, :6]
    spelt[:, 8] = ord("-")
    spelt[:, 9:] = letters[:, 6:]
    offsets = pa.py_buffer((np.arange(len(payload) + 1, dtype=np.int32) * width).tobytes())
    return pa.StringArray.from_buffers(len(payload), offsets, pa.py_buffer(spelt.tobytes()))


def _check(digits: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """Luhn's check digit in base 32: from the right every other digit counts double, its two base-32 digits added."""
    doubled = digits.astype(np.int64)
    doubled[:, ::-2] = (2 * doubled[:, ::-2]) // 32 + (2 * doubled[:, ::-2]) % 32
    check: npt.NDArray[np.uint8] = (-doubled.sum(axis=1) % 32).astype(np.uint8)
    return check


def tidy(text: str) -> str | None:
    """An id as typed by a person (any case, spaces, O for 0, I or L for 1) in its proper form; None if it is none or mistyped."""
    compact = text.strip().upper().replace(" ", "").replace("-", "").translate(str.maketrans("OIL", "011"))
    body = compact.removeprefix("P")
    if compact == body or len(body) != DIGITS + 1 or any(c not in ALPHABET for c in body):
        return None
    digits = np.array([[ALPHABET.index(c) for c in body]], np.uint8)
    if int(_check(digits[:, :-1])[0]) != int(digits[0, -1]):
        return None
    return f"{PREFIX}{body[:6]}-{body[6:]}"
