"""A name table in a folder of arrays that several processes map and share: opening it costs little however many names it holds."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from linker.arrays import get_array, get_texts, put_array, put_texts
from linker.errors import ModelError
from linker.names.canonical import NameTokens
from linker.names.channel import Channel, Encoded, identities
from linker.names.channel_file import ADAPTED, DIRECTIONS
from linker.names.compounds import families_of
from linker.names.dictionary import TokenDictionary
from linker.names.frequency import Frequencies
from linker.names.keys import KeyCounts
from linker.names.lexicon import Lexicon
from linker.names.token_rows import TOKEN
from linker.names.units import Tokens

VERSION = 7


@dataclass(frozen=True)
class Kept:
    """What a name table consists of, the channel and the lists aside."""

    texts: pa.Array
    counts: NDArray[np.int64]
    names: NameTokens
    dictionary: TokenDictionary
    glued: dict[str, bool]
    seen: Frequencies
    key_counts: KeyCounts


def write_folder(folder: Path, kept: Kept, channel: Channel) -> None:
    """Write a table, whose tokens this channel encoded, into an empty folder."""
    if (own := channel.kept) is not None:
        (folder / ADAPTED).write_bytes(own)
    put_array(folder, "name_version", np.array([VERSION, TOKEN.itemsize]))
    put_texts(folder, "name_text", kept.texts)
    put_texts(folder, "name_token", pa.array(kept.dictionary.tokens, pa.string()))
    put_texts(folder, "name_latin", pa.array(kept.dictionary.latin, pa.string()))
    put_texts(folder, "name_glued", pa.array(list(kept.glued), pa.string()))
    put_array(folder, "name_channel", channel.fingerprint)
    for name, array in {**_arrays(kept), **_encoded_arrays(kept.dictionary.encoded)}.items():
        put_array(folder, f"name_{name}", array)


def _arrays(kept: Kept) -> dict[str, NDArray[np.generic]]:
    names, dictionary, seen, keys = kept.names, kept.dictionary, kept.seen, kept.key_counts
    return {
        "counts": kept.counts, "offsets": names.offsets, "ids": names.ids, "role": names.role, "gender": names.gender,
        "rows": dictionary.rows.view(np.uint8), "near_start": dictionary.near_start, "near_key": dictionary.near_key,
        "glued_behind": np.array(list(kept.glued.values()), np.bool_),
        "seen_key": seen.key, "seen_n": seen.n, "seen_spellings": seen.spellings, "seen_total": np.array([seen.total]),
        "key": keys.key, "key_n": keys.n, "key_total": np.array([keys.total]),
    }  # fmt: skip


def _encoded_arrays(encoded: Encoded) -> dict[str, NDArray[np.generic]]:
    """What the channel reads of tokens, so that it need not be made again."""
    read = encoded.read
    return {
        "script": encoded.script, "units": read.units, "u_start": read.u_start, "symbols": read.symbols, "s_start": read.s_start,
        "surprise": encoded.bits, **{f"rows_{d}": encoded.rows[d] for d in DIRECTIONS},
        **{f"chunks_{d}": encoded.numbers[d] for d in DIRECTIONS},
    }  # fmt: skip


def _encoded(folder: Path, tokens: list[str], channel: Channel) -> Encoded:
    """The tokens as the channel reads them: as they were kept, or made anew where another channel made what was kept."""
    if not np.array_equal(get_array(folder, "name_channel"), channel.fingerprint):
        return channel.encode(tokens)
    script, units, u_start, symbols, s_start, surprise = (
        get_array(folder, f"name_{part}") for part in ("script", "units", "u_start", "symbols", "s_start", "surprise")
    )
    rows, numbers = ({d: get_array(folder, f"name_{part}_{d}") for d in DIRECTIONS} for part in ("rows", "chunks"))
    read = Tokens(script, units, u_start, symbols, s_start)
    return Encoded(tuple(tokens), script, read, surprise, identities(tokens), rows, numbers)


def read_folder(folder: Path, channel: Channel, lexicon: Lexicon) -> Kept:
    """Map the table that `write_folder` wrote.

    Raises:
        ModelError: another version of the program wrote it, or it is damaged.
    """
    try:
        version = get_array(folder, "name_version").tolist()
        if version != [VERSION, TOKEN.itemsize]:
            raise ModelError("a name table of another version", where=str(folder), do="build it again")
        a = {name: get_array(folder, f"name_{name}") for name in _NAMES}
        tokens, latin = (get_texts(folder, f"name_{part}").to_pylist() for part in ("token", "latin"))
        encoded = _encoded(folder, tokens, channel)
        texts, glued = get_texts(folder, "name_text"), get_texts(folder, "name_glued").to_pylist()
    except (OSError, ValueError, pa.ArrowException) as error:
        raise ModelError(f"cannot be read as a name table: {error}", where=str(folder), do="build it again") from None
    families = families_of(tokens, latin, lexicon)
    rows = a["rows"].view(TOKEN)
    dictionary = TokenDictionary(tokens, latin, rows, a["near_start"], a["near_key"], encoded, families)
    return Kept(
        texts,
        a["counts"],
        NameTokens(a["offsets"], a["ids"], a["role"], a["gender"], tokens),
        dictionary,
        dict(zip(glued, a["glued_behind"].tolist(), strict=True)),
        Frequencies(a["seen_key"], a["seen_n"], a["seen_spellings"], float(a["seen_total"][0]), lexicon.counts),
        KeyCounts(a["key"], a["key_n"], float(a["key_total"][0])),
    )


_NAMES = (
    "counts", "offsets", "ids", "role", "gender", "rows", "near_start", "near_key", "glued_behind",
    "seen_key", "seen_n", "seen_spellings", "seen_total", "key", "key_n", "key_total",
)  # fmt: skip
