# make demo: set up, run two suites against a sample vendor with known faults, write the report.
# make test: set up, run the quick tests.      make test-all: all tests.      make check: what CI checks beside the tests.

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed

.PHONY: demo test test-slow test-all check lint types layers docs docs-check wheel-check bench names plausible matrix setup clean

setup: $(INSTALLED)

# The layers are links in the checkout (docs/decisions/0001-one-package-four-folders.md).
$(INSTALLED): pyproject.toml constraints.txt
	@for layer in reference generators formats conformance reports; do \
	  test -f rtconform/$$layer/__init__.py || { \
	    echo "rtconform/$$layer is no link to ../$$layer: this checkout lost its symbolic links;" \
	         "clone again with 'git config core.symlinks true'" >&2; exit 1; }; done
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "$(PYTHON) is older than 3.11: name a newer one, for instance make PYTHON=python3.12" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	@touch $(INSTALLED)

demo: setup
	@rm -rf runs/demo
	@$(BIN)/rtconform demo --out runs/demo

# The tests are in two tiers, told apart by the marker `slow` (pyproject.toml; tests/README.md). Quick ones compute; slow ones
# mostly wait (for programs, a browser, a timeout), so they have more workers than the machine has cores. Who is free takes work over.
test: setup
	$(BIN)/python -m pytest -q -m "not slow" -n 3 --dist worksteal

test-slow: setup
	$(BIN)/python -m pytest -q -m slow -n 6 --dist worksteal

# Both tiers in one run.
test-all: setup
	$(BIN)/python -m pytest -q -n 6 --dist worksteal

check: lint types layers docs-check wheel-check

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/codespell
	$(BIN)/actionlint
	$(BIN)/actionlint templates/board/github.yml
	$(BIN)/hadolint Containerfile
	$(BIN)/check-jsonschema --builtin-schema vendor.github-actions action.yml
	$(BIN)/check-jsonschema --builtin-schema vendor.gitlab-ci templates/rtconform.gitlab-ci.yml templates/board/gitlab-ci.yml

# The second pass reads the same code as Windows would have it: only the process adapters may need POSIX.
types: setup
	$(BIN)/mypy
	$(BIN)/mypy --platform win32 --no-warn-unreachable --cache-dir .mypy_cache/win32 -p rtconform -p tools

# Branch coverage of the package by the quick tests, also by the programs that they start. Printed, not a gate. By all: TIER=""
TIER ?= not slow
.PHONY: coverage
coverage: setup
	$(BIN)/python -m pytest -n 2 -q -m "$(TIER)" --cov --cov-config=pyproject.toml --cov-report=term

layers: setup
	$(BIN)/lint-imports

# Documents that are made from the code.
docs: setup
	$(BIN)/python -m tools.pages.documents docs

docs-check: setup
	$(BIN)/python -m tools.pages.documents --check docs

# The documentation as a site in build/site, to be read without a server or a network. A link that leads nowhere fails.
.PHONY: site
site: setup
	@$(BIN)/python -c 'import zensical' 2>/dev/null || \
	  $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[site]'
	@$(BIN)/python -m tools.pages.site

# The lock of the suites, signed with the release's key (PEM, Ed25519), for the wheel that is built next: KEY=release.pem
.PHONY: signed-lock
signed-lock: setup docs-check
	@test -n "$(KEY)" || { echo "name the private key: make signed-lock KEY=release.pem" >&2; exit 1; }
	@rm -f docs/suites.lock.dsse.json
	$(BIN)/rtconform suites lock --key "$(KEY)" --out docs/suites.lock.dsse.json

# A wheel in an empty environment, away from the checkout, does everything that a checkout does.
wheel-check: setup
	$(BIN)/python tools/wheel_check.py

# The container's image, built and tried, where there is podman or docker and the base can be had.
.PHONY: image
image:
	@bash tools/image_check.sh

# The verdicts of every sample vendor, on record in tests/data/recorded: made again where a suite has a new version, or a verdict
# is meant to change. Look at the difference; the commit says why. Less for NAMES="correct-vendor". Two minutes.
.PHONY: recorded
recorded: setup
	$(BIN)/python -m tests.helpers.recorded_runs $(NAMES)

bench: export RTCONFORM_BENCH_CASES ?= 2000
bench: export RTCONFORM_BENCH_CLAIMS ?= 2000
bench: setup
	$(BIN)/python -m pytest tests/benchmarks --benchmark-enable --benchmark-only -p no:xdist

# What a month of claims needs: an 837 of 100,000 through `rtconform edit`, and 10,000 in a run over X12 and over FHIR beside JSON. A quarter of an hour.
.PHONY: month
month: setup
	RTCONFORM_BENCH_CLAIMS=100000 $(BIN)/python -m pytest -q -n 0 --timeout=3600 tests/benchmarks/test_format_speed.py -k month
	RTCONFORM_BENCH_CLAIMS=10000 $(BIN)/python -m pytest -q -n 0 --timeout=3600 tests/benchmarks/test_format_speed.py -k json

# Our dependencies against the known advisories: fails for a vulnerable one, and where not all could be looked up.
.PHONY: audit
audit: setup
	$(BIN)/python tools/audit.py

# Damaged run folders, bundles, vendor and suite files, tables, cases, claims and answers, for MINUTES: read, or refused in words.
MINUTES ?= 60
.PHONY: fuzz
fuzz: setup
	$(BIN)/python -m tests.fuzz.fuzz $(MINUTES)

# Everything that docs/explanation/security.md promises: vendors, files and folders that want to harm us. Ten minutes on two cores.
.PHONY: hostile
hostile: setup
	$(BIN)/python -m pytest -q -n 2 -m hostile

# Runs killed at KILLS random moments and resumed: nothing is lost, nothing is there twice.
KILLS ?= 200
.PHONY: kills
kills: setup
	$(BIN)/python -m tests.kills.kills $(KILLS)

# Hunts interrupted at INTERRUPTS random moments: each ends in order and writes what it had found.
INTERRUPTS ?= 100
.PHONY: interrupts
interrupts: setup
	$(BIN)/python -m tests.kills.interrupts $(INTERRUPTS)

# What a run costs on 1, 2 and 4 worker processes: the table of docs/how-to/scale.md. Takes eight minutes; wants a quiet machine.
.PHONY: scale
scale: setup
	$(BIN)/python tests/benchmarks/scale.py 40000 20000

# What reports cost for runs of LARGE cases: the table of docs/reference/reports.md. Keeps the runs in runs/. Takes half an hour; wants a quiet machine.
LARGE ?= 100000 1000000
.PHONY: large
large: setup
	$(BIN)/python tests/benchmarks/large.py $(LARGE)

# The pictures of docs/reference/reports.md, photographed in Chromium.
.PHONY: pictures
pictures: setup
	$(BIN)/python tools/pictures.py

# Remakes the names of synthetic patients with Faker: changes every suite that draws people.
names: setup
	$(BIN)/python -m tools.names

# 100,000 cases of suite clinic, and as many over the space, held against the plausibility checker.
plausible: setup
	RTCONFORM_PLAUSIBLE_CASES=100000 $(BIN)/python -m pytest -q --timeout=1800 tests/tools/plausibility/test_plausibility.py

# Every message of every suite that an 837 can express, held by two validators of others; the tests look at every 40th claim and every 80th case.
.PHONY: x12-messages
x12-messages: setup
	RTCONFORM_X12_EVERY=1 $(BIN)/python -m pytest -q --timeout=1800 tests/formats/test_x12_claims.py tests/formats/test_x12_coder_claims.py -k others_accept

# DICOM RT objects of every EVERYth case of five suites, held by dciodvfy (Debian package dicom3tools), and each property of the format.
EVERY ?= 5
.PHONY: dicom-objects
dicom-objects: setup
	RTCONFORM_DICOM_EVERY=$(EVERY) $(BIN)/python -m pytest -q --timeout=3600 tests/formats/dicom

# The same objects with HL7 v2 messages beside, of every EVERYth case of two suites, and an engine made of others' libraries asked in them.
.PHONY: dicom-pair
dicom-pair: setup
	RTCONFORM_PAIR_EVERY=$(EVERY) $(BIN)/python -m pytest -q --timeout=3600 tests/formats/dicom/test_pair_table.py tests/rtconform/jobs/test_pair_certificate.py

# The reference against the second implementation: every case of five suites, and COUNT of clinic, at SEED. Fifteen minutes of both cores.
COUNT ?= 100000
SEED ?= 1
.PHONY: agreement
agreement: setup
	$(BIN)/python tools/agreement.py $(COUNT) $(SEED)

# All tests on every Python named, each in an environment of its own.
PYTHONS ?= python3.11 python3.12 python3.13 python3.14
matrix:
	@for python in $(PYTHONS); do \
	  if command -v $$python >/dev/null && $$python -c '' 2>/dev/null; then \
	    echo "== $$python"; $(MAKE) --no-print-directory test-all PYTHON=$$python VENV=.venv/matrix-$$python || exit 1; \
	  else echo "== $$python: not on this machine, skipped"; fi; done

# Chooses the cases of suite certify again, from the kill matrix: five minutes of both cores. Raise the suite's version with it.
.PHONY: certify-suite strength strength-pairs
certify-suite: setup
	$(BIN)/python -m tools.strength.selection

# The figures of docs/explanation/strength.md: every suite, proofs, two edits, 100 seeds of suite certify. An hour of both cores;
# one part alone: python -m tools.strength.figures suites (or pairs, or seeds).
strength: setup
	$(BIN)/python -m tools.strength.figures

# Of these the mutants of two edits alone: ten minutes. What else was measured stays as it is, with its date.
strength-pairs: setup
	$(BIN)/python -m tools.strength.figures pairs

# Faults planted alone, in pairs and as mutants, and faulty editors: how many hints of reports are wrong (none may be), the page
# docs/measured/strength-figures.md shows (make docs). An hour; less with fewer PAIRS, and only every MUTANTSth mutant.
PAIRS ?= 1000
MUTANTS ?= 1
.PHONY: hints
hints: setup
	$(BIN)/python -m tools.strength.hints $(PAIRS) $(MUTANTS)

# Changes the reference's own source in one place at a time: some test has to fail. Six minutes of both cores; less for MODULES="coder facts".
.PHONY: mutation
mutation: setup
	$(BIN)/python tools/strength/mutate.py $(MODULES)

clean:
	rm -rf $(VENV) dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis .benchmarks .import_linter_cache .mutation

# Remakes constraints.txt from the newest releases: look at the difference, run everything, commit.
.PHONY: constraints
constraints:
	rm -rf .venv/constraints
	$(PYTHON) -m venv .venv/constraints
	.venv/constraints/bin/python -m pip install --quiet --editable '.[dev,site]'
	(echo "# What CI installs, so that a fresh clone gets the same set. Remade by: make constraints"; \
	  .venv/constraints/bin/python -m pip freeze --exclude-editable --exclude pip --exclude setuptools) > constraints.txt
