# `make run` and `make test` are the two to know; `make help` lists the others.
# PYTHON=python3.12 chooses the interpreter, SOURCE=my.db what to open, VENV=… where the environment goes.

VENV ?= .venv
PYTHON ?=
SOURCE ?=
SAMPLE := resources/sample-events.db

BIN := $(VENV)/bin
READY := $(VENV)/ready$(subst /,_,$(addprefix -,$(PYTHON)))

# By the environment, so that a file's name reaches the program with its spaces and quotes.
export SOURCE

.DEFAULT_GOAL := help
.PHONY: help run demo test check setup lint types contracts format sample constraints pictures bench torture fuzz soak clean

help: ## List these commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' Makefile

run: $(READY) $(SAMPLE) ## Open the window on the sample, or on SOURCE=my.db
	@$(BIN)/python -m app "$${SOURCE:-$(SAMPLE)}" --without-display build/replay.png

demo: $(READY) ## Watch a simulated learner at work, live
	@$(BIN)/python -m app demo

test: $(READY) $(SAMPLE) check ## Run lint, types, contracts and all tests
	@$(BIN)/python tools/run_tests.py

check: lint types contracts

setup: $(READY) $(SAMPLE) ## Do the set-up alone
	@:

lint: $(READY) ## Check style and format
	@echo "== lint"
	@$(BIN)/python -m ruff check --quiet .
	@$(BIN)/python -m ruff format --check --quiet .

types: $(READY) ## Check types
	@echo "== types"
	@$(BIN)/python -m mypy

contracts: $(READY) ## Check who may import whom
	@echo "== contracts"
	@$(BIN)/lint-imports --no-logo

format: $(READY) ## Put imports and layout in order
	@$(BIN)/python -m ruff check --fix --select I .
	@$(BIN)/python -m ruff format .

sample: $(READY) ## Make the sample log anew
	@$(BIN)/python resources/make_events.py

$(SAMPLE): | $(READY)
	@$(BIN)/python resources/make_events.py

constraints: $(READY) ## Choose the pinned versions anew
	@$(BIN)/python -m pip install --quiet uv
	@head -n 1 constraints.txt >$(VENV)/constraints.txt
	@$(BIN)/python -m uv pip compile --quiet --universal --python-version 3.11 --extra test --extra bench \
		--no-header --no-annotate pyproject.toml >>$(VENV)/constraints.txt
	@mv $(VENV)/constraints.txt constraints.txt

clean: ## Remove the environment and everything that was made
	@rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis

$(READY): pyproject.toml constraints.txt tools/setup.sh
	@tools/setup.sh $(VENV) $(PYTHON)
	@touch $@ $(VENV)/ready

bench: $(READY) ## Measure against the targets, CASES="window core" or all
	@$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[bench]'
	@$(BIN)/python -m benchmarks $(CASES) $(if $(CASES),,--out docs/performance)

pictures: $(READY) $(SAMPLE) ## Draw the pictures of the documentation anew
	@$(BIN)/python tools/make_pictures.py

fuzz: $(READY) $(SAMPLE) ## Send nonsense everywhere, EXAMPLES=20000 of it
	@TORTURE=1 FUZZ=$${EXAMPLES:-20000} $(BIN)/python -m pytest -q -o faulthandler_timeout=36000 tests/torture/test_fuzz.py

soak: $(READY) $(SAMPLE) ## Use everything for an hour, or MINUTES=5, and see that nothing grows
	@TORTURE=1 SOAK=$${MINUTES:-60} $(BIN)/python -m pytest -q -s -o faulthandler_timeout=36000 tests/torture/test_soak.py

torture: $(READY) $(SAMPLE) ## Try to break what is promised, in full, or PART=kills
	@TORTURE=1 $(BIN)/python -m pytest -q -o faulthandler_timeout=3600 $(if $(PART),$(PART:%=tests/torture/test_%.py),tests/torture)
