"""Text typed in a legacy Hindi font (Kruti Dev 010, DevLys 010): to Unicode, back, and telling it from English."""

from linker.names.legacy.convert import Converted, decode_array, to_unicode
from linker.names.legacy.decode import decode
from linker.names.legacy.detect import Detection, detect
from linker.names.legacy.encode import encode

__all__ = ["Converted", "Detection", "decode", "decode_array", "detect", "encode", "to_unicode"]
