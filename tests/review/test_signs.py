"""The badge beside two names says no other thing than the sentence below it."""

from __future__ import annotations

import pytest

from linker.names.levels import NameLevel
from linker.review.evidence.names import LEVEL_SIGNS

APART = {NameLevel.GENDER_CONFLICT, NameLevel.GIVEN_CONFLICT, NameLevel.DIFFERENT}


@pytest.mark.parametrize("level", NameLevel)
def test_only_what_conflicts_is_called_different(level: NameLevel) -> None:
    assert (level.name not in LEVEL_SIGNS) == (level in APART)
