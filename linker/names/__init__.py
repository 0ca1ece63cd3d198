"""Names of persons in Hindi and English: compare them, find what is worth comparing, show them in either script. Usable alone.

    table = NameTable.build(["राकेश कुमार", "Rakesh Kr", "Suresh Kumar"])
    table.agree(left, right)   # weight in bits and a NameLevel per pair
    table.keys()               # what names must share to be worth comparing
    table.explain(0, 1)        # which word met which, in English and Hindi

The learned part is `Channel`; text folding is in `linker.names.unicode`, legacy fonts in `linker.names.legacy`.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from linker.names.channel import Channel
    from linker.names.explain import NameExplanation
    from linker.names.keys import NameKeys
    from linker.names.levels import KeyKind, NameLevel
    from linker.names.table import NameAgreement, NameTable

__all__ = ["Channel", "KeyKind", "NameAgreement", "NameExplanation", "NameKeys", "NameLevel", "NameTable"]

_HOME = {
    "Channel": "channel", "NameExplanation": "explain", "NameKeys": "keys", "KeyKind": "levels", "NameLevel": "levels",
    "NameAgreement": "table", "NameTable": "table",
}  # fmt: skip


def __getattr__(name: str) -> Any:  # text folding alone needs no kernels, so these are loaded when asked for
    if name in _HOME:
        return getattr(importlib.import_module(f"linker.names.{_HOME[name]}"), name)
    raise AttributeError(f"module 'linker.names' has no attribute {name!r}")
