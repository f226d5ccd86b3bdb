# Everything that the project needs is installed from here: a machine needs git, make and Python >= 3.11 with pip.
PYTHON ?= python3
UV := .tools/bin/uv
BIN := .venv/bin
export UV_LINK_MODE := copy
export UV_NO_PROGRESS := 1
# Bytecode is kept, whatever the shell says: else every worker and every synthesis compiles the CDK again.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: install browser demo test test-unit test-local-aws test-alone test-offline test-faults seeds mutants model sweep bench check lint formatting types contracts lock clean

install: .venv/.installed

$(UV):
	@echo "installing uv into .tools/ ..."
	@$(PYTHON) -m pip install --quiet --disable-pip-version-check --root-user-action=ignore --target .tools 'uv>=0.9'

.venv/.installed: requirements.lock pyproject.toml | $(UV)
	@echo "installing the locked packages into .venv/ ..."
	@$(UV) venv --quiet --allow-existing --python $(PYTHON) .venv
	@$(UV) pip sync --quiet --python $(BIN)/python --require-hashes requirements.lock
	@$(UV) pip install --quiet --python $(BIN)/python --no-deps --editable .
	@touch $@

# The browser of the browser tests: a Debian package, installed only where there is none.
SUDO := $(shell [ "$$(id -u)" = 0 ] || command -v sudo)

browser:
	@for name in chromium google-chrome chromium-browser; do command -v $$name >/dev/null && exit 0; done; \
	echo 'installing chromium for the browser tests ...'; \
	{ $(SUDO) apt-get -qq -o Acquire::Retries=3 update && \
	  DEBIAN_FRONTEND=noninteractive $(SUDO) apt-get -qq -o Acquire::Retries=3 install -y --no-install-recommends chromium >/dev/null; } \
	|| { echo 'make browser: install Chromium, so that `chromium` is on the PATH, and try again' >&2; exit 1; }

SCENARIO ?= database_cascade

demo: install
	@$(BIN)/commander demo $(SCENARIO)

# Files go to whichever worker is free, in the order of tests/conftest.py.
PYTEST := $(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder
# What is in the local AWS waits more than it works: three at a time, but for what measures how long people wait.
IN_LOCAL_AWS := tests/local_aws tests/faults

# Every part runs, whatever failed before it; then the command fails and names the parts that did.
PARTS := check browser test-unit test-local-aws test-alone

test: install
	@failed=; \
	for part in $(PARTS); do $(MAKE) -k --no-print-directory $$part || failed="$$failed $$part"; done; \
	[ -z "$$failed" ] || { echo "make test: FAILED in:$$failed (to run one by itself: make PART)" >&2; exit 1; }; \
	echo "make test: passed: $(PARTS)"

test-unit: install
	@$(PYTEST) -m 'not local_aws and not faults' $(IN_LOCAL_AWS:%=--ignore=%)

test-local-aws: install
	@$(BIN)/pytest -n 3 --dist loadfile --no-loadscope-reorder -m 'not faults and not alone' $(IN_LOCAL_AWS)

test-alone: install
	@$(BIN)/pytest -m 'not faults and alone' $(IN_LOCAL_AWS)

# Generated tests with other seeds than today's: none may fail by chance.
SEEDS ?= 20
GENERATED = $(shell grep -rl 'import.*hypothesis\|from hypothesis' --include='test_*.py' tests)

seeds: install
	@failed=; for seed in $$(seq 1 $(SEEDS)); do \
	  $(BIN)/pytest -n 2 --durations=0 --durations-min=1000 -p no:cacheprovider --hypothesis-seed=$$seed $(GENERATED) || failed="$$failed $$seed"; \
	done; [ -z "$$failed" ] || { echo "make seeds: failed with:$$failed" >&2; exit 1; }

test-faults: install
	@$(BIN)/pytest -s -m faults tests/faults tests/local_aws
	@$(BIN)/pytest -n 2 -m faults tests/e2e

# Small changes of the code that judges; which of them no test notices, each with its reason.
mutants: install
	@$(BIN)/python -m tests.mutants

model: install
	@$(BIN)/python -m tests.model

sweep: install
	@$(BIN)/python -m tests.sweep

bench: install
	@$(BIN)/python -m scripts.bench

test-offline: check browser
	@$(PYTEST) -m 'not local_aws and not long and not faults' $(IN_LOCAL_AWS:%=--ignore=%)

check: lint formatting types contracts

lint: install
	@$(BIN)/ruff check .

formatting: install
	@$(BIN)/ruff format --check .

types: install
	@$(BIN)/mypy

contracts: install
	@$(BIN)/lint-imports --no-cache

lock: $(UV)
	$(UV) pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --no-annotate \
		--python-version 3.11 --group dev pyproject.toml -o requirements.lock

clean:
	rm -rf .venv .tools .local-aws .bundles .build cdk.out .mutants .mypy_cache .ruff_cache .pytest_cache .hypothesis
