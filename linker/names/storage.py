"""A name table in one file: plain arrays, so that reading it costs no more than the disk."""

from __future__ import annotations

import itertools
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from linker.errors import ModelError
from linker.names.canonical import NameTokens
from linker.names.channel import Channel
from linker.names.dictionary import TOKEN, TokenDictionary
from linker.names.lexicon import Lexicon

VERSION = 2


def write_arrays(
    path: Path,
    texts: pa.Array,
    counts: NDArray[np.int64],
    names: NameTokens,
    dictionary: TokenDictionary,
    glued: dict[str, bool],
) -> None:
    """Writes everything but the channel's own encoding, which is made anew on reading."""
    text_data, text_offsets = _packed(texts.to_pylist())
    token_data, token_offsets = _packed(dictionary.tokens)
    latin_data, latin_offsets = _packed(dictionary.latin)
    glued_data, glued_offsets = _packed(list(glued))
    with path.open("wb") as file:
        np.savez(
            file, version=np.array(VERSION), text_data=text_data, text_offsets=text_offsets, counts=counts,
            offsets=names.offsets, ids=names.ids, role=names.role, gender=names.gender,
            token_data=token_data, token_offsets=token_offsets, latin_data=latin_data, latin_offsets=latin_offsets,
            rows=dictionary.rows.view(np.uint8), near_start=dictionary.near_start, near_key=dictionary.near_key,
            glued_data=glued_data, glued_offsets=glued_offsets, glued_behind=np.array(list(glued.values()), np.bool_),
        )  # fmt: skip


def read_arrays(
    path: Path, channel: Channel, lexicon: Lexicon
) -> tuple[pa.Array, NDArray[np.int64], NameTokens, TokenDictionary, dict[str, bool]]:
    """What `write_arrays` wrote.

    Raises:
        ModelError: not such a file, or of another version.
    """
    try:
        with np.load(path, allow_pickle=False) as stored:
            a = dict(stored)
    except (OSError, ValueError, BadZipFile) as error:
        raise ModelError(f"cannot be read as a name table: {error}", where=str(path), do="build it again") from None
    if int(a.get("version", -1)) != VERSION or a["rows"].size % TOKEN.itemsize:
        raise ModelError("a name table of another version", where=str(path), do="build it again")
    tokens, latin = _unpacked(a["token_data"], a["token_offsets"]), _unpacked(a["latin_data"], a["latin_offsets"])
    texts = pa.array(_unpacked(a["text_data"], a["text_offsets"]), pa.string())
    names = NameTokens(a["offsets"], a["ids"], a["role"], a["gender"], tokens)
    families = {k: lexicon.families[t] for k, t in enumerate(tokens) if t in lexicon.families}
    rows = a["rows"].view(TOKEN)
    dictionary = TokenDictionary(tokens, latin, rows, a["near_start"], a["near_key"], channel.encode(tokens), families)
    glued = dict(zip(_unpacked(a["glued_data"], a["glued_offsets"]), a["glued_behind"].tolist(), strict=True))
    return texts, a["counts"], names, dictionary, glued


def _packed(texts: list[str]) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    raw = [t.encode() for t in texts]
    offsets = np.concatenate([[0], np.cumsum([len(r) for r in raw])]).astype(np.int64)
    return np.frombuffer(b"".join(raw), np.uint8), offsets


def _unpacked(data: NDArray[np.uint8], offsets: NDArray[np.int64]) -> list[str]:
    raw, ends = data.tobytes(), offsets.tolist()
    return [raw[a:b].decode() for a, b in itertools.pairwise(ends)]
