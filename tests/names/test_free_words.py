"""Words that are written on without a blank, keys of what is left without them, and keys of joined words."""

from __future__ import annotations

import pytest

from linker.names import NameTable
from linker.names.canonical import canonical
from linker.names.channel import Channel
from linker.names.free_words import FreeWords, bare, last_words
from linker.names.lexicon import lexicon
from linker.names.words import as_array, split

HAND = ["Anil Kapoor", "Sunil Kapoor", "Ravi Kapoor", "Mohan Kapoor", "Amit Kapoor", "Kapoor"]


def test_surnames_at_hand() -> None:
    lists = lexicon()
    names = canonical(split(as_array([*HAND, "Kishan Lal", "Lal Kishan"]), lists.alias_marks), lists)
    found = last_words(names, names.tokens)
    assert "kapoor" in found
    assert "kishan" not in found


def test_what_is_left_of_a_word() -> None:
    free = FreeWords.of(lexicon(), Channel.load(), ["kapoor"])
    words = ["laaliyakapoor", "mohdshafiq", "mohdshafiqkhan", "shafiq", "kapoor", "ramkapoor"]
    assert bare(words, free) == {0: "laaliya", 1: "shafiq", 2: "shafiq"}, "what is left must be long enough"


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("Shyam Bahadur", "Shyambahadur"),
        ("Balraj Jha", "Balrajjha"),
        ("Rampyari Debi Saagar", "RAMPYARIDEBISAGAR"),
        ("Harkhauram Pratap Kumar", "हरखऊरामप्रतापकुमार"),
        ("Ram Mohan", "Ramohan"),
        ("Sita Tiwari", "Sitatiwari"),
        ("Mohdshafiq", "Shafiq"),
    ],
)
def test_names_written_together_share_a_key(left: str, right: str) -> None:
    keys = NameTable.build([left, right]).keys()
    near = [set(keys.key[(keys.name_id == k) & (keys.kind < 2)].tolist()) for k in (0, 1)]
    assert near[0] & near[1]
