# Each target sets itself up with the first Python >= 3.11 found (or PYTHON=...), pip and the locks.
#   make demo    a small society, first without and then with a scheme
#   make test    lint, types, tests                            (TEST=files, JOBS=processes)
#   make check   lint and types only
#   make web     the page that moot serve shows, built from web/   (needs Node >= 20.19 and npm)
#   make screenshots   every page in both languages and themes, into docs/img/
#   make browser Debian's Chromium, for the tests of the page      (needs apt-get)
#   make bench   the same law on Moot and on its peers        (BENCH="--quick --json", PEERS=folder)
#   make bench-web  observers, slow clients and a court on the server of the pages   (BENCH="--observers 300")
#   make scaling how Moot scales, and docs/performance.md     (BENCH="--largest 68000000")
#   make peers-environments   an environment for each further peer; `make bench PEERS=folder` uses them
#   make locks   resolve the locks again                      (needs uv)
#   make clean   remove environments, caches and runs

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
MAKEFLAGS += --no-print-directory --no-builtin-rules
.DEFAULT_GOAL := help

PYTHON ?=
VENV ?= .venv
BENCH ?=
TEST ?=
# Processes that share the test files; each compiles and holds a few hundred MB.
JOBS ?= $(shell n=$$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2); echo $$((n < 4 ? n : 4)))
BIN := $(VENV)/bin
LOCKS := requirements
PIP := -m pip --quiet --disable-pip-version-check --no-input

# `first-python` prints the interpreter to use; it must run (a shim may not) and be able to make an environment.
define first-python
for candidate in $(or $(PYTHON),python3.13 python3.12 python3.11 python3); do \
  if "$$candidate" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then \
    echo "$$candidate"; exit 0; fi; done; \
echo "make: no Python >= 3.11 with venv among: $(or $(PYTHON),python3.13 python3.12 python3.11 python3); name one with PYTHON=..." >&2; \
exit 1
endef

LOCKED_PAGE := web/package-lock.json
PAGE := src/moot/web/static
NODE_WANTED := const [a, b] = process.versions.node.split('.').map(Number); \
  process.exit(a > 22 || (a === 22 && b >= 12) || (a === 20 && b >= 19) ? 0 : 1)

.PHONY: help web web-check browser screenshots demo test check kernels bench scaling peers-environments locks clean

help:
	@sed -n '2,13s/^# \{0,3\}//p' Makefile

demo: $(BIN)/.core
	@$(BIN)/moot demo

test: $(BIN)/.test
	@$(MAKE) --jobs=2 check kernels
	@if node -e "$(NODE_WANTED)" 2>/dev/null; then $(MAKE) web web-check; \
	  else echo "make: no Node >= 20.19: the page is not built, and its tests are left out" >&2; fi
	@$(BIN)/python -m pytest -q -W error -n $(JOBS) --dist loadfile --no-loadscope-reorder $(TEST)

check: $(BIN)/.test
	@$(BIN)/ruff check --quiet .
	@$(BIN)/mypy --no-error-summary

web: $(PAGE)/index.html

web-check: web/node_modules/.installed
	@cd web && npm run --silent check && npm run --silent test

web/node_modules/.installed: $(LOCKED_PAGE) web/package.json web/.npmrc
	@node -e "$(NODE_WANTED)" || { echo "make: the page needs Node >= 20.19 and npm (Debian: apt-get install nodejs npm)" >&2; exit 1; }
	@cd web && npm ci --silent --ignore-scripts
	@touch $@

$(PAGE)/index.html: web/node_modules/.installed $(shell find web -name node_modules -prune -o -type f -print 2>/dev/null)
	@cd web && npm run --silent build -- --logLevel warn
	@touch $@

screenshots: web $(BIN)/.test
	@$(BIN)/python scripts/screenshots.py

browser:
	@command -v chromium >/dev/null || { apt-get update && apt-get install -y --no-install-recommends chromium; }

# What nearly all tests need, compiled once while the types are checked.
kernels: $(BIN)/.test
	@$(BIN)/moot bench scenario rank-my-life-2028 --people 1000 --days 1 >/dev/null

bench: $(BIN)/.core $(VENV)-bench/bin/.bench
	@$(VENV)-bench/bin/python -m benchmarks.bench --moot $(BIN)/moot --environments $(VENV)-peers \
	  $(if $(PEERS),--peers "$(PEERS)") $(BENCH)

bench-web: $(BIN)/.test
	@$(BIN)/python -m benchmarks.web $(BENCH)

scaling: $(BIN)/.core $(VENV)-bench/bin/.bench
	@$(VENV)-bench/bin/python -m benchmarks.scaling --moot $(BIN)/moot $(BENCH)
	@$(VENV)-bench/bin/python -m benchmarks.scaling --write docs/performance.md

# Wheels alone: a peer that would have to be built is skipped, with what pip said last.
peers-environments:
	@python="$$($(first-python))"; for lock in $(LOCKS)/peers/*.lock; do \
	  name="$$(basename "$$lock" .lock)"; place="$(VENV)-peers/$$name"; \
	  if cmp --silent "$$lock" "$$place/lock"; then echo "$$name: there already"; continue; fi; \
	  rm -rf "$$place"; "$$python" -m venv "$$place"; \
	  if said="$$("$$place/bin/python" $(PIP) install --only-binary :all: --require-hashes -r "$$lock" 2>&1)"; then \
	    cp "$$lock" "$$place/lock"; echo "$$name: installed into $$place"; \
	  else rm -rf "$$place"; echo "skipped: $$name: $$(tail -n 1 <<<"$$said")"; fi; done

$(BIN)/python:
	@python="$$($(first-python))"; "$$python" -m venv --clear $(VENV)

# The locks of `core` and `test` are resolved together: `test` adds packages to an environment and changes none.
$(BIN)/.core: $(LOCKS)/core.lock $(LOCKS)/build.lock pyproject.toml | $(BIN)/python
	@echo "installing Moot into $(VENV) ..." >&2
	@$(BIN)/python $(PIP) install --require-hashes -r $(LOCKS)/core.lock -r $(LOCKS)/build.lock
	@$(BIN)/python $(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

$(BIN)/.test: $(LOCKS)/test.lock pyproject.toml | $(BIN)/python
	@echo "installing Moot and its test tools into $(VENV) ..." >&2
	@$(BIN)/python $(PIP) install --require-hashes -r $(LOCKS)/test.lock
	@$(BIN)/python $(PIP) install --no-deps --no-build-isolation -e .
	@touch $(BIN)/.core $@

$(VENV)-bench/bin/.bench: $(LOCKS)/bench.lock
	@echo "installing the peers into $(VENV)-bench ..." >&2
	@python="$$($(first-python))"; "$$python" -m venv --clear $(VENV)-bench
	@$(VENV)-bench/bin/python $(PIP) install --require-hashes -r $(LOCKS)/bench.lock
	@touch $@

LOCK := UV_PYTHON_DOWNLOADS=never uv pip compile --quiet --universal --python-version 3.11 \
  --generate-hashes --no-emit-index-url --no-header --no-annotate

locks:
	@$(LOCK) pyproject.toml --group test -o $(LOCKS)/test.lock
	@$(LOCK) pyproject.toml -c $(LOCKS)/test.lock -o $(LOCKS)/core.lock
	@$(LOCK) --group build -c $(LOCKS)/test.lock -o $(LOCKS)/build.lock
	@$(LOCK) pyproject.toml --extra web -c $(LOCKS)/test.lock -o $(LOCKS)/web.lock
	@$(LOCK) pyproject.toml --extra mpi -c $(LOCKS)/test.lock -o $(LOCKS)/mpi.lock
	@$(LOCK) pyproject.toml --extra ray -c $(LOCKS)/test.lock -o $(LOCKS)/ray.lock
	@$(LOCK) --group bench -o $(LOCKS)/bench.lock
	@$(LOCK) --group peer-jax -o $(LOCKS)/peers/jax.lock
	@$(LOCK) --group peer-mesa-frames -o $(LOCKS)/peers/mesa_frames.lock
	@$(LOCK) --group peer-starsim -o $(LOCKS)/peers/starsim.lock

clean:
	@rm -rf .venv .venv-* .mypy_cache .pytest_cache .ruff_cache .hypothesis build dist runs web/node_modules $(PAGE)
	@find src tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +
