# Yukuaiban. `make run` runs it, `make test` proves it; `make help` lists the rest.
# Needs Python 3.11 or newer and make; everything else is fetched into this folder.

PYTHON ?= $(shell command -v python3.11 || command -v python3 || echo python3)
VENV := .venv/bin

.DEFAULT_GOAL := help
.PHONY: help run test check format bench drill docs lock

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

run: ## run everything on this machine; PORT=8001 DATA=/some/folder ARGS=--no-demo
	@$(PYTHON) ops/prepare.py run
	@exec $(VENV)/yukuaiban up $(if $(PORT),--port $(PORT)) $(if $(DATA),--data $(DATA)) $(ARGS)

test: ## prove it, in a real browser too; ARGS=path/to/test.py for a part
	@$(PYTHON) ops/prepare.py test
	@$(VENV)/python -m pytest -n 2 $(ARGS)

check: ## format, lint, types, floors, migrations, translations, generated documents
	@$(PYTHON) ops/prepare.py test
	@$(VENV)/python -m ops.check

format: ## put the code into its one form
	@$(PYTHON) ops/prepare.py test
	@$(VENV)/ruff format .
	@$(VENV)/ruff check --fix .

bench: ## measure; results in bench/results/
	@$(PYTHON) ops/prepare.py test
	@if [ -d bench ]; then $(VENV)/python -m bench $(ARGS); else echo "This version brings no bench/ folder: there is nothing to measure yet." >&2; exit 1; fi

drill: ## kill parts of a running instance while people file; nothing acknowledged may be lost
	@$(PYTHON) ops/prepare.py test
	@if [ -f ops/drill.py ] || [ -d ops/drill ]; then $(VENV)/python -m ops.drill $(ARGS); else echo "This version brings no ops/drill: there is nothing to drill yet." >&2; exit 1; fi

docs: ## write the generated parts of the documents anew
	@$(PYTHON) ops/prepare.py test
	@$(VENV)/python -m ops.docs

lock: ## pin requirements/*.in anew, with hashes, and package.json
	@$(PYTHON) ops/prepare.py test
	@$(VENV)/python -m ops.lock
