# Two commands matter: `make demo` and `make test`. Both set up what they need in .venv first.
PYTHON ?= python3
BIN := .venv/bin
SETUP := .venv/ready

.PHONY: setup demo test lint bench clean

setup: $(SETUP)

$(SETUP): requirements.lock pyproject.toml
	test -d .venv || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -e .
	$(BIN)/python -c "import linker.cli.main" # compiles the kernels once; later starts find them
	touch $(SETUP)

demo: setup
	$(BIN)/python benchmarks/generate.py --persons 4000 --seed 7 --out demo/extracts
	$(BIN)/linker run configs/four_states.yaml --workspace demo/workspace \
	  --input delhi=demo/extracts/delhi.csv --input uttar_pradesh=demo/extracts/uttar_pradesh.csv \
	  --input rajasthan=demo/extracts/rajasthan.xlsx --input haryana=demo/extracts/haryana.parquet
	$(BIN)/linker evaluate --workspace demo/workspace --truth demo/extracts/truth.csv

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

test: setup lint
	$(BIN)/python -m pytest -n 2

bench: setup
	$(BIN)/python benchmarks/quality.py
	$(BIN)/python benchmarks/speed.py

clean:
	rm -rf .venv demo
