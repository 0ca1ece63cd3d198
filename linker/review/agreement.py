"""How well people agree beyond chance.

Cohen's kappa (1960) for two people who judged the same items; Fleiss' kappa (1971) for many people, here in the form for items with
different numbers of judges.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence


def cohen(pairs: Sequence[tuple[str, str]]) -> float | None:
    """Kappa of two people's answers to the same items; None without items, 1 where chance alone would agree fully too."""
    if not pairs:
        return None
    n = len(pairs)
    observed = sum(a == b for a, b in pairs) / n
    first, second = Counter(a for a, _ in pairs), Counter(b for _, b in pairs)
    expected = sum(first[c] * second[c] for c in first) / n**2
    return 1.0 if expected == 1 else (observed - expected) / (1 - expected)


def fleiss(items: Sequence[Sequence[str]]) -> float | None:
    """Kappa of all people; each item is the list of its answers, items with fewer than two are left out."""
    used = [Counter(answers) for answers in items if len(answers) >= 2]
    if not used:
        return None
    totals: Counter[str] = Counter()
    agreement = 0.0
    for counts in used:
        n = sum(counts.values())
        agreement += sum(c * (c - 1) for c in counts.values()) / (n * (n - 1))
        totals.update(counts)
    observed = agreement / len(used)
    judged = sum(totals.values())
    expected = sum((c / judged) ** 2 for c in totals.values())
    return 1.0 if expected == 1 else (observed - expected) / (1 - expected)


def wilson(successes: int, trials: int, z: float = 1.96) -> tuple[float, float]:
    """Wilson's interval (1927) for a share."""
    if not trials:
        return 0.0, 1.0
    p, n = successes / trials, trials
    middle = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * ((p * (1 - p) / n + z * z / (4 * n * n)) ** 0.5)
    return max(0.0, middle - half), min(1.0, middle + half)
