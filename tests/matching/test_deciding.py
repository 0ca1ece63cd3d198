"""Every hard rule has a case; a policy that names an unknown comparison is refused."""

from __future__ import annotations

import numpy as np
import pytest

from linker.config.loading import CONFIGS, load
from linker.config.matching import Matching
from linker.config.policy import Policy
from linker.errors import ConfigError
from linker.matching.comparisons import comparisons_of
from linker.matching.deciding import decide
from linker.matching.policy import RULES, Rule
from linker.schema import Decision

COMPARISONS = comparisons_of(load(CONFIGS / "matching" / "offenders.yaml", Matching).comparisons)
POLICY = load(CONFIGS / "policy.yaml", Policy)
STRICT = load(CONFIGS / "policy_strict.yaml", Policy)
WEIGHT = {
    "for": 8.0,
    "neutral": 0.0,
    "against": -6.0,
    "missing": 0.0,
}


def decision_of(bits: float, policy: Policy = POLICY, **levels: str) -> tuple[Decision, Rule]:
    """What policy makes of a pair with these levels (all else missing) and this match weight."""
    vector = np.array([[c.level(levels[c.name]).code if c.name in levels else 0 for c in COMPARISONS]], dtype=np.int8)
    tables = [np.array([WEIGHT[level.side] for level in c.levels]) for c in COMPARISONS]
    decided = decide(policy, COMPARISONS, vector, np.array([bits]), tables)
    return Decision(int(decided.decision[0])), RULES[int(decided.rule[0])]


SURE = 25.0
CASES = [
    ("enough evidence", SURE, {"name": "AGREE", "relative": "AGREE", "birth": "SAME_DATE"}, Decision.LINK, Rule.LINK),
    ("name and father alone", SURE, {"name": "AGREE_VERY_RARE", "relative": "AGREE_RARE"}, Decision.REVIEW, Rule.NAME_AND_RELATION_ALONE),
    ("a brother", SURE, {"name": "GIVEN_CONFLICT", "relative": "AGREE", "phone": "SAME"}, Decision.REVIEW, Rule.NAME_CONFLICT),
    ("husband and wife", SURE, {"name": "DIFFERENT", "phone": "SAME", "sex": "DIFFERENT"}, Decision.REVIEW, Rule.NAME_CONFLICT),
    ("a cousin", SURE, {"name": "AGREE_RARE", "relative": "DIFFERENT", "place": "SAME_HOUSE"}, Decision.REVIEW, Rule.RELATIVE_CONFLICT),
    ("other father, same document", SURE, {"name": "AGREE_RARE", "relative": "DIFFERENT", "documents": "SAME"}, Decision.LINK, Rule.LINK),
    ("half a brother's name", SURE, {"name": "PARTS_DIFFER", "relative": "AGREE", "place": "SAME_HOUSE"}, Decision.REVIEW, Rule.BROTHER),
    ("a brother with the family's ration card", SURE, {"name": "GIVEN_CONFLICT", "household": "SAME"}, Decision.REVIEW, Rule.NAME_CONFLICT),
    ("only a nickname", SURE, {"name": "ALIAS_RARE", "birth": "SAME_DATE"}, Decision.REVIEW, Rule.ALIAS_ONLY),
    ("man and woman of one name", SURE, {"name": "AGREE", "sex": "DIFFERENT", "birth": "SAME_DATE"}, Decision.REVIEW, Rule.CONTRADICTION),
    ("a mistyped sex", SURE, {"name": "AGREE", "relative": "AGREE", "sex": "DIFFERENT", "birth": "SAME_DATE"}, Decision.LINK, Rule.LINK),
    ("alike, and an alias", SURE, {"name": "UNCLEAR_WITH_ALIAS", "birth": "SAME_DATE"}, Decision.LINK, Rule.LINK),
    ("other fingers", SURE, {"name": "AGREE", "fingerprint": "DIFFERENT", "birth": "SAME_DATE"}, Decision.NO_LINK, Rule.VETO),
    ("another Aadhaar", SURE, {"name": "AGREE", "aadhaar": "DIFFERENT", "birth": "SAME_DATE"}, Decision.REVIEW, Rule.CONTRADICTION),
    ("a borrowed document", SURE, {"name": "GIVEN_CONFLICT", "aadhaar": "SAME"}, Decision.REVIEW, Rule.MISUSED_IDENTITY),
    ("one document, other sex", SURE, {"name": "AGREE", "sex": "DIFFERENT", "documents": "SAME"}, Decision.REVIEW, Rule.MISUSED_IDENTITY),
    ("a likely pair", 4.0, {"name": "AGREE", "birth": "CLOSE"}, Decision.REVIEW, Rule.UNCERTAIN),
    ("an unlikely pair", -8.0, {"name": "AGREE_COMMON", "birth": "CLOSE"}, Decision.NO_LINK, Rule.IMPROBABLE),
    ("an unlikely pair that differs", -8.0, {"name": "AGREE", "birth": "FAR"}, Decision.NO_LINK, Rule.UNLIKE),
    ("alias, father and birth date", SURE, {"name": "ALIAS_RARE", "relative": "AGREE", "birth": "SAME_DATE"}, Decision.LINK, Rule.LINK),
    ("alias, father and telephone", SURE, {"name": "ALIAS", "relative": "AGREE", "phone": "SAME"}, Decision.LINK, Rule.LINK),
    ("alias, father and his phone", SURE, {"name": "ALIAS", "relative": "AGREE", "phone": "RELATIVES"}, Decision.REVIEW, Rule.ALIAS_ONLY),
    ("a nickname and a document", SURE, {"name": "ALIAS_RARE", "documents": "SAME"}, Decision.LINK, Rule.LINK),
    ("a misspelt father", SURE, {"name": "AGREE", "relative": "NEAR", "place": "SAME_HOUSE"}, Decision.LINK, Rule.LINK),
]  # fmt: skip


@pytest.mark.parametrize(("why", "bits", "levels", "decision", "rule"), CASES, ids=[c[0] for c in CASES])
def test_rule(why: str, bits: float, levels: dict[str, str], decision: Decision, rule: Rule) -> None:
    assert decision_of(bits, **levels) == (decision, rule)


NEEDED = [
    ("no father", SURE, {"name": "AGREE_RARE", "place": "SAME_HOUSE", "birth": "SAME_DATE"}, Decision.REVIEW, Rule.NO_RELATIVE),
    ("no father, one document", SURE, {"name": "AGREE_RARE", "documents": "SAME"}, Decision.LINK, Rule.LINK),
    ("one father", SURE, {"name": "AGREE", "relative": "AGREE", "place": "SAME_HOUSE"}, Decision.LINK, Rule.LINK),
    ("another father", SURE, {"name": "AGREE", "relative": "DIFFERENT", "birth": "CLOSE"}, Decision.REVIEW, Rule.RELATIVE_CONFLICT),
]  # fmt: skip


@pytest.mark.parametrize(("why", "bits", "levels", "decision", "rule"), NEEDED, ids=[c[0] for c in NEEDED])
def test_where_a_relative_is_needed(
    why: str, bits: float, levels: dict[str, str], decision: Decision, rule: Rule
) -> None:
    assert decision_of(bits, policy=STRICT, **levels) == (decision, rule)


def test_a_policy_that_names_an_unknown_comparison_is_refused() -> None:
    policy = POLICY.model_copy(update={"rules": POLICY.rules.model_copy(update={"independent": ("shoe_size",)})})
    with pytest.raises(ConfigError, match="shoe_size"):
        decide(
            policy,
            COMPARISONS,
            np.zeros((1, len(COMPARISONS)), dtype=np.int8),
            np.zeros(1),
            [np.zeros(16)] * len(COMPARISONS),
        )
