# Two commands matter: `make demo` (the main job on sample data) and `make test` (everything,
# with real servers). Each sets up what it needs; nothing is installed twice.

.PHONY: demo test check bench setup servers catalogue clean
BIN := .venv/bin

demo: setup
	@$(BIN)/outreach demo --dir demo
	@command -v outreach >/dev/null || \
		echo "  . $(CURDIR)/.venv/bin/activate    makes outreach a command of this shell"

test: setup servers
	@$(BIN)/pytest

check: setup servers
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest

bench: setup
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --use-pep517 --editable '.[bench]'
	@for bench in benchmarks/*.py; do $(BIN)/python $$bench || exit 1; done

setup: .venv/ready

.venv/ready: pyproject.toml tools/setup.sh
	@sh tools/setup.sh

servers:
	@sh tools/servers.sh

# The French catalogue: collect the English sentences, keep the translations, compile.
catalogue: setup
	@$(BIN)/python tools/catalogue.py

clean:
	rm -rf .venv demo build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
