"""A mistake in a configuration is blamed on its file and line, with what would be allowed."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from linker.config.loading import CONFIGS, Settings, line_of, load
from linker.config.matching import FEATURES, Matching
from linker.config.policy import Policy
from linker.config.run import load_run
from linker.errors import ConfigError
from linker.matching.keys import _MAKERS

RULES = "rules: {independent: [birth], independent_minimum: 3.0}\n"


def complaint(tmp_path: Path, text: str, model: type[Settings]) -> str:
    (tmp_path / "x.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load(tmp_path / "x.yaml", model)
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "model", "said"),
    [
        (RULES + "costs:\n  review: 1\n  mised_link: 8\n", Policy, "x.yaml:4: costs.mised_link: unknown setting; did you mean 'missed_"),
        (RULES + "purpose: fun\n", Policy, "x.yaml:2: purpose: 'fun' is not allowed; allowed: 'police' or 'study'"),
        ("purpose: police\n", Policy, "rules: is missing"),
        (RULES + "costs: {false_merge: lots}\n", Policy, "x.yaml:2: costs.false_merge:"),
        ("comparisons: []\nkeys:\n  - name: a\n    start: [name]\n  - name: B\n    start: [name]\n", Matching, "x.yaml:5: keys.1.name:"),
        ("a: [1\n", Policy, "not valid YAML"),
        ("- 1\n", Policy, "holds no settings"),
        ("", Policy, "holds no settings"),
    ],
)  # fmt: skip
def test_the_line_is_named(tmp_path: Path, text: str, model: type[Settings], said: str) -> None:
    assert said in complaint(tmp_path, text, model)


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    told = complaint(tmp_path, RULES + "purpose: fun\ncolour: red\n", Policy)
    assert "purpose" in told and "colour" in told


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("costs: {false_merge: 20, missed_link: 8}\n" + RULES, "costs.false_merge must be at least"),
        ("rules: {independent: []}\n", "name and relation alone must never link"),
        ("rules: {independent: [birth], independent_minimum: 0.5}\n", "below 1 bit"),
        ("purpose: study\ncosts: {false_merge: 1, missed_link: 1}\n" + RULES, "review threshold"),
        (
            "costs: {false_merge: 400, missed_link: 8}\nlink_probability: 1.0\n" + RULES,
            "x.yaml:2: link_probability: 1.0 is not allowed; allowed: at least 0, less than 1",
        ),
    ],
)
def test_unsafe_policies_are_refused(tmp_path: Path, text: str, rule: str) -> None:
    assert rule in complaint(tmp_path, text, Policy)


def test_a_study_may_take_risks_that_the_police_may_not(tmp_path: Path) -> None:
    (tmp_path / "p.yaml").write_text("purpose: study\ncosts: {false_merge: 3, missed_link: 4}\n" + RULES)
    assert load(tmp_path / "p.yaml", Policy).link_threshold == pytest.approx(2 / 3)


def test_stated_probabilities_can_only_be_stricter(tmp_path: Path) -> None:
    (tmp_path / "p.yaml").write_text(
        "costs: {false_merge: 40, missed_link: 8}\nlink_probability: 0.95\nreview_probability: 0.5\n" + RULES
    )
    policy = load(tmp_path / "p.yaml", Policy)
    assert policy.link_threshold == pytest.approx(1 - 1 / 40)
    assert policy.review_threshold == pytest.approx(0.5)


def test_files_that_are_not_text(tmp_path: Path) -> None:
    (tmp_path / "x.yaml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigError, match="cannot be read"):
        load(tmp_path / "x.yaml", Policy)
    with pytest.raises(ConfigError, match="did you mean"):
        load(tmp_path / "y.yaml", Policy)


def test_line_of_falls_back_on_the_parent() -> None:
    node = yaml.compose("a:\n  b: 1\nc: [1,\n  2]\n", Loader=yaml.SafeLoader)
    assert (line_of(node, ("a", "b")), line_of(node, ("a", "x")), line_of(node, ("c", 1)), line_of(None, ("a",))) == (
        2,
        1,
        4,
        1,
    )


@pytest.mark.parametrize("name", ["four_states.yaml", "tcpd.yaml"])
def test_the_shipped_configurations_load(name: str) -> None:
    settings = yaml.safe_load((CONFIGS / name).read_text(encoding="utf-8"))
    sources = [Path(ref["config"]).stem for ref in settings["sources"]]
    loaded = load_run(CONFIGS / name, dict.fromkeys(sources, "somewhere"))
    model = loaded.model_file()
    assert model is not None and model.is_file()


def database_run(tmp_path: Path, url: str, extra: str = "") -> Path:
    (tmp_path / "db.yaml").write_text(
        f"name: db\nstate: Delhi\nformat: postgresql\nurl: {url}\nquery: SELECT id, n FROM t\n"
        "native_id: id\nscript: latin\nfields: {name: n}\n"
    )
    text = f"sources: [{{config: db.yaml{extra}}}]\nmatching: {CONFIGS}/matching/offenders.yaml\npolicy: {CONFIGS}/policy.yaml\n"
    (tmp_path / "run.yaml").write_text(text)
    return tmp_path / "run.yaml"


def test_a_database_brings_its_own_address(tmp_path: Path) -> None:
    loaded = load_run(database_run(tmp_path, "postgresql://reader@host/crimes"))
    assert loaded.inputs == {"db": "postgresql://reader@host/crimes"}
    other = load_run(tmp_path / "run.yaml", {"db": "postgresql://reader@other/crimes"})
    assert other.inputs == {"db": "postgresql://reader@other/crimes"}


def test_an_address_beside_the_mapping_stays_whole(tmp_path: Path) -> None:
    path = database_run(tmp_path, "postgresql://reader@host/crimes", ", input: 'postgresql://reader@test/crimes'")
    assert load_run(path).inputs == {"db": "postgresql://reader@test/crimes"}


def test_a_password_is_refused_wherever_it_would_be_written_down(tmp_path: Path) -> None:
    path = database_run(tmp_path, "postgresql://reader@host/crimes")
    for url in ("postgresql://reader:secret@host/crimes", "postgresql://host/crimes?password=secret"):
        with pytest.raises(ConfigError, match="holds a password") as caught:
            load_run(path, {"db": url})
        assert "secret" not in str(caught.value)


NAMES = [
    ("policy", "documents", "documnts", "rules.independent.3: 'documnts' is not known; did you mean 'documents'? allowed: name, "),
    ("policy", "relative: relative", "relative: relativ", "rules.relative: 'relativ' is not known; did you mean 'relative'?"),
    ("policy", "vetoes: [fingerprint]", "vetoes: [finger_print]", "rules.vetoes.0: 'finger_print' is not known"),
    ("policy", "doubts: [sex]", "doubts: [name_and_phone]", "rules.doubts.0: 'name_and_phone' is not known; allowed: name,"),
    ("matching", "start: [phone]", "start: [mobile]", "keys.1.start.0: 'mobile' is not known; allowed: name, name_token, relative,"),
    ("matching", "[birth_day]", "[birthday]", "keys.6.start.0: 'birthday' is not known; did you mean 'birth_day'?"),
    ("matching", "[nfn]", "[nfm]", "comparisons.8.fields.0: 'nfm' is not known; did you mean 'nfn'?"),
    ("matching", "[village, station, t", "[vilage, station, t", "comparisons.14.fields.0: 'vilage' is not known; did you mean 'v"),
    ("matching", "fields: [fir]", "fields: [extra.contest]", "vetoes.0.fields.0: 'extra.contest' is not known; allowed: village,"),
]  # fmt: skip


@pytest.mark.parametrize(("file", "right", "wrong", "said"), NAMES, ids=[case[2] for case in NAMES])
def test_a_name_that_nothing_bears_is_refused_before_anything_is_read(
    tmp_path: Path, file: str, right: str, wrong: str, said: str
) -> None:
    database_run(tmp_path, "postgresql://reader@host/crimes")
    for name, shipped in (("policy", "policy.yaml"), ("matching", "matching/offenders.yaml")):
        text = (CONFIGS / shipped).read_text(encoding="utf-8")
        text = text.replace(right, wrong) if name == file else text
        (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
    run = (tmp_path / "run.yaml").read_text(encoding="utf-8").replace(f"{CONFIGS}/matching/offenders", "matching")
    (tmp_path / "run.yaml").write_text(run.replace(f"{CONFIGS}/policy", "policy"), encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_run(tmp_path / "run.yaml")
    written = (tmp_path / f"{file}.yaml").read_text(encoding="utf-8").splitlines()
    line = next(number for number, text in enumerate(written, start=1) if wrong in text)
    assert f"{tmp_path / file}.yaml:{line}: {said}" in str(caught.value)


def test_the_features_that_a_key_may_name_are_those_that_exist() -> None:
    assert set(FEATURES) == set(_MAKERS)


def test_a_further_column_may_be_of_a_source_that_is_left_out_this_time(tmp_path: Path) -> None:
    loaded = load_run(CONFIGS / "tcpd.yaml", {"tcpd": "somewhere"})
    assert "extra.contest" in {field for veto in loaded.matching.vetoes for field in veto.fields}
