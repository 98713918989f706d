# Everything a newcomer types.  Both `demo` and `test` set up .venv first; `make help` lists the rest.

BIN := .venv/bin

# Verilator runs a make of its own: what this one was told must not reach it.
unexport MAKEFLAGS MFLAGS MAKELEVEL

.PHONY: help demo test check format generate figures model corpus accuracy sweep prove clean setup-demo setup-dev

help:
	@echo 'make demo      set up, then screen one benign and one attack trace'
	@echo 'make test      set up, then all checks and tests'
	@echo 'make check     linters and type checkers only'
	@echo 'make sweep     the long tests'
	@echo 'make prove     safety properties, proved on the gateware that ships'
	@echo 'make format    let ruff mend style'
	@echo 'make generate  write header, linker fragment, SVD and tables from the contract room'
	@echo 'make figures   draw the timing diagrams in the docs from the gateware'
	@echo 'make model     train the shipped model again, to the byte'
	@echo 'make corpus    record the full corpus: up to 45 minutes, as root'
	@echo 'make accuracy  measure accuracy anew, beside the peers; ADFA=DIR names ADFA-LD, CORPUS=DIR another corpus'
	@echo 'make clean     remove .venv and what tests left behind'

setup-demo:
	@.ci/setup demo

setup-dev:
	@.ci/setup dev

demo: setup-demo
	@$(BIN)/vigilante demo

test: check
	@echo '== pytest'
	@$(BIN)/python -m pytest -q -n auto --dist loadfile -m 'not slow'

# All four speak, whichever of them fails.
check: setup-dev
	@failed=; \
	echo '== ruff check';  $(BIN)/ruff check --quiet . || failed=1; \
	echo '== ruff format'; $(BIN)/ruff format --quiet --check . || { echo 'mend with: make format'; failed=1; }; \
	echo '== mypy';        $(BIN)/mypy --no-error-summary || failed=1; \
	echo '== pyright';     $(BIN)/pyright || failed=1; \
	test -z "$$failed"

format: setup-dev
	@$(BIN)/ruff check --quiet --fix .
	@$(BIN)/ruff format .

generate: setup-dev
	@$(BIN)/python -m hdl.contract.generate

figures: setup-dev
	@$(BIN)/python -m sim.figures

sweep: setup-dev
	@$(BIN)/python -m pytest -q -m slow

prove: setup-dev
	@$(BIN)/python -m sim.prove

model: setup-dev
	@$(BIN)/vigilante train --shipped
	@$(BIN)/python -m models.build --board

corpus: setup-dev
	@$(BIN)/vigilante record --corpus --full

accuracy: setup-dev
	@$(BIN)/python -m host.deletion
	@$(BIN)/python -m models.accuracy $(if $(ADFA),--adfa $(ADFA)) $(if $(CORPUS),--corpus $(CORPUS))

clean:
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .hypothesis build dist sim_build
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
