"""Why two names agree or not: which token met which, what that is worth, in English and Hindi."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from linker.names.agreement import Pairs, number_pairs
from linker.names.canonical import Role
from linker.names.compared import ComparedNames
from linker.names.evidence import Grade
from linker.names.levels import NameLevel
from linker.names.scoring import score, turned_round
from linker.names.workspace import MOST_TOKENS, PARAMETER_VALUES, workspace

_REASONS = {
    "exact": ("same word", "वही शब्द"),
    "same": ("same name, other spelling", "वही नाम, दूसरी वर्तनी"),
    "similar": ("similar sound", "मिलती-जुलती ध्वनि"),
    "initial": ("initial fits", "आद्याक्षर मेल खाता है"),
    "divided": ("compared with their words divided alike", "शब्द एक-से अलग करके मिलाए गए"),
    "joined": ("written as one word", "एक शब्द में लिखा गया"),
    "final_vowel": ("differs by the final vowel: another name, or a woman's", "अंतिम स्वर अलग: दूसरा नाम या स्त्री का नाम"),
    "only_left": ("stands on the left only", "केवल बाएँ नाम में"),
    "only_right": ("stands on the right only", "केवल दाएँ नाम में"),
    "conflict": ("contradictory words, or parts that brothers share", "परस्पर विरोधी शब्द, या भाइयों में समान अंश"),
}
_LEVELS = {
    NameLevel.UNKNOWN: ("a name is missing", "नाम उपलब्ध नहीं"),
    NameLevel.GENDER_CONFLICT: ("final vowel or gender differs", "अंतिम स्वर या लिंग अलग"),
    NameLevel.GIVEN_CONFLICT: ("given names differ", "मुख्य नाम अलग"),
    NameLevel.DIFFERENT: ("different names", "अलग नाम"),
    NameLevel.SURNAME_ONLY: ("only common parts agree", "केवल सामान्य अंश समान"),
    NameLevel.INITIALS: ("initials fit", "आद्याक्षर मेल खाते हैं"),
    NameLevel.GIVEN_ONLY: ("given name agrees, other parts differ", "मुख्य नाम समान, शेष अंश अलग"),
    NameLevel.FILLERS_DIFFER: ("given name agrees, words beside it differ", "मुख्य नाम समान, साथ के शब्द अलग"),
    NameLevel.SIMILAR: ("similar names", "मिलते-जुलते नाम"),
    NameLevel.PARTIAL: ("one name is part of the other", "एक नाम दूसरे का अंश"),
    NameLevel.SAME: ("same name", "वही नाम"),
    NameLevel.EXACT: ("same name, same spelling", "वही नाम, वही वर्तनी"),
}


@dataclass(frozen=True)
class TokenMatch:
    """One step of the comparison: the words on each side ('' for none), its bits, and a code from `_REASONS`."""

    left: str
    right: str
    weight: float
    reason: str

    @property
    def english(self) -> str:
        return _REASONS[self.reason][0]

    @property
    def hindi(self) -> str:
        return _REASONS[self.reason][1]


@dataclass(frozen=True)
class NameExplanation:
    """The comparison of two names: the weights of `matches` add up to `weight`, in bits."""

    left: str
    right: str
    weight: float
    level: NameLevel
    matches: tuple[TokenMatch, ...]

    @property
    def english(self) -> str:
        return _LEVELS[self.level][0]

    @property
    def hindi(self) -> str:
        return _LEVELS[self.level][1]

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "left": self.left,
            "right": self.right,
            "weight": round(self.weight, 2),
            "level": self.level.name.lower(),
            "english": self.english,
            "hindi": self.hindi,
            "matches": [
                {
                    "left": m.left, "right": m.right, "weight": round(m.weight, 2), "reason": m.reason,
                    "english": m.english, "hindi": m.hindi,
                }
                for m in self.matches
            ],
        }  # fmt: skip


def explain(texts: tuple[str, str], compared: ComparedNames, pair: Pairs) -> NameExplanation:
    """The explanation of one pair of names."""
    found = compared.words(pair)
    names, rows, table, pairs, tokens = found.names, found.rows, found.table, found.pairs, found.texts()
    lengths = np.minimum(np.diff(names.offsets), MOST_TOKENS).astype(np.int64)
    ((at, start),) = number_pairs(names, rows, table, [pairs])
    a, b = (int(names.offsets[side[0]]) for side in (pairs.left, pairs.right))
    n, m = (int(lengths[side[0]]) for side in (pairs.left, pairs.right))
    turned = bool(turned_round(rows, names.ids, a, n, b, m))
    if turned:
        a, n, b, m = b, m, a, n
    s, p = workspace()[0], PARAMETER_VALUES[0]
    weight, level = score(
        rows, p, names.ids, names.role, a, n, b, m, (0, 0, 0, 0), at, start[0], table.weights, table.grades, s
    )
    words = [tokens[k] for k in names.ids[a : a + n]], [tokens[k] for k in names.ids[b : b + m]]
    matches = _matches(s, words, (names.role[a : a + n], names.role[b : b + m]))
    if turned:
        other = {"only_left": "only_right", "only_right": "only_left"}
        matches = [TokenMatch(x.right, x.left, x.weight, other.get(x.reason, x.reason)) for x in matches]
    cut = found.cuts * float(p["join"])
    weight = np.float32(weight - cut)
    if found.cuts:
        matches.append(TokenMatch("", "", -cut, "divided"))
    rest = float(weight) - sum(m.weight for m in matches)
    if abs(rest) > 0.005 and matches:
        matches.append(TokenMatch("", "", rest, "conflict"))
    return NameExplanation(*texts, float(weight), NameLevel(int(level)), tuple(matches))


def _matches(
    s: Any, words: tuple[list[str], list[str]], roles: tuple[NDArray[np.uint8], NDArray[np.uint8]]
) -> list[TokenMatch]:
    a, b = (side[:8] for side in words)
    found: list[TokenMatch] = []
    if not a or not b:
        return found
    used: set[int] = set()
    i = 0
    while i < len(a):
        j = int(s["partner_a"][i])
        if j < 0:
            found.append(TokenMatch(a[i], "", -float(s["gap_a"][i]), "only_left"))
            i += 1
        elif i + 1 < len(a) and s["partner_a"][i + 1] == j:
            found.append(TokenMatch(f"{a[i]} {a[i + 1]}", b[j], _joined(s["joined_a"][i, j]), "joined"))
            used.add(j)
            i += 2
        elif j + 1 < len(b) and s["partner_b"][j + 1] == i and s["partner_b"][j] == i:
            found.append(TokenMatch(a[i], f"{b[j]} {b[j + 1]}", _joined(s["joined_b"][i, j]), "joined"))
            used.update((j, j + 1))
            i += 1
        else:
            initial = bool((roles[0][i] | roles[1][j]) & Role.INITIAL)
            reason = "initial" if initial else Grade(int(s["g"][i, j])).name.lower()
            found.append(TokenMatch(a[i], b[j], float(s["w"][i, j]), "similar" if reason == "none" else reason))
            used.add(j)
            i += 1
    found += [TokenMatch("", b[j], -float(s["gap_b"][j]), "only_right") for j in range(len(b)) if j not in used]
    return found


def _joined(weight: float) -> float:
    return float(weight) - float(PARAMETER_VALUES[0]["join"])
