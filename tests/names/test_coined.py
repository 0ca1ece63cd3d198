"""Words that are coined for one question are what they would be if they were made for it alone, however many were made before."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from linker.names import NameTable
from linker.names.coined import Coined, coin
from linker.names.facts import Facts
from linker.names.weighing import weigh

BASE = NameTable.build(["Rakesh Kumar", "राकेश कुमार", "Mohd Fahim", "Suneel Jha", "राज प्रसाद राम"])._base
KNOWN = BASE.channel, BASE.lexicon, BASE.seen
LETTERS = st.one_of(st.text("abdehiklmnrstu", min_size=1, max_size=9), st.text("कखगमनरलसिुा", min_size=1, max_size=6))


@given(st.lists(st.lists(LETTERS, min_size=1, max_size=5, unique=True), min_size=1, max_size=8))
def test_words_weigh_the_same_whenever_they_were_coined(questions: list[list[str]]) -> None:
    store, base = Coined(*KNOWN), BASE.dictionary.facts
    for words in questions:
        dictionary, at = store.find(words)
        assert [dictionary.tokens[k] for k in at] == words
        alone = coin(words, *KNOWN)
        assert [dictionary.latin[k] for k in at] == alone.latin
        pairs = np.repeat(np.arange(len(words)), 3), np.tile(len(words) + np.arange(3), len(words))
        family = np.full(len(pairs[0]), np.inf, np.float32)
        found = [
            weigh(BASE.channel, Facts.gathered([(facts, numbers), (base, np.arange(3))]), pairs, family)
            for facts, numbers in ((dictionary.facts, at), (alone.facts, np.arange(len(words))))
        ]
        assert found[0][0].tolist() == found[1][0].tolist()
        assert found[0][1].tolist() == found[1][1].tolist()


def test_a_word_keeps_its_number_while_the_dictionary_grows() -> None:
    store = Coined(*KNOWN)
    _, first = store.find(["prasad", "राज"])
    before = store.find(["prasad"])[0].facts
    rows = before.rows.take(first).tobytes()
    store.find([f"word{'abcdefghij'[k % 10]}{'klmnopqrst'[k // 10 % 10]}{'uvwxy'[k // 100]}" for k in range(500)] * 2)
    _, again = store.find(["prasad", "राज"])
    assert again.tolist() == first.tolist()
    assert len(store) == 502
    assert before.rows.take(first).tobytes() == rows


def test_threads_that_ask_at_once_get_the_same_words() -> None:
    words = [f"{a}{b}{c}" for a in ("ram", "shyam", "राम") for b in "bdgkm" for c in ("an", "esh", "u", "िन", "ेश")]
    alone = coin(words, *KNOWN)
    for _ in range(5):
        store = Coined(*KNOWN)
        questions = [words[k : k + 9] for k in range(0, len(words), 3)] * 2
        with ThreadPoolExecutor(4) as pool:
            found = list(pool.map(store.find, questions))
        for asked, (dictionary, at) in zip(questions, found, strict=True):
            rows = dictionary.rows.take(at)
            assert [dictionary.tokens[k] for k in at] == asked
            assert rows.tobytes() == alone.rows.take([words.index(word) for word in asked]).tobytes()
            assert dictionary.hot.take(at).tobytes() == alone.hot.take([words.index(word) for word in asked]).tobytes()
        assert len(store) == len(words)


def test_divided_names_weigh_the_same_when_asked_again() -> None:
    table = NameTable.build(["Mohdfahim", "राजप्रसादराम", "Raj Prasad Ram", "Sunil", "Ram Lal"])
    asked = table.extend(["Mohd Fahim", "Suneeljha", "Ramlal"])
    left = np.repeat(np.arange(5, dtype=np.int32), 3)
    right = np.tile(5 + np.arange(3, dtype=np.int32), 5)
    first = asked.agree(left, right)
    kept = len(table._base.remembered().coined)
    assert kept > 0
    again = table.extend(["Mohd Fahim", "Suneeljha", "Ramlal"]).agree(left, right)
    assert first.weight.tolist() == again.weight.tolist()
    assert first.level.tolist() == again.level.tolist()
    assert len(table._base.remembered().coined) == kept
