"""Pairwise scores against a truth that is known to be noisy, with the noise masked.

The truth misses links: pairs that look like one person and carry two ids. A mask names such pairs, so that finding
one is no mistake:

- kind M: two ids, but perhaps one person. Never a false positive, and never asked for.
- kind X: one id, but doubtful. Counts neither way.

Only pairs within one state are scored, because nobody has labelled the others:

    precision = true / (true + false outside M)        recall = true / all pairs of one id outside X

`variant` recall asks for the hard part of it: pairs whose names differ after punctuation and spaces are removed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from linker.errors import InputError
from linker.evaluate.metrics import Score

Rows = npt.NDArray[np.int64]
Keys = npt.NDArray[np.int64]


@dataclass(frozen=True)
class MaskedTruth:
    """A benchmark's records with their truth and mask, by row number of the input.

    Attributes:
        record_id: text ids, as the input holds them.
        person: code of the true id.
        state: code of the state.
        name: letters and digits of the name only, in capitals.
        forgiven: keys (see `_key`) of pairs of kind M.
        doubtful: keys of pairs of kind X.
    """

    record_id: pd.Index[str]
    person: Rows
    state: Rows
    name: npt.NDArray[np.object_]
    forgiven: Keys
    doubtful: Keys


@dataclass(frozen=True)
class MaskedScore:
    """Pairwise score and recall on variant spellings, with the number of variant pairs behind it."""

    score: Score
    variant_recall: float
    variant_pairs: int


def read_masked(folder: Path, name: str) -> MaskedTruth:
    """Reads `NAME.input.csv.gz`, `NAME.truth.tsv.gz` and `NAME.mask.tsv.gz` from `folder`.

    Raises:
        InputError: a file is missing.
    """
    paths = [folder / f"{name}.{rest}" for rest in ("input.csv.gz", "truth.tsv.gz", "mask.tsv.gz")]
    for path in paths:
        if not path.is_file():
            raise InputError("a file of the benchmark is missing", where=str(path), do="give its folder with --data")
    records = pd.read_csv(paths[0], dtype=str, keep_default_na=False)
    truth = pd.read_csv(paths[1], sep="\t", dtype=str)
    mask = pd.read_csv(paths[2], sep="\t", dtype=str)
    return masked_truth(records, truth, mask)


def masked_truth(records: pd.DataFrame, truth: pd.DataFrame, mask: pd.DataFrame) -> MaskedTruth:
    """From tables: records (record_id, state, name), truth (record_id, pid), mask (record_id_1, record_id_2, kind)."""
    index = pd.Index(records["record_id"])
    person = truth.set_index("record_id")["pid"].reindex(index)
    if person.isna().any():
        raise InputError("a record has no truth", where=str(index[person.isna()][0]), do="give every record a pid")
    first, second = (index.get_indexer(mask[c]).astype(np.int64) for c in ("record_id_1", "record_id_2"))
    keys, kind = _key(first, second, len(index)), mask["kind"].to_numpy()
    return MaskedTruth(
        record_id=index,
        person=pd.factorize(person)[0].astype(np.int64),
        state=pd.factorize(records["state"])[0].astype(np.int64),
        name=_letters(records["name"]),
        forgiven=np.unique(keys[kind == "M"]),
        doubtful=np.unique(keys[kind == "X"]),
    )


def score_pairs(truth: MaskedTruth, left: Sequence[str], right: Sequence[str]) -> MaskedScore:
    """Scores predicted pairs, given as record ids, in any order and with repeats.

    Raises:
        KeyError: a pair names a record that the benchmark does not hold.
    """
    first, second = (truth.record_id.get_indexer(pd.Index(list(side), dtype=object)) for side in (left, right))
    if (first < 0).any() or (second < 0).any():
        raise KeyError("a predicted pair names a record that the benchmark does not hold")
    return _score(truth, np.unique(_key(first.astype(np.int64), second.astype(np.int64), len(truth.record_id))))


def score_clusters(truth: MaskedTruth, cluster: npt.ArrayLike) -> MaskedScore:
    """Scores every pair within a cluster; `cluster` gives each record's cluster, in the order of the input."""
    return _score(truth, _pairs_of(pd.factorize(np.asarray(cluster))[0].astype(np.int64)))


def _score(truth: MaskedTruth, predicted: Keys) -> MaskedScore:
    count = len(truth.record_id)
    predicted = _within_state(truth, predicted)
    actual = np.setdiff1d(_within_state(truth, _pairs_of(truth.person)), truth.doubtful)
    same = truth.person[predicted // count] == truth.person[predicted % count]
    hit = np.intersect1d(predicted[same], actual)
    wrong = np.setdiff1d(predicted[~same], truth.forgiven)
    variant = actual[truth.name[actual // count] != truth.name[actual % count]]
    found = np.isin(variant, hit).sum()
    return MaskedScore(
        Score.counted(len(hit), len(hit) + len(wrong), len(actual)),
        float(found / len(variant)) if len(variant) else 1.0,
        len(variant),
    )


def _within_state(truth: MaskedTruth, keys: Keys) -> Keys:
    count = len(truth.record_id)
    inside: Keys = keys[truth.state[keys // count] == truth.state[keys % count]]
    return inside


def _key(first: Rows, second: Rows, count: int) -> Keys:
    """One number for an unordered pair of rows."""
    keys: Keys = np.minimum(first, second) * count + np.maximum(first, second)
    return keys


def _pairs_of(group: Rows) -> Keys:
    """Keys of all pairs of rows with the same group. Groups are small: pairs are made by shifting the sorted rows."""
    order = np.argsort(group, kind="stable")
    ordered = group[order]
    found: list[Keys] = []
    shift = 1
    while True:
        same = ordered[shift:] == ordered[:-shift]
        if shift >= len(group) or not same.any():
            return np.unique(np.concatenate([*found, np.zeros(0, dtype=np.int64)]))
        found.append(_key(order[:-shift][same], order[shift:][same], len(group)))
        shift += 1


def _letters(names: pd.Series[str]) -> npt.NDArray[np.object_]:
    return names.str.upper().str.replace(r"[^\w]|_", "", regex=True).to_numpy(dtype=object)
