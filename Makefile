# `make` lists the targets. Needs git, make and python3 >= 3.11; everything else goes into .venv.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules --no-print-directory

PYTHON := .venv/bin/python
FLASK := $(PYTHON) -m flask --app registry
PYTEST := $(PYTHON) -m pytest
BABEL := $(PYTHON) -m babel.messages.frontend --quiet
WORKERS ?= auto
CATALOGUES := $(wildcard registry/translations/*/LC_MESSAGES/*.po)


.PHONY: help
help: ## List the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' Makefile

# -- What stands on its own ---------------------------------------------------------------------

.PHONY: run
run: export REGISTRY_ENV ?= demo
run: runtime catalogues ## Serve the demo on http://127.0.0.1:8000 (PORT=... changes it)
	@exec $(PYTHON) -m registry.web.serve --end-with-parent

.PHONY: test
test: test-system dev catalogues ## Run all tests: SQLite, PostgreSQL, browser
	$(PYTEST) tests/unit tests/integration --database=sqlite -n $(WORKERS)
	$(PYTEST) tests/integration --database=postgresql -n $(WORKERS)
	$(PYTEST) tests/e2e -n 2

.PHONY: test-fast
test-fast: dev catalogues ## Run the tests without PostgreSQL and browser
	$(PYTEST) tests/unit tests/integration --database=sqlite -n $(WORKERS)

.PHONY: lint
lint: dev ## Check style, templates, imports and types
	$(PYTHON) -m ruff check .
	$(PYTHON) -m ruff format --check .
	.venv/bin/lint-imports --no-cache
	$(PYTHON) -m djlint templates --lint --quiet
	$(MAKE) types

.PHONY: types
types: dev ## Check types
	$(PYTHON) -m mypy

.PHONY: format
format: dev ## Format the code and fix what can be fixed
	$(PYTHON) -m ruff check --fix --exit-zero --quiet .
	$(PYTHON) -m ruff format .

.PHONY: bench
bench: test-system dev catalogues ## Measure the speed and print it beside the aims
	$(PYTHON) -m bench

.PHONY: demo
demo: export REGISTRY_ENV ?= demo
demo: runtime catalogues ## Build the demo data under var/ without serving it
	@$(PYTHON) -m registry.web.serve --prepare-only

.PHONY: routes
routes: runtime ## List every URL with its endpoint and permission
	@$(FLASK) web routes

.PHONY: screenshots
screenshots: test-system dev catalogues ## Make the pictures of docs/ again
	$(PYTHON) -m docs.screenshots

.PHONY: migration
migration: dev ## Write a migration (MESSAGE="add waiting list"), without message the newest one anew
	@$(PYTHON) -m registry.migrations.revise "$(MESSAGE)"

.PHONY: i18n
i18n: dev ## Collect the sentences to translate, update and check the catalogues
	@mkdir -p registry/translations
	$(BABEL) extract -F babel.cfg -k _l -k lazy_gettext -k lazy_ngettext:1,2 --add-location=file \
		--sort-output --project=registry -o registry/translations/messages.pot .
	for locale in ru zh; do \
		$(BABEL) update -i registry/translations/messages.pot -d registry/translations -l $$locale \
			--init-missing --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date || exit 1; \
	done
	@$(MAKE) catalogues
	$(PYTEST) tests/unit/test_translations.py

.PHONY: lock
lock: ## Resolve requirements*.in into the lock files (needs uv)
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-header -q \
		requirements.in -o requirements.txt
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-header -q \
		requirements-dev.in -o requirements-dev.txt

# -- What the others need -----------------------------------------------------------------------

.PHONY: runtime dev
runtime:
	@sh .ci/venv requirements.txt
dev:
	@sh .ci/venv requirements.txt requirements-dev.txt

.PHONY: test-system
test-system:
	@sh .ci/system

.PHONY: catalogues
catalogues: $(CATALOGUES:.po=.mo)

%.mo: %.po | runtime
	@$(BABEL) compile -i $< -o $@
