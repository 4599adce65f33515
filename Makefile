# Two commands need nothing but Python 3.11: make demo, make test. `make help` lists the rest.
.DEFAULT_GOAL := help
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/ready-run
READY_DEV := .venv/ready-dev
ARGS ?=
NAME ?=
# Programs keep what they compiled, also where an environment forbids it: the tests start hundreds of them.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: help demo serve test check bench rows lock messages reference format

help:  ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 14

demo: $(READY)  ## the whole main job on a real county, then pages to click through (ARGS="--no-serve --reset …")
	@$(BIN)/lianfang demo $(ARGS)

serve: $(READY)  ## serve pages and the door on the data folder
	@$(BIN)/lianfang serve $(ARGS)

test: $(READY_DEV) check  ## every check, then every test (ARGS goes to pytest)
	@sh tools/browser.sh
	@sh tools/proxy.sh
	@sh tools/postgres.sh
	$(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder $(ARGS)
	@sh tools/test_external.sh $(BIN)/pytest

check: $(READY_DEV)  ## lint, types, imports, templates
	$(BIN)/ruff check src tests benchmarks tools
	$(BIN)/ruff format --check src tests benchmarks tools
	$(BIN)/lint-imports
	$(BIN)/mypy src/lianfang
	$(BIN)/djlint --lint --quiet src/lianfang

bench: $(READY_DEV)  ## measure the bars and print a table (NAME=door, planning, …; ARGS=--quick)
	@$(BIN)/python -m benchmarks $(NAME) $(ARGS)

rows: $(READY_DEV)  ## every row of the mission with the tests that show it
	@sh tools/browser.sh
	@$(BIN)/python tools/rows.py $(ARGS)

messages: $(READY_DEV)  ## collect user texts, compile translations
	$(BIN)/python tools/messages.py

reference: $(READY_DEV)  ## write docs/reference anew from the code (ARGS=--check only says what is not current)
	@$(BIN)/python tools/reference.py $(ARGS)

format: $(READY_DEV)  ## format the code
	$(BIN)/ruff check --fix src tests benchmarks tools
	$(BIN)/ruff format src tests benchmarks tools

lock: .venv/uv  ## write the lock files anew from pyproject.toml
	$(BIN)/uv pip compile -q pyproject.toml --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate -o requirements/run.lock
	$(BIN)/uv pip compile -q pyproject.toml --group dev --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate -o requirements/dev.lock
	$(PYTHON) -c 'import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["build-system"]["requires"], sep="\n")' | $(BIN)/uv pip compile -q - --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate -o requirements/build.lock

.venv/uv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed (set PYTHON=…)"; exit 1; }
	@$(PYTHON) -m venv .venv || { echo "The venv module is missing: apt-get install python3-venv"; exit 1; }
	@$(BIN)/python -m pip install -q --require-hashes -r requirements/uv.lock
	@touch $@

$(READY): .venv/uv requirements/run.lock pyproject.toml
	@echo "installing packages"
	@$(BIN)/uv pip install -q --python $(BIN)/python --require-hashes -r requirements/run.lock
	@$(BIN)/uv pip install -q --python $(BIN)/python --no-deps --editable .
	@touch $@

$(READY_DEV): .venv/uv requirements/dev.lock pyproject.toml
	@echo "installing packages for tests"
	@$(BIN)/uv pip install -q --python $(BIN)/python --require-hashes -r requirements/dev.lock
	@$(BIN)/uv pip install -q --python $(BIN)/python --no-deps --editable .
	@touch $@ $(READY)
