# Two commands do everything on a fresh Debian or Ubuntu: `make demo` and `make test`.
ARGS ?=
PYTEST := .venv/bin/python -m pytest -q -p no:cacheprovider
RINGS := unit property scenario simulation
PEERS := protocol integration browser
# Tests of one file may share a centre, so one worker has them; what lasts longest begins first (tests/rings.py).
BY_FILE := -n 2 --dist loadfile --no-loadscope-reorder
# Some images forbid bytecode; then each of a run's thousand processes would compile all it imports.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help setup demo test lint types shape pure contract outer browser soak bench docs pictures clean

help:
	@echo "make demo   the example centre, live in this terminal (ARGS=\"--for 60s --json\")"
	@echo "make test   everything, with real peers, in under ten minutes"
	@echo "make soak   the long runs: many seeds, hours"
	@echo "make bench  every figure that the README names, as ratios in one run (ARGS=\"--json\")"
	@echo "make docs   writes the generated pages of docs/reference"
	@echo "make pictures   draws the pictures of docs/images (ARGS=\"--all floor\": every look, into build/pictures)"

setup:
	@packaging/setup.sh run test

demo:
	@packaging/setup.sh run
	@.venv/bin/roost demo $(ARGS)

# Pyright keeps one core busy; the other checks have the second meanwhile.
test: setup
	@$(MAKE) --no-print-directory -j 2 --output-sync types lint shape
	@$(MAKE) --no-print-directory pure contract outer browser

lint:
	.venv/bin/ruff check --no-cache src tests benchmarks
	.venv/bin/ruff format --no-cache --check src tests benchmarks

types:
	.venv/bin/pyright

shape:
	PYTHONPATH=src .venv/bin/lint-imports --no-cache
	$(PYTEST) tests/architecture

pure:
	$(PYTEST) -n 2 --dist worksteal -m "not soak" $(addprefix tests/,$(RINGS))

contract:
	$(PYTEST) -n 2 --dist worksteal -m "not soak" tests/contract

outer:
	$(PYTEST) $(BY_FILE) -m "not soak" $(addprefix tests/,$(filter-out browser,$(PEERS)))

browser:
	$(PYTEST) $(BY_FILE) -m "not soak" tests/browser

soak: setup
	$(PYTEST) -n 2 -m soak tests

bench:
	@packaging/setup.sh run test bench
	@.venv/bin/python -m benchmarks $(ARGS)

docs: setup
	.venv/bin/python docs/generate.py

pictures: setup
	$(if $(ARGS),,.venv/bin/python docs/pictures.py)
	$(if $(ARGS),,.venv/bin/python docs/pictures_of_policies.py)
	.venv/bin/python docs/pictures_of_pages.py $(ARGS)

clean:
	rm -rf .venv build dist frontend/dist frontend/node_modules .pytest_cache .ruff_cache .hypothesis
