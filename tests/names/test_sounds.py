"""Sound codes and keys."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linker.names.sounds import Code, as_text, finished, keys, keys_of_codes, polynomials, sound_codes

LATIN = st.text(alphabet="abcdefghijklmnopqrstuvwxyz", max_size=12)


def code(text: str, kind: Code) -> str:
    return as_text(sound_codes(pa.array([text]), kind))[0]


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (Code.SOUND, ["rakesh", "raakesh", "rakes"]),
        (Code.SOUND, ["rajendra", "rajender", "rajinder"]),
        (Code.SOUND, ["sanjeev", "sanjiv"]),
        (Code.SOUND, ["laxmi", "lakshmi"]),
        (Code.SOUND, ["vijay", "vijai"]),
        (Code.STRICT, ["chaudhary", "chowdhury", "choudhry"]),
        (Code.STRICT, ["zafar", "jaffar"]),
        (Code.STRICT, ["pradeep", "pardeep"]),
        (Code.LOOSE, ["vikas", "bikash"]),
        (Code.LOOSE, ["rathore", "rathod"]),
        (Code.REGIONAL, ["shahrukh", "sharukh"]),
    ],
)
def test_spellings_of_one_code(kind: Code, words: list[str]) -> None:
    assert len({code(w, kind) for w in words}) == 1


@pytest.mark.parametrize(("a", "b"), [("mohan", "sohan"), ("imran", "irfan"), ("ramesh", "rajesh"), ("sonu", "monu")])
def test_names_of_two_codes(a: str, b: str) -> None:
    assert code(a, Code.LOOSE) != code(b, Code.LOOSE)


@given(LATIN, st.sampled_from(list(Code)))
def test_codes_are_ascii_letters(word: str, kind: Code) -> None:
    found = code(word, kind)
    assert found == "" or (found.isascii() and found.isalpha())


@given(LATIN, LATIN)
def test_polynomials_join(a: str, b: str) -> None:
    values, powers = polynomials(sound_codes(pa.array([a, b]), Code.STRICT))
    whole = polynomials(_codes(code(a, Code.STRICT) + code(b, Code.STRICT)))[0][0]
    assert (int(values[0]) * int(powers[1]) + int(values[1])) % (1 << 64) == int(whole)


def _codes(text: str):  # type: ignore[no-untyped-def]
    from linker.names.sounds import SoundCodes, _buffers

    return SoundCodes(*_buffers(pa.array([text])))


def test_keys_are_the_same_in_every_run() -> None:
    assert keys(pa.array(["rakesh", ""]), Code.STRICT).tolist() == STABLE


STABLE = [1896440271093888503, -6491221039988766417]  # a stored snapshot depends on them


@given(LATIN)
def test_keys_of_codes_are_keys(word: str) -> None:
    for kind in Code:
        assert keys_of_codes(pa.array([code(word, kind)]), kind)[0] == keys(pa.array([word]), kind)[0]


def test_no_words() -> None:
    assert len(keys(pa.array([], pa.string()), Code.LOOSE)) == 0
    assert len(finished(polynomials(sound_codes(pa.array([], pa.string()), Code.SOUND))[0], Code.SOUND)) == 0
