"""How surely pairs of texts are one name, for sorting and for a threshold: full names by their words, single words by their letters.

Within one call all scores are on one scale. Lists of single words (other than full names) say nothing of how common names are, so there
the channel's likeness is the better judge; see benchmarks/names.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from linker.names.channel import LOWEST, Channel
from linker.names.table import NameTable
from linker.names.unicode import ABBREVIATION
from linker.names.words import Words, as_array, split

_SEVERAL = 0.05  # share of texts with several words below which a list is one of single words


def mostly_single(words: Words) -> bool:
    """Whether nearly all texts are single words."""
    return bool((np.diff(words.offsets) > 1).mean() < _SEVERAL) if len(words) else True


def as_single(words: Words) -> Words:
    """Every text as one word; a text without words stays empty."""
    bounds, forms = words.offsets.tolist(), words.forms
    ids = words.ids.tolist()
    texts = ["".join([forms[x].rstrip("." + ABBREVIATION) for x in ids[a:b]]) for a, b in pairwise(bounds)]
    number: dict[str, int] = {}
    joined = np.array([number.setdefault(t, len(number)) for t in texts if t], np.int32)
    offsets = np.concatenate([np.zeros(1, np.int32), np.cumsum([bool(t) for t in texts], dtype=np.int32)])
    return Words(offsets, joined, np.zeros(len(joined), np.bool_), list(number))


def rank_pairs(left: Sequence[str], right: Sequence[str], channel: Channel | None = None) -> NDArray[np.float32]:
    """How surely left[k] and right[k] are one name, in bits, for every k; higher is surer. Texts are raw names, in any script.

    Raises:
        ValueError: not as many texts on the left as on the right.
    """
    if len(left) != len(right):
        raise ValueError(f"{len(left)} texts on the left, {len(right)} on the right")
    distinct = pa.array([*left, *right], pa.string()).dictionary_encode()
    at = distinct.indices.to_numpy(zero_copy_only=False).astype(np.int32)
    i, j = at[: len(left)], at[len(left) :]
    words = split(as_array(distinct.dictionary))
    if not mostly_single(words):
        return NameTable.build(distinct.dictionary, channel).rank(i, j)
    return _rank_words(as_single(words), i, j, channel or Channel.load())


def _rank_words(words: Words, i: NDArray[np.int32], j: NDArray[np.int32], channel: Channel) -> NDArray[np.float32]:
    out = np.full(len(i), LOWEST, np.float32)
    full = np.diff(words.offsets) > 0
    word = np.full(len(words), -1, np.int32)
    word[full] = words.ids
    order = np.argsort(word[i], kind="stable")  # the channel is fastest where equal words follow one another
    order = order[full[i[order]] & full[j[order]]]
    encoded = channel.encode(words.forms)
    out[order] = channel.likeness(encoded, encoded, word[i[order]], word[j[order]])
    return out
