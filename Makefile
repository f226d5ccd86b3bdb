# Everything that the project needs is installed from here: a machine needs git, make and Python >= 3.11 with pip.
PYTHON ?= python3
UV := .tools/bin/uv
BIN := .venv/bin
export UV_LINK_MODE := copy
export UV_NO_PROGRESS := 1

.PHONY: install demo test test-offline test-faults model bench check lock clean

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

SCENARIO ?= database_cascade

demo: install
	@$(BIN)/commander demo $(SCENARIO)

# Whole incidents with real time limits: each has the machine for itself.
ALONE := tests/local_aws/test_scenarios.py tests/local_aws/test_faults.py tests/local_aws/test_recordings.py

test: test-offline
	@$(BIN)/pytest -n 2 --dist loadfile -m 'long and not faults'
	@$(BIN)/pytest -n 2 --dist loadfile -m 'local_aws and not faults' $(ALONE:%=--ignore=%)
	@$(BIN)/pytest -m 'local_aws and not faults' $(ALONE)

test-faults: install
	@$(BIN)/pytest -s -m faults tests/faults tests/local_aws
	@$(BIN)/pytest -n 2 -m faults tests/e2e

model: install
	@$(BIN)/python -m tests.model

bench: install
	@$(BIN)/python -m scripts.bench

test-offline: check
	@$(BIN)/pytest -n 2 --dist loadfile -m 'not local_aws and not long and not faults'

check: install
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache

lock: $(UV)
	$(UV) pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --no-annotate \
		--python-version 3.11 --group dev pyproject.toml -o requirements.lock

clean:
	rm -rf .venv .tools .local-aws .bundles .build cdk.out .mypy_cache .ruff_cache .pytest_cache .hypothesis
