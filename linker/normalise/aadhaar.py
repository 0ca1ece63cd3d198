"""Aadhaar numbers: a keyed hash and the last four digits are all that leaves this module.

The key comes from the environment variable `LINKER_AADHAAR_KEY`: 64 hexadecimal digits, optionally with a version
before a colon ('v2:…'). The hash of a number begins with the version, so values made with different keys are never
compared; after a rotation a run reads its input again and writes the new version everywhere.

Without that key a run compares whole numbers all the same: with a key of its own, drawn from the numbers that it reads
(so that a repeated run gives the same result) and never written anywhere. Its hashes are taken out of everything that is
published (`forgotten`), so they live as long as the run; comparing with later runs needs the key in the environment.

A hash is HMAC-SHA-256, its first 128 bits written with the letters a … p, four bits each: no digit stands in it, so a
search for twelve digits finds a number and never a hash.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import re
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from linker.errors import ConfigError
from linker.schema import IdType

KEY_VARIABLE = "LINKER_AADHAAR_KEY"
HOW_TO_MAKE_A_KEY = 'python -c "import secrets; print(secrets.token_hex(32))"'
HASH_LETTERS = 32
OF_THIS_RUN = "this-run"
"""Version of a run's own key; no key of the environment can have it."""

_HEX_TO_LETTERS = str.maketrans("0123456789abcdef", "abcdefghijklmnop")
_KEY = re.compile(r"(?:(?P<version>[A-Za-z][A-Za-z0-9]{0,7}):)?(?P<key>[0-9a-fA-F]{64,128})\Z")


@dataclass(frozen=True)
class AadhaarKey:
    """A secret key and its version."""

    secret: bytes = field(repr=False)
    version: str = "v1"

    @classmethod
    def from_environment(cls) -> AadhaarKey | None:
        """The key of `LINKER_AADHAAR_KEY`, or None where it is not set.

        Raises:
            ConfigError: it is set and is not 64 hexadecimal digits.
        """
        text = os.environ.get(KEY_VARIABLE, "").strip()
        if not text:
            return None
        match = _KEY.match(text)
        if match is None:
            raise ConfigError(
                "the key for Aadhaar numbers is not 64 hexadecimal digits",
                where=f"environment variable {KEY_VARIABLE}",
                do=f"make one with: {HOW_TO_MAKE_A_KEY}",
            )
        return cls(bytes.fromhex(match["key"]), match["version"] or "v1")

    @classmethod
    def of_run(cls, column: pa.ChunkedArray | pa.Array) -> AadhaarKey:
        """The key of a run that was given none, drawn from the Aadhaar cells of all its records."""
        cells = sorted(pc.unique(column).drop_null().to_pylist())
        return cls(hashlib.sha256("\n".join(["linker", *cells]).encode()).digest(), OF_THIS_RUN)

    def hash(self, number: str) -> str:
        """The hash of twelve digits."""
        digest = hmac.digest(self.secret, number.encode(), "sha256").hex()[:HASH_LETTERS]
        return f"{self.version}:{digest.translate(_HEX_TO_LETTERS)}"

    def hashes(self, numbers: pa.Array) -> pa.Array:
        """The hashes of a text column of numbers, null where it is null."""
        known = np.flatnonzero(numbers.is_valid().to_numpy(zero_copy_only=False))
        secret, size = self.secret, HASH_LETTERS // 2
        digests = b"".join(
            [hmac.digest(secret, number.encode(), "sha256")[:size] for number in numbers.drop_null().to_pylist()]
        )
        octets = np.frombuffer(digests, dtype=np.uint8).reshape(len(known), size)
        letters = (np.stack([octets >> 4, octets & 15], axis=2).reshape(len(known), HASH_LETTERS) + ord("a")).astype(
            np.uint8
        )
        texts = pa.array(letters.view(f"S{HASH_LETTERS}").ravel(), pa.binary()).cast(pa.string())
        place = np.full(len(numbers), -1)
        place[known] = np.arange(len(known))
        return pc.binary_join_element_wise(self.version, texts, ":").take(pa.array(place, mask=place < 0))


def forgotten(person: pa.Table) -> pa.Table:
    """A PERSON table as it may be published: without the hashes that only this run could compare."""
    for number, name in enumerate(person.column_names):
        column = person[name]
        if name == "aadhaar_near":
            first = pc.list_element(pc.if_else(pc.equal(pc.list_value_length(column), 0), None, column), 0)
        elif name in set(IdType):
            first = column
        else:
            continue
        ours = pc.fill_null(pc.starts_with(first, OF_THIS_RUN + ":"), False)
        if pc.any(ours).as_py():
            person = person.set_column(number, name, pc.if_else(ours, pa.scalar(None, column.type), column))
    return person


def masked(last4: str) -> str:
    return f"XXXX-XXXX-{last4}"
