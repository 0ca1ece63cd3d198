"""Identifiers that stand in free text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linker.normalise.freetext import identifiers_in
from linker.schema import IdType

CASES = [
    ("Passport No. N7394056", IdType.PASSPORT, "N7394056"),
    ("पासपोर्ट संख्या N7394056", IdType.PASSPORT, "N7394056"),
    ("राशन कार्ड नं0 217740198456", IdType.RATION_CARD, "217740198456"),
    ("arms licence no 123/KA/2010", IdType.ARMS_LICENCE, "123/KA/2010"),
    ("वाहन सं0 UP32 AB 1234", IdType.VEHICLE, "UP32AB1234"),
    ("vehicle HR-26-DK-8337 seized", IdType.VEHICLE, "HR26DK8337"),
    ("IMEI 490154203237518", IdType.IMEI, "490154203237518"),
    ("bank a/c no 30456789021", IdType.BANK_ACCOUNT, "30456789021"),
    ("खाता संख्या 30456789021", IdType.BANK_ACCOUNT, "30456789021"),
    ("खाता सं0 00304567890", IdType.BANK_ACCOUNT, "304567890"),
    ("prisoner id 00483920", IdType.PRISON_ID, "00483920"),
    ("UPI: rakesh@okaxis", IdType.UPI, "rakesh@okaxis"),
    ("NFN 0759266997", IdType.NFN, "0759266997"),
    ("prisoner id 483920", IdType.PRISON_ID, "483920"),
    ("history sheet 12A", IdType.HISTORY_SHEET, "12A"),
    ("PAN TYRPD0066W", IdType.PAN, "TYRPD0066W"),
]
NOTHING = [
    "Ramesh@Kalu",
    "near old prison 1234 road",
    "vehicle theft 379 ipc",
    "account of 2019",
    "IMEI 490154203237511",
    "UPI ram@gmail.com",
    "यूपीआई ram.kumar@yahoo.co.in",
    "",
]


@pytest.mark.parametrize(("text", "kind", "value"), CASES)
def test_found(text: str, kind: IdType, value: str) -> None:
    found = identifiers_in(f"R/o Sohna, {text}, PS Sadar")
    assert [(r.kind, r.value) for r in found] == [(kind, value)]


@pytest.mark.parametrize("text", NOTHING)
def test_nothing_found(text: str) -> None:
    assert identifiers_in(text) == []


@given(st.text(max_size=120))
def test_any_text_is_read(text: str) -> None:
    for reading in identifiers_in(text):
        assert reading.value or reading.last4
