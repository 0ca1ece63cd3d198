"""Reading units, estimating counts, language model and model file on a few words."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from linker.names.alignment_em import Corpus, EmSettings, estimate
from linker.names.channel import Channel
from linker.names.channel_file import DIRECTIONS, ChannelModel
from linker.names.char_lm import fit
from linker.names.units import DEVANAGARI, DEVANAGARI_SYMBOLS, LATIN, LATIN_SYMBOLS, LATIN_UNITS, read, write_devanagari

PAIRS = [
    ("राम", "ram"),
    ("रमा", "rama"),
    ("मार", "mar"),
    ("नाम", "nam"),
    ("मान", "man"),
    ("रमन", "raman"),
    ("नमन", "naman"),
]


def units(token: str, names: tuple[str, ...]) -> list[str]:
    return [names[k] for k in read([token]).units]


def test_latin_graphemes() -> None:
    assert units("chhaaya", LATIN_UNITS) == ["chh", "aa", "y", "a"]
    assert units("o'brien", LATIN_UNITS) == ["o", "b", "r", "i", "e", "n"]


def test_devanagari_sounds() -> None:
    assert units("राकेश", DEVANAGARI_SYMBOLS) == ["र", "ा", "क", "े", "श", "@"]
    assert units("क्षत्रिय", DEVANAGARI_SYMBOLS)[:2] == ["क्ष", "@"]
    assert units("ज़ीनत", DEVANAGARI_SYMBOLS)[0] == "ज़"
    assert units("अंश", DEVANAGARI_SYMBOLS) == ["@", "ं", "श", "@"]


@given(st.lists(st.sampled_from(["क", "क्ष", "म्", "रा", "की", "ड़ा", "चं", "शु", "ज्ञा", "त्र"]), min_size=1, max_size=6))
@settings(max_examples=100, deadline=None)
def test_what_is_read_can_be_written(syllables: list[str]) -> None:
    word = "".join(syllables)
    assert write_devanagari(read([word]).symbols) == word


def tiny() -> ChannelModel:
    chosen = EmSettings(least_count=2.0, rounds=3)
    d, s = [p[0] for p in PAIRS], [p[1] for p in PAIRS]
    texts = {DEVANAGARI: d, LATIN: s}
    counts = {
        name: estimate(Corpus(texts[a], texts[b], np.full(len(PAIRS), 2.0)), a, b, chosen)
        for name, (a, b) in DIRECTIONS.items()
    }
    latin, devanagari = read(s), read(d)
    weight = np.ones(len(PAIRS))
    lm = (
        fit(latin.symbols, latin.s_start, weight, 3, len(LATIN_SYMBOLS)),
        fit(devanagari.symbols, devanagari.s_start, weight, 3, len(DEVANAGARI_SYMBOLS)),
    )
    return ChannelModel(counts, lm, np.array([[1.0, 0.0]] * 3))


def test_a_few_pairs_teach_their_letters(tmp_path: Path) -> None:
    model = tiny()
    channel = Channel(model)
    assert [b[0][0] for b in channel.romanise(["मानन", "राम"])][1] == "ram"
    k = np.zeros(1, np.int32)
    left = channel.encode(["राम"])
    right = channel.weights(left, channel.encode(["ram"]), k, k)
    wrong = channel.weights(left, channel.encode(["nan"]), k, k)
    assert right[0] > 3 > wrong[0]


def test_the_file_gives_back_the_same_model_byte_for_byte(tmp_path: Path) -> None:
    tiny().save(tmp_path / "a.npz")
    tiny().save(tmp_path / "b.npz")
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()
    ChannelModel.load(tmp_path / "a.npz").save(tmp_path / "c.npz")
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "c.npz").read_bytes()


def test_probabilities_of_a_row_sum_to_one() -> None:
    emissions = tiny().counts["dl"].emissions()
    sums = np.add.reduceat(emissions.probability, emissions.row_start[:-1])
    assert np.allclose(sums, 1.0, atol=1e-3)


def test_language_model_is_a_distribution() -> None:
    """Over all next letters after 'ra' the probabilities add up to 1."""
    lm = tiny().lm[LATIN]
    letters = list(LATIN_SYMBOLS[1:-1])
    tokens = read(["ra", *("ra" + c for c in letters)])
    bits = lm.bits_of(tokens.symbols, tokens.s_start)
    start = read(["ram"])
    assert np.isfinite(bits).all()
    assert lm.bits_of(start.symbols, start.s_start)[0] < bits[1 + letters.index("q")]
