"""Settings that, together, would let people be merged by their names or switch a guard off are refused, with file, line and rule."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from linker.config.loading import CONFIGS
from linker.config.run import load_run
from linker.errors import ConfigError

POLICY, MATCHING, DELHI = "policy.yaml", "matching/offenders.yaml", "sources/delhi.yaml"
SECOND = {"name": "second"}
COMMON = {"name": "second", "kind": "category", "fields": ["extra.whole_name"]}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The shipped configuration in a folder whose name has a space and Hindi letters."""
    return shutil.copytree(CONFIGS, tmp_path / "राज्य पुलिस 1", ignore=shutil.ignore_patterns("models", "reference"))


def change(file: Path, path: tuple[str, ...], value: Any) -> None:
    """Set what stands at `path`; a list there that is given a mapping gets it as a further entry."""
    content = yaml.safe_load(file.read_text(encoding="utf-8"))
    at = content
    for part in path[:-1]:
        at = at[part]
    at[path[-1]] = [*at[path[-1]], value] if isinstance(value, dict) else value
    file.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")


ALONE = "name and relation alone must never link"
RULES = {
    "the name itself": ({("independent",): ["name"]}, "rules.independent.0: 'name' compares names: " + ALONE),
    "an alias": ({("independent",): ["birth", "aliases"]}, "rules.independent.1: 'aliases' compares names: " + ALONE),
    "the father": ({("independent",): ["relative"]}, "compares relatives' names: " + ALONE),
    "the sex": ({("independent",): ["sex"]}, ALONE),
    "what brothers share": (
        {("independent",): ["birth", "household"]},
        "rules.independent.1: 'household' compares ration_card, vehicle, imei, numbers of a household or a thing: "
        "what brothers share tells no one apart; allowed: birth, ",
    ),
    "another as the name": ({("name",): "birth"}, "rules.name: 'birth' is of kind 'birth', not 'name'; allowed: name"),
    "another as the father": ({("relative",): "place"}, "rules.relative: 'place' is of kind 'place', not 'relative'"),
    "both turned round": ({("name",): "relative", ("relative",): "name"}, "rules.name: 'relative' is of kind"),
    "no father": ({("relative",): None}, "cousins would link"),
    "fingerprints": ({("vetoes",): []}, "rules.vetoes: 'fingerprint' is missing"),
    "sex": ({("doubts",): []}, "sister and brother would link"),
    "names that differ": ({("name_minimum",): -9.0}, "rules.name_minimum: -9.0 is not allowed; allowed: at least 0"),
    "no anchor": ({("anchor",): 0.0}, "namesakes link"),
    "no number": ({("independent_minimum",): float("nan")}, "rules.independent_minimum: nan is not allowed; allowed: a finite number"),
}  # fmt: skip


@pytest.mark.parametrize("case", RULES)
def test_unsafe_rules_are_refused(folder: Path, case: str) -> None:
    changes, said = RULES[case]
    for path, value in changes.items():
        change(folder / POLICY, ("rules", *path), value)
    with pytest.raises(ConfigError) as caught:
        load_run(folder / "four_states.yaml", {"delhi": "x.csv"})
    assert said in str(caught.value)
    assert f"{folder / POLICY}:" in str(caught.value)


@pytest.mark.parametrize("kind", ["name", "aliases", "relative", "sex"])
def test_a_second_comparison_of_names_is_no_more_independent(folder: Path, kind: str) -> None:
    change(folder / MATCHING, ("comparisons",), SECOND | {"kind": kind})
    change(folder / POLICY, ("rules", "independent"), ["birth", "second"])
    with pytest.raises(ConfigError, match=ALONE):
        load_run(folder / "four_states.yaml", {"delhi": "x.csv"})


def test_nor_is_a_further_column_that_holds_the_name(folder: Path) -> None:
    change(folder / MATCHING, ("comparisons",), COMMON)
    change(folder / POLICY, ("rules", "independent"), ["second"])
    change(folder / DELHI, ("fields", "extra.whole_name"), "ACCUSED_AREA")
    load_run(folder / "four_states.yaml", {"delhi": "x.csv"})
    names = yaml.safe_load((folder / DELHI).read_text(encoding="utf-8"))["fields"]["name"]
    column = names if isinstance(names, str) else names.get("column") or names["join"][0]
    change(folder / DELHI, ("fields", "extra.whole_name"), column)
    with pytest.raises(ConfigError, match="feeds with a name: " + ALONE):
        load_run(folder / "four_states.yaml", {"delhi": "x.csv"})


@pytest.mark.parametrize("number", ["ration_card", "vehicle", "imei"])
@pytest.mark.parametrize("kind", ["identifier", "category", "household"])
def test_a_number_of_a_household_is_independent_under_no_kind(folder: Path, kind: str, number: str) -> None:
    change(folder / MATCHING, ("comparisons",), SECOND | {"kind": kind, "fields": [number]})
    change(folder / POLICY, ("rules", "independent"), ["birth", "second"])
    with pytest.raises(ConfigError, match=f"'second' compares {number}, numbers of a household or a thing"):
        load_run(folder / "four_states.yaml", {"delhi": "x.csv"})
    change(folder / POLICY, ("purpose",), "study")
    load_run(folder / "four_states.yaml", {"delhi": "x.csv"})


def test_nor_under_a_further_column(folder: Path) -> None:
    change(folder / MATCHING, ("comparisons",), COMMON | {"fields": ["extra.card"]})
    change(folder / POLICY, ("rules", "independent"), ["second"])
    change(folder / DELHI, ("fields", "extra.card"), "RATION")
    load_run(folder / "four_states.yaml", {"delhi": "x.csv"})
    change(folder / DELHI, ("fields", "ration_card"), "RATION")
    with pytest.raises(ConfigError, match="feeds with the number of a household or a thing: what brothers share"):
        load_run(folder / "four_states.yaml", {"delhi": "x.csv"})


CLUSTERS = [
    ("contradiction", float("-inf")), ("tolerance", float("nan")), ("bridge_strong", float("nan")), ("bridge_strong", 0.0),
    ("hysteresis", 4.0), ("bridge_side", 10**30), ("unusual_size", 2**70), ("support", float("inf")),
]  # fmt: skip


@pytest.mark.parametrize(("setting", "value"), CLUSTERS)
def test_groups_without_checks_are_refused(folder: Path, setting: str, value: float) -> None:
    change(folder / "clusters.yaml", (setting,), value)
    with pytest.raises(ConfigError, match=setting):
        load_run(folder / "four_states.yaml", {"delhi": "x.csv"})


def test_pairs_for_review_are_kept(folder: Path) -> None:
    change(folder / MATCHING, ("floor",), 3.0)
    with pytest.raises(ConfigError, match=r"floor: pairs from -1\.58 bits on are for review"):
        load_run(folder / "four_states.yaml", {"delhi": "x.csv"})


def test_two_sources_of_one_name_are_refused(folder: Path) -> None:
    shutil.copy(folder / DELHI, folder / "sources" / "other.yaml")
    change(folder / "four_states.yaml", ("sources",), {"config": "sources/other.yaml"})
    with pytest.raises(ConfigError, match=r"four_states\.yaml:\d+: sources\.4: another source is called 'delhi'"):
        load_run(folder / "four_states.yaml", {"delhi": "x.csv"})


def test_the_shipped_runs_are_safe(folder: Path) -> None:
    assert load_run(folder / "four_states.yaml", {"delhi": "x.csv"}).policy.purpose == "police"
    assert load_run(folder / "tcpd.yaml", {"tcpd": "x.csv"}).policy.purpose == "study"
