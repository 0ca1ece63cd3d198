"""Where something failed, without what was asked."""

from __future__ import annotations

import traceback
from pathlib import Path


class AsideError(Exception):
    """A question failed in a process that searches; the name of the exception. That process has logged where."""


def places(error: Exception) -> str:
    """Where in the program an error arose. Its message stays out of the log: it may repeat what was sent."""
    frames = traceback.extract_tb(error.__traceback__)[-6:]
    return " < ".join(f"{Path(f.filename).name}:{f.lineno}" for f in reversed(frames))
