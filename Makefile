# Each target needs nothing but Python 3.11 or newer, make, and the package registry.
PYTHON ?= python3
VENV ?= .venv
DEMO ?= demo
CASES ?= 10000000
SEED ?= 1
SIZES ?= 10000,100000
ROUNDS ?= 3
OFFICES ?= 2000
STORIES ?= 3000
BIN := $(VENV)/bin
PYTEST := $(BIN)/python -m pytest -n auto --dist worksteal
COMPILE := uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--no-emit-find-links --no-annotate
# What has a floor of coverage is run for itself: being followed makes Python half as fast.
WINGS := tests/workspace tests/people tests/content tests/road tests/answers tests/office
FOLLOWED := tests/domain $(WINGS) tests/cli tests/daemon tests/test_december.py tests/journeys/test_trust.py

.PHONY: demo test lint bench bench-gateways bench-peers ordeal offices insider fuzz audit sbom lock clean setup

demo: $(VENV)/.ready  ## Set up and show the whole road on invented people
	rm -rf $(DEMO)
	$(BIN)/campaigner demo $(DEMO)

test: $(VENV)/.ready-dev lint  ## Set up and pass lint, types, import contracts and tests
	$(PYTEST) --cov --cov-report=term:skip-covered --cov-report=json:.coverage.json $(FOLLOWED)
	$(BIN)/python tests/coverage_floor.py .coverage.json
	$(PYTEST) tests $(addprefix --ignore ,$(FOLLOWED))
	$(PYTEST) --store postgresql tests/store $(WINGS) tests/journeys \
		--ignore tests/store/test_postgresql.py --ignore tests/journeys/test_several_machines.py

lint: $(VENV)/.ready-dev  ## Style, types and import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/.ready-dev  ## Measure against floors in the same run
	$(BIN)/python benchmarks/table.py $(SIZES) $(ROUNDS)
	$(BIN)/python benchmarks/wording.py
	$(BIN)/python benchmarks/store.py

bench-gateways: $(VENV)/.ready-dev  ## Measure the live ways out against bare loops; wants what .ci/system installs
	$(BIN)/python benchmarks/smpp.py
	$(BIN)/python benchmarks/cmpp.py
	$(BIN)/python benchmarks/sending.py
	$(BIN)/python benchmarks/kannel.py

bench-peers: $(VENV)/.ready-dev  ## Measure beside what others would take, in an environment of their own
	test -d .peers/bench || $(PYTHON) -m venv .peers/bench
	.peers/bench/bin/python -m pip install --quiet --disable-pip-version-check \
		weasyprint==70.0 docxtpl==0.20.2 huey==3.5.4 django==5.2.19
	$(BIN)/python benchmarks/peers.py .peers/bench/bin/python

ordeal: $(VENV)/.ready-dev  ## Live a simulated year, kill what sends hundreds of times, read 100,000 cron lines; an hour
	$(BIN)/python benchmarks/year.py
	$(BIN)/python benchmarks/kills.py
	$(BIN)/python benchmarks/killed_send.py
	$(BIN)/python benchmarks/acknowledged.py
	$(BIN)/python benchmarks/cron_lines.py

offices: $(VENV)/.ready-dev  ## Live through random offices beside an oracle; OFFICES and SEED may be given; half an hour on one core
	$(BIN)/python benchmarks/offices.py $(OFFICES) $(SEED)

insider: $(VENV)/.ready-dev  ## Live through random stories of an insider beside an oracle; STORIES and SEED may be given; a quarter of an hour
	$(BIN)/python benchmarks/insider.py $(STORIES) $(SEED)

fuzz: $(VENV)/.ready-dev  ## Feed all that takes strangers' words with broken inputs; CASES and SEED may be given; goes on where it was
	$(BIN)/python benchmarks/fuzz.py --cases $(CASES) --seed $(SEED)

audit: $(VENV)/.ready-dev  ## Ask for known vulnerabilities of what is locked, extras too; OFFLINE=1 lets it pass where none can be asked for
	$(BIN)/python .ci/audit.py $(if $(OFFLINE),--offline)

sbom: $(VENV)/.ready-dev  ## Write the bill of materials of a release, CycloneDX as JSON
	mkdir -p dist
	$(BIN)/python .ci/sbom.py dist/campaigner.cdx.json

setup: $(VENV)/.ready-dev

# A lock file with hashes is the one source of versions; --no-deps because it is complete.
$(VENV)/.ready: requirements.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	touch $@

$(VENV)/.ready-dev: $(VENV)/.ready requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements-dev.lock
	touch $@

lock:  ## Renew the lock files from pyproject.toml: what is installed, with all extras, for development; needs uv
	$(COMPILE) --output-file requirements.lock pyproject.toml
	$(COMPILE) --constraint requirements.lock --all-extras --output-file requirements-extras.lock pyproject.toml
	$(COMPILE) --constraint requirements-extras.lock --group dev --output-file requirements-dev.lock pyproject.toml

clean:  ## Take away what the targets made
	rm -rf $(VENV) $(DEMO) .peers .coverage .coverage.json
