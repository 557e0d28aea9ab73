# The same commands for people and for CI. `make help` lists them.
# Needed: Python 3.11 or newer, make, a package index. Nothing else for demo and test.

PYTHON ?= python3
PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin
RUN := $(BIN)/python manage.py
TEST_SETTINGS := DJANGO_SETTINGS_MODULE=concertation.settings.test
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes

# make test DB=postgres: the loopback address, unless DATABASE_URL says otherwise.
DB ?= sqlite
ifeq ($(DB),postgres)
export DATABASE_URL ?= postgresql://postgres@127.0.0.1:5432/concertation
else ifneq ($(DB),sqlite)
$(error DB=$(DB) is not known: write DB=sqlite or DB=postgres)
endif
# Processes that run the tests side by side; PYTEST="-k word" adds options of pytest.
JOBS ?= 2
PYTEST ?=
# One measure of `make bench`.
ONLY ?=

export PORT
.DEFAULT_GOAL := help
.PHONY: help setup demo demo-reset serve test e2e check fmt bench
# Recipes that install must not run twice at once.
.NOTPARALLEL:

help: ## List these commands
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	  || { echo "Python 3.11 or newer is needed. Name it: make PYTHON=python3.12 …" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) \
	  || { rm -rf $(VENV); echo "Python's venv module is needed (Debian: apt install python3-venv)." >&2; exit 1; }

# Packages are installed again only when their lock changed.
$(VENV)/runtime.stamp: requirements/runtime.txt | $(BIN)/python
	@echo "Installing the packages the board runs on…"
	@$(PIP) -r requirements/runtime.txt
	@touch $@

$(VENV)/dev.stamp: requirements/dev.txt requirements/runtime.txt | $(BIN)/python
	@echo "Installing the packages for tests and checks…"
	@$(PIP) -r requirements/dev.txt
	@touch $(VENV)/runtime.stamp $@

.PHONY: runtime dev
runtime: $(VENV)/runtime.stamp
	@$(BIN)/python -m concertation.translations
dev: $(VENV)/dev.stamp
	@$(BIN)/python -m concertation.translations

setup: dev ## Install everything into .venv, and start nothing

demo: runtime ## Build the demo under var/demo and serve it (PORT=8000)
	@$(RUN) demo --port $(PORT)

demo-reset: runtime ## Throw the demo's data away and start afresh
	@rm -rf var/demo
	@$(RUN) demo --port $(PORT)

serve: export DJANGO_SETTINGS_MODULE ?= concertation.settings.production
serve: runtime ## Serve with production settings from the environment (docs/operations.md)
	@$(RUN) collectstatic --noinput --verbosity 0
	@$(BIN)/gunicorn concertation.wsgi --bind 127.0.0.1:$(PORT) --workers 3

test: dev ## Run the tests (DB=postgres for PostgreSQL, PYTEST="-k word")
	@$(BIN)/pytest -n $(JOBS) $(PYTEST)

e2e: dev ## Walk through the demo in a real browser
	@$(BIN)/pytest tests/e2e -m e2e -p no:randomly $(PYTEST)

check: dev ## Format, lint, types, import contracts, templates, migrations, deployment
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/djlint --lint --quiet templates concertation
	$(TEST_SETTINGS) $(RUN) makemigrations --check --dry-run
	$(TEST_SETTINGS) $(RUN) translations --check
	$(BIN)/python -m tests.production_env check --deploy --fail-level WARNING

fmt: dev ## Put the code in the house's format
	$(BIN)/ruff check --fix-only --quiet .
	$(BIN)/ruff format .

bench: dev ## Measure (design 7); ONLY=key for one measure
	@$(BIN)/python -m tests.benchmarks.run $(if $(ONLY),--only $(ONLY))
