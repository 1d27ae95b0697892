# Everything a developer types. Each target does its own set-up; what is installed already is left alone.
# Needed on the machine: Python 3.11 or newer, make, and for `make test` also Node.js 20 or newer with npm.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

VENV := .venv
BIN := $(VENV)/bin
# A stamp, not the folder: the folder's time changes with every package, and a half-made one must not count.
INSTALLED := $(VENV)/.installed
NPM_FOLDERS := $(patsubst %/package-lock.json,%,$(wildcard tests/contract/*/package-lock.json tools/*/package-lock.json))
NPM_INSTALLED := $(addsuffix /node_modules/.installed,$(NPM_FOLDERS))

.PHONY: help
help:
	@echo 'make demo    the whole system on this machine, with invented people'
	@echo 'make test    every test, with a real PostgreSQL and the packages from npm'
	@echo 'make lint    ruff: rules and format           make format   mend what ruff can mend'
	@echo 'make types   mypy --strict                    make imports  which layer may import which'
	@echo 'make faults  the drills of tests/faults at full length: what breaks, and that nothing is lost'
	@echo 'make bench   measurements, printed            make lock     requirements*.lock from pyproject.toml'
	@echo 'make setup   only install                     make clean    forget everything installed'
	@echo 'Options for the programs behind demo, test and bench: make demo ARGS="--help"'

.PHONY: demo
# With npm comes the page to ask queries on; without it the rest of the demo runs all the same.
demo: $(INSTALLED) $(if $(shell command -v npm),tools/graphiql/node_modules/.installed)
	@$(BIN)/kurir demo $(ARGS)

.PHONY: test
test: $(INSTALLED) npm
	@# By file, for some files start servers that all of their tests share; in order, for the longest have the fewest tests
	@# and would all come last.
	@$(BIN)/pytest -n auto --dist loadfile --no-loadscope-reorder $(ARGS)

.PHONY: faults
faults: $(INSTALLED)
	@$(BIN)/pytest --full tests/faults $(ARGS)

.PHONY: bench
bench: $(INSTALLED)
	@$(BIN)/python -m bench $(ARGS)

.PHONY: lint
lint: $(INSTALLED)
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --quiet --check . || { echo 'Some files are not formatted; run: make format' >&2; exit 1; }

.PHONY: format
format: $(INSTALLED)
	@$(BIN)/ruff check --quiet --fix .
	@$(BIN)/ruff format --quiet .

.PHONY: types
types: $(INSTALLED)
	@$(BIN)/mypy --no-error-summary

.PHONY: imports
imports: $(INSTALLED)
	@said=$$($(BIN)/lint-imports 2>&1) || { echo "$$said" >&2; exit 1; }

.PHONY: setup
setup: $(INSTALLED)

$(INSTALLED): requirements-dev.lock pyproject.toml
	@if [ ! -x $(BIN)/python ]; then \
	    for python in python3.13 python3.12 python3.11 python3 python3.14; do \
	        if "$$python" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	            found=$$python; break; \
	        fi; \
	    done; \
	    if [ -z "$${found-}" ]; then \
	        echo 'Kurir needs Python 3.11 or newer, with venv. Install it, then run make again:' >&2; \
	        echo '  Debian, Ubuntu: sudo apt install python3 python3-venv' >&2; \
	        echo '  Fedora: sudo dnf install python3      macOS: brew install python@3.13' >&2; \
	        exit 1; \
	    fi; \
	    echo "Installing into $(VENV) with $$("$$found" --version); this happens once."; \
	    "$$found" -m venv $(VENV); \
	fi
	@$(BIN)/python -m pip install -qq --no-compile --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@# Without isolation: the build backend is in the lock as well, so nothing unhashed is fetched.
	@$(BIN)/python -m pip install -qq --no-compile --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

.PHONY: npm
npm: $(NPM_INSTALLED)

%/node_modules/.installed: %/package-lock.json %/package.json
	@command -v npm >/dev/null || { \
	    echo 'The tests need npm: install Node.js 20 or newer (apt install nodejs npm, or brew install node).' >&2; exit 1; }
	@echo 'Installing the npm packages of $*; this happens once.'
	@cd $* && npm ci --ignore-scripts --no-audit --no-fund --no-update-notifier --loglevel=error >/dev/null
	@touch $@

.PHONY: lock
# What is locked stays, unless pyproject.toml says otherwise; ARGS=--upgrade takes the newest of everything.
lock: $(INSTALLED)
	@$(call compile,pyproject.toml,requirements.lock)
	@$(call compile,pyproject.toml --group dev --constraints requirements.lock,requirements-dev.lock)
	@$(call compile,--group build --constraints requirements-dev.lock,requirements-build.lock)

# $(1) what is locked, $(2) into which file
define compile
$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate \
    --custom-compile-command 'make lock' $(1) --output-file $(2) $(ARGS)
endef

.PHONY: lock-check
# Names and versions only: a project may add a file, and so a hash, to a release that is locked already.
lock-check: $(INSTALLED)
	@folder=$$(mktemp -d); trap 'rm -rf "$$folder"' EXIT; \
	cp requirements*.lock pyproject.toml README.md LICENSE "$$folder"; \
	$(MAKE) --silent --no-print-directory -C "$$folder" -f "$(CURDIR)/Makefile" -o $(INSTALLED) BIN="$(CURDIR)/$(BIN)" lock; \
	for file in requirements*.lock; do \
	    diff <(grep == $$file) <(grep == "$$folder/$$file") >&2 || { \
	        echo "$$file does not fit pyproject.toml; run: make lock" >&2; exit 1; }; \
	done

.PHONY: clean
clean:
	@rm -rf $(VENV) $(addsuffix /node_modules,$(NPM_FOLDERS)) .mypy_cache .ruff_cache .pytest_cache .hypothesis \
	    .import_linter_cache dist
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
