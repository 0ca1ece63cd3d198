"""Several sources at once: the order of the jobs, progress, the first failure."""

from __future__ import annotations

from pathlib import Path

import pytest

from linker.errors import ConfigError, InputError
from linker.records import read_source, read_sources
from tests.records import layouts
from tests.records.layouts import shipped


@pytest.fixture
def jobs(tmp_path: Path) -> list[tuple[object, Path]]:
    delhi = [{"ACCUSED_SRNO": str(n), "FIRST_NAME": "RAM"} for n in range(3000)]
    up = [{"क्रमांक": str(n), "अभियुक्त का नाम": "राम"} for n in range(20)]
    rajasthan = [{"अभियुक्त आईडी": str(n), "नाम": "राम"} for n in range(500)]
    haryana = [{"accused_id": "1", "name": "RAM"}]
    return [
        (shipped("haryana"), layouts.write_parquet(tmp_path / "h.parquet", haryana)),
        (shipped("delhi"), layouts.write_csv(tmp_path / "d.csv", layouts.DELHI, delhi)),
        (shipped("rajasthan"), layouts.write_excel(tmp_path / "r.xlsx", layouts.RAJASTHAN, rajasthan)),
        (shipped("uttar_pradesh"), layouts.write_csv(tmp_path / "u.csv", layouts.UTTAR_PRADESH, up)),
    ]


def test_results_stand_in_the_order_of_the_jobs(jobs: list) -> None:  # type: ignore[type-arg]
    seen: list[str] = []
    results = read_sources(jobs, progress=lambda result: seen.append(result.source))
    assert [r.source for r in results] == ["haryana", "delhi", "rajasthan", "uttar_pradesh"]
    assert [len(r.rows) for r in results] == [1, 3000, 500, 20]
    assert sorted(seen) == sorted(r.source for r in results)
    for result, (config, path) in zip(results, jobs, strict=True):
        assert result.rows.equals(read_source(config, path).rows)


def test_the_first_source_that_fails_is_named(jobs: list, tmp_path: Path) -> None:  # type: ignore[type-arg]
    jobs[1] = (jobs[1][0], tmp_path / "absent.csv")
    jobs[3] = (jobs[3][0], tmp_path / "gone.csv")
    with pytest.raises(InputError, match=r"absent\.csv"):
        read_sources(jobs)


def test_names_must_differ(jobs: list) -> None:  # type: ignore[type-arg]
    with pytest.raises(ConfigError, match="several sources are named delhi"):
        read_sources([jobs[1], jobs[1]])


def test_nothing_to_read() -> None:
    assert read_sources([]) == []
