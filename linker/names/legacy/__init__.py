"""Text typed in a legacy Hindi font (Kruti Dev 010, DevLys 010): to Unicode, back, and telling it from English."""

from linker.names.legacy.decode import decode
from linker.names.legacy.encode import encode

__all__ = ["decode", "encode"]
