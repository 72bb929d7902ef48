# Thin names for real commands. `make demo` and `make test` do all of the set-up; a second run finds it done.
# make demo PORT=8001 DATA_DIR=/some/folder        PYTHON=/usr/bin/python3 chooses the interpreter of the first set-up.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP_INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-input --root-user-action=ignore --require-hashes

# A stamp carries the hash of what it was made from, so a changed pin is installed and an unchanged one is not.
hash = $(shell $(if $(shell command -v sha256sum),sha256sum,shasum -a 256) $(1) | cut -c1-16 | tr -d '\n')
RUN_STAMP := $(VENV)/run-$(call hash,requirements.txt)
TEST_STAMP := $(VENV)/test-$(call hash,requirements.txt requirements-test.txt)
ASSETS_STAMP := assets/node_modules/installed-$(call hash,assets/package.json assets/package-lock.json)

.DEFAULT_GOAL := help
.NOTPARALLEL:
.DELETE_ON_ERROR:
.PHONY: help setup demo test test-slow check messages bench

help:
	@echo "make demo       install, start everything with demo data, print addresses and sign-ins"
	@echo "make test       install, then every check and test (as root it installs a Chromium if there is none)"
	@echo "make setup      install only"
	@echo "make check      formatting, lint, layers, types, templates, migrations, deployment, architecture"
	@echo "make test-slow  the tests that take minutes"
	@echo "make bench      every promised speed as a ratio against bare SQL; ONLY=tiers one part, SCALE=0.1 with less data"
	@echo "make messages   bring locale/en up to date with the sentences in the code, list what lacks English"

setup: $(RUN_STAMP) $(ASSETS_STAMP)
	@:

demo: setup
	@exec $(BIN)/python -m launcher.demo --with-parent

test: setup $(TEST_STAMP)
	@$(BIN)/python -m launcher.browser
	@$(MAKE) --no-print-directory check
	$(BIN)/python -m pytest -n 2

test-slow: setup $(TEST_STAMP)
	@$(BIN)/python -m launcher.browser
	$(BIN)/python -m pytest -m slow

bench: setup
	@$(BIN)/python -m bench --only "$(ONLY)" --scale "$(or $(SCALE),1)" --rounds "$(or $(ROUNDS),0)"

messages: setup $(TEST_STAMP)
	@$(BIN)/python -m tests.languages

check: setup $(TEST_STAMP)
	$(BIN)/ruff format --check --quiet .
	$(BIN)/ruff check --quiet .
	$(BIN)/lint-imports
	$(BIN)/mypy
	$(BIN)/djlint templates --check --lint --quiet
	$(BIN)/python -W "ignore:Got an error checking a consistent migration history" manage.py makemigrations --check --dry-run
	env $(PRODUCTION) $(BIN)/python manage.py check --deploy --fail-level WARNING
	$(BIN)/python -m pytest tests/architecture

# What production settings refuse to start without, filled with values that guard nothing.
PRODUCTION := DJANGO_SETTINGS_MODULE=taoxiaopu.settings.production \
	SECRET_KEY=only-for-check-0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEFG \
	ALLOWED_HOSTS=shop.test BASE_URL=https://shop.test \
	DATABASE_URL=postgresql://taoxiaopu_app:only-for-check@127.0.0.1:1/taoxiaopu REDIS_URL=redis://127.0.0.1:1/0 \
	PERSONAL_DATA_KEYS=Y2hlY2tpbmcta2V5LWd1YXJkcy1ub3RoaW5nLS0tLS0= \
	BLIND_INDEX_KEY=only-for-check-0123456789-abcdefghijk

$(BIN)/pip:
	@echo "Creating $(VENV) ..."
	@$(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 11))" \
	  || { echo "Python 3.11 or later is needed: make PYTHON=/path/to/python3.11 ..." >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); exit 1; }

$(RUN_STAMP): $(BIN)/pip
	@echo "Installing Python packages ..."
	@$(PIP_INSTALL) -r requirements.txt
	@rm -f $(VENV)/run-*; touch $@

$(TEST_STAMP): $(RUN_STAMP)
	@echo "Installing Python packages for tests ..."
	@$(PIP_INSTALL) -r requirements-test.txt
	@rm -f $(VENV)/test-*; touch $@

$(ASSETS_STAMP): $(RUN_STAMP)
	@echo "Installing front-end packages ..."
	@$(BIN)/python -m launcher.node_modules
	@touch $@
