"""Hard rules: each has a case, and settings that would let two people be merged too easily are refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from linker.config.loading import CONFIGS, load
from linker.config.matching import Matching, Veto
from linker.config.policy import Policy
from linker.errors import ConfigError
from linker.matching.comparisons import comparisons_of
from linker.matching.policy import RULES, Rule, decide, exclusive_pairs, vetoed
from linker.schema import Decision
from tests.matching.people import columns_of, day

COMPARISONS = comparisons_of(load(CONFIGS / "matching" / "offenders.yaml", Matching).comparisons)
POLICY = load(CONFIGS / "policy.yaml", Policy)
WEIGHT = {
    "for": 8.0,
    "neutral": 0.0,
    "against": -6.0,
    "missing": 0.0,
}


def decision_of(bits: float, **levels: str) -> tuple[Decision, Rule]:
    """What policy makes of a pair with these levels (all else missing) and this match weight."""
    vector = np.array([[c.level(levels[c.name]).code if c.name in levels else 0 for c in COMPARISONS]], dtype=np.int8)
    tables = [np.array([WEIGHT[level.side] for level in c.levels]) for c in COMPARISONS]
    decided = decide(POLICY, COMPARISONS, vector, np.array([bits]), tables)
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


UNSAFE = [
    ("costs: {false_merge: 10, missed_link: 5}", "4 times"),
    ("costs: {false_merge: 5, missed_link: 0.2, review: 1}", "at least 0.9"),
    ("rules: {independent: []}", "name and relation alone must never link"),
    ("rules: {independent: [birth], independent_minimum: 0.5}", "would let name and relation alone link"),
    ("rules: {independent: [birth]}\nlink_probability: 1.5", "at least 0.9"),
    ("rules: {independent: [birth]}\nlink_treshold: 0.99", "unknown setting"),
]


@pytest.mark.parametrize(("text", "message"), UNSAFE)
def test_unsafe_settings_are_refused(text: str, message: str, tmp_path: Path) -> None:
    file = tmp_path / "policy.yaml"
    file.write_text(text if "rules" in text else text + "\nrules: {independent: [birth]}", encoding="utf-8")
    with pytest.raises(ConfigError, match=message):
        load(file, Policy)


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


VETO = Veto(name="co_accused", fields=("fir",), when="same", reason="listed once")


def test_a_veto_keeps_apart_pairs_that_no_key_found() -> None:
    people = [
        {"name": n, "fir": f} for n, f in (("A", "1"), ("B", "1"), ("C", "2"), ("D", None), ("E", "1"), ("F", None))
    ]
    columns = columns_of(people)
    left, right = exclusive_pairs(columns, [VETO])
    assert sorted(zip(left.tolist(), right.tolist(), strict=True)) == [(0, 1), (0, 4), (1, 4)]
    some = np.array([0, 0, 3], dtype=np.int32), np.array([1, 2, 5], dtype=np.int32)
    assert vetoed(columns, [VETO], *some).tolist() == [True, False, False]


EXTRA = ("extra.died", "extra.from", "extra.to", "extra.place")
DIED = Veto(name="dead", fields=("extra.died",), when="died", reason="r")
HELD = Veto(name="held", fields=EXTRA[1:], when="custody", reason="r")
IMPOSSIBLE = [
    # veto, one record (died, held from, to, place, record's day), the other, vetoed?
    (DIED, ("2020-05-01", "", "", "", "2019-01-01"), ("", "", "", "", "2021-02-03"), True),
    (DIED, ("1.5.2020", "", "", "", "2019-01-01"), ("", "", "", "", "2020-05-07"), False),  # dates may be days off
    (DIED, ("2020", "", "", "", "2019-01-01"), ("", "", "", "", "2021-02-03"), False),  # a year is no day
    (DIED, ("2020-05-01", "", "", "", "2019-01-01"), ("", "", "", "", "2018-02-03"), False),
    (DIED, ("2020-05-01", "", "", "", "2019-01-01"), ("2020-05-01", "", "", "", "2021-02-03"), False),  # both say it
    (HELD, ("", "2020-01-01", "2020-12-31", "tihar", "2020-01-01"), ("", "01-06-2020", "2021-06-01", "agra", "2020-06-01"), True),
    (HELD, ("", "2020-01-01", "2020-12-31", "tihar", "2020-01-01"), ("", "2020-06-01", "2021-06-01", "tihar", "2020-06-01"), False),
    (HELD, ("", "2020-01-01", "2020-06-04", "tihar", "2020-01-01"), ("", "2020-06-01", "2021-06-01", "agra", "2020-06-01"), False),
    (HELD, ("", "2020-01-01", "", "tihar", "2020-01-01"), ("", "2020-06-01", "2021-06-01", "agra", "2020-06-01"), False),
]  # fmt: skip


@pytest.mark.parametrize(("veto", "one", "other", "expected"), IMPOSSIBLE)
def test_nobody_is_seen_after_death_or_held_in_two_places(
    veto: Veto, one: tuple[str, ...], other: tuple[str, ...], expected: bool
) -> None:
    people = [
        {**{name: text or None for name, text in zip(EXTRA, told, strict=False)}, "record_day": day(told[4])}
        for told in (one, other)
    ]
    columns = columns_of(people, EXTRA)
    for left, right in ((0, 1), (1, 0)):
        found = vetoed(columns, [veto], np.array([left], np.int32), np.array([right], np.int32))
        assert found.tolist() == [expected]


def test_a_veto_by_time_states_its_columns() -> None:
    with pytest.raises(ValueError, match="needs 3 fields"):
        Veto(name="held", fields=("extra.from",), when="custody", reason="r")
