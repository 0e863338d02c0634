# `make repro` runs the pipeline, `make test` checks the code; both install first what is missing.
# Everything runs as `.venv/bin/python -m ...`: pip's scripts are fragile in a folder whose path has a space.

PYTHON ?= $(shell command -v python3.11 >/dev/null 2>&1 && echo python3.11 || echo python3)
TORCH_INDEX ?=
PY := .venv/bin/python
# Without --no-compile pip compiles all modules of all packages, half of the time it takes; most are never imported. The
# others must be kept when they are, whatever the environment says: each stage is a process, and would compile them again.
unexport PYTHONDONTWRITEBYTECODE
PIP := $(PY) -m pip install --quiet --disable-pip-version-check --no-compile -c constraints.txt $(if $(TORCH_INDEX),--extra-index-url $(TORCH_INDEX))
CODE := llmpipe tests docs bench

.PHONY: help repro results test check format types pytest docs screenshots dvc-deps constraints

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-12s %s\n", $$1, $$2}' Makefile

repro: .venv/installed ## Install what is missing, run the pipeline, print the results
	@$(PY) -m llmpipe params check
	@PATH="$(CURDIR)/.venv/bin:$$PATH" $(PY) -m dvc repro
	@$(PY) docs/results.py

results: .venv/installed ## Print the results of the last run; WRITE=1 also puts them into the READMEs
	@$(PY) docs/results.py $(if $(WRITE),--write)

test: check pytest ## All checks and tests

check: .venv/tested ## Style and types, in seconds
	$(PY) -m ruff check $(CODE)
	$(PY) -m ruff format --check $(CODE)
	$(PY) -m mypy

pytest: .venv/tested
	PATH="$(CURDIR)/.venv/bin:$$PATH" $(PY) -m pytest -n 2 --dist worksteal

format: .venv/tested ## Put the code into the project's style
	$(PY) -m ruff check --fix $(CODE)
	$(PY) -m ruff format $(CODE)

docs: .venv/installed ## Write docs/cli.md from the commands' help
	$(PY) docs/cli.py

screenshots: .venv/installed ## Take the pictures of the docs from two results here; PROJECT=folder: from those there
	$(PY) docs/screenshots.py --project "$(or $(PROJECT),.)"

dvc-deps: .venv/installed ## Write the code dependencies of the stages into dvc.yaml
	$(PY) tests/imports.py

constraints: .venv/tested ## Pin the versions that a new installation gets
	CUSTOM_COMPILE_COMMAND="make constraints" $(PY) -m piptools compile --quiet --upgrade --all-extras --strip-extras \
	  --no-annotate --no-emit-index-url --no-emit-find-links \
	  --unsafe-package torch --unsafe-package pip --unsafe-package setuptools \
	  --output-file constraints.txt pyproject.toml

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(None if (3, 11) <= sys.version_info[:2] < (3, 13) else \
	  f"Python 3.11 or 3.12 is needed, {sys.executable} is {sys.version.split()[0]}; try: make repro PYTHON=/path/to/python3.11")'
	$(PYTHON) -m venv .venv

.venv/installed: .venv/bin/python pyproject.toml constraints.txt
	$(PIP) -e .
	@touch $@

.venv/tested: .venv/installed
	$(PIP) -e '.[classic,dev,gguf,harness,hf,ray,search]'
	@touch $@
