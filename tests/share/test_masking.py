"""Masks hide all but four characters, and masking twice changes nothing."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linker.share.masking import mask_aadhaar, mask_identifier, mask_numbers


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("pan:ABCDE1234F", "pan:XXXXXX234F"),
        ("aadhaar 2345 6789 0123", "aadhaar XXXX XXXX 0123"),
        ("aadhaar:XXXXXXXX0123", "aadhaar:XXXXXXXX0123"),
        ("driving_licence:DL-0420110012345", "driving_licence:XX-XXXXXXXXX2345"),
        ("0912345678", "XXXXXX5678"),
        ("pan …234F", "pan …234F"),
        ("123", "123"),
        ("", ""),
    ],
)
def test_identifier(text: str, masked: str) -> None:
    assert mask_identifier(text) == masked


@given(st.text())
def test_masking_twice_is_masking_once(text: str) -> None:
    once = mask_identifier(text)
    assert mask_identifier(once) == once
    assert mask_aadhaar(mask_aadhaar(text)) == mask_aadhaar(text)


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("मो0 9876543210 निवासी", "मो0 XXXXXX3210 निवासी"),
        ("+91-98765 43210", "+XX-XXXXX X3210"),
        ("09876543210, 2345 6789 0123", "XXXXXXX3210, XXXX XXXX 0123"),
        ("FIR 0123/2019 PIN 110001", "FIR 0123/2019 PIN 110001"),
        ("delhi:8161000153053", "delhi:8161000153053"),
    ],
)
def test_telephones_hidden_in_a_text(text: str, masked: str) -> None:
    assert mask_numbers(text) == masked
    assert mask_numbers(masked) == masked


@pytest.mark.parametrize("number", ["234567890123", "2345 6789 0123", "2345-6789-0123"])
def test_a_number_hidden_in_a_text(number: str) -> None:
    masked = mask_aadhaar(f"आधार नं0 {number} निवासी 110001")
    assert "0123" in masked
    assert "110001" in masked
    assert not re.search(r"2345|6789", masked)
