# One word each. `make` alone lists them.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.DEFAULT_GOAL := help
.PHONY: help setup run test lint audit format bench mutants spark docs lock clean

help: ## list these words
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

setup: $(READY) ## make the virtual environment with the locked packages

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Interlock needs Python 3.11 or newer; set PYTHON=python3.12, say." >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

run: setup ## load the bundled data into an empty store and open the app
	$(BIN)/interlock load --if-empty
	$(BIN)/interlock app

test: setup ## run every test (Neo4j tests need Java and Maven, browser tests Chromium)
	$(BIN)/python -m pytest $(ARGS)

lint: setup ## style, types, data and generated docs
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/pyright
	$(BIN)/python data/check.py >/dev/null
	$(BIN)/interlock ontology --output docs/ontology.md --check

audit: setup ## known faults of the locked packages, secrets among the files (needs a network for the former)
	$(BIN)/python .ci/audit.py

format: setup ## put the code into its standard form
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: setup ## measure stores, analyses, imports and resolution against their peers, and the app
	$(BIN)/python -m bench.run
	$(BIN)/python -m bench.analytics $(ARGS)
	$(BIN)/python -m bench.app
	$(BIN)/python -m bench.imports
	$(BIN)/python -m bench.bulk
	$(BIN)/python -m bench.resolution --sizes 1k,20k

mutants: setup .mutants/.ready ## put faults into the code and see whether a test notices (hours for large samples)
	PYTHONPATH=$(CURDIR)/.mutants $(BIN)/python -m bench.mutants $(ARGS)

.mutants/.ready: requirements-mutants.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps --target .mutants -r $<
	@touch $@

spark: setup .venv-spark/.ready ## compare an exported graph on Spark with ours (400 MB of packages, Java 17)
	$(BIN)/python -m pytest tests/spark $(ARGS)

.venv-spark/.ready: requirements-spark.lock
	$(PYTHON) -m venv .venv-spark
	.venv-spark/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

docs: setup ## write the generated documentation
	$(BIN)/interlock ontology --output docs/ontology.md

lock: ## resolve the dependencies again (needs uv)
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --extra dev \
		pyproject.toml -o requirements.lock
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-header \
		requirements-spark.in -o requirements-spark.lock
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-header \
		requirements-mutants.in -o requirements-mutants.lock

clean: ## remove the environment and the local store
	rm -rf $(VENV) .venv-spark .mutants .interlock *.egg-info .pytest_cache .ruff_cache .hypothesis
