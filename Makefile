# `make run` and `make test` need only Python 3.11 or newer; everything else is installed here.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
ARGS ?=

.PHONY: run test faults check bench screenshots catalogue format clean

run: $(VENV)/run
	$(BIN)/nocs up $(ARGS)

# Three processes on two cores: much of a test is waiting. `make test ARGS=-n0` runs one.
test: $(VENV)/test
	$(BIN)/python -m pytest -m "not faults" -n 3 --dist loadfile $(ARGS)

# Every test of faults, also those that take a minute; ends with the table of what was seen.
faults: $(VENV)/test
	$(BIN)/python -m pytest tests/faults $(ARGS)

check: $(VENV)/test
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python .ci/find_secrets.py
	$(BIN)/python .ci/audit_packages.py

bench: $(VENV)/test
	$(BIN)/python -m tests.benchmarks $(ARGS)

screenshots: $(VENV)/test
	$(BIN)/python -m tests.screenshots $(ARGS)

# New texts of the code come into the catalogues untranslated; a test says what is left to do.
catalogue: $(VENV)/test
	$(BIN)/pybabel -q extract --mapping babel.cfg --no-location --sort-output \
		--output $(VENV)/nocs.pot .
	$(BIN)/pybabel -q update --domain nocs --input-file $(VENV)/nocs.pot --no-wrap \
		--output-dir nocs/language/locale --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date

format: $(VENV)/test
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

clean:
	rm -rf $(VENV)

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed: make PYTHON=python3.12 run" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || \
		{ echo "This Python cannot make a venv: apt-get install python3-venv" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/run: pyproject.toml constraints.txt | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable .
	@touch $@

$(VENV)/test: pyproject.toml constraints.txt | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[test]'
	@touch $@ $(VENV)/run
