# The commands of the project. `make run` and `make test` are all a newcomer needs.
PYTHON ?= python3
PORT ?= 8000
JOBS ?= 2
# npm asks its registry for a newer npm and audits; neither is wanted here.
export npm_config_update_notifier = false
export npm_config_audit = false
export npm_config_fund = false
export PIP_DISABLE_PIP_VERSION_CHECK = 1
# Workers share the cores: numerics must not start a thread per core in each of them.
export OPENBLAS_NUM_THREADS ?= 1

VENV := .venv
PY := $(VENV)/bin/python
SAMPLE := data/sample
WEB := maps/assets/vendor
AXE := tests/axe/built

.DEFAULT_GOAL := help
.PHONY: help setup run test check format lint types contracts stale docs picture story bench golden soak lock

help: ## this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 12

setup: $(VENV)/.packages $(VENV)/.project $(WEB)/.built $(AXE)/.built ## .venv, locked packages, local web assets; quick when nothing changed

# A set-up that was broken off half-way leaves packages without their names: it begins anew.
$(VENV)/.packages: requirements/dev.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Python 3.11 or newer is needed; name one: make PYTHON=/path/to/python3 setup"; exit 1; }
	@test -x $(PY) -a ! -e $(VENV)/.installing || $(PYTHON) -m venv --clear $(VENV)
	@touch $(VENV)/.installing
	$(PY) -m pip install --quiet --require-hashes -r requirements/dev.txt
	@rm $(VENV)/.installing && touch $@

$(VENV)/.project: $(VENV)/.packages pyproject.toml
	$(PY) -m pip install --quiet --no-deps --no-build-isolation -e .
	@touch $@

$(WEB)/.built: $(VENV)/.project maps/package-lock.json maps/package.json $(wildcard maps/assets/*.py)
	$(PY) -m maps.assets
	@mkdir -p $(@D) && touch $@

# What judges the pages in the tests is never served and has a lock file of its own.
$(AXE)/.built: $(VENV)/.project tests/axe/package-lock.json tests/axe/__main__.py maps/assets/__main__.py
	$(PY) -m tests.axe
	@touch $@

# Another recipe is another park: what was kept of the last one goes with it.
$(SAMPLE)/park.toml: $(VENV)/.project $(wildcard data/sample_park/*.py)
	@rm -rf $(SAMPLE)
	$(PY) -m data.sample_park --out $(SAMPLE)
	@touch $@

$(SAMPLE)/.built: $(SAMPLE)/park.toml $(shell find geo_risk -name '*.py')
	$(VENV)/bin/geo-risk build $(SAMPLE)/park.toml
	@touch $@

run: setup $(SAMPLE)/.built ## the sample park on http://127.0.0.1:8000 (PORT=... for another)
	exec $(VENV)/bin/geo-risk serve $(SAMPLE)/park.toml --port $(PORT)

test: setup ## all tests
	$(PY) -m pytest -n $(JOBS) --dist loadfile --no-loadscope-reorder

check: setup format lint types contracts stale ## format, lint, types, import contracts, stale docs, then all tests
	@$(MAKE) --no-print-directory test

format: setup
	$(VENV)/bin/ruff format --check .

lint: setup
	$(VENV)/bin/ruff check .

types: setup
	$(VENV)/bin/mypy

contracts: setup
	$(VENV)/bin/lint-imports

stale: setup
	$(PY) -m docs.generate --check

docs: setup ## write the generated tables of docs/
	$(PY) -m docs.generate

picture: setup $(SAMPLE)/.built ## draw docs/map.png anew (needs Chromium)
	$(PY) -m docs.picture

story: setup ## tell docs/month.md anew on a live service, with its pictures (needs Chromium)
	$(PY) -m docs.month

bench: setup $(VENV)/.peers ## the benchmark tables, JSON in bench/out/
	$(PY) -m bench $(BENCH)

# Peers to be measured beside; libkdv asks for old versions of what it uses, so it comes alone.
$(VENV)/.peers: requirements/bench.txt requirements/bench-alone.txt
	$(PY) -m pip install --quiet --require-hashes -r requirements/bench.txt
	$(PY) -m pip install --quiet --require-hashes --no-deps -r requirements/bench-alone.txt
	@touch $@

golden: picture ## redraw the stored pictures; look at the change before committing it
	GEO_RISK_REDRAW_GOLDEN=1 $(PY) -m pytest -m golden || [ $$? = 5 ]  # 5: there is none

soak: setup ## the truth tests in their long form
	$(PY) -m pytest -n $(JOBS) --dist loadfile -m soak || [ $$? = 5 ]  # 5: there is none

lock: ## write requirements/*.txt anew from pyproject.toml (needs uv)
	uv pip compile $(LOCK) --extra postgis pyproject.toml -o requirements/base.txt
	uv pip compile $(LOCK) --extra dev pyproject.toml -o requirements/dev.txt
	uv pip compile $(LOCK) --extra dev --extra bench pyproject.toml -o requirements/bench.txt
	echo libkdv | uv pip compile $(LOCK) --no-deps - -o requirements/bench-alone.txt

LOCK := --quiet --generate-hashes --universal --python-version 3.11 --no-emit-index-url --no-header
