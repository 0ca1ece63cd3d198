"""Aadhaar numbers: a keyed hash and the last four digits are all that leaves this module.

The key comes from the environment variable `LINKER_AADHAAR_KEY`: 64 hexadecimal digits, optionally with a version
before a colon ('v2:…'). The hash of a number begins with the version, so values made with different keys are never
compared; after a rotation a run reads its input again and writes the new version everywhere.

A hash is HMAC-SHA-256, its first 128 bits written with the letters a … p, four bits each: no digit stands in it, so a
search for twelve digits finds a number and never a hash.
"""

from __future__ import annotations

import hmac
import os
import re
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from linker.errors import ConfigError

KEY_VARIABLE = "LINKER_AADHAAR_KEY"
HOW_TO_MAKE_A_KEY = 'python -c "import secrets; print(secrets.token_hex(32))"'
HASH_LETTERS = 32

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


def masked(last4: str) -> str:
    return f"XXXX-XXXX-{last4}"
