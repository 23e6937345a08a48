# Two commands are enough on a fresh machine: make dashboard, make test.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.installed
PORT   ?= 5006
BENCH  ?= -m "not slow"
VISITS ?= 2000

.DEFAULT_GOAL := help

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

env: $(STAMP) ## make .venv from the hashed lock

$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; assert (3, 11) <= sys.version_info < (3, 14), "geoalarm needs Python 3.11 to 3.13, this is " + sys.version + "; try: make env PYTHON=python3.12"'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@$(BIN)/python -c "from geoalarm.geo.kernels import compiler; compiler()"
	@touch $@

dashboard: env ## serve the explorer on the embedded territory
	$(BIN)/geoalarm serve --port $(PORT)

test: env check ## every test: quick, slow, real data, notebooks, browser
	$(BIN)/python -m pytest -n 2 --dist loadfile --ignore=tests/browser
	$(BIN)/python -m pytest tests/browser

quick: env ## the quick tests only, under two minutes
	$(BIN)/python -m pytest -n 2 --dist loadfile -m "not slow and not browser and not notebook"

check: env ## style, types and import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check --quiet .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

bench: env ## speed, as ratios within one run, into tests/benchmarks/results.json; BENCH= measures the large size too
	$(BIN)/python -m pytest tests/benchmarks --benchmark-only $(BENCH)

soak: env ## short visits to a server and what they leave in its memory; VISITS=10000 makes more (3 hours)
	$(BIN)/python tests/load/soak.py $(VISITS)

demo: env ## rebuild data/demo from Python packages
	$(BIN)/geoalarm demo build --out data/demo

lock: ## pin every dependency with its hash (needs uv)
	uv pip compile --quiet --universal --python-version 3.11 --all-extras --generate-hashes --no-emit-index-url --no-header pyproject.toml -o requirements.lock

audit: env ## known weaknesses, licences, age and keepers of what the lock pins
	$(BIN)/python docs/tools/audit.py

sbom: env ## the bill of materials of a release, dist/sbom.cdx.json
	mkdir -p dist
	$(BIN)/python docs/tools/bill_of_materials.py dist/sbom.cdx.json

release: env audit sbom ## the wheel, beside its bill of materials, once the audit found nothing
	$(BIN)/python -m hatchling build -t wheel

clean: ## remove the environment and all caches
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis .benchmarks .import_linter_cache

.PHONY: help env dashboard test quick check bench soak demo lock audit sbom release clean
