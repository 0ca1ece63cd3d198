"""A prison's register from CSV to identities: days of custody and death, from columns and from words, keep people apart."""

from __future__ import annotations

import csv
from pathlib import Path

import yaml

from linker.config.loading import CONFIGS
from linker.registry.snapshot import open_current
from tests.commandline import linker
from tests.generated import KEY

HEADER = (
    "Prisoner Id", "State", "Prisoner Name", "Relation", "Relative Name", "Gender", "Age", "Date of Birth", "Date of Admission",
    "Date of Release", "Crime No", "Police Station", "District of Case", "Sections", "Address", "PAN", "Prison", "Status", "Date of Death",
)  # fmt: skip
WORDS = (
    "जेल में 1.2.2018 से 3.4.2019 तक, जिला जेल आगरा",
    "Lodged in Lucknow jail from 5.6.2018 and released on bail on 7.8.2018",
)
EARLY, LATE = ("01-02-2018", "03-04-2018"), ("05-06-2019", "07-08-2019")
LONG, WITHIN = ("01-02-2018", "03-04-2019"), ("05-06-2018", "07-08-2018")
PEOPLE = {
    # who is meant: two rows each; admission, release, prison, status, death
    "again": [(*EARLY, "District Jail Agra", "Released", ""), (*LATE, "District Jail Meerut", "Released", "")],
    "moved": [(*LONG, "Tihar Jail No. 4", "Under Trial", ""), (*WITHIN, "Mandoli Jail", "Under Trial", "")],
    "two_places": [(*LONG, "District Jail Agra", "", ""), (*WITHIN, "जिला कारागार मेरठ", "", "")],
    "in_words": [("01-01-2016", "", "", WORDS[0], ""), ("02-01-2016", "", "", WORDS[1], "")],
    "dead": [(*EARLY, "", "Released", "05-06-2018"), (*LATE, "", "Released", "")],
    "dead_in_words": [(*EARLY, "", "मृत्यु दिनांक 5.6.2018", ""), (*LATE, "", "Released", "")],
    "dead_without_a_day": [(*EARLY, "", "Died", ""), (*LATE, "", "Released", "")],
}
NAMES = (
    "Rakesh Tyagi",
    "Bhupendra Solanki",
    "Naseem Ansari",
    "Jagdish Mahto",
    "Ompal Gurjar",
    "Devender Malik",
    "Harpal Rathore",
)
TWO = {"two_places", "in_words", "dead", "dead_in_words"}


def register(path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(HEADER)
        for k, (who, stays) in enumerate(PEOPLE.items()):
            for n, (admitted, released, prison, status, died) in enumerate(stays):
                out.writerow(
                    [
                        f"{who}{n}", "Uttar Pradesh", NAMES[k], "Father", f"Shyam {NAMES[k].split()[1]}", "Male", "", f"1{k}-03-198{k}",
                        admitted, released, f"1{k}{n}/201{5 + n}", "Kotwali", "Agra", "379 IPC", f"Village Rampur{k}, Agra",
                        f"ABCPK{1234 + 7 * k}Z", prison, status, died,
                    ]
                )  # fmt: skip


def test_custody_and_death_keep_people_apart(tmp_path: Path) -> None:
    register(tmp_path / "prison.csv")
    config = yaml.safe_load((CONFIGS / "four_states.yaml").read_text("utf-8"))
    config |= {k: str(CONFIGS / config[k]) for k in ("matching", "policy", "clusters") if k in config}
    config["sources"] = [{"config": str(CONFIGS / "sources" / "eprison.yaml"), "input": str(tmp_path / "prison.csv")}]
    (tmp_path / "run.yaml").write_text(yaml.safe_dump(config), "utf-8")
    ended = linker("run", tmp_path / "run.yaml", "--workspace", tmp_path / "work", environment=KEY)
    assert ended.code == 0, ended.text
    snapshot = open_current(tmp_path / "work")
    home = {c["native_id"]: c["identity_id"] for c in snapshot.table("crosswalk").to_pylist()}
    assert {who for who in PEOPLE if home[f"{who}0"] != home[f"{who}1"]} == TWO
    edges = snapshot.table("edge").to_pylist()
    vetoed = {
        (e["record_id_l"].partition(":")[2], e["record_id_r"].partition(":")[2]) for e in edges if e["rule"] == "veto"
    }
    assert {a[:-1] for a, b in vetoed if a[:-1] == b[:-1]} == TWO
    person = {p["record_id"].split(":")[1]: p for p in snapshot.table("person").to_pylist()}
    words = person["in_words0"]
    assert (words["standing"], words["held_from"], words["held_to"], words["held_at"]) == (
        "custody",
        "2018-02-01",
        "2019-04-03",
        "agra",
    )
