"""Names whose words are divided differently."""

from __future__ import annotations

import numpy as np
import pytest

from linker.names import NameTable

CASES = (
    ("Mohdfahim", "MOHD FAHIM", True, "a title written together with the name"),
    ("राजप्रसादराम", "Raj Prasad Ram", True, "three words as one, across scripts"),
    ("शाहरुख", "शाहरुखफकीर", True, "a surname glued on"),
    ("MATROORAM", "MATROORAMLAL", True, "a second name glued on"),
    ("अब्दुलहसन हुसैन", "अब्दुल हसन हुसैन", True, "two of three words together"),
    ("Ram Moorti Dhaka", "RAMMOORTIDHAKA", True, "three words as one"),
    ("Ram Lal", "Ramesh Lal", False, "divided alike: words have been compared"),
    ("शान्ति राठौर", "बृजेश राठौर", False, "only the surname is the same"),
    ("राम कुमार यादव", "राज यादव", False, "letters in order, but not one name"),
    ("Rajpal", "Raj Pratap", False, "begins alike"),
    ("Ram", "Rampal Singh", False, "too short to tell"),
)


@pytest.mark.parametrize(("one", "other", "expected", "why"), CASES, ids=[c[3] for c in CASES])
def test_cases(one: str, other: str, expected: bool, why: str) -> None:
    table = NameTable.build([one, other])
    left, right = np.array([0, 1, 0], np.int32), np.array([1, 0, -1], np.int32)
    assert table.alike(left, right).tolist() == [expected, expected, False]
    extended = NameTable.build(["X Y"]).extend([one, other])
    assert extended.alike(left[:2] + 1, right[:2] + 1).tolist() == [expected, expected]
