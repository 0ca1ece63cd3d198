"""Identity ids: stable, distinct, and proof against a slip of the pen."""

from __future__ import annotations

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from linker.identity.ids import ALPHABET, FEW, identity_ids, tidy

# Computed independently: SHA-256 of 'record#generation', its first 55 bits in Crockford's base 32, Luhn mod 32.
KNOWN = {("a", 0): "P-M28A4N-PBJD2G", ("b", 0): "P-1ARMVY-CEKBF4", ("c", 0): "P-2DHATZ-P1E3W8"}


def test_ids_do_not_change_from_version_to_version() -> None:
    for (record, generation), expected in KNOWN.items():
        assert identity_ids(pa.array([record]), generation).to_pylist() == [expected]


def test_few_and_many_are_hashed_alike() -> None:
    many = pa.array([f"दिल्ली:{n}" for n in range(FEW + 1)])
    assert identity_ids(many, 3).slice(0, 10) == identity_ids(many.slice(0, 10), 3)


def test_generations_differ() -> None:
    assert len({identity_ids(pa.array(["a"]), g)[0].as_py() for g in range(50)}) == 50


@settings(deadline=None)
@given(st.lists(st.text(max_size=30), max_size=20))
def test_ids_are_a_function_of_the_record_alone(records: list[str]) -> None:
    together = identity_ids(pa.array(records, pa.string())).to_pylist()
    assert together == [identity_ids(pa.array([r]))[0].as_py() for r in records]
    assert all(tidy(i) == i for i in together)


def test_an_id_is_read_as_people_write_it() -> None:
    assert tidy(" p-m28a4n pbjd2g ") == "P-M28A4N-PBJD2G"
    assert tidy("P-IARMVYCEKBF4") == "P-1ARMVY-CEKBF4"
    assert tidy("delhi/17") is None
    assert tidy("") is None


def test_every_single_wrong_character_is_found() -> None:
    for written in KNOWN.values():
        for at in (i for i, c in enumerate(written) if i > 1 and c != "-"):
            for wrong in set(ALPHABET) - {written[at]}:
                assert tidy(written[:at] + wrong + written[at + 1 :]) is None
