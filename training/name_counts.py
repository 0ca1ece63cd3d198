"""How common names are, by sound: `configs/models/name_counts.tsv` from public lists.

    python training/name_counts.py --data DIR

DIR holds `frequency/devanagari_name_tokens_up.csv` (words of the names and fathers' names of winners of the 2015 panchayat elections in
Uttar Pradesh) and `tcpd/{Delhi,Uttar_Pradesh}_AE.csv.gz` (candidates of assembly elections, Trivedi Centre for Political Data). Only counts
per sound leave this script: Rakesh, Raakesh and राकेश are one sound. Run it again after the name channel is trained anew, as romanisation
decides what one sound is.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from linker.config.loading import CONFIGS
from linker.names.canonical import Role, canonical
from linker.names.channel import Channel
from linker.names.dictionary import build_dictionary
from linker.names.lexicon import lexicon
from linker.names.sounds import Code, as_text, sound_codes
from linker.names.unicode import fold
from linker.names.words import as_array, split

TARGET = CONFIGS / "models" / "name_counts.tsv"
WORDS_PER_NAME = 2.2  # of the panchayat lists, whose counts come without their names
LEAST = 2.0
"""Sounds borne by fewer names are left out: they are as rare as an unseen one."""
KNOWN_SEX = 8


def _by_sound(tokens: list[str], counts: np.ndarray, channel: Channel) -> pd.DataFrame:
    latin = pa.array(build_dictionary(tokens, channel, lexicon()).latin, pa.string())
    frame = pd.DataFrame({"sound": as_text(sound_codes(latin, Code.SOUND)), "names": counts})
    return frame[frame["sound"].str.len() > 1].groupby("sound").sum()


def _written_out(word: str) -> str:
    """The word a listed word stands for ('' for a title): the list says nothing of where it stood."""
    form = fold(word).rstrip(".॰")
    if form in lexicon().honorifics or form in lexicon().alias_marks:
        return ""
    short = lexicon().abbreviations.get(form)
    return (short.first or short.later) if short else form


def panchayat(data: Path, channel: Channel) -> tuple[pd.DataFrame, float]:
    """Names by sound, and how many names there are."""
    rows = pd.read_csv(data / "frequency" / "devanagari_name_tokens_up.csv")
    rows = rows.assign(token=rows["token"].map(_written_out))
    tokens = rows.groupby("token")["n_total"].sum()
    tokens = tokens[tokens.index.str.len() > 1]
    return _by_sound(tokens.index.tolist(), tokens.to_numpy(), channel), float(tokens.sum()) / WORDS_PER_NAME


def candidates(data: Path, channel: Channel) -> tuple[pd.DataFrame, float, pd.Series]:
    """Names by sound, how many there are, and the share of women among those whose given name has the sound."""
    frames = [
        pd.read_csv(data / "tcpd" / f"{state}_AE.csv.gz", usecols=["Candidate", "Sex", "pid"], dtype=str)
        for state in ("Delhi", "Uttar_Pradesh")
    ]
    people = pd.concat(frames).dropna(subset=["Candidate"]).drop_duplicates(["pid", "Candidate"])
    names = canonical(split(as_array(people["Candidate"].tolist()), lexicon().alias_marks), lexicon())
    counts = np.bincount(names.ids, minlength=len(names.tokens))
    by_sound = _by_sound(names.tokens, counts, channel)
    heads = (names.role & Role.HEAD).astype(bool) & ~(names.role & Role.INITIAL).astype(bool)
    owner = np.repeat(np.arange(len(names)), np.diff(names.offsets))
    sex = people["Sex"].to_numpy()[owner[heads]]
    given = pd.DataFrame({"token": np.array(names.tokens)[names.ids[heads]], "woman": sex == "F", "man": sex == "M"})
    latin = given["token"].tolist()
    given["sound"] = as_text(sound_codes(pa.array(latin, pa.string()), Code.SOUND))
    sums = given.groupby("sound")[["woman", "man"]].sum()
    known = sums[sums.sum(axis=1) >= KNOWN_SEX]
    return by_sound, float(len(people)), known["woman"] / known.sum(axis=1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0] if __doc__ else "")
    parser.add_argument("--data", type=Path, required=True)
    data = parser.parse_args().data
    if not (data / "tcpd").is_dir() or not (data / "frequency").is_dir():
        parser.error(f"{data} does not hold the folders 'frequency' and 'tcpd'")
    channel = Channel.load()
    hindi, hindi_total = panchayat(data, channel)
    english, english_total, women = candidates(data, channel)
    both = hindi.add(english, fill_value=0)
    both = both[both["names"] >= LEAST].join(women.rename("women"))
    both["women"] = both["women"].round(2).fillna(-1.0)
    lines = [
        "# How many names of public lists hold a word of each sound (code SOUND of linker/names/sounds.py), and the share of",
        "# women among candidates whose given name it is (-1: not known). Counted by training/name_counts.py from panchayat winners",
        "# of Uttar Pradesh 2015 and candidates of Delhi and Uttar Pradesh (Trivedi Centre for Political Data).",
        f"# names: {round(hindi_total + english_total)}",
        "sound\tnames\twomen",
    ]
    lines += [f"{sound}\t{row['names']:.0f}\t{row['women']:g}" for sound, row in both.sort_index().iterrows()]
    TARGET.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"{len(both)} sounds of {hindi_total + english_total:.0f} names in {TARGET}")


if __name__ == "__main__":
    main()
