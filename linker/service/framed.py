"""What a service and the processes that search for it say to each other: pickled objects, each behind its length.

They run over a pair of sockets that only these two hold. Nothing that came from a client is ever unpickled: what a client sent has become
plain text and numbers before.
"""

from __future__ import annotations

import pickle
import struct
from typing import Any, Protocol

_LENGTH = struct.Struct("!I")


class Readable(Protocol):
    """What gives as many bytes as are asked for, fewer only at its end."""

    def read(self, size: int, /) -> bytes: ...


def framed(thing: Any) -> bytes:
    """A thing as it is sent."""
    content = pickle.dumps(thing, pickle.HIGHEST_PROTOCOL)
    return _LENGTH.pack(len(content)) + content


def taken(stream: Readable) -> bytes | None:
    """What comes next, as it was pickled; None once the other side has gone."""
    head = stream.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        return None
    (length,) = _LENGTH.unpack(head)
    content = stream.read(length)
    return content if len(content) == length else None


class Pieces:
    """Puts together what comes in pieces."""

    def __init__(self) -> None:
        self._got = bytearray()

    def add(self, piece: bytes) -> list[bytes]:
        """What is whole now, as it was pickled."""
        self._got += piece
        whole, at = [], 0
        while len(self._got) - at >= _LENGTH.size:
            (length,) = _LENGTH.unpack_from(self._got, at)
            end = at + _LENGTH.size + length
            if len(self._got) < end:
                break
            whole.append(bytes(self._got[at + _LENGTH.size : end]))
            at = end
        del self._got[:at]
        return whole
