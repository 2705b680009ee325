# Two commands: `make run` and `make test`. Both make .venv in the checkout and install what is pinned.
SHELL := /bin/bash
PORT ?= 8000
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export PYTHONWARNINGS := default

.PHONY: run test test-quick lint format benchmark venv venv-dev clean

$(VENV)/.run: requirements.txt
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	@touch $@

$(VENV)/.dev: requirements-dev.txt $(VENV)/.run
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@

venv: $(VENV)/.run
venv-dev: $(VENV)/.dev

run: $(VENV)/.run  ## demo city at http://127.0.0.1:8000; run again: the data stays
	@PORT=$(PORT) scripts/run

test: $(VENV)/.dev  ## everything: SQLite and PostgreSQL, browser
	@scripts/test all

test-quick: $(VENV)/.dev  ## SQLite only, no races, no browser
	@scripts/test quick

lint: $(VENV)/.dev
	@scripts/lint

format: $(VENV)/.dev
	@$(BIN)/ruff format . && $(BIN)/ruff check --fix .

benchmark: $(VENV)/.dev  ## every figure, side by side with its peer
	@$(BIN)/python -m benchmarks

clean:
	rm -rf $(VENV) instance build
