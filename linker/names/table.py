"""Distinct names, made comparable once and compared by number afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property, lru_cache
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from linker.names.agreement import NameAgreement, Pairs
from linker.names.canonical import NameTokens, canonical, counting
from linker.names.channel import DEVANAGARI, Channel
from linker.names.compared import ComparedNames, Facts
from linker.names.dictionary import build_dictionary
from linker.names.explain import NameExplanation, explain
from linker.names.few import Few
from linker.names.fewpairs import FewPairs
from linker.names.free_words import FreeWords, last_words
from linker.names.frequency import count
from linker.names.keys import NameKeys, make_keys
from linker.names.lexicon import lexicon
from linker.names.narrow import gathered
from linker.names.prospects import Prospects
from linker.names.space import PairTable, Remembered, TokenSpace
from linker.names.storage import Kept, read_folder, write_folder
from linker.names.surnames import surnames_at_hand
from linker.names.table_parts import Base, Part
from linker.names.words import as_array, split

__all__ = ["NameAgreement", "NameExplanation", "NameKeys", "NameTable"]

RANK_LACK = 0.5
"""What a bit that is missing to complete agreement costs in `rank`; chosen on real variants, see benchmarks/names_full.py."""


class NameTable:
    """Distinct name texts with all that comparing them needs.

    Names are texts in any script, free of police-phrase parts, with honorifics, initials, abbreviations and joins as they come. The number
    of a name is its position in what `build` was given; names added by `extend` are numbered after them.
    """

    def __init__(self, base: Base, added: Part | None = None) -> None:
        self._base, self._added = base, added
        self._parts: list[Part] = [base] if added is None else [base, added]
        self._latest_keys: tuple[NDArray[np.int64], NameKeys] | None = None

    @classmethod
    def build(
        cls, names: Sequence[str] | pa.Array, channel: Channel | None = None, counts: NDArray[np.int64] | None = None
    ) -> NameTable:
        """A table of distinct `names` (null is ''); `counts` says how many records bear each (default 1).

        Raises:
            ConfigError: a reference list is missing or malformed.
        """
        texts, lists, channel = as_array(names), lexicon(), channel or _shipped()
        borne = np.ones(len(texts), np.int64) if counts is None else np.asarray(counts, np.int64)
        words = split(texts, lists.alias_marks)
        lists = replace(lists, glued=lists.glued | surnames_at_hand(words, lists))
        tokens = canonical(words, lists)
        free = FreeWords.of(lists, channel, last_words(tokens, tokens.tokens))
        dictionary = build_dictionary(tokens.tokens, channel, lists, free)
        spread = np.repeat(borne, np.diff(tokens.offsets)).astype(np.float64)
        spelled = np.bincount(tokens.ids, weights=spread, minlength=len(dictionary)).astype(np.float64)
        seen = count(dictionary.rows["sound"], spelled, float(borne.sum()), lists.counts)
        seen.describe(dictionary.rows, spelled)
        pairs = PairTable(TokenSpace((dictionary,), channel, lists, seen))
        return cls(Base(texts, borne, tokens, dictionary, channel, lists, seen, pairs, dictionary.hot))

    def extend(self, names: Sequence[str]) -> NameTable:
        """The same table with further names, numbered on; how common names are stays as it was. Cheap: nothing is rebuilt."""
        base = self._base
        texts = as_array(names if self._added is None else [*self._added.texts.to_pylist(), *names])
        if not base.numbers:
            base.numbers.update((t, k) for k, t in enumerate(base.dictionary.tokens))
        local = canonical(split(texts, base.lexicon.alias_marks), base.lexicon, base.numbers)
        fresh = [t for t in local.tokens if t not in base.numbers]
        at = {t: len(base.dictionary) + k for k, t in enumerate(fresh)}
        numbers = np.array([base.numbers[t] if t in base.numbers else at[t] for t in local.tokens], np.int32)
        if fresh:
            dictionary = build_dictionary(fresh, base.channel, base.lexicon, base.free_words)
            base.seen.describe(dictionary.rows, np.zeros(len(fresh)))
        else:
            dictionary = base.nothing
        ids = numbers[local.ids] if len(local.ids) else local.ids
        tokens = NameTokens(local.offsets, ids, local.role, local.gender, fresh)
        return NameTable(base, Part(texts, np.zeros(len(texts), np.int64), tokens, dictionary))

    def __len__(self) -> int:
        return sum(len(p.texts) for p in self._parts)

    def text(self, i: int) -> str:
        """The name as it was given."""
        part, at = self._find(i)
        return str(part.texts[at].as_py())

    def _find(self, i: int) -> tuple[Part, int]:
        first = len(self._base.texts)
        return (self._base, i) if i < first or self._added is None else (self._added, i - first)

    # --- comparing ---------------------------------------------------------------------------------------------------

    def agree(
        self,
        left: NDArray[np.int32],
        right: NDArray[np.int32],
        owner_left: NDArray[np.int32] | None = None,
        owner_right: NDArray[np.int32] | None = None,
    ) -> NameAgreement:
        """Weight (bits) and level of each pair of names; number -1 gives weight 0 and level UNKNOWN.

        For names of relatives, `owner_left` and `owner_right` are the names of the persons themselves: what stands in the owner's name on
        both sides (the shared surname) was counted there and is worth nothing here.
        """
        if self._added is None:
            return self._base.compared.agree(left, right, owner_left, owner_right)
        if owner_left is None or owner_right is None:
            few, (a, b) = self._narrow(left, right)
            return few.agree(a, b)
        few, (a, b, c, d) = self._narrow(left, right, owner_left, owner_right)
        return few.agree(a, b, c, d)

    def prospects(self, left: NDArray[np.int32], right: NDArray[np.int32]) -> Prospects:
        """What `agree` can say at most of each pair that is given without owners, much faster."""
        if self._added is None:
            return self._base.compared.prospects(left, right)
        few, (a, b) = self._narrow(left, right)
        return few.prospects(a, b)

    def divisible(self, left: NDArray[np.int32], right: NDArray[np.int32]) -> NDArray[np.bool_]:
        """Pairs of names that may agree better with their words divided alike, see `names.divided`; never where a number is -1."""
        if self._added is None:
            return self._base.compared.divisible(left, right)
        few, (a, b) = self._narrow(left, right)
        return few.divisible(a, b)

    def sex(self, numbers: NDArray[np.int32]) -> NDArray[np.int8]:
        """Whose names they likely are, by titles, suffixes and how many women bear the given name: 0 unknown (or number -1), 1 a man's,
        2 a woman's."""
        if self._added is None:
            return self._base.compared.sex(numbers)
        few, (a,) = self._narrow(numbers)
        return few.sex(a)

    def alike(self, left: NDArray[np.int32], right: NDArray[np.int32]) -> NDArray[np.bool_]:
        """Pairs of names that may be one name with its words written together, see `names.together`; never where a number is -1."""
        if self._added is None:
            return self._base.compared.alike(left, right)
        few, (a, b) = self._narrow(left, right)
        return few.alike(a, b)

    def _narrow(self, *numbers: NDArray[np.int32]) -> tuple[ComparedNames, list[NDArray[np.int32]]]:
        """The names that some questions need as a small table, and their numbers there."""
        few, renumbered = self.narrow(np.concatenate(numbers).astype(np.int32))
        return few, [np.ascontiguousarray(part) for part in np.split(renumbered, len(numbers))]

    def narrow(self, wanted: NDArray[np.int32]) -> tuple[ComparedNames, NDArray[np.int32]]:
        """The names with numbers `wanted` (-1: none) as a small table of their own, and their numbers there. Pairs are worth there what
        they are worth here; who compares the same few names several times saves gathering them anew."""
        base, first = self._base, len(self._base.texts)
        part = self._added or base
        renumbered, numbers, names, tokens = gathered(wanted, first, base.names, part.names)
        few = Few(base, part, numbers, tokens, int(np.searchsorted(numbers, first)))
        space = self._space_of(base.remembered())
        pairs = FewPairs(space, tokens)
        facts = Facts(few.letters, few.words, lambda: base.free_words, few.sexes)
        return ComparedNames(names, few.rows(), pairs, (space, tokens), facts), renumbered

    def rank(self, left: NDArray[np.int32], right: NDArray[np.int32]) -> NDArray[np.float32]:
        """How surely each pair of texts is one name, for sorting: the weight, less a share of what it lacks to complete agreement.

        The weight answers how likely two records with these names are one person, where a rare surname that agrees makes up for a word
        that is missing. Here a missing or odd word counts against the pair however rare the rest is.
        """
        weight = self.agree(left, right).weight
        distinct, back = np.unique(np.concatenate([left, right]), return_inverse=True)
        whole = self.agree(distinct, distinct).weight[back]
        lacking = np.maximum(whole[: len(left)], whole[len(left) :]) - weight
        return np.asarray(weight - RANK_LACK * np.maximum(lacking, 0), np.float32)

    @cached_property
    def _space(self) -> TokenSpace:
        return self._space_of(None)

    def _space_of(self, remembered: Remembered | None) -> TokenSpace:
        base, parts = self._base, [p.dictionary for p in self._parts]
        return TokenSpace(parts, base.channel, base.lexicon, base.seen, remembered)

    def _take(self, numbers: NDArray[np.int64]) -> NameTokens:
        """The tokens of some names, with token numbers of the whole table."""
        first, ids, roles, lengths, genders = len(self._base.texts), [], [], [], []
        for part, here in zip(self._parts, (numbers < first, numbers >= first), strict=False):
            at = numbers[here] - (0 if part is self._base else first)
            start = part.names.offsets[at].astype(np.int64)
            n = part.names.offsets[at + 1] - start
            positions = np.repeat(start, n) + counting(n)
            ids.append(part.names.ids[positions])
            roles.append(part.names.role[positions])
            lengths.append(n)
            genders.append(part.names.gender[at])
        offsets = np.concatenate([[0], np.cumsum(np.concatenate(lengths))]).astype(np.int32)
        return NameTokens(offsets, np.concatenate(ids), np.concatenate(roles), np.concatenate(genders), [])

    def explain(self, left: int, right: int) -> NameExplanation:
        """Which token met which, what that is worth and why, in words of English and Hindi."""
        few, (a, b) = self._narrow(np.array([left], np.int32), np.array([right], np.int32))
        return explain((self.text(left), self.text(right)), few, Pairs.of(a, b))

    # --- keys and display --------------------------------------------------------------------------------------------

    def keys(self, start: int = 0) -> NameKeys:
        """Keys of every name from number `start` on; `name_id` counts from 0 as ever.

        How rare a key is is said by the names that the table was built from.
        """
        base = self._base
        first = len(base.texts)
        found = [_from(base.own_keys(), start)] if start < first or self._added is None else []
        if self._added is not None:
            more = self._keys_of(self._added.names)
            found.append(_from(replace(more, name_id=more.name_id + np.int32(first)), start))
        if len(found) == 1:
            return found[0]
        columns = ("name_id", "token", "kind", "key", "bits")
        return NameKeys(*(np.concatenate([getattr(f, c) for f in found]) for c in columns))

    def keys_of(self, numbers: NDArray[np.int64]) -> NameKeys:
        """Keys of some names, distinct numbers in ascending order; `name_id` is the position in `numbers`. Asked for again with the same
        array, as each feature of a few persons does, they are not made again."""
        latest = self._latest_keys
        if latest is None or latest[0] is not numbers:
            part = self._added or self._base
            wanted = numbers.astype(np.int32)
            _, _, names, tokens = gathered(wanted, len(self._base.texts), self._base.names, part.names)
            latest = self._latest_keys = numbers, self._keys_of_tokens(names, tokens)
        return latest[1]

    def _keys_of(self, names: NameTokens) -> NameKeys:
        tokens, ids = np.unique(names.ids.astype(np.int64), return_inverse=True)
        small = NameTokens(names.offsets, ids.astype(np.int32), names.role, names.gender, [])
        return self._keys_of_tokens(small, tokens)

    def _keys_of_tokens(self, names: NameTokens, tokens: NDArray[np.int64]) -> NameKeys:
        """Keys of names that are rows of `tokens`, ascending numbers of the whole table."""
        counts = np.zeros(len(names), np.int64)  # what is common is known
        return make_keys(names, self._space.subset(tokens), counts, self._base.counted())[0]

    @property
    def texts(self) -> pa.Array:
        """All names as they were given, in the order of their numbers."""
        return pa.concat_arrays([p.texts.cast(pa.string()) for p in self._parts])

    @property
    def base_texts(self) -> pa.Array:
        """The texts that the table was built from."""
        return self._base.texts

    def latin(self, ids: NDArray[np.int32] | Sequence[int] | None = None) -> pa.Array:
        """Every name, or the names `ids`, in Latin capitals, without titles: as it was spelled, or its likeliest romanisation."""
        space = self._space
        spellings = pa.array([t for p in space.parts for t in p.latin], pa.string())
        chosen = [p.names for p in self._parts] if ids is None else [self._take_in_order(np.asarray(ids, np.int64))]
        found = []
        for names in chosen:
            words = spellings.take(pa.array(names.ids))
            rows = pa.ListArray.from_arrays(pa.array(names.offsets, pa.int32()), words)
            found.append(pc.utf8_upper(pc.binary_join(rows, " ")))
        return pa.concat_arrays(found)

    def devanagari(self, ids: NDArray[np.int32] | Sequence[int]) -> list[str]:
        """The names `ids` in Devanagari, without titles: as they were spelled, or their likeliest spelling."""
        space, base = self._space, self._base
        names = self._take_in_order(np.asarray(ids, np.int64))
        tokens, at = np.unique(names.ids, return_inverse=True)
        texts = space.texts(tokens.astype(np.int64))
        letters = {v: k for k, v in reversed(base.lexicon.letters.items())}
        foreign = [k for k, row in enumerate(space.rows(tokens.astype(np.int64))) if row["script"] != DEVANAGARI]
        decoded = base.channel.devanagari([texts[k] for k in foreign], 1)
        for k, spellings in zip(foreign, decoded, strict=True):
            texts[k] = f"{letters[texts[k]]}." if texts[k] in letters else spellings[0][0] if spellings else texts[k]
        return [" ".join(texts[k] for k in at[a:b]) for a, b in zip(names.offsets[:-1], names.offsets[1:], strict=True)]

    def _take_in_order(self, numbers: NDArray[np.int64]) -> NameTokens:
        distinct, back = np.unique(numbers, return_inverse=True)
        names = self._take(distinct)
        lengths = np.diff(names.offsets)[back].astype(np.int64)
        positions = np.repeat(names.offsets[back].astype(np.int64), lengths) + counting(lengths)
        offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32)
        return NameTokens(offsets, names.ids[positions], names.role[positions], names.gender[back], [])

    def gender(self) -> NDArray[np.int8]:
        """What a title or a woman's or man's suffix suggests per name: 0 nothing, 1 male, 2 female."""
        return np.concatenate([p.names.gender for p in self._parts])

    # --- keeping -----------------------------------------------------------------------------------------------------

    def save(self, folder: Path) -> None:
        """Writes the table into a folder of files that `load` maps into memory. Names added by `extend` are not part of it.

        Raises:
            OSError: a file cannot be written.
        """
        base = self._base
        kept = Kept(base.texts, base.counts, base.names, base.dictionary, base.lexicon.glued, base.seen, base.counted())
        write_folder(folder, kept, base.channel)

    @classmethod
    def load(cls, folder: Path, channel: Channel | None = None) -> NameTable:
        """The table that `save` wrote, its arrays shared with all processes that open it.

        Raises:
            ModelError: not such a folder, or of another version.
        """
        used = channel or Channel.kept_in(folder) or _shipped()
        kept = read_folder(folder, used, lexicon())
        lists = replace(lexicon(), glued=kept.glued)
        pairs = PairTable(TokenSpace((kept.dictionary,), used, lists, kept.seen))
        rows = kept.dictionary.hot
        base = Base(kept.texts, kept.counts, kept.names, kept.dictionary, used, lists, kept.seen, pairs, rows)
        base.key_counts = kept.key_counts
        return cls(base)


@lru_cache(maxsize=1)
def _shipped() -> Channel:
    return Channel.load()


def _from(keys: NameKeys, start: int) -> NameKeys:
    if start <= 0:
        return keys
    keep = keys.name_id >= start
    return NameKeys(keys.name_id[keep], keys.token[keep], keys.kind[keep], keys.key[keep], keys.bits[keep])
