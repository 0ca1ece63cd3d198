"""What `linker show` and `linker search` print of numbers, and of what was typed in a legacy font."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from linker.registry.snapshot import open_current
from tests.commandline import linker
from tests.review.desk import workspace

WIDE = {"COLUMNS": "400"}
TELEPHONE = re.compile(r"[6-9][0-9]{9}\b")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return workspace(tmp_path_factory.mktemp("show"))


def test_a_telephone_inside_what_was_typed_is_masked(place: Path) -> None:
    typed = open_current(place).table("record", ["record_id", "name_typed"]).to_pylist()
    record, number = next(
        (row["record_id"], found[0]) for row in typed if (found := TELEPHONE.search(row["name_typed"] or ""))
    )
    masked = linker("show", record, "--workspace", place, environment=WIDE)
    assert masked.code == 0, masked.text
    assert number not in masked.text and number[-4:] in masked.text
    assert number in linker("show", record, "--workspace", place, "--telephones", environment=WIDE).text


def test_search_says_that_it_read_kruti_dev(place: Path) -> None:
    found = linker("search", "jkds'k mQZ dkyw iq= jkeflag", "--workspace", place, environment=WIDE)
    assert found.code == 0, found.text
    assert "राकेश" in found.text and "रामसिंह" in found.text and "Kruti Dev" in found.text
    assert "Kruti Dev" not in linker("search", "Rakesh s/o Ram Singh", "--workspace", place, environment=WIDE).text


def test_reasons_are_told_in_hindi(place: Path) -> None:
    identity = max(open_current(place).table("identity").to_pylist(), key=lambda g: g["records"])["identity_id"]
    english = linker("show", identity, "--workspace", place, environment=WIDE).text
    hindi = linker("show", identity, "--workspace", place, "--language", "hi", environment=WIDE).text
    assert "the names agree" in english and "name: " in english
    assert "नाम: " in hindi and "जुड़ा" in hindi and "किसी भी साक्ष्य से पहले" in hindi
    reasons = hindi.partition("ये एक व्यक्ति क्यों हैं")[2].partition("Every link")[0]
    ids = r"\b(?:delhi|haryana|rajasthan|uttar_pradesh):\S+|records|evidence"
    assert not re.search("[a-z]{3}", re.sub(ids, "", reasons))
    wrong = linker("show", identity, "--workspace", place, "--language", "fr")
    assert wrong.code == 2 and "--language en or hi" in wrong.text
