# OneGrid 多网合一: `make help` lists what can be made.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
WORKERS ?= 2
BY ?= district
LEAST ?= 0.8
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PYTHONUNBUFFERED := 1

.PHONY: help run test check lint types contracts migrations templates catalogue catalogue-built \
	bench bench-data messages soak reset screenshots format

help: ## list the targets
	@grep -hE '^[a-z%-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z%-]+):.*## /\1\t/' | expand -t 14

# --- The environment: made when missing, renewed when a lock file is newer --------------------

.venv/bin/python:
	@bash scripts/make-venv "$(PYTHON)"

.venv/.base: requirements/base.txt | .venv/bin/python
	@echo "Installing the pinned packages …"
	@$(BIN)/python -m pip install --quiet --require-hashes -r requirements/base.txt
	@touch $@

.venv/.dev: requirements/dev.txt .venv/.base
	@echo "Installing the pinned tools for tests and checks …"
	@$(BIN)/python -m pip install --quiet --require-hashes -r requirements/dev.txt
	@touch $@

# --- Use ----------------------------------------------------------------------------------------

run: .venv/.base ## start everything with the demo district (PORT=8000); Ctrl-C stops it
	@DEMO=$${DEMO:-1} exec $(BIN)/python manage.py quickstart

reset: .venv/.base ## delete this clone's local data, after asking
	@exec $(BIN)/python manage.py reset_state

messages: .venv/.base ## a FILE=… of past messages through to the bulletin of MONTH=2019-07-15
	@test -n "$(FILE)" -a -n "$(MONTH)" || { echo "make messages FILE=… MONTH=2019-07-15"; exit 2; }
	$(BIN)/python manage.py import_messages "$(FILE)" --history $(ARGS)
	$(BIN)/python manage.py catch_up
	$(BIN)/python manage.py take_categories --by $(BY) --least $(LEAST)
	$(BIN)/python manage.py catch_up
	$(BIN)/python manage.py bulletin month $(MONTH) --out var/bulletins

# --- Prove --------------------------------------------------------------------------------------

test: .venv/.dev catalogue-built ## the whole suite on real PostgreSQL and Redis (WORKERS=2)
	@exec $(BIN)/python -m pytest -n $(WORKERS) --dist loadgroup $(ARGS)

check: lint types contracts migrations templates catalogue ## all that CI checks before the tests

lint: .venv/.dev ## ruff: rules and format
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: .venv/.dev ## mypy, strict
	$(BIN)/mypy

contracts: .venv/.dev ## import-linter: apps import downwards only
	$(BIN)/lint-imports

migrations: .venv/.dev ## models and migrations agree
	$(BIN)/python manage.py makemigrations --check --dry-run

templates: .venv/.dev ## djlint and djade
	$(BIN)/djlint --quiet --lint templates
	git ls-files -z 'templates/*.html' | xargs -0 -r $(BIN)/djade --target-version 5.2 --check

catalogue: .venv/.dev ## the Chinese catalogue is complete
	$(BIN)/python manage.py build_catalogue --check

catalogue-built: .venv/.base
	@$(BIN)/python manage.py build_catalogue --verbosity 0

format: .venv/.dev ## let ruff and djade rewrite what they can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	git ls-files -z 'templates/*.html' | xargs -0 -r $(BIN)/djade --target-version 5.2

soak: .venv/.dev ## the fault drivers in full (20 seeds), 4 × 500 writers of the tree, 10,000 whistles, 100 calls each way
	@SOAK=1 $(BIN)/python -m pytest -m faults tests/faults $(ARGS)
	@SOAK=1 $(BIN)/python -m pytest tests/grids/test_integrity.py
	@SOAK=1 $(BIN)/python -m pytest tests/requests_hub/test_whistle_histories.py
	@SOAK=1 $(BIN)/python -m pytest tests/openapi

# --- Measure ------------------------------------------------------------------------------------

bench: .venv/.dev ## measure every bar; one table, and JSON under var/bench/
	@exec $(BIN)/python -m benchmarks

bench-%: .venv/.dev ## measure one bar, e.g. bench-p6
	@exec $(BIN)/python -m benchmarks $*

bench-data: .venv/.dev ## fill the bench database with 1,000,000 requests
	@exec $(BIN)/python -m benchmarks --data-only

screenshots: .venv/.dev ## take the pictures of the pages again
	@exec $(BIN)/python scripts/screenshots.py
